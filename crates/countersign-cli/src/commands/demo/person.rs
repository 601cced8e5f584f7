//! The person at the browser: signs in, approves, goes where the server sends them.

use std::{sync::Arc, thread};

use countersign_client::{LoginEvent, Prompt};
use countersign_transport::Transport;
use countersign_wire::{Params, form};
use http::{Request, Response, header};

/// So many pages lie between the authorization URL and the client at most.
const PAGES: usize = 10;

/// Alice, who approves what she is asked.
#[derive(Clone)]
pub(super) struct Person {
    transport: Arc<dyn Transport>,
    /// The provider; everything beyond it is the client's own listener.
    issuer: String,
}

/// What kept the person from arriving.
pub(super) type Lost = String;

impl Person {
    pub(super) fn new(transport: Arc<dyn Transport>, issuer: &str) -> Self {
        Self { transport, issuer: issuer.to_owned() }
    }

    /// Goes from the authorization URL to where the server sends the browser in the end.
    pub(super) fn visit(&self, url: &str) -> Result<String, Lost> {
        let mut cookies = Vec::new();
        let mut url = url.to_owned();
        let mut fields: Option<Params> = None;
        for _ in 0..PAGES {
            if !url.starts_with(&self.issuer) {
                return Ok(url);
            }
            let response = self.open(&url, fields.take(), &mut cookies)?;
            if let Some(location) =
                response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok())
            {
                url = self.absolute(location);
                continue;
            }
            let page = String::from_utf8_lossy(response.body()).into_owned();
            let csrf = attribute_after(&page, "name=\"csrf\"", "value")
                .ok_or_else(|| format!("a page without a form, status {}", response.status()))?;
            let answer = Params::new().with("csrf", csrf);
            fields = Some(if page.contains("name=\"password\"") {
                answer.with("username", "alice").with("password", "demo")
            } else {
                answer.with("decision", "approve")
            });
        }
        Err(format!("more than {PAGES} pages"))
    }

    /// Goes all the way, and hands the answer to the client's listener as a browser does.
    fn visit_and_return(&self, url: &str) -> Result<(), Lost> {
        let callback = self.visit(url)?;
        self.open(&callback, None, &mut Vec::new()).map(|_| ())
    }

    fn open(
        &self,
        url: &str,
        fields: Option<Params>,
        cookies: &mut Vec<String>,
    ) -> Result<Response<Vec<u8>>, Lost> {
        let mut request = match &fields {
            None => Request::get(url),
            Some(_) => Request::post(url)
                .header(header::CONTENT_TYPE, form::CONTENT_TYPE)
                // What a browser says of a form that its own page sent.
                .header(header::ORIGIN, self.issuer.as_str()),
        };
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let body = fields.map(|fields| form::print(&fields).into_bytes()).unwrap_or_default();
        let request = request.body(body).map_err(|error| error.to_string())?;
        let response = self.transport.send(request).map_err(|error| error.to_string())?;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            let name = pair.split('=').next().unwrap_or_default();
            cookies.retain(|known| known.split('=').next() != Some(name));
            cookies.push(pair.to_owned());
        }
        Ok(response)
    }

    fn absolute(&self, location: &str) -> String {
        if location.starts_with('/') { format!("{}{location}", self.issuer) } else { location.to_owned() }
    }
}

/// Sends the person off when the client asks for one.
impl Prompt for Person {
    fn event(&self, event: &LoginEvent<'_>) {
        if let LoginEvent::Visit { url, .. } = event {
            let (person, url) = (self.clone(), (*url).to_owned());
            // Who gets lost is missed by the login, which ends by its own time limit.
            drop(thread::spawn(move || person.visit_and_return(&url)));
        }
    }
}

/// The value of an attribute that follows a mark in a page of our own provider.
fn attribute_after(page: &str, mark: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(mark)?;
    let (_, rest) = rest.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
