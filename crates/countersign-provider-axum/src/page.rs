//! Pages: plain HTML, no script, everything that is not ours escaped.

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_provider::{AuthorizationRequest, Digest, Page, User};
use http::{HeaderValue, Response, StatusCode, header};

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}\
label{display:block;margin-top:1rem}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}\
button{font:inherit;margin:1.5rem .5rem 0 0;padding:.5rem 1.2rem}.error{border-left:.3rem solid #b00;padding-left:.8rem}\
code{font-size:1.3rem;overflow-wrap:anywhere}";

/// The sign-in form.
pub(crate) fn login(request: &AuthorizationRequest, token: &str, error: Option<&str>) -> Response<Vec<u8>> {
    let error = error.map(|error| format!("<p class=\"error\" role=\"alert\">{}</p>", escape(error)));
    let body = format!(
        "<h1>Sign in</h1><p><strong>{}</strong> asks to use your account.</p>{}\
         <form method=\"post\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
         <label for=\"username\">User name</label>\
         <input id=\"username\" name=\"username\" autocomplete=\"username\" required autofocus>\
         <label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required>\
         <button type=\"submit\">Sign in</button></form>",
        escape(request.client_name()),
        error.unwrap_or_default(),
        escape(token),
    );
    page(StatusCode::OK, "Sign in", &body, "'self'")
}

/// The consent form.
pub(crate) fn consent(request: &AuthorizationRequest, user: &User, token: &str) -> Response<Vec<u8>> {
    let scopes: String =
        request.scopes().iter().map(|scope| format!("<li>{}</li>", escape(&scope.description))).collect();
    let scopes = if scopes.is_empty() { "<li>Everything in your account</li>".into() } else { scopes };
    let body = format!(
        "<h1>Allow access?</h1><p><strong>{}</strong> asks you, <strong>{}</strong>, to be allowed to:</p>\
         <ul>{scopes}</ul>\
         <form method=\"post\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
         <button type=\"submit\" name=\"decision\" value=\"approve\">Allow</button>\
         <button type=\"submit\" name=\"decision\" value=\"deny\">Deny</button>\
         <button type=\"submit\" name=\"decision\" value=\"switch\">Use another account</button></form>",
        escape(request.client_name()),
        escape(&user.name),
        escape(token),
    );
    page(StatusCode::OK, "Allow access?", &body, &form_action(request.redirect_uri()))
}

/// A page the provider asks for.
pub(crate) fn plain(asked: &Page) -> Response<Vec<u8>> {
    let (title, text) = match asked {
        Page::Refused { why } => ("This cannot go on", format!("<p>{}.</p>", escape(why))),
        Page::Verifier { client, verifier } => (
            "Nearly done",
            format!(
                "<p>Type this code into <strong>{}</strong>:</p><p><code id=\"verifier\">{}</code></p>",
                escape(client),
                escape(verifier.expose())
            ),
        ),
        Page::Denied { client } => (
            "Denied",
            format!(
                "<p><strong>{}</strong> was not given access. You can close this page.</p>",
                escape(client)
            ),
        ),
        _ => ("Try again later", "<p>The server cannot answer now.</p>".into()),
    };
    page(asked.status(), title, &format!("<h1>{title}</h1>{text}"), "'self'")
}

/// The front page.
pub(crate) fn home() -> Response<Vec<u8>> {
    let body = "<h1>Countersign provider</h1><p>This server lets applications in with OAuth 2.0 and \
                OAuth 1.0a. Its endpoints stand in its \
                <a href=\"/.well-known/oauth-authorization-server\">metadata document</a>.</p>";
    page(StatusCode::OK, "Countersign provider", body, "'none'")
}

/// A page for a request that cannot be answered otherwise.
pub(crate) fn failure(status: StatusCode, why: &str) -> Response<Vec<u8>> {
    let body = format!("<h1>This cannot go on</h1><p>{}.</p>", escape(why));
    page(status, "This cannot go on", &body, "'self'")
}

fn page(status: StatusCode, title: &str, body: &str, form_action: &str) -> Response<Vec<u8>> {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    );
    let style = STANDARD.encode(Digest::of(STYLE).as_bytes());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'; \
         form-action {form_action}"
    );
    let mut response = Response::new(html.into_bytes());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_str(&policy);
    let strictest = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.unwrap_or(strictest));
    response
}

/// Where a consent form may lead.
///
/// Browsers hold every redirect after the POST to it too, so the client's origin has to be named; for an
/// address the policy's grammar cannot write, the scheme. A client whose callback sends the browser on to yet
/// another origin is stopped there.
fn form_action(redirect_uri: Option<&str>) -> String {
    let Some((scheme, rest)) = redirect_uri.and_then(|uri| uri.split_once(':')) else {
        return "'self'".into();
    };
    let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next());
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:+".contains(&byte))
    };
    match authority {
        Some(authority) if is_plain(scheme) && is_plain(authority) => {
            format!("'self' {scheme}://{authority}")
        }
        _ if is_plain(scheme) => format!("'self' {scheme}:"),
        _ => "'self'".into(),
    }
}

/// For text and for attributes in double quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}
