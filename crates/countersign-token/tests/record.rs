//! The stored record: what is written is read, what is unknown is kept, what is wrong is named.
#![cfg(feature = "json")]

use countersign_token::{
    AccessToken, Binding, Client, ClientCredentials, Credential, Expiry, Extra, Grant, IdToken, Key, Record,
    RecordError, RefreshToken, Revision, Scopes, Secret, State, Timestamp, TokenCredentials, TokenSet,
    json::{JsonError, Value},
};
use proptest::prelude::*;

fn full() -> Record {
    let now = Timestamp::from_unix(1_800_000_000);
    let mut client = Client::new("demo-web");
    client.secret = Some("demo-secret".into());
    client.token_endpoint = Some("https://as.example/token".into());
    let mut tokens = TokenSet::new(AccessToken::bearer("at-1".into(), now).with_scopes("a b".into()));
    tokens.refresh = Some(RefreshToken::new("rt-1"));
    tokens.id_token = Some(IdToken::new("a.b.c"));
    tokens.extra.insert_text("user_id", "7");
    let mut credential = Credential::oauth2(client, tokens);
    let mut bound = AccessToken::bearer("at-2".into(), now).with_expiry(Expiry::At(now.plus_seconds(60)));
    bound.resource = vec!["https://api.example/".into()];
    bound.binding = Some(Binding::DPoP { thumbprint: "thumb".into() });
    credential.tokens.push(bound);
    credential
        .tokens
        .push(AccessToken::bearer("at-3".into(), now).with_scopes("c".into()).with_expiry(Expiry::Never));
    credential.user_agent = Some("tool/1.0".into());
    credential.state = State::NeedsLogin { since: now };
    Record::new(Key::new("https://as.example", "demo-web", "ann"), credential, Revision::new(7))
}

/// Every form that was ever written stays readable.
#[test]
fn the_first_form_is_read_and_written_alike() {
    let fixture = include_str!("fixtures/record-v1-oauth2.json");
    let record = Record::from_json(fixture.as_bytes()).unwrap();
    assert_eq!(record.to_json().expose(), fixture);
    assert_eq!(full().to_json().expose(), fixture);
    let fixture = include_str!("fixtures/record-v1-oauth1.json");
    assert_eq!(Record::from_json(fixture.as_bytes()).unwrap().to_json().expose(), fixture);
    let Grant::OAuth1 { client, token, .. } = Record::from_json(fixture.as_bytes()).unwrap().credential.grant
    else {
        panic!()
    };
    assert_eq!((client.identifier.as_str(), token.unwrap().secret.expose()), ("ck", "ts"));
}

#[test]
fn the_checked_form_is_read_and_written_alike() {
    let fixture = include_str!("fixtures/record-v2-oauth2.json");
    let record = Record::from_json(fixture.as_bytes()).unwrap();
    assert_eq!(record.to_checked_json().expose(), fixture);
    assert_eq!(full().to_checked_json().expose(), fixture);
    assert_eq!(record.to_json().expose(), full().to_json().expose());
}

#[test]
fn every_form_has_a_fixture() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut read = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        Record::from_json(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        read += 1;
    }
    assert_eq!(read, 4);
}

/// Each bit and all at once; without the checksum most of them would be another token.
#[test]
fn no_changed_byte_of_the_checked_form_is_overlooked() {
    let form = full().to_checked_json();
    let mut bytes = form.expose().as_bytes().to_vec();
    let mut refused = 0;
    for index in 0..bytes.len() {
        let whole = bytes[index];
        for mask in (0..8).map(|bit| 1 << bit).chain([255]) {
            bytes[index] = whole ^ mask;
            let error = Record::from_json(&bytes).map(drop).unwrap_err();
            assert!(!matches!(error, RecordError::TooNew { .. }), "byte {index} by {mask}");
            refused += 1;
        }
        bytes[index] = whole;
    }
    assert_eq!(refused, form.expose().len() * 9);
    for end in 0..bytes.len() {
        assert!(Record::from_json(&bytes[..end]).is_err(), "{end}");
    }
    let changed = full().to_json().expose().replace("rt-1", "rt-2");
    assert!(Record::from_json(changed.as_bytes()).is_ok());
}

#[test]
fn a_damaged_version_is_not_taken_for_a_later_one() {
    let form = full().to_checked_json();
    let changed = form.expose().replace("\"v\": 2", "\"v\": 3");
    assert_eq!(Record::from_json(changed.as_bytes()).unwrap_err(), RecordError::Checksum);
    // Without one, because where a later version has its own is not known.
    let rest = changed.split(",\n  \"sum\"").next().unwrap();
    let bare = changed.replace(changed.strip_prefix(rest).unwrap(), "\n}\n");
    assert_eq!(Record::from_json(bare.as_bytes()).unwrap_err(), RecordError::TooNew { version: 3 });
}

#[test]
fn a_sealed_record_is_its_envelope() {
    let fixture = include_str!("fixtures/record-v1-sealed.json");
    let record = Record::from_json(fixture.as_bytes()).unwrap();
    assert_eq!(record.to_json().expose(), fixture);
    assert!(record.credential.client_id().is_none() && record.credential.refresh_token().is_none());
    let Grant::Sealed { envelope } = &record.credential.grant else { panic!() };
    assert_eq!(envelope.expose(), "AWBhYmNkZWZn");
    let made = Credential::sealed(envelope.expose());
    let made = Record::new(record.key.clone(), made, record.revision);
    assert_eq!(made.to_json().expose(), fixture);
    assert_eq!(
        Record::from_json(fixture.replace("envelope", "other").as_bytes()).unwrap_err(),
        RecordError::Member { name: "envelope" }
    );
}

#[test]
fn unknown_members_survive_a_rewrite() {
    let text = include_str!("fixtures/record-v1-oauth1.json")
        .replace("\"v\": 1,", "\"v\": 1,\n  \"later\": {\"x\": [1.5]},");
    let written = Record::from_json(text.as_bytes()).unwrap().to_json();
    let again = Record::from_json(written.expose().as_bytes()).unwrap().to_json();
    assert!(
        again.expose().contains("\"later\": {\n    \"x\": [\n      1.5\n    ]\n  }"),
        "{}",
        again.expose()
    );
}

#[test]
fn unknown_members_of_clients_and_tokens_survive_too() {
    let text = include_str!("fixtures/record-v1-oauth2.json")
        .replace("\"id\": \"demo-web\",", "\"id\": \"demo-web\", \"later_client\": 1,")
        .replace("\"access_token\": \"at-2\",", "\"access_token\": \"at-2\", \"later_token\": null,");
    let written = Record::from_json(text.as_bytes()).unwrap().to_json();
    for name in ["later_client", "later_token"] {
        assert_eq!(written.expose().matches(name).count(), 1, "{name}");
    }
}

#[test]
fn unknown_expiry_is_neither_never_nor_now() {
    let record = Record::from_json(full().to_json().expose().as_bytes()).unwrap();
    let expiries: Vec<Expiry> = record.credential.tokens.iter().map(|token| token.expires).collect();
    assert_eq!(expiries, [Expiry::Unknown, Expiry::At(Timestamp::from_unix(1_800_000_060)), Expiry::Never]);
    let later = Timestamp::from_unix(4_000_000_000);
    assert_eq!(expiries.iter().map(|expiry| expiry.is_past(later)).collect::<Vec<_>>(), [false, true, false]);
}

fn check(change: impl Fn(&str) -> String, expected: RecordError) {
    let text = change(include_str!("fixtures/record-v1-oauth2.json"));
    assert_eq!(Record::from_json(text.as_bytes()).unwrap_err(), expected);
}

#[test]
fn what_is_wrong_is_named() {
    let member = |name| RecordError::Member { name };
    check(|text| text.replace("\"v\": 1", "\"v\": 3"), RecordError::TooNew { version: 3 });
    check(|text| text.replace("\"v\": 1", "\"v\": 2"), member("sum"));
    check(|text| text.replace("\"v\": 1,", "\"v\": 1, \"sum\": \"00000000\","), member("sum"));
    check(|text| text.replace("\"v\": 1", "\"v\": 0"), member("v"));
    check(|text| text.replace("\"kind\": \"oauth2\"", "\"kind\": \"oauth9\""), member("kind"));
    check(|text| text.replace("\"revision\": 7", "\"revision\": -7"), member("revision"));
    check(|text| text.replace("\"issuer\"", "\"issuer_\""), member("key.issuer"));
    check(|text| text.replace("\"needs_login\"", "\"bored\""), member("state"));
    check(|text| text.replace("\"2027-01-15T08:01:00Z\"", "\"soon\""), member("tokens.expires_at"));
    check(
        |text| text.replace("\"v\": 1,", "\"v\": 1, \"v\": 1,"),
        RecordError::Json(JsonError::DuplicateName),
    );
    check(|_| "[]".into(), member("v"));
}

#[test]
fn every_truncation_is_refused() {
    let text = include_str!("fixtures/record-v1-oauth2.json");
    for end in 0..text.trim_end().len() {
        assert!(Record::from_json(&text.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_blob_is_one_line_and_checked() {
    let blob = full().to_blob();
    assert!(!blob.expose().contains('\n'));
    assert_eq!(Record::from_blob(&blob).unwrap().to_json().expose(), full().to_json().expose());
    let padded = Secret::new(format!("\n {}  \n", blob.expose()));
    assert!(Record::from_blob(&padded).is_ok());
    for end in [0, 5, 20, blob.expose().len() - 1] {
        assert_eq!(Record::from_blob(&blob.expose()[..end].into()).unwrap_err(), RecordError::Blob);
    }
    let changed = Secret::new(blob.expose().replace("rt-1", "rt-2"));
    assert_eq!(Record::from_blob(&changed).unwrap_err(), RecordError::Blob);
}

#[test]
fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let mut credential = full().credential;
    let now = Timestamp::from_unix(1_800_000_100);
    let answer = TokenSet::new(AccessToken::bearer("at-9".into(), now).with_scopes("b a".into()));
    credential.merge(answer);
    assert_eq!(credential.refresh_token().unwrap().secret().expose(), "rt-1");
    assert_eq!(credential.state, State::Ok);
    let tokens: Vec<&str> = credential.tokens.iter().map(|token| token.secret.expose()).collect();
    assert_eq!(tokens, ["at-2", "at-3", "at-9"], "the token of the same scopes is replaced");
    let mut answer = TokenSet::new(AccessToken::bearer("at-10".into(), now));
    answer.refresh = Some(RefreshToken::new("rt-2"));
    credential.merge(answer);
    assert_eq!(credential.refresh_token().unwrap().secret().expose(), "rt-2");
}

proptest! {
    #[test]
    fn any_text_round_trips(issuer in ".*", account in ".*", secret in ".*", name in ".*") {
        let mut credential =
            Credential::oauth1(ClientCredentials::new("ck", secret.as_str()), TokenCredentials::new("tk", "ts"));
        credential.extra = Extra::new();
        credential.extra.insert_text(name.as_str(), secret.as_str());
        let key = Key::new(issuer, "ck", account).with_scopes(Scopes::from("b a"));
        let record = Record::new(key.clone(), credential, Revision::new(1));
        let read = Record::from_json(record.to_json().expose().as_bytes()).unwrap();
        prop_assert_eq!(&read.key, &key);
        prop_assert_eq!(read.credential.extra.text(&name), Some(secret.as_str()));
        let (blob, original) = (read.to_blob(), record.to_blob());
        prop_assert_eq!(blob.expose(), original.expose());
    }

    #[test]
    fn key_texts_are_injective_where_case_is_ignored(a in ".{0,6}", b in ".{0,6}", c in ".{0,6}", d in ".{0,6}") {
        let keys = [
            Key::new(a.as_str(), b.as_str(), "x"),
            Key::new(c.as_str(), d.as_str(), "x"),
            Key::new(a.as_str(), b.as_str(), "x").with_scopes(Scopes::from(c.as_str())),
            Key::new(a.as_str(), b.as_str(), "x").with_resource(vec![c.clone()]),
        ];
        for one in &keys {
            let text = one.to_text();
            prop_assert_eq!(&Key::from_text(&text).unwrap(), one);
            prop_assert_eq!(text.to_lowercase(), text.clone());
            for other in &keys {
                prop_assert_eq!(text.to_lowercase() == other.to_text().to_lowercase(), one == other);
            }
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Record::from_json(&bytes);
    }

    #[test]
    fn a_number_that_is_kept_stays_the_number_it_was(whole in "[1-9][0-9]{0,24}", part in "[0-9]{1,12}", power in -300_i32..280) {
        let text = format!("{whole}.{part}e{power}");
        let read = Value::parse(text.as_bytes()).unwrap();
        let Value::Float(number) = read else { panic!("{text} is no integer") };
        prop_assert_eq!(number, text.parse::<f64>().unwrap());
        let written = read.to_json();
        let again = Value::parse(written.expose().as_bytes()).unwrap().to_json();
        prop_assert_eq!(written.expose(), again.expose());
    }
}
