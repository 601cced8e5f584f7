//! Every signature method, in the login and on requests.

use std::sync::Arc;

use countersign_flow::{
    Authorize, Error, OAuth1, RequestView,
    error::Misuse,
    oauth1::{LoginRequest, PendingLogin, Redeemed},
};
use countersign_oauth1::{Algorithm, KeyFault, Signature, SignatureMethod, Signer, Token, from_fn};
use countersign_token::{ClientId, Grant, TokenCredentials};
use countersign_wire::flow::{Entropy, Env, Flow, Input, NoEntropy};
use http::{Request, header::AUTHORIZATION};

use super::{CREDENTIALS, FORM, TEMPORARY, client, endpoints, verified};
use crate::support::{Played, env, play, typed};

/// A method that has its key, and takes random bytes as RSA does.
#[derive(Clone, Copy)]
struct Keyed;

impl SignatureMethod for Keyed {
    fn name(&self) -> &str {
        "X-KEYED"
    }

    fn sign(&self, base_string: &str, entropy: &dyn Entropy) -> Result<Signature, countersign_oauth1::Error> {
        let mut salt = [0; 4];
        entropy.fill(&mut salt).map_err(|_| countersign_oauth1::Error::key(KeyFault::NoEntropy))?;
        Ok(format!("{}-{}", u32::from_le_bytes(salt), base_string.len()).into())
    }

    fn verify(&self, base_string: &str, signature: &str) -> bool {
        signature.split_once('-').is_some_and(|(_, length)| length == base_string.len().to_string())
    }
}

fn header(request: &Request<Vec<u8>>) -> String {
    request.headers()[AUTHORIZATION].to_str().unwrap().to_string()
}

fn keyed_login() -> PendingLogin {
    let flow = LoginRequest::new(&endpoints(), &client()).sign_with(Keyed).begin().unwrap();
    let played = play(flow, [typed(200, FORM, TEMPORARY)]);
    assert!(header(&played.requests[0]).contains(r#"oauth_signature_method="X-KEYED""#));
    played.done().1
}

fn redeem_keyed(pending: PendingLogin) -> Played<Redeemed> {
    play(pending.verifier("v").unwrap().redeem().unwrap(), [typed(200, FORM, CREDENTIALS)])
}

#[test]
fn a_login_is_signed_by_each_method_of_shared_secrets() {
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512, Algorithm::Plaintext]
    {
        let flow = LoginRequest::new(&endpoints(), &client()).signature_method(algorithm).begin().unwrap();
        let played = play(flow, [typed(200, FORM, TEMPORARY)]);
        let named = |sent: countersign_wire::Params| sent.first("oauth_signature_method").map(String::from);
        assert_eq!(named(verified(&played.requests[0], None)).as_deref(), Some(algorithm.as_str()));
        let redeem = played.done().1.verifier("v").unwrap().redeem().unwrap();
        let played = play(redeem, [typed(200, FORM, CREDENTIALS)]);
        let sent = verified(&played.requests[0], Some("tmp-secret"));
        assert_eq!(named(sent).as_deref(), Some(algorithm.as_str()));
        let credential = played.done().into_credential();
        let Grant::OAuth1 { signature_method: Some(kept), client, token } = credential.grant else {
            panic!("a method is kept")
        };
        assert_eq!(kept, algorithm.as_str());
        let way = OAuth1::with_method(Some(&kept), client, token).unwrap();
        let mut request = Request::get("https://api.example/?a=1").body(Vec::new()).unwrap();
        way.authorize(RequestView::whole(&request), None, &env()).unwrap().apply(&mut request);
        assert_eq!(named(verified(&request, Some("tok-secret"))).as_deref(), Some(algorithm.as_str()));
    }
}

#[test]
fn a_login_is_signed_by_a_method_with_its_own_key() {
    let played = redeem_keyed(keyed_login());
    assert!(header(&played.requests[0]).contains(r#"oauth_signature_method="X-KEYED""#));
    let redeemed = played.done();
    assert_eq!((redeemed.signature_method, redeemed.method_name.as_str()), (Algorithm::Own, "X-KEYED"));
    let Grant::OAuth1 { signature_method, .. } = redeemed.into_credential().grant else {
        panic!("OAuth 1.0a")
    };
    assert_eq!(signature_method.as_deref(), Some("X-KEYED"));
}

#[test]
fn a_blob_holds_no_key_and_is_given_it_again() {
    let blob = keyed_login().to_blob();
    let pending = PendingLogin::from_blob(&blob).unwrap();
    let error = pending.clone().verifier("v").unwrap().redeem().unwrap_err();
    assert_eq!(error, Error::Misuse(Misuse::SignatureMethod));
    let played = redeem_keyed(pending.sign_with(Keyed));
    assert!(header(&played.requests[0]).contains(r#"oauth_signature_method="X-KEYED""#));
    assert!(played.end.unwrap().is_ok());
}

#[test]
fn a_method_with_its_own_key_cannot_be_had_by_name() {
    for algorithm in [Algorithm::RsaSha1, Algorithm::RsaSha256, Algorithm::RsaSha512, Algorithm::Own] {
        let begun = LoginRequest::new(&endpoints(), &client()).signature_method(algorithm).begin();
        assert_eq!(begun.unwrap_err(), Error::Misuse(Misuse::SignatureMethod));
    }
}

#[test]
fn a_request_is_signed_with_the_random_bytes_of_the_world() {
    let token = TokenCredentials::new("tok", "tok-secret");
    let way = OAuth1::from(Signer::with_method(Arc::new(Keyed), ClientId::new("ck"), token));
    let request = Request::get("https://api.example/").body(()).unwrap();
    let view = || RequestView::head(&request);
    assert!(way.authorize(view(), None, &env()).is_ok());
    // A nonce is made first, and takes what there is.
    let left = core::sync::atomic::AtomicBool::new(true);
    let entropy = |out: &mut [u8]| {
        out.fill(1);
        if left.swap(false, core::sync::atomic::Ordering::Relaxed) { Ok(()) } else { Err(NoEntropy) }
    };
    let error = way.authorize(view(), None, &Env { now: env().now, entropy: &entropy }).unwrap_err();
    assert_eq!(error, Error::NoEntropy);
    let broken = from_fn("X-BROKEN", |_: &str| {
        Err::<String, _>(countersign_oauth1::Error::key(KeyFault::Unavailable))
    });
    let way = OAuth1::from(Signer::with_method(broken, ClientId::new("ck"), Token::None));
    let error = way.authorize(view(), None, &env()).unwrap_err();
    assert_eq!(error, Error::Misuse(Misuse::Unsignable { part: "key" }));
}

#[test]
fn a_flow_that_cannot_sign_is_over() {
    let none = |_: &mut [u8]| Err(NoEntropy);
    let mut flow = LoginRequest::new(&endpoints(), &client()).begin().unwrap();
    let dry = Env { now: env().now, entropy: &none };
    assert_eq!(flow.step(Input::Start, &dry).unwrap_err(), Error::NoEntropy);
    let answer = typed(200, FORM, TEMPORARY);
    assert_eq!(flow.step(answer, &env()).unwrap_err(), Error::Misuse(Misuse::Finished));
}
