//! Ctrl-C: 130, and nothing left behind.

use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
};

use crate::support::{Home, Running, demo, query, wait};

#[test]
fn an_interrupted_login_leaves_no_listener_no_lock_and_no_file() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--account", "alice", "--no-input"];
    let mut child = Running::start(&mut home.command(&args));
    let redirect = query(&child.url(), "redirect_uri");
    let address = redirect.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    child.end().check(&args, 130, &[]);
    assert!(TcpStream::connect(&address).is_err(), "the listener is still there");
    for (path, bytes) in home.stored() {
        assert_eq!(bytes.len(), 0, "{} was left behind", path.display());
    }
    // The lock is free: another login begins at once.
    home.login(&server, "alice");
    home.ok(&["token"]);
}

#[test]
fn a_provider_says_when_it_listens_and_ends_well_when_told_to() {
    for signal in ["-INT", "-TERM"] {
        let home = Home::new();
        let mut child =
            home.command(&["serve", "provider", "--quiet"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("READY http://").unwrap();
        assert!(TcpStream::connect(address).is_ok());
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(wait(&mut child).code(), Some(0), "{signal}");
        assert!(TcpStream::connect(address).is_err());
    }
}
