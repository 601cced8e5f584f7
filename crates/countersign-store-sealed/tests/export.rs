//! Exports: what is written is read, whatever becomes of it on the way, and nothing else is.

use countersign_store_sealed::{
    Cost,
    export::{self, Error, Export},
};
use countersign_token::{
    AccessToken, Client, ClientCredentials, Credential, Expiry, Key, Record, RefreshToken, Revision, Secret,
    Timestamp, TokenCredentials, TokenSet,
};
use proptest::prelude::*;

fn cost() -> Cost {
    Cost::new(8, 1, 1).unwrap()
}

fn samples() -> Vec<Record> {
    let now = Timestamp::from_unix(1_800_000_000);
    let access =
        AccessToken::bearer(Secret::new("ya29.a0Af"), now).with_expiry(Expiry::At(now.plus_seconds(3600)));
    let mut set = TokenSet::new(access);
    set.refresh = Some(RefreshToken::new("1//0g-refresh"));
    let oauth2 = Credential::oauth2(Client::new("client"), set);
    let oauth1 = Credential::oauth1(
        ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"),
        TokenCredentials::new("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"),
    );
    vec![
        Record::new(
            Key::new("https://accounts.example", "client", "ann@example.com"),
            oauth2,
            Revision::new(3),
        ),
        Record::new(Key::new("https://photos.example", "dpf43f3p2l4k3l03", "änn"), oauth1, Revision::new(1)),
    ]
}

fn json(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| record.to_json().expose().to_owned()).collect()
}

#[track_caller]
fn check(text: &str, passphrase: Option<&str>, expected: &Result<Vec<Record>, Error>) {
    let passphrase = passphrase.map(Secret::new);
    let found = Export::parse(text).and_then(|export| export.open(passphrase.as_ref()));
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(json(&found), json(expected)),
        (found, expected) => assert_eq!(found.err().as_ref(), expected.as_ref().err()),
    }
}

fn clear() -> String {
    export::clear(&samples()).unwrap().expose().to_owned()
}

fn sealed() -> String {
    export::sealed(&samples(), &Secret::new("pass"), cost()).unwrap().expose().to_owned()
}

#[test]
fn what_was_written_is_read() {
    check(&clear(), None, &Ok(samples()));
    check(&clear(), Some("not needed"), &Ok(samples()));
    check(&sealed(), Some("pass"), &Ok(samples()));
    check(&sealed(), None, &Err(Error::PassphraseNeeded));
    check(&sealed(), Some("Pass"), &Err(Error::Undecryptable));
    check(export::clear(&[]).unwrap().expose(), None, &Ok(Vec::new()));
    assert!(Export::parse(&sealed()).unwrap().is_sealed());
    for text in [clear(), sealed()] {
        assert!(text.lines().all(|line| line.len() <= 65), "{text}");
        assert!(!text.contains("ya29") && text.is_ascii());
    }
    assert_ne!(sealed(), sealed());
}

#[test]
fn wrapping_does_not_matter() {
    for text in [clear(), sealed()] {
        let wrappings = [
            text.replace('\n', "\r\n"),
            text.replace('\n', ""),
            text.replace('\n', "\n> "),
            text.replace('\n', "\n>> | "),
            text.replace('\n', "=\n"),
            text.replace('\n', " \u{a0}\n\n\t"),
            format!("Dear Ann,\nhere is \u{feff}the export:\n\n{text}\n--\nBen, who counters crimes."),
            text.as_bytes().chunks(7).map(|part| str::from_utf8(part).unwrap().to_owned() + "\n ").collect(),
        ];
        for wrapped in wrappings {
            check(&wrapped, Some("pass"), &Ok(samples()));
        }
    }
}

#[test]
fn what_was_mangled_is_told_by_its_line() {
    let text = clear();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len();
    assert!(last > 15);
    for number in 2..=last {
        let changed = |change: &dyn Fn(&str) -> String| {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[number - 1] = change(&lines[number - 1]);
            lines.join("\n")
        };
        let here = Err(Error::Line { line: number });
        // One letter is another one, or lost, or there twice, or two are swapped, or it is no letter at all.
        let flipped = |line: &str| format!("{}{}", if line.starts_with('x') { 'y' } else { 'x' }, &line[1..]);
        check(&changed(&flipped), None, &here);
        check(&changed(&|line| line[1..].to_owned()), None, &here);
        check(&changed(&|line| format!("{}{line}", &line[..1])), None, &here);
        check(&changed(&|line| format!("#{line}")), None, &here);
        check(&changed(&|line| line.to_ascii_lowercase()), None, &here);
        if number < last {
            check(&changed(&|_| String::new()), None, &Err(Error::Line { line: number + 1 }));
            check(&changed(&|line| format!("{line}\n{line}")), None, &Err(Error::Line { line: number + 1 }));
        }
    }
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    check(&swapped.join("\n"), None, &Err(Error::Line { line: 4 }));
}

#[test]
fn what_is_not_all_there_is_incomplete() {
    let text = clear();
    for end in 0..text.len() - 2 {
        let error = Export::parse(&text[..end]).unwrap_err();
        assert!(matches!(error, Error::NoHead | Error::Incomplete), "{end}: {error:?}");
    }
    // Whole lines, the full stop, and too few of them.
    let first: Vec<&str> = text.lines().take(5).collect();
    check(&(first.join("\n") + "."), None, &Err(Error::Incomplete));
    check("countersign-export-1:.", None, &Err(Error::Incomplete));
}

#[test]
fn what_is_no_export_is_told_so() {
    check("", None, &Err(Error::NoHead));
    check("countersign-1:00000000:{}", None, &Err(Error::NoHead));
    check("countersign-export-", None, &Err(Error::Incomplete));
    check("countersign-export-x:AAAA.", None, &Err(Error::NoHead));
    check("countersign-export-0:AAAA.", None, &Err(Error::NoHead));
    check("countersign-export-2:AAAA.", None, &Err(Error::TooNew));
    check("countersign-export-99999999999999999999:AAAA.", None, &Err(Error::TooNew));
    let lines = clear().lines().count();
    check(&format!("{}\n{}", clear(), clear()), None, &Err(Error::Several { line: lines + 2 }));
}

/// Every form that was ever written stays readable.
#[test]
fn fixtures_stay_readable() {
    check(include_str!("fixtures/export-v1-clear.txt"), None, &Ok(samples()));
    check(include_str!("fixtures/export-v1-passphrase.txt"), Some("pass"), &Ok(samples()));
    // Nothing in it is random, so what is written today is what was written then.
    assert_eq!(clear(), include_str!("fixtures/export-v1-clear.txt"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_brings_it_down(text in "\\PC{0,200}", tail in "[A-Za-z0-9+/.\\s]{0,300}") {
        for text in [text.clone(), format!("countersign-export-1:{tail}"), format!("{text}countersign-export-1:{tail}.")] {
            if let Ok(export) = Export::parse(&text) {
                let _ = export.open(None);
                let _ = export.open(Some(&Secret::new("pass")));
            }
        }
    }

    #[test]
    fn no_change_of_a_character_goes_unnoticed(at in 20_usize..1500, to in "[A-Za-z0-9+/.#]") {
        let text = clear();
        prop_assume!(at < text.len() - 1 && text.as_bytes()[at] != b'\n' && text[at..=at] != to);
        let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
        prop_assert!(Export::parse(&changed).is_err());
    }

    #[test]
    fn any_number_of_records_of_any_length_comes_back(
        secrets in proptest::collection::vec("\\PC{0,120}", 0..6),
        width in 1_usize..90,
    ) {
        let records: Vec<Record> = secrets
            .iter()
            .enumerate()
            .map(|(index, secret)| {
                let credential = Credential::oauth1_two_legged(ClientCredentials::new("c", secret.as_str()));
                Record::new(Key::new("i", "c", index.to_string()), credential, Revision::new(1))
            })
            .collect();
        let text = export::clear(&records).unwrap();
        let joined = text.expose().replace('\n', "");
        let wrapped: Vec<&str> =
            joined.as_bytes().chunks(width).map(|part| str::from_utf8(part).unwrap()).collect();
        let found = Export::parse(&wrapped.join("\r\n")).unwrap().open(None).unwrap();
        prop_assert_eq!(json(&found), json(&records));
    }
}
