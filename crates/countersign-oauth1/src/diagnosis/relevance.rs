//! Which switches can matter for a request at all, so that the others are not tried.

use countersign_token::Secret;

use super::{
    facts::Facts,
    recipe::{Body, Duplicates, Encoding, Reading, Recipe, Signed, Unicode},
};
use crate::Parameter;

/// What a request has that a mistake could be about.
pub(super) struct Relevance {
    query: bool,
    form: bool,
    as_form: bool,
    as_json: bool,
    as_multipart: bool,
    realm: bool,
    signature: bool,
    token: bool,
    version: bool,
    callback: bool,
    verifier: bool,
    body_hash: bool,
    nonce: bool,
    timestamp: bool,
    /// The characters that the encodings differ in, as they are or as an escape.
    characters: Encoding,
    escapes: bool,
    plus: bool,
    beyond_ascii: bool,
    several: bool,
}

impl Relevance {
    pub(super) fn new(facts: &Facts) -> Self {
        let characters = |wanted: &[char], escapes: &[&str]| {
            texts(facts).any(|text| {
                let escaped = |escape: &&str| {
                    text.as_bytes().windows(2).any(|pair| pair.eq_ignore_ascii_case(escape.as_bytes()))
                };
                // What is decoded twice may come to be anything.
                text.contains(wanted)
                    || text.contains("%25")
                    || (text.contains('%') && escapes.iter().any(escaped))
            })
        };
        let escapes = characters(&['%'], &[]);
        Self {
            query: !facts.query.is_empty(),
            form: !facts.form.is_empty(),
            as_form: !facts.as_form.is_empty(),
            as_json: !facts.as_json.is_empty(),
            as_multipart: !facts.as_multipart.is_empty(),
            realm: facts.realm.is_some(),
            signature: facts.signature.is_some(),
            token: facts.sends(Parameter::Token),
            version: facts.sends(Parameter::Version),
            callback: facts.sends(Parameter::Callback),
            verifier: facts.sends(Parameter::Verifier),
            body_hash: facts.sends(Parameter::BodyHash),
            nonce: facts.nonce.is_some(),
            timestamp: facts.timestamp.is_some(),
            characters: Encoding {
                lower: true,
                tilde: characters(&['~'], &["7E"]),
                plus: characters(&[' ', '+'], &["20", "2B"]),
                asterisk: characters(&['*'], &["2A"]),
                exclamation: characters(&['!'], &["21"]),
                quotes: characters(&['\'', '(', ')'], &["27", "28", "29"]),
            },
            escapes,
            plus: characters(&['+'], &[]),
            beyond_ascii: escapes || texts(facts).any(|text| !text.is_ascii()),
            several: facts.query.len().saturating_add(facts.form.len()) > 0
                || !facts.as_form.is_empty()
                || !facts.as_json.is_empty()
                || !facts.as_multipart.is_empty(),
        }
    }

    /// The recipe without the changes that cannot matter, alone or with others.
    pub(super) fn of(&self, mut recipe: Recipe) -> Recipe {
        recipe.encodings(|encoding| {
            encoding.tilde &= self.characters.tilde;
            encoding.plus &= self.characters.plus;
            encoding.asterisk &= self.characters.asterisk;
            encoding.exclamation &= self.characters.exclamation;
            encoding.quotes &= self.characters.quotes;
        });
        let parameters = &mut recipe.parameters;
        parameters.no_query &= self.query;
        parameters.no_form &= self.form;
        if !self.query {
            parameters.query = Reading::Decoded;
        }
        if !self.form {
            parameters.form = Reading::Decoded;
        }
        let has_body = match parameters.body {
            Body::Rfc => true,
            Body::AsForm => self.as_form,
            Body::AsJson => self.as_json,
            Body::AsMultipart => self.as_multipart,
        };
        if !has_body {
            parameters.body = Body::Rfc;
        }
        parameters.realm &= self.realm;
        if !self.signature && parameters.signature == Signed::Whole {
            parameters.signature = Signed::Rfc;
        }
        parameters.no_token &= self.token;
        parameters.empty_token &= !self.token;
        parameters.no_version &= self.version;
        parameters.added_version &= !self.version;
        parameters.no_callback &= self.callback;
        parameters.no_verifier &= self.verifier;
        parameters.no_body_hash &= self.body_hash;
        parameters.added_body_hash &= !self.body_hash;
        parameters.other_nonce &= self.nonce;
        parameters.other_timestamp &= self.timestamp;
        parameters.twice &= self.escapes;
        parameters.plus_kept &= self.plus;
        if !self.beyond_ascii {
            parameters.unicode = Unicode::AsWritten;
        }
        if !self.several {
            parameters.duplicates = Duplicates::Kept;
        }
        recipe
    }
}

/// Every text that comes to be encoded.
fn texts(facts: &Facts) -> impl Iterator<Item = &str> {
    let fields = [&facts.query, &facts.form, &facts.as_form, &facts.as_json, &facts.as_multipart];
    let protocol = facts.protocol.iter().flat_map(|(name, value)| [name.as_str(), value.expose()]);
    let rest = [&facts.request_method, &facts.host, &facts.path].map(|text| text.as_str());
    let optional =
        [facts.signature.as_ref(), facts.nonce.as_ref()].map(|text| text.map_or("", Secret::expose));
    let secrets = [facts.client_secret.expose(), facts.token_secret.expose()];
    let realm = facts.realm.as_deref().unwrap_or_default();
    let body_hash = facts.body_hash.as_deref().unwrap_or_default();
    fields
        .into_iter()
        .flatten()
        .flat_map(|field| [field.name.expose(), field.value.expose()])
        .chain(protocol)
        .chain(rest)
        .chain(optional)
        .chain(secrets)
        .chain([realm, body_hash])
}
