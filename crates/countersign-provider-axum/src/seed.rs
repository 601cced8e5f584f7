//! What the demonstration begins with.

use countersign_provider::{RedirectRule, RegisteredClient, User, state::Consumer};

use crate::{Account, Config, SampleFile};

const PASSWORD: &str = "demo";

pub(crate) fn plant(mut config: Config) -> Config {
    config.provider = config.provider.with_scopes([
        ("files.read", "See your files"),
        ("profile", "See who you are"),
        ("offline", "Stay signed in"),
        // Google's own name for it, so that a program's base URL is all that differs here.
        (crate::sample::DRIVE_METADATA, "See the names of your files"),
    ]);
    let loopback = || [RedirectRule::AnyLoopback];
    config.clients = vec![
        RegisteredClient::public("demo-public", "Demo app", loopback()),
        RegisteredClient::confidential("demo-web", "Demo web site", "demo-secret", loopback()),
    ];
    config.consumers =
        vec![Consumer::new("demo-consumer", "Demo app (OAuth 1.0a)", "demo-consumer-secret", loopback())];
    let mut alice = Account::new(User::new("u-alice", "alice").administrator(), PASSWORD);
    alice.files = files("a", &ALICE);
    let mut bob = Account::new(User::new("u-bob", "bob"), PASSWORD);
    bob.files = files("b", &BOB);
    config.accounts = vec![alice, bob];
    config
}

const TEXT: &str = "text/plain";
const PDF: &str = "application/pdf";
const PNG: &str = "image/png";

const ALICE: [(&str, &str, u64); 12] = [
    ("Minutes of the first meeting.txt", TEXT, 2_317),
    ("Budget.pdf", PDF, 184_220),
    ("Floor plan.png", PNG, 901_442),
    ("Contract, signed.pdf", PDF, 77_031),
    ("Reading list.txt", TEXT, 640),
    ("Übersicht.txt", TEXT, 1_204),
    ("Photo of the lake.png", PNG, 2_408_118),
    ("Invoice 2026-011.pdf", PDF, 40_960),
    ("Recipe & shopping <list>.txt", TEXT, 512),
    ("Slides.pdf", PDF, 3_145_728),
    ("Empty.txt", TEXT, 0),
    ("Big archive.bin", "application/octet-stream", 5_368_709_120),
];

const BOB: [(&str, &str, u64); 3] =
    [("Notes.txt", TEXT, 99), ("Ticket.pdf", PDF, 12_288), ("Cat.png", PNG, 733_184)];

fn files(owner: &str, seeds: &[(&str, &str, u64)]) -> Vec<SampleFile> {
    seeds
        .iter()
        .zip(1..)
        .map(|((name, mime_type, size), number): (_, u32)| SampleFile {
            id: format!("{owner}{number:03}"),
            name: (*name).into(),
            mime_type: (*mime_type).into(),
            modified_time: format!("2026-{:02}-{:02}T08:30:00.000Z", number % 9 + 1, number + 9),
            size: *size,
        })
        .collect()
}
