//! Whom Ureq trusts, over TLS with servers of its own.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use countersign_transport::{ErrorKind, Limits, Transport};
use countersign_transport_ureq::Ureq;
use countersign_wire::flow::Sent;
use http::Request;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::{ServerConfig, ServerConnection, Stream, crypto::aws_lc_rs, pki_types::PrivateKeyDer};

/// A server with a certificate that vouches for itself; it takes `connections` connections and ends.
struct Server {
    address: SocketAddr,
    certificate: String,
    requests: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Server {
    fn start(names: &[&str], expired: bool, answer: fn(&mut dyn Write) -> std::io::Result<()>) -> Self {
        let mut params =
            CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let thread = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut connection = ServerConnection::new(config).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let mut buffer = [0; 4096];
            // A client that does not like the certificate never gets as far as a request.
            if stream.read(&mut buffer).is_ok_and(|length| length > 0) {
                counter.fetch_add(1, Ordering::Relaxed);
                let _ = answer(&mut stream);
            }
        });
        Self { address, certificate: certificate.pem(), requests, thread }
    }

    fn requests(self) -> usize {
        self.thread.join().unwrap();
        self.requests.load(Ordering::Relaxed)
    }
}

fn ok(out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
}

fn request(address: SocketAddr) -> Request<Vec<u8>> {
    Request::post(format!("https://{address}/token?q")).body(b"code=1".to_vec()).unwrap()
}

#[test]
fn a_server_that_vouches_for_itself_is_not_trusted() {
    let server = Server::start(&["127.0.0.1"], false, ok);
    let error = Ureq::new(Limits::default()).unwrap().send(request(server.address)).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Tls, Sent::No), "{error:?}");
    let place = server.address;
    assert_eq!(
        error.to_string(),
        format!("no trusted connection to {place}: its certificate is from an unknown issuer")
    );
    assert_eq!(server.requests(), 0);
}

#[test]
fn it_is_trusted_when_its_root_is_given() {
    let server = Server::start(&["127.0.0.1"], false, ok);
    let transport = Ureq::new(Limits::default())
        .unwrap()
        .with_root_certificates_pem(server.certificate.as_bytes())
        .unwrap();
    assert_eq!(transport.send(request(server.address)).unwrap().body(), b"ok");
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_certificate_for_another_host_or_another_year_is_not_trusted() {
    for (names, expired, reason) in [
        (["example.com"], false, "its certificate is for another host"),
        (["127.0.0.1"], true, "its certificate has expired"),
    ] {
        let server = Server::start(&names, expired, ok);
        let transport = Ureq::new(Limits::default())
            .unwrap()
            .with_root_certificates_pem(server.certificate.as_bytes())
            .unwrap();
        let error = transport.send(request(server.address)).unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Tls, Sent::No), "{error:?}");
        assert!(error.to_string().ends_with(reason), "{error}");
        assert_eq!(server.requests(), 0);
    }
}

#[test]
fn the_total_limit_holds_over_tls() {
    let server = Server::start(&["127.0.0.1"], false, |out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")?;
        for _ in 0..60 {
            thread::sleep(Duration::from_millis(50));
            out.write_all(b"x")?;
        }
        Ok(())
    });
    let transport = Ureq::new(Limits::default().with_total(Duration::from_millis(800)))
        .unwrap()
        .with_root_certificates_pem(server.certificate.as_bytes())
        .unwrap();
    let error = transport.send(request(server.address)).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Timeout, Sent::Maybe), "{error:?}");
}

#[test]
fn a_server_without_tls_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap();
        // The handshake is read, so that closing does not reset what was written.
        let _ = socket.read(&mut [0; 4096]);
    });
    let error = Ureq::new(Limits::default()).unwrap().send(request(address)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    server.join().unwrap();
}

#[test]
fn roots_that_are_none_are_refused() {
    let pem = |text: &str| Ureq::new(Limits::default()).unwrap().with_root_certificates_pem(text.as_bytes());
    for text in ["", "not PEM", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"] {
        let error = pem(text).unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Tls, Sent::No), "{text:?}");
    }
    let key = KeyPair::generate().unwrap().serialize_pem();
    assert_eq!(pem(&key).unwrap_err().kind(), ErrorKind::Tls);
}
