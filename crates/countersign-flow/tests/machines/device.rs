use core::time::Duration;

use countersign_flow::{
    AuthorizationServer, ClientAssertion, ClientAuthentication, ClientRegistration, DeviceAuthorization,
    DeviceGrantName, Error, PendingDevice, error::Misuse,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::{
    flow::{Failure, Input, Purpose, Sent},
    response::{ErrorCode, Oddity, Tolerance},
};
use testkit::vectors::Suite;

use crate::support::{
    NOW, confidential, env, json, later, maybe_sent, not_sent, numbered, play, play_in_time, public,
    retry_after, server, signed_elsewhere, typed, whole_server,
};

const CODES: &str = r#"{"device_code":"dc-1","user_code":"WDJB-MJHT","verification_uri":"https://as.example/d",
    "verification_uri_complete":"https://as.example/d?c=WDJB-MJHT","expires_in":1800,"interval":5}"#;
const TOKEN: &str = r#"{"access_token":"at","token_type":"bearer"}"#;

fn authorization(client: &ClientRegistration) -> DeviceAuthorization {
    DeviceAuthorization::new(&whole_server(), client).unwrap()
}

fn pending(body: &str) -> PendingDevice {
    play(authorization(&public()), [json(200, body)]).done()
}

fn refused(code: &str) -> Input {
    json(400, &format!(r#"{{"error":"{code}"}}"#))
}

#[test]
fn a_device_asks_for_a_code_and_is_told_what_to_show() {
    Suite::open("protocol", "device_authorization_response.json", "/vectors").run(|case| {
        let (input, expected) = (&case["input"], &case["expected"]);
        let flow = authorization(&public()).scopes("files mail").resource("https://api.example/");
        let status = u16::try_from(input["status"].as_u64().unwrap()).unwrap();
        let played = play(flow, [json(status, input["body"].as_str().unwrap())]);
        assert_eq!(played.purposes(), [Purpose::DeviceAuthorization]);
        assert_eq!(played.requests[0].uri(), "https://as.example/device");
        assert_eq!(
            played.form(0).iter().collect::<Vec<_>>(),
            [("scope", "files mail"), ("resource", "https://api.example/"), ("client_id", "demo")]
        );
        let pending = played.done();
        assert_eq!(pending.user_code, expected["user_code"].as_str().unwrap());
        assert_eq!(pending.verification_uri, expected["verification_uri"].as_str().unwrap());
        assert_eq!(pending.interval.as_secs(), expected["interval"].as_u64().unwrap());
        // The clock of `play` is a second on when the answer comes.
        let lifetime = i64::try_from(expected["expires_in"].as_u64().unwrap()).unwrap();
        assert_eq!(pending.expires_at, Timestamp::from_unix(NOW + 1 + lifetime));
        let polled = play(pending.poll(), []);
        let sent = polled.form(0).first("device_code").unwrap().to_string();
        assert_eq!(sent, expected["device_code"].as_str().unwrap());
    });
}

#[test]
fn the_poll_is_that_of_rfc_8628_section_3_4() {
    Suite::open("protocol", "device_token_request.json", "/vectors").run(|case| {
        let (input, expected) = (&case["input"], &case["expected"]["form"]);
        let body = CODES.replace("dc-1", input["device_code"].as_str().unwrap());
        let client = ClientRegistration::public(input["client_id"].as_str().unwrap());
        let pending = play(authorization(&client), [json(200, &body)]).done();
        let played = play_in_time(pending.poll(), [json(200, TOKEN)]);
        assert_eq!(played.purposes(), [Purpose::Token]);
        let form = played.form(0);
        assert_eq!(form.len(), expected.as_object().unwrap().len());
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(form.unique(name).unwrap(), value.as_str());
        }
    });
}

#[test]
fn polls_come_when_the_timeline_says() {
    Suite::open("protocol", "device_polling.json", "/vectors").run(|case| {
        let input = &case["input"];
        let body = CODES.replace("\"interval\":5", &format!("\"interval\":{}", input["interval"]));
        let answers =
            input["replies"].as_array().unwrap().iter().map(|reply| match reply.as_str().unwrap() {
                "token" => json(200, TOKEN),
                "connection_timeout" => maybe_sent(),
                code => refused(code),
            });
        let played = play_in_time(pending(&body).poll(), answers);
        let times: Vec<i64> = case["expected"]["poll_times"]
            .as_array()
            .unwrap()
            .iter()
            .map(|time| time.as_i64().unwrap())
            .collect();
        // A timeline may end before its device does.
        assert_eq!(played.times.get(..times.len()).unwrap(), times, "{}", case["id"]);
    });
}

#[test]
fn what_a_poll_answers_is_said_by_its_error_whatever_its_status() {
    let slow = |interval: &str| json(400, &format!(r#"{{"error":"slow_down"{interval}}}"#));
    for (answers, times) in [
        (vec![json(428, r#"{"error":"authorization_pending"}"#)], vec![5, 10]),
        (vec![json(403, r#"{"error":"slow_down"}"#)], vec![5, 15]),
        (vec![json(200, r#"{"error":"authorization_pending"}"#)], vec![5, 10]),
        (vec![slow(r#","interval":30"#)], vec![5, 35]),
        (vec![slow(r#","interval":"30""#)], vec![5, 35]),
        (vec![slow(r#","interval":1"#)], vec![5, 15]),
        (vec![slow(""), refused("authorization_pending")], vec![5, 15, 25]),
        (vec![not_sent(), not_sent()], vec![5, 15, 35]),
        (vec![maybe_sent(), refused("authorization_pending")], vec![5, 15, 25]),
        (vec![typed(502, "text/html", "<html>")], vec![5, 15]),
        (vec![retry_after(429, "120")], vec![5, 125]),
        (vec![retry_after(503, "0")], vec![5, 6]),
        (vec![json(503, r#"{"error":"temporarily_unavailable"}"#)], vec![5, 15]),
        (vec![not_sent(), not_sent(), not_sent(), not_sent(), not_sent()], vec![5, 15, 35, 75, 135, 195]),
    ] {
        let played = play_in_time(pending(CODES).poll(), answers.into_iter().chain([json(200, TOKEN)]));
        assert_eq!(played.times, times);
        assert!(played.done().tokens.access.secret.ct_eq("at"));
    }
}

#[test]
fn some_answers_end_it() {
    for (answer, code) in [
        (refused("access_denied"), "access_denied"),
        (refused("authorization_declined"), "access_denied"),
        (refused("user_denied"), "access_denied"),
        (refused("expired_token"), "expired_token"),
        (refused("code_expired"), "expired_token"),
        (refused("bad_verification_code"), "bad_verification_code"),
        (refused("invalid_grant"), "invalid_grant"),
        (json(401, r#"{"error":"invalid_client"}"#), "invalid_client"),
    ] {
        let Error::Refused(refusal) = play_in_time(pending(CODES).poll(), [answer]).error() else {
            panic!("a refusal")
        };
        assert_eq!(refusal.code.as_str(), code);
    }
    for answer in [typed(404, "text/html", "<html>"), json(200, r#"{"access_token":""}"#)] {
        let error = play_in_time(pending(CODES).poll(), [answer]).error();
        assert!(matches!(error, Error::Protocol(_)), "{error:?}");
    }
    let hopeless = Failure { sent: Sent::No, transient: false };
    let error = play_in_time(pending(CODES).poll(), [Input::Failed(hopeless)]).error();
    assert_eq!(error, Error::Network(hopeless));
}

#[test]
fn the_codes_end_by_the_clock_and_where_it_stands_still() {
    let body = CODES.replace("1800", "12");
    let pendings = || core::iter::repeat_with(|| refused("authorization_pending"));
    let played = play_in_time(pending(&body).poll(), pendings().take(2));
    assert_eq!(played.times, [5, 10]);
    assert_eq!(played.error(), Error::LoginExpired);

    // A clock that never moves: `play` moves it by requests only, so the pauses are counted.
    let mut flow = pending(&body).poll();
    let mut input = Input::Start;
    let mut requests = 0;
    let error = loop {
        use countersign_wire::flow::{Flow, Step};
        input = match flow.step(input, &env()) {
            Ok(Step::Send(_)) => {
                requests += 1;
                assert!(requests < 10, "it goes on for ever");
                refused("authorization_pending")
            }
            Ok(Step::Wait(_)) => Input::Woken,
            Ok(Step::Done(_)) => panic!("nobody answered"),
            Err(error) => break error,
        };
    };
    assert_eq!((error, requests), (Error::LoginExpired, 3));

    use countersign_wire::flow::Flow;
    let error = pending(CODES).poll().step(Input::Start, &later(1801)).unwrap_err();
    assert_eq!(error, Error::LoginExpired);
}

#[test]
fn odd_answers_are_understood_and_reported() {
    let minimal =
        r#"{"device_code":"d","user_code":"U","verification_url":"https://g.example/d","expires_in":"1800"}"#;
    let device = pending(minimal);
    assert_eq!(device.interval, Duration::from_secs(5));
    assert_eq!(device.oddities, [Oddity::VerificationUrl, Oddity::NumberAsText]);
    assert_eq!(device.verification_uri_complete, None);
    assert_eq!(pending(&CODES.replace("\"interval\":5", "\"interval\":\"7\"")).interval.as_secs(), 7);
    assert_eq!(pending(&CODES.replace("\"interval\":5", "\"interval\":0")).interval.as_secs(), 1);

    let strict = public().with_tolerance(Tolerance::strict());
    let error = play(authorization(&strict), [json(200, minimal)]).error();
    assert_eq!(error, countersign_wire::Error::Odd(Oddity::VerificationUrl).into());
    assert_eq!(play(authorization(&strict), [json(200, CODES)]).done().user_code, "WDJB-MJHT");
}

#[test]
fn what_cannot_be_shown_or_used_is_refused() {
    let replaced = |from: &str, to: &str| {
        let body = CODES.replace(from, to);
        assert_ne!(body, CODES);
        play(authorization(&public()), [json(200, &body)]).error()
    };
    let missing = |name| Error::Protocol(countersign_wire::Error::Missing { name });
    let malformed = |name| Error::Protocol(countersign_wire::Error::Malformed { name });
    for (from, to, expected) in [
        ("\"dc-1\"", "\"\"", missing("device_code")),
        ("\"dc-1\"", "7", malformed("device_code")),
        ("WDJB-MJHT\",\"v", "\",\"v", missing("user_code")),
        ("WDJB-MJHT\",\"v", "A\\u001b[31m\",\"v", malformed("user_code")),
        ("WDJB-MJHT\",\"v", "A\\u202eB\",\"v", malformed("user_code")),
        ("\"verification_uri\":\"https://as.example/d\"", "\"x\":1", missing("verification_uri")),
        ("\"https://as.example/d\"", "\"https://as.example/\\u001b[2J\"", malformed("verification_uri")),
        ("1800", "0", missing("expires_in")),
        ("\"expires_in\":1800", "\"x\":1", missing("expires_in")),
        ("1800", "-5", malformed("expires_in")),
        ("1800", "\"soon\"", malformed("expires_in")),
        ("\"interval\":5", "\"interval\":[]", malformed("interval")),
    ] {
        assert_eq!(replaced(from, to), expected, "{from} {to}");
    }
    let body = r#"{"error":"invalid_scope","error_description":"not s3cret-of-web"}"#;
    let Error::Refused(refusal) = play(authorization(&confidential()), [json(400, body)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.code, ErrorCode::InvalidScope);
    assert_eq!(refusal.description(), Some("not [secret]"));
    let error = DeviceAuthorization::new(&server(), &public()).unwrap_err();
    assert_eq!(error, Misuse::NoEndpoint { name: "device_authorization_endpoint" }.into());
}

#[test]
fn asking_for_a_code_may_be_repeated_and_polling_repeats_nothing_by_itself() {
    let played = play(authorization(&public()), [maybe_sent(), retry_after(503, "1"), json(200, CODES)]);
    assert_eq!(played.requests.len(), 3);
    assert_eq!(played.done().user_code, "WDJB-MJHT");
}

#[test]
fn the_older_name_of_the_grant_is_an_option() {
    let flow = authorization(&public()).grant_name(DeviceGrantName::Older);
    let pending = play(flow, [json(200, CODES)]).done();
    let name = |pending: PendingDevice| {
        play_in_time(pending.poll(), []).form(0).first("grant_type").unwrap().to_string()
    };
    assert_eq!(
        name(PendingDevice::from_blob(&pending.to_blob()).unwrap()),
        "http://oauth.net/grant_type/device/1.0"
    );
    assert_eq!(name(pending), "http://oauth.net/grant_type/device/1.0");
}

#[test]
fn a_pending_device_goes_through_a_blob() {
    let flow = authorization(&confidential()).scopes("files").resource("https://api.example/");
    let pending = play(flow, [json(200, CODES)]).done();
    let blob = pending.to_blob();
    let back = PendingDevice::from_blob(&blob).unwrap();
    assert_eq!(
        (
            &back.user_code,
            &back.verification_uri,
            &back.verification_uri_complete,
            back.expires_at,
            back.interval
        ),
        (
            &pending.user_code,
            &pending.verification_uri,
            &pending.verification_uri_complete,
            pending.expires_at,
            pending.interval
        )
    );
    let played = play_in_time(back.poll(), [json(200, TOKEN)]);
    assert!(played.requests[0].headers().contains_key("authorization"));
    assert_eq!(played.form(0).unique("resource").unwrap(), Some("https://api.example/"));
    let tokens = played.done().tokens;
    assert_eq!(tokens.access.scopes.to_string(), "files");
    for broken in
        [&blob.expose()[1..], &blob.expose()[..blob.expose().len() - 1], "", "v=countersign-device-1"]
    {
        assert_eq!(PendingDevice::from_blob(&Secret::new(broken)).unwrap_err(), Error::Blob);
    }
}

#[test]
fn a_device_may_prove_by_assertions_who_its_client_is() {
    let client = |assertions: ClientAssertion| {
        ClientRegistration::new("robot", ClientAuthentication::Assertion(assertions))
    };
    let asserted = client(ClientAssertion::new(numbered("jwt")));
    let pending = play(authorization(&asserted), [json(200, CODES)]).done();
    let played = play_in_time(pending.poll(), [refused("slow_down"), json(200, TOKEN)]);
    let sent: Vec<String> =
        (0..2).map(|index| played.form(index).first("client_assertion").unwrap().into()).collect();
    assert_eq!(sent, ["jwt-2", "jwt-3"]);

    // The pause of a signature made elsewhere is not a pause between polls, and its trouble passes too.
    let elsewhere = client(ClientAssertion::new(signed_elsewhere()));
    let pending =
        play(authorization(&elsewhere), [typed(200, "text/plain", "a.b.c"), json(200, CODES)]).done();
    let script = [
        not_sent(),
        typed(200, "text/plain", "d.e.f"),
        refused("authorization_pending"),
        typed(200, "text/plain", "g.h.i"),
        json(200, TOKEN),
    ];
    let played = play_in_time(pending.poll(), script);
    assert_eq!(played.form(2).first("client_assertion"), Some("d.e.f"));
    assert_eq!(played.form(4).first("client_assertion"), Some("g.h.i"));
    assert!(played.done().tokens.access.secret.ct_eq("at"));
}

#[test]
fn a_server_is_known_from_its_metadata() {
    let body = r#"{"issuer":"https://as.example","token_endpoint":"https://as.example/token",
        "device_authorization_endpoint":"https://as.example/device"}"#;
    let response = http::Response::new(body.as_bytes().to_vec());
    let metadata =
        countersign_wire::metadata::ServerMetadata::parse(&response, "https://as.example").unwrap();
    let server = AuthorizationServer::from_metadata(&metadata).unwrap();
    assert_eq!(server.device_authorization_endpoint.unwrap().as_str(), "https://as.example/device");
}
