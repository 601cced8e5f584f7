//! What reaches the browser, and what must not.

#![cfg(unix)]

use std::{
    env, fs,
    path::PathBuf,
    process::{self, Command, Stdio},
};

use countersign_loopback::{ErrorKind, Opener, UrlFault, open_browser};

/// A directory with a script that stands in for the browser, removed at the end.
struct Stand {
    directory: PathBuf,
}

impl Stand {
    /// The script writes its arguments to a file, one per line between brackets, and then does `then`.
    fn new(name: &str, then: &str) -> Self {
        let directory = env::temp_dir().join(format!("countersign-opener-{}-{name}", process::id()));
        fs::create_dir_all(&directory).unwrap();
        let stand = Self { directory };
        let script =
            format!("#!/bin/sh\nprintf '[%s]\\n' \"$@\" > \"$0.part\"\nmv \"$0.part\" \"$0.seen\"\n{then}\n");
        // Written by another process: while this one held it open for writing, a program started by another
        // test could keep it from being run ("text file busy").
        let written = Command::new("/bin/sh")
            .args(["-c", "printf %s \"$1\" > \"$2\" && chmod 700 \"$2\"", "sh", &script])
            .arg(stand.browser())
            .status()
            .unwrap();
        assert!(written.success());
        stand
    }

    fn browser(&self) -> PathBuf {
        self.directory.join("browser")
    }

    fn open(&self, url: &str) -> Result<(), ErrorKind> {
        open_browser(url, &Opener::Program(self.browser().into())).map_err(|error| error.kind())
    }

    /// The arguments the script was called with; none if it was not.
    fn seen(&self) -> Option<String> {
        fs::read_to_string(self.directory.join("browser.seen")).ok()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[test]
fn the_browser_gets_one_argument() {
    let stand = Stand::new("one", "exit 0");
    for url in [
        "https://as.example/authorize?response_type=code&client_id=a&state=b",
        "https://as.example",
        "HTTPS://as.example/",
        "https://as.example:8443/a;b/(c)?d='e'&f=$(id)&g=%20*#h",
        "https://user_zone.example./",
        "https://[2001:db8::1]:8443/",
        "https://192.0.2.7/",
        "https://as.example/?redirect_uri=http://127.0.0.1:1/a@b",
        "http://127.0.0.1:8080/authorize?a=b",
        "http://127.8.8.8/",
        "http://[::1]:8080/authorize",
    ] {
        stand.open(url).unwrap();
        assert_eq!(stand.seen().unwrap(), format!("[{url}]\n"));
    }
}

#[test]
fn hostile_addresses_start_nothing() {
    use UrlFault::{Character, ClearText, Host, Scheme, TooLong, UserInfo};
    let stand = Stand::new("hostile", "exit 0");
    let long = format!("https://as.example/{}", "a".repeat(16 * 1024));
    for (url, fault) in [
        ("", Scheme),
        ("https:", Scheme),
        ("https:/as.example", Scheme),
        ("//as.example/", Scheme),
        ("as.example", Scheme),
        ("-version", Scheme),
        ("--new-window=https://as.example", Scheme),
        ("-https://as.example", Scheme),
        ("javascript:alert(1)", Scheme),
        ("javascript://as.example/%0aalert(1)", Scheme),
        ("data:text/html,hello", Scheme),
        ("file:///etc/passwd", Scheme),
        ("file://as.example/share", Scheme),
        ("ftp://as.example/", Scheme),
        ("ms-msdt:/id", Scheme),
        ("smb://as.example/share", Scheme),
        ("vscode://as.example/", Scheme),
        ("a:$(calc.exe)?https://as.example", Scheme),
        ("view-source:https://as.example/", Scheme),
        ("calc.exe", Scheme),
        ("/usr/bin/id", Scheme),
        ("\\\\as.example\\share", Character),
        (" https://as.example/", Character),
        ("https://as.example/\n", Character),
        ("https://as.example/\r\nhttps://other.example/", Character),
        ("https://as.example/\0", Character),
        ("https://as.example/\u{1b}[2J", Character),
        ("https://as.example/\t--flag", Character),
        ("https://as.example/ --flag", Character),
        ("https://as.example/\u{202e}", Character),
        ("https://\u{430}s.example/", Character),
        ("https://as.example/`id`", Character),
        ("https://as.example/|id", Character),
        ("https://as.example/\"&calc.exe&\"", Character),
        ("https://as.example/<>", Character),
        ("https://as.example/^&calc", Character),
        ("https://as.example/${HOME}", Character),
        ("https://as.example\\@other.example/", Character),
        ("https://as.example/%", Character),
        ("https://as.example/%s", Character),
        ("https://as.example/%2", Character),
        ("https://user@as.example/", UserInfo),
        ("https://user:password@as.example/", UserInfo),
        ("https://accounts.example%40other.example@evil.example/", UserInfo),
        ("http://localhost:80@evil.example/", UserInfo),
        ("http://127.0.0.1@evil.example/", UserInfo),
        ("http://127.0.0.1:80@127.0.0.1/", UserInfo),
        ("https://", Host),
        ("https:///path", Host),
        ("https://?a=b", Host),
        ("https://:443/", Host),
        ("https://-oProxyCommand=id/", Host),
        ("https://-as.example/", Host),
        ("https://as..example/", Host),
        ("https://as.example:/", Host),
        ("https://as.example:port/", Host),
        ("https://as.example:+443/", Host),
        ("https://as.example:65536/", Host),
        ("https://as.example:0/", Host),
        ("https://as.example:443:443/", Host),
        ("https://as%2eexample/", Host),
        ("https://$(id).example/", Host),
        ("https://[::1/", Host),
        ("https://[::1]x/", Host),
        ("https://[fe80::1%25eth0]/", Host),
        ("https://[as.example]/", Host),
        ("http://as.example/", ClearText),
        ("http://localhost/", ClearText),
        ("http://localhost:8080/", ClearText),
        ("http://127.0.0.1.evil.example/", ClearText),
        ("http://127.1/", ClearText),
        ("http://2130706433/", ClearText),
        ("http://0x7f000001/", ClearText),
        ("http://0177.0.0.1/", ClearText),
        ("http://0.0.0.0/", ClearText),
        ("http://192.168.0.1/", ClearText),
        ("http://169.254.169.254/", ClearText),
        ("http://[::]/", ClearText),
        ("http://[::ffff:127.0.0.1]/", ClearText),
        (&long, TooLong),
    ] {
        assert_eq!(stand.open(url), Err(ErrorKind::Url(fault)), "{url:?}");
    }
    assert_eq!(stand.seen(), None);
}

#[test]
fn a_browser_that_stays_open_is_not_waited_for() {
    // It runs until its script is removed, which is after `open` returned, or fails in the end.
    let script = "for i in 0 1 2 3 4 5 6 7 8 9; do [ -e \"$0\" ] || exit 0; sleep 1; done; exit 1";
    let stand = Stand::new("stays", script);
    stand.open("https://as.example/").unwrap();
    assert_eq!(stand.seen().unwrap(), "[https://as.example/]\n");
}

#[test]
fn a_browser_that_fails_at_once_is_reported() {
    let stand = Stand::new("fails", "exit 3");
    let failed = ErrorKind::OpenerFailed { code: Some(3) };
    assert_eq!(stand.open("https://as.example/"), Err(failed));

    let stand = Stand::new("killed", "kill -9 $$");
    let killed = ErrorKind::OpenerFailed { code: None };
    assert_eq!(stand.open("https://as.example/"), Err(killed));
}

#[test]
fn a_browser_that_is_not_there_is_reported() {
    for program in ["/nonexistent/browser", "", "browser --with-an-option"] {
        let error = open_browser("https://as.example/", &Opener::Program(program.into())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OpenerNotStarted, "{program:?}");
        assert!(core::error::Error::source(&error).is_some());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_browser_has_no_part_in_our_terminal() {
    const INNER: &str = "COUNTERSIGN_OPENER_TEST_WITH_STREAMS";
    let stand = Stand::new(
        "streams",
        "seen=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2; cut -d ' ' -f 5 /proc/$$/stat)\n\
         echo $seen $$ > \"$0.streams\"",
    );
    if env::var_os(INNER).is_some() {
        stand.open("https://as.example/").unwrap();
        let seen = fs::read_to_string(stand.directory.join("browser.streams")).unwrap();
        let words: Vec<_> = seen.split_whitespace().collect();
        assert_eq!(words[..3], ["/dev/null"; 3]);
        assert_eq!(words[3], words[4], "its process group is its own");
        return;
    }
    // Once more in a process whose streams certainly are other ones.
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "the_browser_has_no_part_in_our_terminal"])
        .env(INNER, "1")
        .stdin(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
