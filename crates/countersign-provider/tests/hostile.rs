//! Whatever comes in, there is an answer, and it sends nobody to a stranger.

#[path = "support/scene.rs"]
mod scene;

use countersign_provider::{Authorization, RedirectRule};
use http::Request;
use proptest::prelude::*;
use scene::{CALLBACK, Leg, Scene, redirected};

/// Pieces that mean something to a server, and noise.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "client_id",
        "redirect_uri",
        "response_type",
        "code",
        "state",
        "scope",
        "grant_type",
        "refresh_token",
        "authorization_code",
        "oauth_token",
        "oauth_nonce",
        "app",
        "web",
        "http://127.0.0.1:4711/callback",
        "https://evil.example/",
        "files",
        "S256",
        "=",
        "&",
        "%",
        "%00",
        "+",
        "\r\n",
        "é",
        "\"",
        "#",
        "@",
        "\\",
    ]);
    prop::collection::vec(prop_oneof![pieces.prop_map(String::from), any::<String>()], 0..24)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_redirect_leads_to_what_was_registered(noise in text(), uri in text()) {
        let mut scene = Scene::new();
        let sound = Scene::query("app", &[]);
        let crafted = Scene::query("app", &[("redirect_uri", &format!("{CALLBACK}{uri}")), ("scope", "?")]);
        for query in [noise.clone(), format!("{sound}&{noise}"), format!("{noise}&{sound}"), crafted] {
            if let Authorization::Answer(answer) = scene.authorize(&query)
                && answer.response().is_some()
            {
                prop_assert_eq!(redirected(&answer).0, CALLBACK);
            }
        }
    }

    #[test]
    fn what_any_loopback_allows_is_loopback(uri in text(), port in any::<u16>()) {
        for uri in [uri.clone(), format!("http://127.0.0.1{uri}"), format!("http://127.0.0.1:{port}{uri}")] {
            if RedirectRule::AnyLoopback.allows(&uri) {
                let parsed: http::Uri = uri.parse().unwrap();
                prop_assert!(matches!(parsed.host(), Some("127.0.0.1" | "[::1]" | "localhost")), "{}", uri);
                prop_assert_eq!(parsed.authority().unwrap().as_str().find('@'), None);
            }
        }
    }

    #[test]
    fn every_endpoint_answers_everything(body in text(), header in "[ -~]{0,80}", path in "/[a-z?&=%/]{0,40}") {
        let mut scene = Scene::new();
        let Ok(request) = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", header)
            .body(body.into_bytes())
        else {
            return Ok(());
        };
        scene.run(|provider, env| {
            for answer in [
                provider.token(&request, env),
                provider.revoke(&request, env),
                provider.temporary_credentials(&request, env),
                provider.token_credentials(&request, env),
                provider.revoke_signed(&request, env),
            ] {
                assert!(answer.status().is_client_error(), "{answer:?}");
            }
        });
        prop_assert!(scene.check(request, "").is_err());
    }

    #[test]
    fn a_signature_with_one_bit_changed_is_refused(position in 0_usize..20, bit in 0_u8..8) {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let mut scene = Scene::new();
        let request = scene.signed(&Leg { callback: Some("oob"), ..Leg::new("/temporary") });
        let header = request.headers()["authorization"].to_str().unwrap();
        let (start, rest) = header.split_once("oauth_signature=\"").unwrap();
        let (signature, end) = rest.split_once('"').unwrap();
        let mut bytes = STANDARD.decode(countersign_wire::percent::decode(signature).unwrap()).unwrap();
        bytes[position] ^= 1 << bit;
        let forged = countersign_wire::percent::encode(&STANDARD.encode(bytes));
        let mut request = request.clone();
        let field = format!("{start}oauth_signature=\"{forged}\"{end}").parse().unwrap();
        request.headers_mut().insert("authorization", field);
        let answer = scene.run(|provider, env| provider.temporary_credentials(&request, env));
        prop_assert_eq!(answer.status(), 401);
    }
}
