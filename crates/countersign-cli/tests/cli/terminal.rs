//! A person at a terminal: a passphrase that is not seen, and an interrupt that leaves the terminal as it was.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
};

use crate::support::{Home, wait};

/// What a terminal shows of a shell line, in which `$C` is the program, and in which whoever sits there types
/// each answer when its question is seen. `None` where there is no `script` to make a terminal with.
fn dialogue(home: &Home, line: &str, answers: &[(&str, &str)]) -> Option<String> {
    let template = home.undecided::<&str>(&[]);
    let mut command = Command::new("script");
    command.args(["-qec", line, "/dev/null"]).env_clear().current_dir(home.path(""));
    command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("C", env!("CARGO_BIN_EXE_countersign")).env("SHELL", "/bin/sh");
    let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        eprintln!("script is not installed, and nothing is checked");
        return None;
    };
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (question, answer) in answers {
        while !String::from_utf8_lossy(&shown).contains(question) {
            let mut byte = [0];
            if output.read(&mut byte).unwrap() == 0 {
                panic!("it does not ask {question:?}: {}", String::from_utf8_lossy(&shown));
            }
            shown.push(byte[0]);
        }
        input.write_all(answer.as_bytes()).unwrap();
    }
    output.read_to_end(&mut shown).unwrap();
    wait(&mut child);
    drop(input);
    Some(String::from_utf8(shown).unwrap())
}

#[test]
fn a_passphrase_is_typed_unseen_and_twice_when_it_is_new() {
    let home = Home::new();
    home.write("t", "at");
    let import = "$C account import --name a --access-token @t --store-encryption passphrase";
    let first = ("New passphrase for", "unseen\n");
    let Some(shown) = dialogue(&home, import, &[first, ("The same again", "unsaid\n")]) else { return };
    assert!(shown.contains("the two passphrases differ"), "{shown}");
    let shown = dialogue(&home, import, &[first, ("The same again", "unseen\n")]).unwrap();
    assert!(shown.contains("kept as \"a\"") && !shown.contains("unseen"), "{shown}");
    let shown = dialogue(&home, "$C account list", &[("Passphrase for", "unseen\n")]).unwrap();
    assert!(shown.contains("a  OAuth 2.0"), "{shown}");
    let shown = dialogue(&home, "$C account list; echo exit $?", &[("Passphrase for", "wrong\n")]).unwrap();
    assert!(shown.contains("cannot be decrypted") && shown.contains("exit 10"), "{shown}");
    // A token never asks, and neither does who must not.
    for line in ["$C token; echo exit $?", "$C status --no-input; echo exit $?"] {
        let shown = dialogue(&home, line, &[]).unwrap();
        assert!(shown.contains("exit 7") && !shown.contains("Passphrase for"), "{shown}");
    }
}

#[test]
fn an_interrupt_leaves_the_terminal_as_it_was() {
    let home = Home::new();
    home.write("t", "at");
    home.write("p", "pass");
    home.ok(&[
        "account",
        "import",
        "--name",
        "a",
        "--access-token",
        "@t",
        "--store",
        "file:s",
        "--store-encryption",
        "passphrase",
        "--store-passphrase",
        "@p",
    ]);
    let line = "trap : INT; $C account list --store file:s; echo exit $?; stty -a";
    let Some(shown) = dialogue(&home, line, &[("Passphrase for", "\u{3}")]) else { return };
    assert!(shown.contains("exit 130") && shown.contains(" echo "), "{shown}");
}

#[test]
fn an_export_is_pasted_up_to_its_end() {
    let (one, other) = (Home::new(), Home::new());
    one.import("a", &"long".repeat(2000));
    let export = one.ok(&["account", "export"]);
    let line = "$C account import --store-encryption none; $C token";
    let Some(shown) = dialogue(&other, line, &[("Paste what account export printed", &export)]) else {
        return;
    };
    assert!(shown.contains("kept as \"a\"") && shown.contains(&"long".repeat(2000)), "{shown}");
}
