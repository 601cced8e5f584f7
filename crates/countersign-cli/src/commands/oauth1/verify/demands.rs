use countersign_oauth1::{Place as Stands, Received};
use countersign_wire::percent;

use crate::args::oauth1::{PartArgs, Place};

/// The first demand of the options that a request does not meet.
pub(super) fn unmet(args: &PartArgs, params: &[(&str, &str)], received: &Received) -> Option<&'static str> {
    let PartArgs {
        timestamp,
        nonce,
        callback,
        verifier,
        realm,
        no_version,
        body_hash,
        headers: _,
        data: _,
        data_file: _,
        place,
        param: _,
        requestor_id,
    } = args;
    let differs =
        |demanded: &Option<String>, found: Option<&str>| demanded.is_some() && demanded.as_deref() != found;
    let signed = received.parameters();
    let found = received.timestamp().and_then(|time| u64::try_from(time.unix()).ok());
    let lacks = |(name, value): &(&str, &str)| !signed.iter().any(|pair| pair == (*name, *value));
    [
        (timestamp.is_some() && *timestamp != found, "the timestamp is another than that of --timestamp"),
        (differs(nonce, received.nonce()), "the nonce is another than that of --nonce"),
        (differs(callback, received.callback()), "oauth_callback is another than that of --callback"),
        (
            verifier.as_ref().is_some_and(|demanded| {
                !received.verifier().is_some_and(|verifier| verifier.ct_eq(demanded))
            }),
            "oauth_verifier is another than that of --verifier",
        ),
        (differs(realm, received.realm()), "the realm is another than that of --realm"),
        (*no_version && has_version(received), "the request has oauth_version, in spite of --no-version"),
        (*body_hash && !received.has_body_hash(), "the request has no oauth_body_hash"),
        (
            place.is_some_and(|place| place != self::place(received)),
            "the parameters stand in another place than --place",
        ),
        (params.iter().any(lacks), "a parameter of --param is not in the request"),
        (
            differs(requestor_id, signed.first("xoauth_requestor_id")),
            "xoauth_requestor_id is another than that of --requestor-id",
        ),
    ]
    .into_iter()
    .find_map(|(is_unmet, what)| is_unmet.then_some(what))
}

/// Where the parameters of the protocol stand, as `--place` calls it.
pub(super) fn place(received: &Received) -> Place {
    match received.place() {
        Stands::Form => Place::Body,
        Stands::Query => Place::Query,
        _ => Place::Header,
    }
}

/// Whether `oauth_version` was sent, by the signed parameters.
pub(super) fn has_version(received: &Received) -> bool {
    let joined = received.base_string().split('&').nth(2).map(percent::decode);
    joined
        .and_then(Result::ok)
        .is_some_and(|joined| joined.split('&').any(|pair| pair.starts_with("oauth_version=")))
}
