use countersign_token::json::Value;
use countersign_wire::header::oauth;

use super::{
    credentials::Credentials,
    draft::{Draft, entropy},
    unsignable,
};
use crate::{
    args::oauth1::{Place, SignArgs},
    failure::Failure,
    output::text_or_null,
    settings::Settings,
};

/// Signs a request and prints it; sends nothing.
pub(crate) fn run(args: &SignArgs, settings: &Settings) -> Result<(), Failure> {
    let failed = |error| unsignable(&error);
    let signer = Credentials::read(&args.credentials, settings)?.signer()?;
    let draft = Draft::read(&args.request)?;
    let place = args.request.place();
    let (target, stamp) = (draft.target(), draft.stamp(&entropy));
    let header = signer.authorization(target, stamp).map_err(failed)?;
    let url = match place {
        Place::Query => signer.query(target, stamp).map_err(failed)?,
        Place::Header | Place::Body => draft.url.clone(),
    };
    let body = match place {
        Place::Body => Some(signer.form(target, stamp).map_err(failed)?),
        Place::Header | Place::Query => draft.text().map(ToOwned::to_owned),
    };
    if !settings.output.json {
        if args.request.parts.requestor_id.is_some() && place != Place::Query {
            settings.output.say(&format!("the address to send it to: {url}"));
        }
        return settings.output.line(match (place, &body) {
            (Place::Header, _) => &header,
            (Place::Query, _) => &url,
            (Place::Body, body) => body.as_deref().unwrap_or_default(),
        });
    }
    let signature = oauth::parse(&header).ok().flatten();
    let signature = signature.as_ref().and_then(|params| params.first("oauth_signature"));
    settings.output.document([
        ("base_string", Value::text(signer.base_string(target, stamp).map_err(failed)?)),
        ("signature", text_or_null(signature)),
        ("authorization", Value::text(header)),
        ("url", Value::text(url)),
        ("body", text_or_null(body)),
    ])
}
