//! What the environment decides: options, colour, proxies.

use std::process::Command;

use crate::support::{Home, Misbehaving, demo, finish, get, page, text};

fn check(
    home: &Home,
    args: &[&str],
    variables: &[(&str, &str)],
    code: i32,
    said: &[&str],
) -> crate::support::Run {
    let mut command = home.command(args);
    let run = finish(command.envs(variables.iter().copied()));
    run.check(args, code, said);
    run
}

#[test]
fn every_option_has_a_variable() {
    let home = Home::new();
    let elsewhere = format!("file:{}", home.path("elsewhere").display());
    let run = check(
        &home,
        &["status"],
        &[("COUNTERSIGN_STORE", &elsewhere), ("COUNTERSIGN_JSON", "1"), ("COUNTERSIGN_TIMEOUT", "7")],
        0,
        &[],
    );
    let document = countersign_token::json::Value::parse(run.out.as_bytes()).unwrap();
    let settings = get(&document, "settings");
    assert_eq!(
        (text(get(settings, "store"), "value"), text(get(settings, "store"), "from")),
        (elsewhere.as_str(), "environment")
    );
    assert_eq!(
        (text(get(settings, "timeout"), "value"), text(get(settings, "timeout"), "from")),
        ("7", "environment")
    );
    // What is typed counts first, and off is off.
    let typed = check(
        &home,
        &["status", "--store", "file:typed"],
        &[("COUNTERSIGN_STORE", &elsewhere), ("COUNTERSIGN_JSON", "0")],
        0,
        &[],
    );
    assert!(typed.out.contains("typed (option)"), "{typed:?}");
    check(
        &home,
        &["login", "https://as.example"],
        &[("COUNTERSIGN_CLIENT_ID", "c"), ("COUNTERSIGN_TIMEOUT", "0")],
        2,
        &["--timeout"],
    );
    // No variable ends every account.
    home.ok(&["account", "import", "--name", "a", "--access-token", "t"]);
    home.ok(&["account", "import", "--name", "b", "--access-token", "t"]);
    check(&home, &["logout"], &[("COUNTERSIGN_ALL", "1")], 3, &["more than one account"]);
}

#[test]
fn verbose_tells_more_and_quiet_tells_less() {
    let home = Home::new();
    home.ok(&["account", "import", "--name", "a", "--access-token", "t"]);
    let run = home.check(&["token", "-v"], 0, &["store file:", "account \"a\""]);
    assert_eq!(run.out, "t\n");
    check(&home, &["token"], &[("COUNTERSIGN_VERBOSE", "1")], 0, &["store file:"]);
    let quiet = home.check(
        &[
            "account",
            "import",
            "--name",
            "b",
            "--consumer-key",
            "k",
            "--consumer-secret",
            "@/dev/null",
            "--quiet",
        ],
        0,
        &[],
    );
    assert_eq!(quiet.err, "");
}

#[test]
fn colour_is_where_it_is_wanted() {
    let home = Home::new();
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        check(&home, args, variables, 3, &[]).err.contains('\u{1b}')
    };
    assert!(!coloured(&["token"], &[]));
    assert!(coloured(&["token", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&["token"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["token"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["token", "--no-input"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["token", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn https_goes_through_the_proxy_that_the_environment_names() {
    let home = Home::new();
    home.ok(&["account", "import", "--name", "a", "--access-token", "t"]);
    let proxy = Misbehaving::start(|_, _| page("407 Proxy Authentication Required", "text/plain", ""));
    let url = proxy.url();
    let request = ["request", "GET", "https://countersign.invalid/"];
    let connects = || proxy.asked().iter().filter(|asked| asked.method == "CONNECT").count();

    check(&home, &request, &[("HTTPS_PROXY", &url)], 6, &["could not be reached", "proxy"]);
    assert_eq!(connects(), 1);
    check(&home, &request, &[("https_proxy", url.trim_start_matches("http://"))], 6, &["proxy"]);
    check(&home, &request, &[("COUNTERSIGN_PROXY", &url)], 6, &["proxy"]);
    home.check(&["request", "GET", "https://countersign.invalid/", "--proxy", &url], 6, &["proxy"]);
    assert_eq!(connects(), 4);

    // Hosts that are exempt, and a variable that a stranger can set in a CGI program.
    let label = format!("https://{}.invalid/", "a".repeat(64));
    let request = ["request", "GET", &label];
    check(&home, &request, &[("HTTPS_PROXY", &url), ("NO_PROXY", ".invalid")], 6, &["no address found"]);
    check(&home, &request, &[("HTTP_PROXY", &url), ("http_proxy", &url)], 6, &["no address found"]);
    check(&home, &request, &[("HTTP_PROXY", &url), ("REQUEST_METHOD", "GET")], 6, &["no address found"]);
    assert_eq!(connects(), 4);

    check(&home, &request, &[("HTTPS_PROXY", "socks5://127.0.0.1:1")], 3, &["HTTPS_PROXY cannot be used"]);
    home.check(&["token", "--proxy", "nonsense"], 3, &["--proxy cannot be used"]);
}

#[test]
fn this_machine_is_reached_without_a_proxy() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let proxy = Misbehaving::start(|_, _| page("500 No", "text/plain", ""));
    let (me, url) = (format!("{}/me", server.url()), proxy.url());
    let variables = [("HTTPS_PROXY", url.as_str()), ("HTTP_PROXY", url.as_str())];
    check(&home, &["request", "GET", &me, "--fail"], &variables, 0, &[]);
    assert_eq!(proxy.asked().len(), 0);
}

#[test]
fn the_password_of_a_proxy_is_not_shown() {
    let home = Home::new();
    let run = home.check(&["status", "--proxy", "http://me:pr0xy-s3cret@127.0.0.1:1"], 0, &[]);
    assert!(run.out.contains("http://127.0.0.1:1 (option)") && !run.out.contains("s3cret"), "{run:?}");
}

#[test]
fn certificates_that_cannot_be_used_are_told() {
    let home = Home::new();
    home.ok(&["account", "import", "--name", "a", "--access-token", "t"]);
    home.check(&["token", "--ca-file", "missing.pem"], 3, &["missing.pem"]);
    home.write("not.pem", "nonsense");
    home.check(&["token", "--ca-file", "not.pem"], 3, &["not.pem"]);
}

#[test]
fn the_home_is_where_it_is_said_to_be() {
    let home = Home::new();
    let place = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        let run = finish(command.arg("status").env_clear().envs(variables.iter().copied()));
        run.out
    };
    let base = home.path("").display().to_string();
    let base = base.trim_end_matches('/');
    assert!(place(&[("COUNTERSIGN_HOME", base)]).contains(&format!("file:{base}/store ")));
    if cfg!(target_os = "linux") {
        assert!(place(&[("HOME", base)]).contains(&format!("file:{base}/.local/share/countersign/store ")));
        let data = format!("{base}/data");
        assert!(
            place(&[("HOME", base), ("XDG_DATA_HOME", &data)])
                .contains(&format!("file:{data}/countersign/store "))
        );
        assert!(
            place(&[("HOME", base), ("XDG_DATA_HOME", "relative")]).contains(&format!("file:{base}/.local/"))
        );
        let run = finish(Command::new(env!("CARGO_BIN_EXE_countersign")).arg("status").env_clear());
        run.check(&["status"], 3, &["there is no home directory", "COUNTERSIGN_HOME"]);
    }
}
