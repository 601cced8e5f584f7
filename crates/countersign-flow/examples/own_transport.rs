//! Code and PKCE with a transport of one's own: this crate alone, and a closure that stands for the network.

use countersign_flow::{
    AuthorizationRequest, AuthorizationServer, Callback, ClientRegistration, Error, PendingAuthorization,
    Redeemed,
};
use countersign_token::Timestamp;
use countersign_wire::flow::{Env, Failure, Flow, Input, Sent, Step};
use http::{Request, Response};

/// Whatever sends a request; `None` stands for "no connection".
type Network<'a> = dyn FnMut(Request<Vec<u8>>) -> Option<Response<Vec<u8>>> + 'a;

/// Signs a person in; `browser` takes them to an address and brings the query of the answer back.
pub(crate) fn sign_in(
    env: &Env<'_>,
    browser: &mut dyn FnMut(&str) -> String,
    network: &mut Network<'_>,
) -> Result<Redeemed, Error> {
    let server = AuthorizationServer::new("https://as.example", "https://as.example/token")?
        .with_authorization_endpoint("https://as.example/authorize")?;
    let client = ClientRegistration::public("demo").with_redirect_uri("http://127.0.0.1:4711/");

    let (url, pending) = AuthorizationRequest::new(&server, &client).scopes("a b").begin(env)?;
    let mut blob = pending.to_blob();
    let code = loop {
        match PendingAuthorization::from_blob(&blob)?.callback(&browser(&url))? {
            Callback::Ours(code) => break code,
            Callback::NotOurs(pending) => blob = pending.to_blob(),
        }
    };

    let mut flow = code.redeem();
    let mut input = Input::Start;
    loop {
        input = match flow.step(input, env)? {
            Step::Send(request) => network(request)
                .map_or(Input::Failed(Failure { sent: Sent::No, transient: true }), Input::Response),
            // A real program sleeps here.
            Step::Wait(_) => Input::Woken,
            Step::Done(redeemed) => return Ok(redeemed),
        };
    }
}

fn main() -> Result<(), Error> {
    // A real program asks its system for random bytes and for the time.
    let entropy = |out: &mut [u8]| {
        out.fill(7);
        Ok(())
    };
    let env = Env { now: Timestamp::from_unix(1_700_000_000), entropy: &entropy };
    let mut browser = |url: &str| {
        println!("the user visits {}", url.split('?').next().unwrap_or_default());
        let state = url.split(['?', '&']).find(|pair| pair.starts_with("state=")).unwrap_or_default();
        format!("code=SplxlOBeZQQYbYS6WxSbIA&{state}")
    };
    let mut network = |request: Request<Vec<u8>>| {
        println!("{} {}", request.method(), request.uri());
        Some(Response::new(br#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"bearer"}"#.to_vec()))
    };
    let redeemed = sign_in(&env, &mut browser, &mut network)?;
    println!("a token for {}", redeemed.tokens.access.scopes);
    Ok(())
}
