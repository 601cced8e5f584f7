//! Signs one OAuth 1.0a request and prints its `Authorization` header: the signer alone, without I/O.

use std::error::Error;

use countersign::{
    Secret,
    oauth1::{ClientCredentials, Form, Scratch, Signer, Stamp, Target, TokenCredentials},
    token::Timestamp,
};

/// Both ways to sign: to a `String`, and into room that is kept.
fn sign(body: &str, now: Timestamp, nonce: &str) -> Result<(String, Secret), Box<dyn Error>> {
    let (method, uri) =
        (http::Method::POST, "https://api.example/1.1/statuses/update.json".parse::<http::Uri>()?);
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("tk", "ts"));
    let header =
        signer.authorization(Target::new(&method, &uri, Form::Encoded(body)), Stamp::new(now, nonce))?;

    let mut scratch = Scratch::new();
    let target = Target::new(&method, &uri, Form::Encoded(body));
    let again = signer.sign(target, Stamp::new(now, nonce), &mut scratch)?;
    Ok((header, Secret::new(again)))
}

fn main() -> Result<(), Box<dyn Error>> {
    // A program takes the time from its clock and the nonce from `oauth1::nonce`.
    let (header, again) =
        sign("status=Hello%20there", Timestamp::from_unix(1_318_622_958), "kYjzVBB8Y0ZFabxS")?;
    assert!(again.ct_eq(&header));
    assert!(header.contains("oauth_signature=\""));
    println!("{header}");
    Ok(())
}
