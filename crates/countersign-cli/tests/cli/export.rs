//! Accounts as text: through pipes, mails and terminals, and nothing that is not whole.

use std::{fs, process::Stdio};

use countersign_token::json::Value;
use testkit::canary::{self, SECRET};

use crate::support::{Home, Run, demo, fed, flag, get, text};

fn import(home: &Home, args: &[&str], given: &str) -> Run {
    let args = [&["account", "import"], args].concat();
    fed(home.command(&args).stdin(Stdio::piped()), given.as_bytes())
}

#[test]
fn accounts_go_from_one_machine_to_another() {
    let (one, other, server) = (Home::new(), Home::new(), demo());
    one.login(&server, "alice");
    one.ok(&[
        "account",
        "import",
        "--name",
        "printer",
        "--consumer-key",
        "k",
        "--consumer-secret",
        "@/dev/null",
    ]);
    let run = one.check(
        &["account", "export", "--all"],
        0,
        &["whoever sees this text", "use each account in one place"],
    );
    assert!(run.out.starts_with("countersign-export-1:\n") && run.out.ends_with(".\n"), "{}", run.out);
    assert!(run.out.lines().all(|line| line.len() <= 65));
    let kept = import(&other, &[], &run.out);
    kept.check(&["import"], 0, &["kept as \"alice\", of http://127.0.0.1", "kept as \"printer\""]);
    assert_eq!(other.ok(&["account", "list"]), one.ok(&["account", "list"]));
    assert_eq!(other.ok(&["token", "alice"]), one.ok(&["token", "alice"]));
    other.ok(&["token", "alice", "--force-refresh"]);

    // From a mail, in a file, with a dash, and once more.
    let mail = format!("From: ann\r\n\r\nHello,\r\n> {}\r\nann", run.out.replace('\n', "\r\n> "));
    let third = Home::new();
    third.write("mail", &mail);
    third.ok(&["account", "import", "mail"]);
    import(&third, &["-"], &mail).check(&["import"], 0, &["\"alice\" is in", "already, and the same"]);
}

#[test]
fn one_account_may_have_another_name_there() {
    let (one, other) = (Home::new(), Home::new());
    one.import("a", "at-a");
    one.import("b", "at-b");
    one.check(&["account", "export"], 3, &["more than one account"]);
    let export = one.ok(&["account", "export", "b"]);
    import(&other, &["--name", "c", "-"], &export).check(&["import"], 0, &["kept as \"c\""]);
    assert_eq!(other.ok(&["token"]), "at-b\n");
    let both = one.ok(&["account", "export", "a", "b", "a"]);
    import(&other, &["--name", "c", "-"], &both).check(&["import"], 2, &["has 2 accounts"]);
    import(&other, &["--name", "adc", "-"], &export).check(&["import"], 2, &["reserved"]);

    let document = Value::parse(one.run(&["account", "export", "a", "--json"]).out.as_bytes()).unwrap();
    assert_eq!(flag(&document, "encrypted"), Some(false));
    let told = import(&other, &["--json"], text(&document, "export"));
    let document = Value::parse(told.out.as_bytes()).unwrap();
    let account = &get(&document, "accounts").as_array().unwrap()[0];
    assert_eq!((text(account, "account"), text(account, "kept")), ("a", "new"));
}

#[test]
fn an_account_that_is_there_is_not_replaced_by_itself() {
    let home = Home::new();
    home.import("a", "older");
    home.import("b", "other");
    let export = home.ok(&["account", "export", "--all"]);
    home.import("a", "newer");
    home.ok(&["account", "remove", "b"]);
    import(&home, &[], &export).check(
        &["import"],
        3,
        &["there is an account a here already", "nothing was imported", "--replace"],
    );
    assert_eq!(home.ok(&["token"]), "newer\n");
    import(&home, &["--replace"], &export).check(&["import"], 0, &["replaced \"a\"", "kept as \"b\""]);
    assert_eq!(home.ok(&["token", "a"]), "older\n");
}

#[test]
fn a_passphrase_protects_it() {
    let (one, other) = (Home::new(), Home::new());
    one.import("a", SECRET);
    one.write("p", "pass\n");
    other.write("p", "pass");
    other.write("q", "other");
    let run = one.check(&["account", "export", "--passphrase", "@p"], 0, &[]);
    assert!(!run.err.contains("whoever sees this text"), "{run:?}");
    canary::check_text("the export", &run.out);
    import(&other, &["--passphrase", "@q"], &run.out).check(&["import"], 10, &["cannot be decrypted"]);
    import(&other, &[], &run.out).check(&["import"], 2, &["nobody is there to ask", "--passphrase"]);
    import(&other, &["--passphrase", "-"], &run.out).check(&["import"], 2, &["both be on standard input"]);
    import(&other, &["--passphrase", "@p"], &run.out).check(&["import"], 0, &[]);
    assert_eq!(other.ok(&["token"]), format!("{SECRET}\n"));
    one.check(&["account", "export", "--encrypt"], 2, &["nobody is there to ask"]);
    one.check(&["account", "export", "--passphrase", "@/dev/null"], 2, &["the passphrase is empty"]);
}

#[test]
fn what_is_not_whole_is_told_by_its_line() {
    let home = Home::new();
    home.import("a", "at");
    let export = home.ok(&["account", "export"]);
    let other = Home::new();
    let check = |text: &str, code: i32, said: &str| {
        import(&other, &[], text).check(&["import"], code, &[said]);
        assert_eq!(other.stored().len(), 0);
    };
    let lines: Vec<&str> = export.lines().collect();
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    check(&swapped.join("\n"), 9, "line 3 is not as it was written");
    check(&lines[..4].join("\n"), 9, "the end of the export is missing");
    check("", 9, "there is no export in this text");
    check("hello", 9, "this is no export of accounts");
    check(&export.replace("export-1", "export-7"), 10, "newer version");
    check(&format!("{export}{export}"), 9, "another export begins in line");
    fs::write(other.path("binary"), b"\xff\xfe").unwrap();
    other.check(&["account", "import", "binary"], 3, &["cannot be read", "UTF-8"]);
    other.check(&["account", "import", "missing"], 3, &["missing: No such file"]);
    other.check(
        &["account", "import", "binary", "--access-token", "t", "--name", "x"],
        2,
        &["cannot be used with"],
    );
    Home::new().check(&["account", "export"], 3, &["no account is stored"]);
}
