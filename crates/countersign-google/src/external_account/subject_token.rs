use core::fmt;
use std::path::PathBuf;

use countersign_flow::{Endpoint, Error, error::Misuse};
use countersign_token::{
    Secret,
    json::{Object, Value},
};
use countersign_wire::flow::{Handling, Purpose};
use http::{HeaderName, Uri};

use crate::{Error as CredentialError, ErrorKind, Unsupported, call::Call, fingerprint, members};

/// The largest answer that is read, in bytes.
const RESPONSE_LIMIT: usize = 64 * 1024;

/// Where the token that is exchanged comes from.
#[derive(Clone)]
pub(super) struct SubjectToken {
    pub(super) place: Place,
    format: Format,
}

#[derive(Clone)]
pub(super) enum Place {
    File(PathBuf),
    Url { uri: Uri, headers: Vec<(HeaderName, Secret)>, link_local: bool },
}

#[derive(Clone, Debug)]
enum Format {
    Text,
    Json { field: String },
}

impl SubjectToken {
    pub(super) fn from_members(source: &Object) -> Result<Self, CredentialError> {
        let format = format(source)?;
        for (name, what) in [
            ("environment_id", Unsupported::Aws),
            ("executable", Unsupported::Executable),
            ("certificate", Unsupported::Certificate),
        ] {
            if source.get(name).is_some() {
                return Err(ErrorKind::NotSupported(what).into());
            }
        }
        let place = match (members::optional(source, "file")?, members::optional(source, "url")?) {
            (Some(path), None) => Place::File(path.into()),
            (None, Some(url)) => place(url, members::object(source, "headers")?)?,
            _ => return Err(ErrorKind::Member { name: "credential_source" }.into()),
        };
        Ok(Self { place, format })
    }

    /// Reads the file now.
    pub(super) fn in_file(&self, path: &std::path::Path) -> Result<Secret, Error> {
        let missing = || Error::from(Misuse::NoToken { name: "subject_token" });
        let text = members::read(path).map_err(|_| missing())?;
        self.token(text.expose().as_bytes())
    }

    /// The request for it.
    pub(super) fn call(&self) -> Option<Call> {
        let Place::Url { uri, headers, link_local } = &self.place else {
            return None;
        };
        let mut handling = Handling::new(Purpose::Metadata);
        handling.link_local_http = *link_local;
        handling.no_proxy = *link_local;
        handling.response_limit = Some(RESPONSE_LIMIT);
        let call = Call::get(uri.clone(), handling);
        Some(headers.iter().fold(call, |call, (name, value)| call.header(name.clone(), value.clone())))
    }

    /// The token in what was read.
    pub(super) fn token(&self, bytes: &[u8]) -> Result<Secret, Error> {
        let malformed = countersign_wire::Error::Malformed { name: "subject_token" };
        let token = match &self.format {
            Format::Text => core::str::from_utf8(bytes).ok().map(|text| Secret::new(text.trim())),
            Format::Json { field } => match Value::parse(bytes) {
                Ok(Value::Object(object)) => object.get(field).and_then(Value::as_text).map(Secret::from),
                _ => None,
            },
        };
        Ok(token.filter(|token| !token.is_empty()).ok_or(malformed)?)
    }

    /// What tells this place from another.
    pub(super) fn name(&self) -> String {
        match &self.place {
            Place::File(path) => format!("file:{}", path.display()),
            // A query may hold anything, also what must not be shown.
            Place::Url { uri, .. } => {
                let query = uri.query().map(fingerprint::of).unwrap_or_default();
                let authority = uri.authority().map_or("", |authority| authority.as_str());
                format!("url:{authority}{}?{query}", uri.path())
            }
        }
    }
}

fn format(source: &Object) -> Result<Format, CredentialError> {
    let Some(format) = members::object(source, "format")? else {
        return Ok(Format::Text);
    };
    match members::optional(format, "type")? {
        None | Some("text") => Ok(Format::Text),
        Some("json") => {
            Ok(Format::Json { field: members::text(format, "subject_token_field_name")?.to_owned() })
        }
        Some(_) => Err(ErrorKind::Member { name: "type" }.into()),
    }
}

/// `https` anywhere, and in clear no further than the own link, where other clouds' metadata servers are.
fn place(url: &str, headers: Option<&Object>) -> Result<Place, CredentialError> {
    let refused = || CredentialError::from(ErrorKind::Endpoint { name: "url" });
    let uri: Uri = url.parse().map_err(|_| refused())?;
    let address = uri.host().and_then(|host| host.parse::<core::net::Ipv4Addr>().ok());
    let link_local =
        uri.scheme_str() == Some("http") && address.is_some_and(|address| address.is_link_local());
    let bare = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if !(bare && link_local) {
        Endpoint::new("url", url)
            .map_err(|error| CredentialError::because(ErrorKind::Endpoint { name: "url" }, error))?;
    }
    let mut fields = Vec::new();
    for (name, value) in headers.into_iter().flat_map(Object::iter) {
        let wrong = || CredentialError::from(ErrorKind::Member { name: "headers" });
        let name = HeaderName::try_from(name).map_err(|_| wrong())?;
        fields.push((name, value.as_text().map(Secret::from).ok_or_else(wrong)?));
    }
    Ok(Place::Url { uri, headers: fields, link_local })
}

impl fmt::Debug for SubjectToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, format } = self;
        let place = match place {
            Place::File(path) => format!("{path:?}"),
            Place::Url { uri, .. } => countersign_wire::redact::uri(uri).to_string(),
        };
        f.debug_struct("SubjectToken").field("place", &place).field("format", format).finish()
    }
}
