use http::{HeaderValue, Request, header::USER_AGENT};

use crate::{Error, ErrorKind};

const OURS: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Whether a text may begin a `User-Agent`: printable ASCII, as in `Example/1.0 (+https://app.example)`.
pub(crate) fn check(product: &str) -> Result<(), Error> {
    let fits = !product.is_empty()
        && product.len() <= 256
        && product.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if fits {
        Ok(())
    } else {
        Err(ErrorKind::Misuse("a product token is printable ASCII, up to 256 characters").into())
    }
}

/// The application's product token first, ours after it (RFC 9110 §10.1.5).
pub(crate) fn line(product: Option<&str>) -> HeaderValue {
    product
        .filter(|product| check(product).is_ok())
        .and_then(|product| HeaderValue::try_from(format!("{product} {OURS}")).ok())
        .unwrap_or(HeaderValue::from_static(OURS))
}

/// Puts it on a request that has none.
pub(crate) fn put<B>(product: Option<&str>, request: &mut Request<B>) {
    request.headers_mut().entry(USER_AGENT).or_insert_with(|| line(product));
}

#[cfg(test)]
mod tests {
    use super::{check, line};

    #[test]
    fn the_application_comes_first() {
        let ours = format!("countersign/{}", env!("CARGO_PKG_VERSION"));
        assert_eq!(line(Some("Example/1.0")), format!("Example/1.0 {ours}"));
        assert_eq!(line(None), ours);
        // A stored one that no header can hold does not keep a request from being made.
        assert_eq!(line(Some("two\r\nlines")), ours);
        assert!(check("two\r\nlines").is_err());
        assert!(check("").is_err());
        assert!(check("Example/1.0 (+https://app.example)").is_ok());
    }
}
