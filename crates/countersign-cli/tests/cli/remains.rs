//! After a logout no byte of a token is in any file of the store.

use crate::support::{Home, demo, finish};

const STORES: [(&str, &str, &str); 4] = [
    ("file:f/store", "f", "none"),
    ("sqlite:s/c.db", "s", "none"),
    ("file:fp/store", "fp", "passphrase"),
    ("sqlite:sp/c.db", "sp", "passphrase"),
];

/// A mark for each account, long enough to be cut by no page at all of its copies.
fn mark(account: &str) -> String {
    format!("planted-{account}-")
}

#[test]
fn nothing_remains_of_a_token() {
    let (home, server) = (Home::new(), demo());
    for (store, directory, encryption) in STORES {
        let args = |args: &[&str]| {
            [args, &["--store", store, "--store-encryption", encryption]]
                .concat()
                .iter()
                .map(|arg| (*arg).to_owned())
                .collect::<Vec<_>>()
        };
        let run = |given: &[&str]| {
            let args = args(given);
            let run = finish(home.undecided(&args).env("COUNTERSIGN_STORE_PASSPHRASE", "pass"));
            run.check(&args, 0, &[]);
            run
        };
        let names = ["ann", "ben", "eve"];
        // Saved anew in many lengths, so that there are pages and log entries of earlier ones.
        for length in [1, 40, 7, 300, 2] {
            for name in names {
                home.write("t", &mark(name).repeat(length));
                run(&[
                    "account",
                    "import",
                    "--name",
                    name,
                    "--access-token",
                    "@t",
                    "--refresh-token",
                    "@t",
                    "--client-id",
                    "c",
                    "--token-endpoint",
                    &format!("{}/token", server.url()),
                ]);
            }
        }
        let clear = encryption == "none";
        assert_eq!(home.remains(directory, &mark("ann")) > 0, clear, "{store}");
        run(&["logout", "ann", "--local-only"]);
        assert_eq!(home.remains(directory, &mark("ann")), 0, "{store}");
        assert_eq!(home.remains(directory, &mark("ben")) > 0, clear, "{store}");
        run(&["account", "remove", "ben"]);
        assert_eq!(home.remains(directory, &mark("ben")), 0, "{store}");
        run(&["account", "rename", "eve", "zoe"]);
        run(&["logout", "--all", "--local-only"]);
        for name in names {
            assert_eq!(home.remains(directory, &mark(name)), 0, "{store}");
        }
    }
}
