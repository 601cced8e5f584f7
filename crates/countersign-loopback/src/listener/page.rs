use super::request::Refusal;

/// Longer than any name of an application.
const MAX_APPLICATION: usize = 100;

/// What the person sees when the browser came back.
#[derive(Clone, Copy)]
pub(super) enum Page {
    Received,
    Failed,
    NotOurs,
}

/// Takes code and state out of the address bar and the tab's history. A redirect to a page without them would
/// do so too, but the port would have to stay open for it after the login was answered. The script is fixed,
/// and the policy names it by its digest, so that no other runs.
const SCRIPT: &str = r#"history.replaceState(null,"","/")"#;
const SCRIPT_HASH: &str = "sha256-4yQlCA6sut83myo/n+J0YG9sdFWm5qA32W2S+0f011U=";
const STYLE: &str = ":root{color-scheme:light dark}\
    body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}\
    h1{font-size:1.5rem}";
const STYLE_HASH: &str = "sha256-XQTkeQmCyYuQ1Nd1MwaHKD96OQeIwZML5uqi97e87/o=";

impl Page {
    pub(super) fn response(self, application: &str) -> Vec<u8> {
        let name = escape(application);
        let (status, title, text) = match self {
            Self::Received => (
                "200 OK",
                "Answer received",
                format!(
                    "{name} has the answer it was waiting for. You can close this page and go back to it."
                ),
            ),
            Self::Failed => (
                "200 OK",
                "Not signed in",
                format!("The sign-in was refused. You can close this page; {name} says more."),
            ),
            Self::NotOurs => (
                "400 Bad Request",
                "Not the awaited answer",
                format!(
                    "This answer does not belong to the sign-in that is under way. \
                     {name} is still waiting: please go back to it, and use the page it opened."
                ),
            ),
        };
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n\
             <body>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n</main>\n</body>\n</html>\n"
        );
        let policy = format!(
            "default-src 'none'; script-src '{SCRIPT_HASH}'; style-src '{STYLE_HASH}'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        response(status, "", "text/html", &policy, &body)
    }
}

impl Refusal {
    pub(super) fn response(self) -> Vec<u8> {
        let (status, extra) = match self {
            Self::Malformed => ("400 Bad Request", ""),
            Self::Path => ("404 Not Found", ""),
            Self::Method { .. } => ("405 Method Not Allowed", "Allow: GET\r\n"),
            Self::Body => ("413 Content Too Large", ""),
            Self::Misdirected => ("421 Misdirected Request", ""),
            Self::HeadTooLarge => ("431 Request Header Fields Too Large", ""),
        };
        let body = match self {
            Self::Method { head: true } => String::new(),
            _ => format!("{status}\n"),
        };
        response(status, extra, "text/plain", "default-src 'none'", &body)
    }
}

fn response(status: &str, extra: &str, media_type: &str, policy: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n\
         {extra}\
         Content-Type: {media_type}; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         Content-Security-Policy: {policy}\r\n\
         Cache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\
         \r\n\
         {body}"
    )
    .into_bytes()
}

/// A name as text of an HTML page, cut to a sane length, in one line.
fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars().filter(|c| !c.is_control()).take(MAX_APPLICATION) {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
