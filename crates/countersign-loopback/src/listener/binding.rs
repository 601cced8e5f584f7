use core::net::IpAddr;
use std::{io, net::TcpListener};

use crate::{Error, ErrorKind};

/// The first port that is free on the first address that exists. A taken port never leads to another
/// address: a redirect URI with that port is registered for this address.
pub(super) fn bind_first(addresses: &[IpAddr], ports: &[u16]) -> Result<TcpListener, Error> {
    let mut missing = None;
    for address in addresses {
        let mut taken = None;
        for port in if ports.is_empty() { &[0] } else { ports } {
            match TcpListener::bind((*address, *port)) {
                Ok(socket) => return Ok(socket),
                Err(error) => match error.kind() {
                    io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied => taken = Some(error),
                    _ => missing = Some(error),
                },
            }
        }
        if let Some(error) = taken {
            return Err(Error::io(ErrorKind::PortsTaken, error));
        }
    }
    Err(match missing {
        Some(error) => Error::io(ErrorKind::NoLoopback, error),
        None => ErrorKind::NoLoopback.into(),
    })
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use super::*;

    #[test]
    fn an_address_that_is_missing_leads_to_the_next() {
        let documentation = Ipv4Addr::new(198, 51, 100, 1).into();
        let socket = bind_first(&[documentation, Ipv4Addr::LOCALHOST.into()], &[]).unwrap();
        assert_eq!(socket.local_addr().unwrap().ip(), Ipv4Addr::LOCALHOST);
        let error = bind_first(&[documentation], &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoLoopback);
    }

    #[test]
    fn a_taken_port_leads_to_no_other_address() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv4Addr::new(127, 0, 0, 2).into()];
        let error = bind_first(&addresses, &[port]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PortsTaken);
    }
}
