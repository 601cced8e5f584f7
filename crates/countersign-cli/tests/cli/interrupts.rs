//! Ctrl-C: 130, and nothing left behind.

use std::{net::TcpStream, process::Command};

use crate::support::{Home, Running, demo, query};

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
