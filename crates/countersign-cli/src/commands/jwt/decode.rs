use countersign_jwt::Unverified;
use countersign_token::json::{Object, Value};

use super::{parts, shown, times, token};
use crate::{args::jwt::DecodeArgs, exit::Exit, failure::Failure, settings::Settings};

/// Shows what is in a token, whoever made it.
pub(super) fn run(args: &DecodeArgs, settings: &Settings) -> Result<(), Failure> {
    let text = token(&args.token)?;
    let read = Unverified::parse(text.expose()).and_then(|token| parts(&token));
    let (header, claims) = read.map_err(|error| {
        Failure::new(Exit::Other, "this is no token that can be read").because(&error).then(
            "give all of it: three parts with a point in between; access tokens of many servers are none",
        )
    })?;
    let times = times(&claims);
    let claims = Value::Object(Object::from(claims));
    if settings.output.json {
        return settings.output.document([
            ("header", header),
            ("claims", claims),
            ("verified", Value::Bool(false)),
        ]);
    }
    settings.output.line(&format!("{}\n{}", shown(&header), shown(&claims)))?;
    for line in times {
        settings.output.say(&line);
    }
    settings.output.say("nothing of it was verified: countersign jwt verify TOKEN --jwks FILE|URL");
    Ok(())
}
