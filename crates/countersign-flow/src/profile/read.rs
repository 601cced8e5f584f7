use alloc::{string::String, vec::Vec};

use super::{
    Loopback, Profile,
    toml::{self, Entry, Value},
};
use crate::{DeviceGrantName, Endpoint, Error, error::ProfileProblem};

/// Reads a profile: what must be there first, then everything, so that a misspelt key is not passed over.
pub(super) fn profile(text: &str) -> Result<Profile, Error> {
    let entries = toml::parse(text)?;
    let required = |table: &str, key: &'static str| {
        let entry = entries.iter().find(|entry| entry.table == table && entry.key == key);
        match entry.map(|entry| (&entry.value, entry.line)) {
            Some((Value::Text(text), _)) if !text.is_empty() => Ok(text.as_str()),
            Some((_, line)) => Err(Error::Profile { line, problem: ProfileProblem::Kind }),
            None => Err(Error::Profile { line: 0, problem: ProfileProblem::Missing { key } }),
        }
    };
    let token = Endpoint::new("token_endpoint", required("endpoints", "token")?)?;
    let mut profile = Profile::new(required("", "name")?, required("", "issuer")?, token);
    for entry in entries {
        apply(&mut profile, entry)?;
    }
    Ok(profile)
}

fn apply(profile: &mut Profile, entry: Entry) -> Result<(), Error> {
    let Entry { table, key, value, line } = entry;
    match table.as_str() {
        "" => top(profile, &key, value, line),
        "endpoints" => endpoint(profile, &key, value, line),
        "client" => match key.as_str() {
            "authentication" => set(&mut profile.server.client_authentication_methods, list(value, line)?),
            "empty_secret" => set(&mut profile.empty_secret, flag(value, line)?),
            "unencoded" => set(&mut profile.unencoded, flag(value, line)?),
            _ => unknown(line),
        },
        "authorization" => {
            profile.authorization.push((key, text(value, line)?));
            Ok(())
        }
        "answers" => match key.as_str() {
            "strict" => set(&mut profile.tolerance.strict, flag(value, line)?),
            "scope_commas" => set(&mut profile.tolerance.scope_commas, flag(value, line)?),
            "expires_at" => set(&mut profile.tolerance.expires_at, flag(value, line)?),
            "zero_is_over" => set(&mut profile.tolerance.zero_is_over, flag(value, line)?),
            "bearer_types" => set(&mut profile.tolerance.bearer_types, list(value, line)?),
            "nested" => set(&mut profile.tolerance.nested, list(value, line)?),
            "error_names" => set(&mut profile.tolerance.error_names, list(value, line)?),
            _ => unknown(line),
        },
        "identity" => match key.as_str() {
            "also_issuers" => set(&mut profile.also_issuers, list(value, line)?),
            "issuer_template" => set(&mut profile.issuer_template, Some(text(value, line)?)),
            _ => unknown(line),
        },
        _ => unknown(line),
    }
}

fn top(profile: &mut Profile, key: &str, value: Value, line: usize) -> Result<(), Error> {
    match key {
        // Read before.
        "name" | "issuer" => Ok(()),
        "title" => set(&mut profile.title, text(value, line)?),
        "registered_at" => set(&mut profile.registered_at, Some(text(value, line)?)),
        "source" => set(&mut profile.source, Some(text(value, line)?)),
        "written" => set(&mut profile.written, Some(text(value, line)?)),
        "notes" => set(&mut profile.notes, list(value, line)?),
        "resource_with_scopes" => set(&mut profile.resource_with_scopes, flag(value, line)?),
        "iss_parameter" => set(&mut profile.server.iss_parameter_supported, flag(value, line)?),
        "loopback" => {
            profile.loopback = match text(value, line)?.as_str() {
                "any-port" => Loopback::AnyPort,
                "exact-port" => Loopback::ExactPort,
                "localhost" => Loopback::Localhost,
                "none" => Loopback::None,
                _ => return Err(Error::Profile { line, problem: ProfileProblem::Kind }),
            };
            Ok(())
        }
        "older_device_grant" => {
            if flag(value, line)? {
                profile.device_grant = DeviceGrantName::Older;
            }
            Ok(())
        }
        _ => unknown(line),
    }
}

fn endpoint(profile: &mut Profile, key: &str, value: Value, line: usize) -> Result<(), Error> {
    let server = &mut profile.server;
    let (name, slot) = match key {
        "token" => return Ok(()),
        "authorization" => ("authorization_endpoint", &mut server.authorization_endpoint),
        "device" => ("device_authorization_endpoint", &mut server.device_authorization_endpoint),
        "revocation" => ("revocation_endpoint", &mut server.revocation_endpoint),
        "introspection" => ("introspection_endpoint", &mut server.introspection_endpoint),
        "pushed" => {
            ("pushed_authorization_request_endpoint", &mut server.pushed_authorization_request_endpoint)
        }
        "userinfo" => ("userinfo_endpoint", &mut server.userinfo_endpoint),
        "registration" => ("registration_endpoint", &mut server.registration_endpoint),
        "jwks" => ("jwks_uri", &mut server.jwks_uri),
        _ => return unknown(line),
    };
    *slot = Some(Endpoint::new(name, &text(value, line)?)?);
    Ok(())
}

fn set<T>(slot: &mut T, value: T) -> Result<(), Error> {
    *slot = value;
    Ok(())
}

fn unknown(line: usize) -> Result<(), Error> {
    Err(Error::Profile { line, problem: ProfileProblem::UnknownKey })
}

fn text(value: Value, line: usize) -> Result<String, Error> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(Error::Profile { line, problem: ProfileProblem::Kind }),
    }
}

fn flag(value: Value, line: usize) -> Result<bool, Error> {
    match value {
        Value::Bool(flag) => Ok(flag),
        _ => Err(Error::Profile { line, problem: ProfileProblem::Kind }),
    }
}

fn list(value: Value, line: usize) -> Result<Vec<String>, Error> {
    match value {
        Value::List(list) => Ok(list),
        _ => Err(Error::Profile { line, problem: ProfileProblem::Kind }),
    }
}
