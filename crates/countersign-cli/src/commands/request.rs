use std::{
    fs,
    io::{self, Read},
};

use countersign_client::blocking::Handle;
use countersign_flow::{Authorize, RequestView};
use countersign_store::MemoryStore;
use countersign_token::{
    Extra, Grant,
    json::{Object, Value},
};
use countersign_transport::{Clock, Limits, SystemClock, Transport};
use countersign_wire::flow::Env;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};

use crate::{
    args::request::RequestArgs,
    commands::{
        account::choose,
        errors::{self, Doing},
        oauth1,
    },
    exit::Exit,
    failure::Failure,
    settings::{LARGEST_RESOURCE, Settings},
    trace,
};

/// Sends an authorised request, and prints the answer as it is.
pub(crate) fn run(args: &RequestArgs, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(args)?;
    let store = settings.store()?;
    let mut client = settings.resource_client(&store)?;
    if args.follow_server_clock {
        client = client.follow_server_clock();
    }
    let handle = choose(args.account.as_deref(), &client, &store, settings)?;
    if let Some(key) = &args.private_key {
        let request = signed(&handle, key, request, settings)?;
        if args.dry_run {
            return show(&request, settings).map(|()| Exit::Ok);
        }
        let transport = settings.transport(Limits::default().with_response_bytes(LARGEST_RESOURCE))?;
        let response = transport.send(request).map_err(|error| {
            Failure::new(Exit::Network, "the server could not be reached")
                .because_of(&error)
                .then("check the address, and try again later")
        })?;
        return end(args, &response, settings);
    }
    if args.dry_run {
        return rehearse(&handle, request, settings).map(|()| Exit::Ok);
    }
    let response = handle.send(request).map_err(|error| {
        let record = handle.record();
        let is_signed = record.is_ok_and(|record| matches!(record.credential.grant, Grant::OAuth1 { .. }));
        let doing = if is_signed { Doing::Signing } else { Doing::Using };
        errors::client(&error, doing(handle.key()))
    })?;
    end(args, &response, settings)
}

fn end(args: &RequestArgs, response: &Response<Vec<u8>>, settings: &Settings) -> Result<Exit, Failure> {
    print(args, response, settings)?;
    let status = response.status();
    if args.fail && (status.is_client_error() || status.is_server_error()) {
        return Err(Failure::new(Exit::HttpStatus, format!("the server answered {status}"))
            .then("see its answer with --include"));
    }
    Ok(Exit::Ok)
}

/// The request signed with a private key that is not kept with the account.
fn signed(
    handle: &Handle,
    key: &str,
    mut request: Request<Vec<u8>>,
    settings: &Settings,
) -> Result<Request<Vec<u8>>, Failure> {
    let signer = oauth1::signer(&handle.key().to_text(), key, settings)?;
    let failed = |error: countersign_flow::Error| errors::client(&error.into(), Doing::Signing(handle.key()));
    let env = Env { now: SystemClock.now(), entropy: &oauth1::entropy };
    let way = countersign_flow::authorize::OAuth1::from(signer);
    way.authorize(RequestView::whole(&request), None, &env).map_err(failed)?.apply(&mut request);
    put_agent(&mut request, None);
    Ok(request)
}

/// The request as it was typed, without its authorisation.
fn request(args: &RequestArgs) -> Result<Request<Vec<u8>>, Failure> {
    let method = Method::from_bytes(args.method.as_bytes()).map_err(|error| {
        Failure::usage(format!("{:?} is no method", args.method)).because(error).then("GET, POST, ...")
    })?;
    let uri: Uri = args.url.parse().map_err(|error| {
        Failure::usage("the address cannot be used").because(error).then("give it with https:// and its host")
    })?;
    if uri.scheme().is_none() || uri.host().is_none() {
        return Err(Failure::usage("the address is not complete").then("give it with https:// and its host"));
    }
    let (body, content_type) = body(args)?;
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for field in &args.headers {
        let (name, value) = header_field(field)?;
        if name == header::AUTHORIZATION {
            return Err(Failure::usage("the Authorization field is what the account puts on the request")
                .then("leave it out, or send the request with another program"));
        }
        request.headers_mut().append(name, value);
    }
    if let Some(content_type) = content_type {
        let content_type = HeaderValue::from_static(content_type);
        request.headers_mut().entry(header::CONTENT_TYPE).or_insert(content_type);
    }
    Ok(request)
}

fn body(args: &RequestArgs) -> Result<(Vec<u8>, Option<&'static str>), Failure> {
    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
    match (&args.data, &args.data_file, &args.json_body) {
        (Some(data), _, _) => match data.strip_prefix('@') {
            Some(path) => Ok((content(path)?, FORM)),
            None => Ok((data.clone().into_bytes(), FORM)),
        },
        (_, Some(path), _) => Ok((content(path)?, FORM)),
        (_, _, Some(json)) => Ok((json.clone().into_bytes(), Some("application/json"))),
        _ => Ok((Vec::new(), None)),
    }
}

/// What a file or standard input holds.
pub(crate) fn content(path: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes),
        path => fs::read(path),
    };
    read.map_err(|error| Failure::usage(format!("{path} cannot be read")).because(error))
}

/// A header field as it was typed.
pub(crate) fn header_field(field: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let misspelt = || Failure::usage("--header takes 'Name: value'").then("-H 'Accept: application/json'");
    let (name, value) = field.split_once(':').ok_or_else(misspelt)?;
    let name = name.trim().parse().map_err(|_| misspelt())?;
    Ok((name, value.trim().parse().map_err(|_| misspelt())?))
}

/// Prints the request with its credentials redacted. Nothing is sent, so that nothing is refreshed either.
fn rehearse(handle: &Handle, mut request: Request<Vec<u8>>, settings: &Settings) -> Result<(), Failure> {
    let failed = |error| errors::client(&error, Doing::Using(handle.key()));
    let credential = handle.record().map_err(failed)?.credential;
    if let Grant::OAuth1 { .. } = credential.grant {
        // A copy that knows of no session signs with the token as it is.
        let mut copy = credential;
        copy.extra = Extra::new();
        let client = settings.client_of(MemoryStore::new())?;
        let copy = client.keep_as(handle.key(), copy).map_err(failed)?;
        copy.authorize(&mut request).map_err(failed)?;
    } else {
        put_agent(&mut request, credential.user_agent.as_deref());
        let token = HeaderValue::from_static("Bearer hidden");
        request.headers_mut().insert(header::AUTHORIZATION, token);
    }
    show(&request, settings)
}

fn put_agent(request: &mut Request<Vec<u8>>, product: Option<&str>) {
    let ours = concat!("countersign/", env!("CARGO_PKG_VERSION"));
    let agent = product.map_or(ours.to_owned(), |product| format!("{product} {ours}"));
    let agent = agent.parse().unwrap_or(HeaderValue::from_static(ours));
    request.headers_mut().entry(header::USER_AGENT).or_insert(agent);
}

/// Prints a request with its credentials redacted.
fn show(request: &Request<Vec<u8>>, settings: &Settings) -> Result<(), Failure> {
    let url = trace::typed_url(request.uri());
    let fields: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), trace::typed_header(name, value)))
        .collect();
    if settings.output.json {
        return settings.output.document([
            ("method", Value::text(request.method().as_str())),
            ("url", Value::text(url)),
            ("headers", Value::Array(fields.iter().map(|(name, value)| pair(name, value)).collect())),
            ("body_bytes", Value::Integer(request.body().len().try_into().unwrap_or(i128::MAX))),
        ]);
    }
    let mut text = format!("{} {url}\n", request.method());
    for (name, value) in &fields {
        text.push_str(&format!("{name}: {value}\n"));
    }
    if !request.body().is_empty() {
        text.push_str(&format!("\n({} bytes)\n", request.body().len()));
    }
    settings.output.line(text.trim_end())
}

fn print(args: &RequestArgs, response: &Response<Vec<u8>>, settings: &Settings) -> Result<(), Failure> {
    if let Some(path) = &args.output {
        fs::write(path, response.body()).map_err(|error| {
            Failure::new(Exit::Other, format!("{} cannot be written", path.display())).because(error)
        })?;
    }
    let fields = || {
        response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
    };
    if settings.output.json {
        let body = core::str::from_utf8(response.body()).ok().filter(|_| args.output.is_none());
        return settings.output.document([
            ("status", Value::Integer(response.status().as_u16().into())),
            ("headers", Value::Array(fields().map(|(name, value)| pair(name, &value)).collect())),
            ("body", crate::output::text_or_null(body)),
            ("body_bytes", Value::Integer(response.body().len().try_into().unwrap_or(i128::MAX))),
        ]);
    }
    if args.include {
        let mut head = format!("{:?} {}\n", response.version(), response.status());
        for (name, value) in fields() {
            head.push_str(&format!("{name}: {value}\n"));
        }
        settings.output.line(&head)?;
    }
    if args.output.is_some() { Ok(()) } else { settings.output.bytes(response.body()) }
}

fn pair(name: &str, value: &str) -> Value {
    let mut object = Object::new();
    object.insert("name", Value::text(name));
    object.insert("value", Value::text(value));
    Value::Object(object)
}
