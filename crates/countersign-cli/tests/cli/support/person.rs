//! The person at the browser.

use countersign_transport::{Limits, Transport};
use countersign_transport_ureq::Ureq;
use countersign_wire::{Params, form};
use http::{Request, Response, header};

/// Alice, who knows her password and has made up her mind.
pub(crate) struct Person {
    transport: Ureq,
    decision: &'static str,
}

impl Person {
    pub(crate) fn approving() -> Self {
        Self { transport: Ureq::new(Limits::default()).unwrap(), decision: "approve" }
    }

    pub(crate) fn denying() -> Self {
        Self { decision: "deny", ..Self::approving() }
    }

    /// Goes all the way, the listener included, and returns the last page.
    pub(crate) fn visit(&self, url: &str) -> String {
        self.travel(url, true).1
    }

    /// Goes as far as the provider leads, and returns where it sends the browser then.
    pub(crate) fn visit_provider(&self, url: &str) -> String {
        self.travel(url, false).0
    }

    fn travel(&self, url: &str, to_the_end: bool) -> (String, String) {
        let origin = url[..url[8..].find('/').unwrap() + 8].to_owned();
        let (mut url, mut cookies, mut fields) = (url.to_owned(), Vec::new(), None);
        for _ in 0..10 {
            if !url.starts_with(&origin) && !to_the_end {
                return (url, String::new());
            }
            let response = self.open(&url, &origin, fields.take(), &mut cookies);
            if let Some(location) = response.headers().get(header::LOCATION) {
                let location = location.to_str().unwrap();
                url = if location.starts_with('/') {
                    format!("{origin}{location}")
                } else {
                    location.to_owned()
                };
                continue;
            }
            let page = String::from_utf8(response.into_body()).unwrap();
            let Some((_, rest)) = page.split_once("name=\"csrf\" value=\"") else {
                return (url, page);
            };
            let answer = Params::new().with("csrf", rest.split('"').next().unwrap());
            fields = Some(if page.contains("name=\"password\"") {
                answer.with("username", "alice").with("password", "demo")
            } else {
                answer.with("decision", self.decision)
            });
        }
        panic!("the person is lost at {url}");
    }

    fn open(
        &self,
        url: &str,
        origin: &str,
        fields: Option<Params>,
        cookies: &mut Vec<String>,
    ) -> Response<Vec<u8>> {
        let mut request = match &fields {
            None => Request::get(url),
            Some(_) => Request::post(url)
                .header(header::CONTENT_TYPE, form::CONTENT_TYPE)
                .header(header::ORIGIN, origin),
        };
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let body = fields.map(|fields| form::print(&fields).into_bytes()).unwrap_or_default();
        let response = self.transport.send(request.body(body).unwrap()).unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            cookies.retain(|known: &String| known.split('=').next() != Some(name));
            cookies.push(pair.to_owned());
        }
        response
    }
}

/// A parameter in the query of an address, decoded.
pub(crate) fn query(url: &str, name: &str) -> String {
    let params = form::parse(url.split_once('?').unwrap().1).unwrap();
    params.first(name).unwrap_or_else(|| panic!("there is no {name} in {url}")).to_owned()
}
