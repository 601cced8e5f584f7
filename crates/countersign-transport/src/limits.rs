use core::time::Duration;

use countersign_wire::flow::Handling;

/// How long a request may take and how big its response may be.
///
/// ```
/// use core::time::Duration;
/// use countersign_transport::Limits;
///
/// let limits = Limits::default().with_total(Duration::from_secs(5));
/// assert_eq!(limits.response_bytes, 1024 * 1024);
/// assert!(limits.within(None).connect < limits.total);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// From the call to the last byte of the response; 30 s by default.
    pub total: Duration,
    /// For the connection, TLS included; 10 s by default.
    pub connect: Duration,
    /// For the addresses of a name; 5 s by default.
    pub resolve: Duration,
    /// The largest body of a response, in bytes; 1 MiB by default.
    pub response_bytes: usize,
    /// The largest head of a response, status line and headers, in bytes; 64 KiB by default.
    pub header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            resolve: Duration::from_secs(5),
            response_bytes: 1024 * 1024,
            header_bytes: 64 * 1024,
        }
    }
}

impl Limits {
    /// With another total time.
    #[must_use]
    pub const fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// With another time to connect.
    #[must_use]
    pub const fn with_connect(mut self, connect: Duration) -> Self {
        self.connect = connect;
        self
    }

    /// With another time to resolve a name.
    #[must_use]
    pub const fn with_resolve(mut self, resolve: Duration) -> Self {
        self.resolve = resolve;
        self
    }

    /// With another size of the body, in bytes.
    #[must_use]
    pub const fn with_response_bytes(mut self, bytes: usize) -> Self {
        self.response_bytes = bytes;
        self
    }

    /// With another size of the head, in bytes.
    #[must_use]
    pub const fn with_header_bytes(mut self, bytes: usize) -> Self {
        self.header_bytes = bytes;
        self
    }

    /// The limits of one request: [`Handling`] makes them tighter, never wider.
    ///
    /// Resolving is kept to a third of the total and connecting to a half, so that both together end before
    /// it: a total that runs out then says that the request was on its way, and a limit of connecting or
    /// resolving that it was not.
    #[must_use]
    pub fn within(mut self, handling: Option<&Handling>) -> Self {
        if let Some(handling) = handling {
            self.total = handling.timeout.map_or(self.total, |timeout| timeout.min(self.total));
            self.response_bytes =
                handling.response_limit.map_or(self.response_bytes, |limit| limit.min(self.response_bytes));
        }
        self.resolve = self.resolve.min(self.total / 3);
        self.connect = self.connect.min(self.total / 2);
        self
    }
}
