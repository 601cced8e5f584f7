//! A stranger's request never verifies, one of ours does, once, and one that was changed does not.
#![no_main]

use countersign_oauth1::{
    ClientCredentials, Error, Form, Incoming, MemoryNonces, Problem, Received, Signer, Stamp, Target,
    TokenCredentials, Window,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::{Params, form, header};
use libfuzzer_sys::fuzz_target;

const CLIENT: &str = "a secret of 256 bits, which nobody guesses";
const TOKEN: &str = "another one, as long, which nobody guesses";
const NOW: i64 = 1_318_622_958;

/// A request in three texts.
#[derive(Clone, Debug, PartialEq)]
struct Sent {
    uri: String,
    body: String,
    authorization: String,
}

fn verify(sent: &Sent) -> Result<Received, Error> {
    let received = received(sent)?;
    #[cfg(feature = "planted")]
    let received = match self::received(&Sent { body: sent.body.to_ascii_lowercase(), ..sent.clone() }) {
        // Whoever treats a form without case accepts what nobody signed.
        Ok(lower) if !sent.body.contains("oauth_") => lower,
        _ => received,
    };
    received.verify(&Secret::new(CLIENT), Some(&Secret::new(TOKEN))).map(|verified| {
        let mut nonces = MemoryNonces::new(4);
        let now = Timestamp::from_unix(NOW);
        let mut spend = || verified.spend_nonce(now, Window::default(), &mut nonces);
        let first = spend();
        if verified.received().nonce().is_some() && first.is_ok() {
            assert_eq!(
                spend(),
                Err(Error::Refused { problem: Problem::NonceUsed }),
                "a nonce is good for once"
            );
        }
        verified.into_received()
    })
}

fn received(sent: &Sent) -> Result<Received, Error> {
    let incoming = Incoming::new("POST", sent.uri.as_str(), Form::Encoded(&sent.body));
    Received::parse(incoming.authorization(&sent.authorization))
}

/// What a request says, however it is written.
fn meaning(sent: &Sent) -> (Option<String>, Vec<Option<Params>>) {
    let base = received(sent).ok().map(|received| received.base_string().to_owned());
    let query = sent.uri.split_once('?').and_then(|(_, query)| form::parse(query).ok());
    let authorization = header::oauth::parse(&sent.authorization).ok().flatten();
    (base, vec![query, form::parse(&sent.body).ok(), authorization])
}

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (how, query, body, authorization) = (line(), line(), line(), line());
    let uri = format!("https://api.example.com/notes?{query}");
    let stranger = Sent { uri: uri.clone(), body: body.into(), authorization: authorization.into() };
    if let Err(error) = verify(&stranger) {
        // Whatever is wrong has a status and a report that is a form.
        assert!(error.status().is_client_error());
        assert!(form::parse(&form::print(&error.report())).is_ok());
    } else {
        panic!("nobody signed this");
    }

    let (client, token) = (ClientCredentials::new("ck", CLIENT), TokenCredentials::new("tk", TOKEN));
    let signer = Signer::hmac_sha1(client, token);
    let target = Target::new("POST", uri.as_str(), Form::Encoded(body));
    let stamp = Stamp::new(Timestamp::from_unix(NOW), "kYjzVBB8Y0");
    let mut sent = Sent { uri: uri.clone(), body: body.into(), authorization: String::new() };
    let signed = match how.as_bytes().first() {
        Some(b'q') => signer.query(target, stamp).map(|uri| sent.uri = uri),
        Some(b'b') => signer.form(target, stamp).map(|body| sent.body = body),
        _ => signer.authorization(target, stamp).map(|header| sent.authorization = header),
    };
    if signed.is_err() || matches!(received(&sent), Err(Error::NotUtf8 { .. })) {
        return;
    }
    assert!(verify(&sent).is_ok(), "what was signed verifies");

    // One byte of one text is replaced: where, and by what, is in the first line.
    let mut changed = sent.clone();
    let numbers: Vec<usize> = how.split(' ').skip(1).filter_map(|word| word.parse().ok()).collect();
    let &[at, by] = numbers.as_slice() else { return };
    let part = match how.as_bytes().get(1) {
        Some(b'u') => &mut changed.uri,
        Some(b'b') => &mut changed.body,
        _ => &mut changed.authorization,
    };
    let by = char::from(u8::try_from(by % 95).unwrap_or_default() + b' ');
    match part.get(at..=at).is_some() {
        true => part.replace_range(at..=at, by.encode_utf8(&mut [0; 4])),
        false => return,
    }
    if verify(&changed).is_ok() {
        assert_eq!(meaning(&changed).0, meaning(&sent).0, "a change that is not noticed changes nothing");
    }
});
