//! The requests that are measured.

use http::Method;

const STATUS: &str = "Hello Ladies + Gentlemen, a signed OAuth request from Zürich! ☃ \
    And whatever else fits into one hundred and forty characters? Déjà vu, naïve.";

/// Percent-encoding as some clients write it, in lower case.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    text.bytes().map(escape).collect()
}

/// A request as we take it, and as the peer does: without query and form, but with their parameters.
pub struct Case {
    pub name: &'static str,
    pub method: Method,
    pub uri: String,
    pub body: String,
    pub bare_uri: &'static str,
    pub parameters: Vec<(String, String)>,
    /// How long the base string is, in bytes; `None` where it does not matter.
    pub base_string: Option<usize>,
    /// Whether the peer's signature is right.
    pub peer_is_right: bool,
    /// The targets of reused signer and one shot, as multiples of the floor.
    pub targets: (f64, f64),
}

pub fn published() -> [Case; 3] {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    [
        Case {
            name: "a: GET without parameters",
            method: Method::GET,
            uri: "https://api.twitter.com/1.1/account/settings.json".to_owned(),
            body: String::new(),
            bare_uri: "https://api.twitter.com/1.1/account/settings.json",
            parameters: Vec::new(),
            base_string: Some(325),
            peer_is_right: true,
            targets: (1.0, 1.5),
        },
        Case {
            name: "b: POST of a status, 8 parameters",
            method: Method::POST,
            uri: "https://api.twitter.com/1.1/statuses/update.json?include_entities=true".to_owned(),
            body: format!("status={}", escaped(STATUS)),
            bare_uri: "https://api.twitter.com/1.1/statuses/update.json",
            parameters: [("include_entities", "true"), ("status", STATUS)].map(pair).to_vec(),
            base_string: Some(666),
            peer_is_right: true,
            targets: (1.3, 1.8),
        },
        Case {
            name: "c: POST of 50 parameters, some repeated",
            base_string: Some(2351),
            targets: (2.0, 2.3),
            ..of_parameters(50)
        },
    ]
}

/// A form with so many fields, of which every fifth has the name of another.
pub fn of_parameters(count: usize) -> Case {
    let distinct = count * 4 / 5;
    let parameters: Vec<_> = (0..count)
        .map(|n| {
            let value =
                if n < distinct { format!("{n}0 & some more") } else { format!("{}:00 h", n - distinct) };
            (format!("field{}", n % distinct), value)
        })
        .collect();
    let encoded = |(name, value): &(String, String)| format!("{name}={}", escaped(value).replace("%20", "+"));
    Case {
        name: "many",
        method: Method::POST,
        uri: "https://api.example.com/1.1/accounts/inventory/batch/update-items.json".to_owned(),
        body: parameters.iter().map(encoded).collect::<Vec<_>>().join("&"),
        bare_uri: "https://api.example.com/1.1/accounts/inventory/batch/update-items.json",
        parameters,
        base_string: None,
        // It sorts before encoding: `50` and `5:00` change places.
        peer_is_right: false,
        targets: (f64::INFINITY, f64::INFINITY),
    }
}
