//! HMAC beside that of the crate `hmac`.

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_oauth1::{HmacSha1, HmacSha256, HmacSha512};
use countersign_token::Secret;
use countersign_wire::percent;
use hmac::{Hmac, KeyInit, Mac};

/// Signs a base string by both.
fn check(secret: &str, base_string: &str) {
    let client = Secret::new(secret);
    let key = format!("{}&", percent::encode(secret));
    macro_rules! agree {
        ($method:ident, $hash:ty) => {
            let mut mac = Hmac::<$hash>::new_from_slice(key.as_bytes()).unwrap();
            mac.update(base_string.as_bytes());
            let expected = STANDARD.encode(mac.finalize().into_bytes());
            let (of_key, of_text) = (key.len(), base_string.len());
            let signature = $method::new(&client, None).sign(base_string);
            assert_eq!(
                signature,
                expected,
                "{} with a key of {of_key}, a text of {of_text}",
                stringify!($method)
            );
        };
    }
    agree!(HmacSha1, sha1::Sha1);
    agree!(HmacSha256, sha2::Sha256);
    agree!(HmacSha512, sha2::Sha512);
}

#[test]
fn agrees_with_another_at_every_length() {
    let text: String = ('a'..='z').cycle().take(300).collect();
    for length in 0..=text.len() {
        check("secret", &text[..length]);
        check(&text[..length], "text");
    }
}
