//! What holds of every request.

use countersign_oauth1::{
    Algorithm, ClientCredentials, Error, Form, HmacSha1, Incoming, Place, Received, Scratch, Signer, Stamp,
    Target, Token, TokenCredentials, base_string, sign_once,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::{Params, form, header, percent};
use proptest::{collection::vec, prelude::*};

type Pair = (String, String);

/// Names and values that collide, sort badly and encode unexpectedly.
fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[ab]{0,2}", "[a-c0!+ %&=~*,;\"é]{0,6}", ".{0,5}",]
        .prop_filter("the protocol's own names are another test", |word| !word.starts_with("oauth_"))
}

fn pairs() -> impl Strategy<Value = Vec<Pair>> {
    vec((word(), word()), 0..8)
}

/// A pair as some client might write it: a space as `+` or `%20`, escapes in either case.
fn write(pairs: &[Pair], plus: bool, lower: bool) -> String {
    let word = |word: &str| {
        let mut text = percent::encode(word);
        if plus {
            text = text.replace("%20", "+");
        }
        if lower {
            text = text
                .split('%')
                .enumerate()
                .map(|(index, part)| match part.split_at_checked(2) {
                    Some((digits, rest)) if index > 0 => format!("%{}{rest}", digits.to_ascii_lowercase()),
                    _ => part.to_owned(),
                })
                .collect();
        }
        text
    };
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", word(name), word(value))).collect();
    pairs.join("&")
}

/// The base string written straight from the RFC, with nothing in common but percent-encoding.
fn by_the_rfc(method: &str, uri: &str, pairs: &[Pair]) -> String {
    let mut encoded: Vec<_> =
        pairs.iter().map(|(name, value)| (percent::encode(name), percent::encode(value))).collect();
    encoded.sort();
    let joined: Vec<_> = encoded.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{method}&{}&{}", percent::encode(uri), percent::encode(&joined.join("&")))
}

fn signer() -> Signer {
    Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("tk", "ts"))
}

fn stamp() -> Stamp<'static> {
    Stamp::new(Timestamp::from_unix(1_700_000_000), "n0nce")
}

/// A signed request, as three texts.
#[derive(Clone, Debug)]
struct Sent {
    uri: String,
    form: String,
    header: String,
}

impl Sent {
    fn new(place: Place, query: &str, form: &str) -> Self {
        let uri = format!("https://example.com/p?{query}");
        let target = Target::new("POST", &uri, Form::Encoded(form));
        let mut sent = Self { uri: uri.clone(), form: form.to_owned(), header: String::new() };
        match place {
            Place::Header => sent.header = signer().authorization(target, stamp()).unwrap(),
            Place::Query => sent.uri = signer().query(target, stamp()).unwrap(),
            _ => sent.form = signer().form(target, stamp()).unwrap(),
        }
        sent
    }

    fn part(&mut self, index: usize) -> &mut String {
        match index % 3 {
            0 => &mut self.uri,
            1 => &mut self.form,
            _ => &mut self.header,
        }
    }

    fn received(&self) -> Option<Received> {
        let incoming = Incoming::new("POST", &self.uri, Form::Encoded(&self.form));
        Received::parse(incoming.authorization(&self.header)).ok()
    }

    fn holds(&self) -> bool {
        self.received()
            .is_some_and(|received| received.verify(&Secret::new("cs"), Some(&Secret::new("ts"))).is_ok())
    }

    /// What the request says, in a form that writing it differently does not change.
    fn meaning(&self) -> Option<(String, Option<String>)> {
        let base = self.received()?.base_string().to_owned();
        let signature = [
            header::oauth::parse(&self.header).ok()?,
            form::parse(self.uri.split_once('?')?.1).ok(),
            form::parse(&self.form).ok(),
        ]
        .into_iter()
        .flatten()
        .find_map(|params| params.first("oauth_signature").map(str::to_owned));
        Some((base, signature))
    }
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![Just(Place::Header), Just(Place::Query), Just(Place::Form)]
}

/// Words of every length that is worked on in blocks, and names that begin as the protocol's do.
fn long_word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z%&=+ é]{40,60}", "[a-z0-9]{0,140}", "oauth_[a-z]{0,3}", "oaut[a-z]{0,12}", "[abé]{7,9}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_signer_signs_the_rfcs_base_string(
        query in vec((long_word(), long_word()), 0..4),
        form in vec((long_word(), long_word()), 0..4),
        extra in vec((long_word().prop_filter("a name", |name| !name.is_empty()), long_word()), 0..3),
        plus: bool,
        lower: bool,
    ) {
        let own = [
            ("oauth_consumer_key", "ck"), ("oauth_token", "tk"), ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1700000000"), ("oauth_nonce", "n0nce"), ("oauth_version", "1.0"),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let all = [query.clone(), form.clone(), extra.clone(), own.to_vec()].concat();
        let uri = format!("http://example.com/p?{}", write(&query, plus, lower));
        let body = write(&form, plus, lower);
        let extra: Vec<_> = extra.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let target = Target::new("POST", &uri, Form::Encoded(&body)).parameters(&extra);
        let expected = by_the_rfc("POST", "http://example.com/p", &all);
        prop_assert_eq!(signer().base_string(target, stamp()).unwrap(), expected.clone());
        // Over what an earlier request has left, and with nothing prepared.
        let mut scratch = Scratch::new();
        let long = format!("https://h/?{}", "%zz".repeat(100).replace("zz", "7e"));
        signer().sign(Target::new("GET", &long, Form::None), stamp(), &mut scratch).unwrap();
        let header = signer().sign(target, stamp(), &mut scratch).unwrap().to_owned();
        let signature = percent::encode(&HmacSha1::new(&Secret::new("cs"), Some(&Secret::new("ts"))).sign(&expected));
        let ending = format!("oauth_signature=\"{signature}\"");
        prop_assert!(header.ends_with(&ending));
        let client = ClientCredentials::new("ck", "cs");
        let token = Token::from(TokenCredentials::new("tk", "ts"));
        prop_assert_eq!(sign_once(Algorithm::HmacSha1, &client, &token, target, stamp()).unwrap(), header);
    }

    #[test]
    fn the_base_string_is_the_rfcs(
        query in pairs(), form in pairs(), oauth in pairs(), plus: bool, lower: bool,
    ) {
        let oauth: Vec<Pair> =
            oauth.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("realm")).collect();
        let all: Vec<Pair> = [query.clone(), form.clone(), oauth.clone()].concat();
        let uri = format!("http://example.com/p?{}", write(&query, plus, lower));
        let body = write(&form, plus, lower);
        let oauth: Vec<_> = oauth.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let base = base_string(Target::new("POST", &uri, Form::Encoded(&body)), &oauth).unwrap();
        prop_assert_eq!(base, by_the_rfc("POST", "http://example.com/p", &all));
    }

    #[test]
    fn the_order_of_parameters_does_not_matter(
        (one, other) in pairs().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle())),
        split in 0..8_usize,
    ) {
        let base = |pairs: &[Pair], split: usize| {
            let (query, body) = pairs.split_at(split.min(pairs.len()));
            let uri = format!("http://example.com/p?{}", write(query, false, false));
            let body = write(body, true, true);
            base_string(Target::new("POST", &uri, Form::Encoded(&body)), &[]).unwrap()
        };
        prop_assert_eq!(base(&one, 8), base(&other, split));
    }

    #[test]
    fn what_is_signed_holds(place in place(), query in pairs(), form in pairs(), plus: bool, lower: bool) {
        let sent = Sent::new(place, &write(&query, plus, lower), &write(&form, plus, lower));
        prop_assert!(sent.holds());
        let received = sent.received().unwrap();
        prop_assert_eq!(received.place(), place);
        let own: Vec<Pair> =
            received.parameters().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(own, [query, form].concat());
    }

    #[test]
    fn one_changed_byte_that_changes_the_meaning_is_noticed(
        place in place(),
        query in pairs(),
        form in pairs(),
        part in 0..3_usize,
        at: prop::sample::Index,
        byte in 0x20..0x7f_u8,
    ) {
        let sent = Sent::new(place, &write(&query, false, false), &write(&form, true, false));
        let mut changed = sent.clone();
        let text = changed.part(part);
        prop_assume!(!text.is_empty());
        let at = at.index(text.len());
        text.replace_range(at..=at, core::str::from_utf8(&[byte]).unwrap());
        // Another way to write the same, such as %2f for %2F, changes nothing and must hold.
        prop_assert_eq!(changed.holds(), changed.meaning() == sent.meaning());
    }

    #[test]
    fn a_changed_character_of_a_value_is_always_noticed(
        place in place(), value in "[a-z]{1,20}", at: prop::sample::Index, in_form: bool,
    ) {
        let pair = format!("key={value}");
        let (query, form) = if in_form { ("", pair.as_str()) } else { (pair.as_str(), "") };
        let sent = Sent::new(place, query, form);
        let mut changed = sent.clone();
        let text = changed.part(usize::from(in_form));
        let start = text.find("key=").unwrap() + 4 + at.index(value.len());
        text.replace_range(start..=start, "A");
        prop_assert!(sent.holds());
        prop_assert!(!changed.holds());
    }

    #[test]
    fn a_form_read_and_written_stays_what_it_is(form in pairs()) {
        let params = form.iter().cloned().collect::<Params>();
        let text = form::print(&params);
        let base = |text: &str| base_string(Target::new("POST", "http://h", Form::Encoded(text)), &[]).unwrap();
        let again = form::print(&form::parse(&text).unwrap());
        prop_assert_eq!(base(&text), base(&again));
        prop_assert_eq!(base(&text), by_the_rfc("POST", "http://h/", &form));
    }

    #[test]
    fn a_header_read_and_written_stays_what_it_is(realm in "[ -~&&[^\"\\\\]]{0,10}", extra in pairs()) {
        let mut extra: Vec<_> = extra.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        extra.retain(|(name, _)| !name.is_empty() && !name.eq_ignore_ascii_case("realm"));
        extra.dedup_by_key(|(name, _)| *name);
        let target = Target::new("GET", "https://h/", Form::None).realm(&realm).parameters(&extra);
        let field = signer().authorization(target, stamp()).unwrap();
        let params = header::oauth::parse(&field).unwrap().unwrap();
        let rest: Params = params.iter().skip(1).collect();
        let again = header::oauth::print(params.first("realm"), &rest).unwrap();
        prop_assert_eq!(again.expose(), field);
    }

    /// The reader of signed requests and the wire's parser take the same headers, and read the same in them.
    #[test]
    fn headers_are_read_as_the_wire_reads_them(fields in "[a-c=\"\\\\, %2\t~é]{0,24}") {
        let own = "oauth_consumer_key=ck, oauth_signature_method=PLAINTEXT, oauth_signature=\"cs%26\"";
        let header = format!("OAuth {own}, {fields}");
        let received = Received::parse(Incoming::new("GET", "https://h/", Form::None).authorization(&header));
        match header::oauth::parse(&header) {
            Ok(params) => {
                let params = params.unwrap();
                prop_assert_eq!(received.is_err(), params.repeated().is_some());
                if let Ok(received) = received {
                    let read: Vec<Pair> =
                        received.parameters().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                    let expected: Vec<Pair> =
                        params.iter().skip(3).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                    prop_assert_eq!(read, expected);
                }
            }
            Err(_) => prop_assert!(received.is_err()),
        }
    }

    /// However a header writes its values, plain, escaped or with backslashes, the server signs what they mean.
    #[test]
    fn the_protocols_values_are_signed_by_what_they_mean(
        values in vec(("[a-z0-9]{0,40}", "[a-c !+%\"\\\\é☃~]{0,6}", any::<bool>(), any::<bool>()), 4),
        apart in "[a-z]{0,3}",
        query in pairs(),
    ) {
        let names = ["oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_callback"];
        let mut pairs: Vec<Pair> = vec![
            ("oauth_signature_method".into(), "HMAC-SHA1".into()),
            ("oauth_timestamp".into(), "1700000000".into()),
            ("oauth_version".into(), "1.0".into()),
        ];
        let mut header = String::from(
            "OAuth oauth_signature_method=HMAC-SHA1, oauth_timestamp = \"1700000000\",oauth_version=\"1.0\"",
        );
        for (name, (plain, odd, is_plain, backslash)) in names.into_iter().zip(&values) {
            let value = if *is_plain { format!("x{plain}") } else { format!("x{plain}{odd}") };
            let mut written = percent::encode(&value);
            if *backslash {
                written = written.replace('x', "\\x");
            }
            header.push_str(&format!(", {name}=\"{written}\""));
            pairs.push((name.into(), value));
        }
        let other = format!("oauth_o{apart}");
        header.push_str(&format!(", {other}=\"1\", oauth_signature=\"a%2Fb%3D\""));
        let uri = format!("https://h/?{}", write(&query, true, false));
        let incoming = Incoming::new("GET", uri.as_str(), Form::None).authorization(&header);
        let received = Received::parse(incoming).unwrap();
        prop_assert_eq!(received.consumer_key(), pairs[3].1.as_str());
        prop_assert_eq!(received.token(), Some(pairs[4].1.as_str()));
        prop_assert_eq!(received.nonce(), Some(pairs[5].1.as_str()));
        prop_assert_eq!(received.callback(), Some(pairs[6].1.as_str()));
        prop_assert_eq!(received.realm(), None);
        pairs.push((other, "1".into()));
        pairs.extend(query);
        prop_assert_eq!(received.base_string(), by_the_rfc("GET", "https://h/", &pairs));
    }

    /// A query is refused when, and only when, what it stands for is not UTF-8.
    #[test]
    fn a_query_that_is_no_text_is_refused(
        parts in vec(prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            any::<char>().prop_map(|char| char.to_string().into_bytes()),
            prop_oneof![Just(0xc3_u8), Just(0xe2), Just(0x98), Just(0xf0), Just(0xed), Just(0xa0)].prop_map(|byte| vec![byte]),
            "[a-z]{20,40}".prop_map(String::into_bytes),
        ], 0..12),
    ) {
        let bytes = parts.concat();
        let query: String = bytes.iter().map(|byte| match byte {
            b'a'..=b'z' => char::from(*byte).to_string(),
            byte => format!("%{byte:02x}"),
        }).collect();
        let uri = format!("https://h/?v={query}");
        let header = signer().authorization(Target::new("GET", uri.as_str(), Form::None), stamp()).unwrap();
        let incoming = Incoming::new("GET", uri.as_str(), Form::None).authorization(&header);
        let refused = Err(Error::NotUtf8 { place: Place::Query });
        match Received::parse(incoming) {
            Ok(_) => prop_assert!(core::str::from_utf8(&bytes).is_ok()),
            Err(error) => {
                prop_assert_eq!(Err::<(), _>(error), refused);
                prop_assert!(core::str::from_utf8(&bytes).is_err());
            }
        }
    }

    #[test]
    fn no_input_makes_the_reader_panic(
        method in ".{0,5}", uri in ".{0,40}", path in ".{0,30}", form in ".{0,30}", header in ".{0,40}",
    ) {
        let header = format!("OAuth {header}");
        let with_path = format!("http://h/{path}");
        for uri in [uri.as_str(), with_path.as_str()] {
            let _ = Received::parse(Incoming::new(&method, uri, Form::Encoded(&form)).authorization(&header));
            let _ = signer().query(Target::new(&method, uri, Form::Encoded(&form)), stamp());
        }
    }
}
