//! No public type prints a secret.

use countersign_flow::{
    AssertionMethod, Authorization, AuthorizationDetails, AuthorizationRequest, AuthorizationServer,
    AuthorizedCode, Bearer, Callback, ClientAssertion, ClientAuthenticated, ClientAuthentication,
    ClientCredentialsGrant, ClientCredentialsSource, ClientRegistration, DPoP, DeviceAuthorization,
    DeviceGrantName, DevicePolling, Discovery, Endpoint, Error, Exchanged, Introspected, Introspection,
    IssuedIdToken, IssuedToken, JwtBearerGrant, JwtBearerIdToken, JwtBearerSource, Payload,
    PendingAuthorization, PendingDevice, ProofKey, Pushed, PushedAuthorization, Redeemed, Redemption,
    Refresh, RefreshSource, Registered, Registration, RequestView, ResourceDiscovery, Revocation, Revoked,
    SecurityToken, TokenExchange, UserClaims, UserInfo,
    agent::{AgentDiscovery, AgentIdentity, AgentRegistration, AgentServer},
    assertion, authorize, dpop,
    error::{Attempt, EndpointProblem, Misuse, ProfileProblem, Unsupported},
    hint::Hint,
    pkce::Verifier,
    profile::{Loopback, Profile},
    source,
};
use countersign_token::{AccessToken, Key, RefreshToken, Secret, Timestamp};
use countersign_wire::{
    flow::{Env, Failure, Flow, Input, Sent, Step},
    registration::ClientMetadata,
    response::ErrorResponse,
};
use http::{HeaderName, Request, Response};
use testkit::{
    assert_no_canary,
    canary::{self, SECRET},
    entropy::Counting,
};

fn server() -> AuthorizationServer {
    AuthorizationServer::new("https://as.example", "https://as.example/token")
        .unwrap()
        .with_authorization_endpoint("https://as.example/authorize")
        .unwrap()
}

fn endpoint() -> Endpoint {
    Endpoint::new("token_endpoint", &format!("https://as.example/token?key={SECRET}")).unwrap()
}

fn client() -> ClientRegistration {
    ClientRegistration::confidential("demo", SECRET).with_redirect_uri("http://127.0.0.1/")
}

fn access() -> AccessToken {
    AccessToken::bearer(Secret::new(SECRET), Timestamp::from_unix(0))
}

fn env<R>(run: impl FnOnce(&Env<'_>) -> R) -> R {
    run(&Env { now: Timestamp::from_unix(1_700_000_000), entropy: &Counting::new(1) })
}

fn pending() -> PendingAuthorization {
    env(|env| AuthorizationRequest::new(&server(), &client()).begin(env)).unwrap().1
}

fn code() -> AuthorizedCode {
    let pending = pending();
    let query = format!("code={SECRET}&state={}", pending.state().expose());
    match pending.callback(&query).unwrap() {
        Callback::Ours(code) => code,
        Callback::NotOurs(_) => panic!("the state is right"),
    }
}

fn refresh() -> Refresh {
    Refresh::new(&endpoint(), &client(), &RefreshToken::new(SECRET), "files")
}

fn answer(status: u16, body: &str) -> Input {
    let body = body.replace('$', SECRET).into_bytes();
    Input::Response(Response::builder().status(status).header("set-cookie", SECRET).body(body).unwrap())
}

fn finish<F: Flow<Error = Error>>(mut flow: F, input: Input) -> Result<Step<F::Output>, Error> {
    env(|env| {
        let step = flow.step(Input::Start, env)?;
        canary::check("Step", &step);
        flow.step(input, env)
    })
}

fn redeemed() -> Redeemed {
    let body = r#"{"access_token":"$","refresh_token":"$","id_token":"$","note":"$","token_type":"bearer"}"#;
    match finish(refresh(), answer(200, body)) {
        Ok(Step::Done(redeemed)) => redeemed,
        other => panic!("{other:?}"),
    }
}

fn whole_server() -> AuthorizationServer {
    let at = |path: &str| format!("https://as.example/{path}?key={SECRET}");
    server()
        .with_device_authorization_endpoint(&at("device"))
        .unwrap()
        .with_pushed_authorization_request_endpoint(&at("par"))
        .unwrap()
}

fn device() -> DeviceAuthorization {
    DeviceAuthorization::new(&whole_server(), &client()).unwrap()
}

fn pending_device() -> PendingDevice {
    let body =
        r#"{"device_code":"$","user_code":"U","verification_uri":"https://as.example/d","expires_in":60}"#;
    match finish(device(), answer(200, body)) {
        Ok(Step::Done(pending)) => pending,
        other => panic!("{other:?}"),
    }
}

fn introspection() -> Introspection {
    Introspection::access_token(&endpoint(), &client(), &access())
}

/// It takes two conversations to find a server.
fn agent() -> AgentServer {
    let mut flow = AgentDiscovery::new("https://api.example", &http::HeaderMap::new()).unwrap();
    let resource =
        r#"{"resource":"https://api.example","authorization_servers":["https://as.example"],"x":"$"}"#;
    let server = r#"{"issuer":"https://as.example","token_endpoint":"https://as.example/token?key=$",
        "code_challenge_methods_supported":["S256"],"x":"$"}"#;
    let step = env(|env| {
        flow.step(Input::Start, env)?;
        flow.step(answer(200, resource), env)?;
        flow.step(answer(200, server), env)
    });
    match step {
        Ok(Step::Done(server)) => server,
        other => panic!("{other:?}"),
    }
}

fn metadata() -> ClientMetadata {
    let mut metadata = ClientMetadata::native("Demo", ["http://127.0.0.1/"]);
    metadata.software_statement = Some(SECRET.into());
    metadata
}

fn registration() -> Registration {
    Registration::new(&endpoint(), metadata()).initial_access_token(&SECRET.into()).unwrap()
}

fn push() -> PushedAuthorization {
    let (server, client) = (whole_server(), client());
    env(|env| AuthorizationRequest::new(&server, &client).login_hint(SECRET).push(env)).unwrap()
}

fn user_info() -> UserInfo {
    UserInfo::new(&endpoint(), Bearer, &countersign_token::TokenSet::new(access()))
}

/// A key that would show itself if it were asked to.
#[derive(Debug)]
struct Key53cr3t;

impl dpop::Prove for Key53cr3t {
    fn thumbprint(&self) -> &str {
        "thumb"
    }

    fn prove(&self, _: &dpop::Proof<'_>, _: &Env<'_>) -> Result<Secret, Error> {
        Ok(SECRET.into())
    }
}

fn nonces() -> dpop::Nonces {
    let answer = Response::builder().header("dpop-nonce", SECRET).body(()).unwrap();
    let mut nonces = dpop::Nonces::new();
    nonces.observe(&"https://as.example".parse().unwrap(), answer.headers());
    nonces
}

fn proof_key() -> ProofKey {
    ProofKey::new(Key53cr3t).with_nonces(nonces())
}

fn assertions() -> impl assertion::AssertionSource + 'static {
    assertion::from_fn(|_| Ok(assertion::ready(SECRET)))
}

fn security_token() -> SecurityToken {
    SecurityToken::new(SECRET, "urn:ietf:params:oauth:token-type:jwt")
}

fn exchange() -> TokenExchange {
    TokenExchange::new(&endpoint(), &security_token())
        .client(&client())
        .actor(&security_token())
        .param("options", SECRET)
        .unwrap()
}

fn exchanged(token_type: &str) -> Exchanged {
    let body = format!(r#"{{"access_token":"$","token_type":"{token_type}","issued_token_type":"urn:x"}}"#);
    match finish(exchange(), answer(200, &body)) {
        Ok(Step::Done(exchanged)) => exchanged,
        other => panic!("{other:?}"),
    }
}

fn refused() -> ErrorResponse {
    let body = r#"{"error":"no $","error_description":"it was $","error_uri":"https://x/$"}"#;
    match finish(refresh(), answer(400, body)) {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_shows_a_secret() {
    let request = Request::post(format!("https://api.example/?q={SECRET}"))
        .header("cookie", SECRET)
        .body(SECRET.to_string())
        .unwrap();
    let own_server = server();
    let own_client = client();
    let key = || Key::new("https://as.example", "demo", "ann");
    let captured = (SECRET.to_string(), SECRET.to_string());
    let header = HeaderName::from_static("x-api-key");
    canary::check_text("the refusal's own words", &format!("{:?}", refused().description()));
    assert_no_canary! {
        Endpoint => endpoint(),
        AuthorizationServer => {
            let mut server = server();
            server.token_endpoint = endpoint();
            server
        },
        ClientRegistration => client(),
        ClientAuthentication => ClientAuthentication::SecretBasic(SECRET.into()),
        ClientAuthentication => ClientAuthentication::SecretPost(SECRET.into()),
        ClientAuthenticated<Refresh> => ClientAuthenticated::new(refresh(), client()),
        AuthorizationRequest<'_> => AuthorizationRequest::new(&own_server, &own_client)
            .login_hint(SECRET)
            .param("key", SECRET),
        PendingAuthorization => pending(),
        Callback => Callback::Ours(code()),
        Callback => Callback::NotOurs(pending()),
        AuthorizedCode => code(),
        Redemption => code().redeem(),
        Redeemed => redeemed(),
        Verifier => Verifier::from_text(&Secret::new(SECRET)).unwrap(),
        Refresh => refresh(),
        ClientAssertion => ClientAssertion::new(assertions()),
        AssertionMethod => AssertionMethod::PrivateKeyJwt,
        ClientAuthentication => ClientAuthentication::Assertion(ClientAssertion::new(assertions())),
        ClientAuthentication => ClientAuthentication::SecretBasicUnencoded(SECRET.into()),
        assertion::FromFn<_> => {
            let captured = SECRET.to_string();
            assertion::from_fn(move |_| Ok(assertion::ready(captured.as_str())))
        },
        JwtBearerGrant => JwtBearerGrant::new(&endpoint(), assertions(), "files").client(&client()),
        JwtBearerIdToken => JwtBearerGrant::new(&endpoint(), assertions(), "files").for_id_token(),
        JwtBearerSource => {
            JwtBearerSource::new("https://as.example", endpoint(), "ann", assertions(), "files")
                .with_client(client())
        },
        IssuedIdToken => {
            let flow = JwtBearerGrant::new(&endpoint(), assertions(), "files").for_id_token();
            match finish(flow, answer(200, r#"{"id_token":"$"}"#)) {
                Ok(Step::Done(issued)) => issued,
                other => panic!("{other:?}"),
            }
        },
        SecurityToken => security_token(),
        TokenExchange => exchange(),
        Exchanged => exchanged("Bearer"),
        Exchanged => exchanged("N_A"),
        IssuedToken => match exchanged("N_A") {
            Exchanged::Other(issued) => issued,
            other => panic!("{other:?}"),
        },
        DeviceAuthorization => device().scopes("files").resource("https://api.example"),
        DeviceGrantName => DeviceGrantName::Older,
        PendingDevice => pending_device(),
        DevicePolling => pending_device().poll(),
        Introspection => introspection(),
        Introspected => match finish(introspection(), answer(200, r#"{"active":true,"note":"$","n":["$"]}"#)) {
            Ok(Step::Done(introspected)) => introspected,
            other => panic!("{other:?}"),
        },
        Registration => registration(),
        Registered => {
            let body = r#"{"client_id":"c","client_secret":"$","registration_access_token":"$","note":"$",
                "token_endpoint_auth_method":"client_secret_post"}"#;
            match finish(registration(), answer(201, body)) {
                Ok(Step::Done(registered)) => registered,
                other => panic!("{other:?}"),
            }
        },
        PushedAuthorization => push(),
        Pushed => match finish(push(), answer(201, r#"{"request_uri":"urn:$","expires_in":60}"#)) {
            Ok(Step::Done(pushed)) => pushed,
            other => panic!("{other:?}"),
        },
        AuthorizationDetails => {
            AuthorizationDetails::parse(&format!(r#"[{{"type":"{SECRET}","account":"{SECRET}"}}]"#)).unwrap()
        },
        ResourceDiscovery => ResourceDiscovery::new("https://api.example").unwrap(),
        UserInfo => user_info(),
        UserClaims => match finish(user_info(), answer(200, r#"{"sub":"u","email":"$","address":{"a":"$"}}"#)) {
            Ok(Step::Done(user)) => user,
            other => panic!("{other:?}"),
        },
        DPoP => DPoP::new(Key53cr3t),
        ProofKey => proof_key(),
        dpop::Proof<'_> => {
            dpop::Proof::new(&http::Method::GET, request.uri(), Some(SECRET)).with_token(&SECRET.into())
        },
        dpop::Nonces => nonces(),
        Refresh => Refresh::new(
            &endpoint(),
            &client().with_proof_key(proof_key()),
            &RefreshToken::new(SECRET),
            "files"
        ),
        Profile => Profile::find("google").unwrap(),
        Loopback => Loopback::AnyPort,
        ProfileProblem, Display => ProfileProblem::Missing { key: "name" },
        Error, Display => Profile::from_toml(&format!("{SECRET} = {SECRET}")).unwrap_err(),
        AgentDiscovery => AgentDiscovery::new("https://api.example", request.headers()).unwrap(),
        AgentServer => agent(),
        AgentIdentity => AgentIdentity::new().registered("https://as.example", client()).metadata(metadata()),
        AgentRegistration => {
            agent().identify(&AgentIdentity::new().registered("https://as.example", client()))
        },
        Hint, Display => Hint::LogIn,
        Unsupported, Display => Unsupported::MutualTls,
        ClientCredentialsGrant => ClientCredentialsGrant::new(&endpoint(), &client(), "files"),
        Revocation => Revocation::new(&endpoint(), &client())
            .access_token(&access())
            .refresh_token(&RefreshToken::new(SECRET)),
        Revoked => Revoked::default(),
        Discovery => Discovery::new("https://as.example").unwrap(),
        RefreshSource => RefreshSource::new(key(), endpoint(), client(), "files"),
        ClientCredentialsSource => {
            ClientCredentialsSource::new("https://as.example", endpoint(), client(), "files")
        },
        source::FromFn<_> => {
            let captured = captured.0;
            source::from_fn(key(), move |_| panic!("{captured}"))
        },
        authorize::FromFn<_> => {
            let captured = captured.1;
            authorize::from_fn(move |_, _, _| Authorization::new(&Secret::new(captured.as_str())))
        },
        Bearer => Bearer,
        Payload<'_> => Payload::Bytes(SECRET.as_bytes()),
        RequestView<'_> => RequestView::whole(&request),
        Authorization => Authorization::new(&Secret::new(SECRET))
            .unwrap()
            .with_header(header, &Secret::new(SECRET))
            .unwrap(),
        Error, Display => Error::Refused(refused()),
        Error, Display => finish(refresh(), answer(200, "<html>$")).unwrap_err(),
        Error, Display => finish(refresh(), answer(200, r#"{"access_token":" $"}"#)).unwrap_err(),
        Error, Display => Endpoint::new("token_endpoint", &format!("http://x/{SECRET}")).unwrap_err(),
        Error, Display => PendingAuthorization::from_blob(&Secret::new(SECRET)).unwrap_err(),
        Error, Display => Error::Network(Failure { sent: Sent::Maybe, transient: true }),
        EndpointProblem, Display => EndpointProblem::ClearText,
        Misuse, Display => Misuse::Finished,
    }
    // An attempt is only made by a search; it names the address and no word of the answer.
    let not_found = || answer(404, "$");
    let mut search = Discovery::new("https://as.example").unwrap();
    let error = env(|env| {
        search.step(Input::Start, env).unwrap();
        search.step(not_found(), env).unwrap();
        search.step(not_found(), env).unwrap_err()
    });
    let Error::Undiscovered { attempts } = &error else { panic!("{error:?}") };
    canary::check_text("Display of Error", &error.to_string());
    assert_no_canary! { Attempt => attempts[0].clone() }
}

#[cfg(feature = "oauth1")]
#[test]
fn nothing_of_oauth1_shows_a_secret() {
    use countersign_flow::{
        OAuth1,
        oauth1::{
            self, Advice, AuthorizedLogin, CallbackConfirmed, Endpoints, LoginRequest, Migrated, Migration,
            PendingLogin, Session, SessionRefresh, Signatory, TemporaryCredentialsRequest,
            TokenCredentialsRequest, TokenInfo, TokenInfoRequest, TokenRevocation,
        },
    };
    use countersign_token::{ClientCredentials, TokenCredentials};

    let endpoints = Endpoints::new(
        &format!("https://sp.example/a?key={SECRET}"),
        "https://sp.example/b",
        "https://sp.example/c",
    )
    .unwrap();
    let client = ClientCredentials::new("ck", SECRET);
    let request =
        || LoginRequest::new(&endpoints, &client).param("key", SECRET).authorization_param("k", SECRET);
    let begun = || {
        let body = "oauth_token=$&oauth_token_secret=$&oauth_callback_confirmed=true";
        match finish(request().begin().unwrap(), answer(200, body)) {
            Ok(Step::Done((_, pending))) => pending,
            other => panic!("{other:?}"),
        }
    };
    let authorized = || begun().verifier(SECRET).unwrap();
    let redeemed = || match finish(
        authorized().redeem().unwrap(),
        answer(200, "oauth_token=$&oauth_token_secret=$&user_id=$&oauth_session_handle=$"),
    ) {
        Ok(Step::Done(redeemed)) => redeemed,
        other => panic!("{other:?}"),
    };
    let refused = || {
        finish(
            authorized().redeem().unwrap(),
            answer(401, "oauth_problem=no_$&oauth_problem_advice=it+was+$&oauth_acceptable_timestamps=$"),
        )
    };
    let signatory = || Signatory::new(client.clone(), TokenCredentials::new(SECRET, SECRET));
    let refresh = || SessionRefresh::new(&endpoint(), &signatory(), &Session::new(SECRET)).unwrap();
    let info = || TokenInfoRequest::new(&endpoint(), &signatory()).unwrap();
    let revocation = || TokenRevocation::new(&endpoint(), &signatory()).unwrap();
    let migration = || Migration::new(&endpoint(), &self::client(), &signatory()).unwrap();
    let both = r#"{"access_token":"$","refresh_token":"$","note":"$","token_type":"bearer"}"#;
    let Ok(Step::Done(renewed)) = finish(refresh(), answer(200, "oauth_token=$&oauth_token_secret=$")) else {
        panic!("new credentials")
    };
    let Ok(Step::Done(told)) = finish(info(), answer(200, "Scope=files\nKey=$")) else { panic!("an info") };
    let Ok(Step::Done(migrated)) = finish(migration(), answer(200, both)) else { panic!("tokens") };
    let rejected = answer(
        401,
        "oauth_problem=signature_method_rejected&oauth_problem_advice=$&oauth_acceptable_signature_methods=$",
    );
    let Err(Error::Refused(rejected)) = finish(revocation(), rejected) else { panic!("a refusal") };
    canary::check_text("the refusal's own words", &format!("{:?}", rejected.description()));
    assert_no_canary! {
        Endpoints => endpoints.clone(),
        CallbackConfirmed => CallbackConfirmed::TrueIsh,
        LoginRequest<'_> => request(),
        TemporaryCredentialsRequest => request().begin().unwrap(),
        PendingLogin => begun(),
        oauth1::Callback => begun().callback("oauth_token=x").unwrap(),
        oauth1::Callback => begun().callback(&format!("oauth_token={SECRET}&oauth_verifier={SECRET}")).unwrap(),
        AuthorizedLogin => authorized(),
        TokenCredentialsRequest => authorized().redeem().unwrap(),
        oauth1::Redeemed => redeemed(),
        oauth1::Redeemed => renewed,
        Signatory => signatory(),
        Session => Session::of(&redeemed().extra).unwrap(),
        SessionRefresh => refresh(),
        TokenInfoRequest => info(),
        TokenInfo => told,
        TokenRevocation => revocation(),
        Migration => migration(),
        Migrated => migrated,
        Advice, Display => Advice::of(&rejected).unwrap(),
        OAuth1 => OAuth1::new(client.clone(), TokenCredentials::new(SECRET, SECRET)),
        Error, Display => refused().unwrap_err(),
    }
}

#[cfg(feature = "jwt")]
#[test]
fn nothing_of_jwt_shows_a_secret() {
    use countersign_flow::{
        assertion::{AssertionAudience, SignedAssertion},
        id_token::{IdTokenCheck, IdTokenProblem, IdTokenRules, Identified, Identity},
    };
    use countersign_jwt::{Algorithm, Claims, Header, Jwk, KeyCache, PrivateKey, Signer, SigningKey, sign};
    use countersign_token::IdToken;

    struct Stub(Jwk);
    impl Signer for Stub {
        fn algorithm(&self) -> Algorithm {
            Algorithm::EdDsa
        }

        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, countersign_jwt::Error> {
            Ok(SECRET.into())
        }

        fn public_key(&self) -> Option<&Jwk> {
            Some(&self.0)
        }
    }
    let stub = || {
        let public = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        Stub(Jwk::from_json(public).unwrap())
    };
    let keys = || KeyCache::new(countersign_jwt::Backend::AwsLcRs);
    let check = || IdTokenCheck::new(redeemed(), code().id_token_rules(), Some(&endpoint()), keys());
    // What came is no token, so that it ends at once.
    let identified = || match env(|env| check().step(Input::Start, env)) {
        Ok(Step::Done(identified)) => identified,
        other => panic!("{other:?}"),
    };
    let identity = || {
        let jwk = r#"{"kty":"OKP","crv":"Ed25519","kid":"a1","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let private = PrivateKey::from_jwk(jwk).unwrap();
        let key = SigningKey::new(&private, Algorithm::EdDsa, countersign_jwt::Backend::AwsLcRs).unwrap();
        let now = Timestamp::from_unix(1_700_000_000);
        let claims = Claims::new()
            .with_issuer("https://as.example")
            .with_subject("u")
            .with_audience("demo")
            .with_issued_at(now)
            .with_expiry(now.plus_seconds(60))
            .with_text("email", SECRET);
        let mut tokens = redeemed();
        tokens.tokens.id_token = Some(IdToken::new(sign(&Header::jwt(), &claims, &key).unwrap()));
        let mut keys = keys();
        let set = format!(r#"{{"keys":[{}]}}"#, key.public_key().unwrap().to_json());
        keys.store(set, &http::HeaderMap::new(), now).unwrap();
        let mut check =
            IdTokenCheck::new(tokens, IdTokenRules::new("https://as.example", "demo"), None, keys);
        match env(|env| check.step(Input::Start, env)) {
            Ok(Step::Done(identified)) => identified.identity.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_no_canary! {
        IdTokenRules => code().id_token_rules(),
        IdTokenCheck => check(),
        Identified => identified(),
        IdTokenProblem, Display => identified().identity.unwrap_err(),
        Identity => identity(),
        SignedAssertion => SignedAssertion::new(stub(), "robot", "https://as.example").claim("pin", SECRET),
        AssertionAudience => AssertionAudience::Both,
        dpop::DPoPKey => dpop::DPoPKey::new(stub()).unwrap(),
    }
}
