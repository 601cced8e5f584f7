mod diagnosis;
mod steps;

use countersign_oauth1::{
    Algorithm, Diagnosis, Difference, Dispute, Explanation, Rsa, RsaHash, RsaPublicKey, Signer, Stamp,
    Target, from_fn,
};
use countersign_token::{ClientId, Timestamp, json::Value};

use super::{
    credentials::{self, Credentials},
    draft::{Draft, entropy},
    unsignable,
};
use crate::{
    args::oauth1::ExplainArgs,
    exit::Exit,
    failure::Failure,
    output::{serialised, text_or_null},
    settings::Settings,
};
use steps::Steps;

/// Shows the steps to a signature, and why another side comes to another one.
pub(crate) fn run(args: &ExplainArgs, settings: &Settings) -> Result<(), Failure> {
    let credentials = Credentials::read(&args.credentials, settings)?;
    let public_key = args.public_key.as_deref().map(|path| credentials::public_key(path, settings));
    let case = Case::new(credentials, public_key.transpose()?)?;
    let draft = Draft::read(&args.request)?;
    let (target, stamp) = (draft.target(), draft.stamp(&entropy));
    let explanation = case.explanation(target, stamp)?;
    let steps = Steps { explanation: &explanation, shows_key: args.show_key };

    let is_random = args.request.parts.timestamp.is_none() || args.request.parts.nonce.is_none();
    if args.expect.is_some() && is_random && case.algorithm != Algorithm::Plaintext {
        settings.warn(
            "without --timestamp and --nonce of the signature that is expected, no other can be the same",
        );
    }
    let dispute = asked(args, case.dispute(target, stamp), &draft)?;
    let theirs = args.server_base_string.as_deref().map(str::trim);
    let ours = explanation.base_string().expose();
    let difference = theirs.map(|theirs| Difference::between(ours, theirs));
    let diagnosis = match (&args.expect, theirs) {
        (Some(signature), _) => Some(dispute.expect_signature(signature)),
        (None, Some(theirs)) => Some(dispute.expect_base_string(theirs)),
        (None, None) => None,
    };
    let diagnosis = diagnosis.transpose().map_err(|error| unsignable(&error))?;

    if settings.output.json {
        let shown = difference.as_ref().and_then(Option::as_ref);
        settings.output.document([
            ("steps", steps.value()?),
            ("base_string", Value::text(ours)),
            ("signature", text_or_null(steps.signature())),
            ("authorization", text_or_null(steps.authorization())),
            ("diagnosis", serialised(serde_json::to_vec(&diagnosis))?),
            ("difference", serialised(serde_json::to_vec(&shown))?),
        ])?;
    } else {
        let mut parts = vec![steps.text()];
        parts.extend(difference.as_ref().map(|difference| diagnosis::difference_text(difference.as_ref())));
        parts.extend(diagnosis.as_ref().map(|found| diagnosis::text(found, args.expect.is_some())));
        settings.output.line(parts.join("\n\n").trim_end())?;
    }
    match diagnosis {
        Some(diagnosis) if args.expect.is_some() => found(&diagnosis),
        _ => Ok(()),
    }
}

/// The dispute with what the options tell of the other side.
fn asked<'a>(
    args: &'a ExplainArgs,
    dispute: Dispute<'a>,
    draft: &'a Draft<'_>,
) -> Result<Dispute<'a>, Failure> {
    let mut dispute = dispute;
    if let Some(body) = draft.unsigned_body() {
        dispute = dispute.body(body);
    }
    if let Some(nonce) = &args.other_nonce {
        dispute = dispute.other_nonce(nonce);
    }
    if let Some(seconds) = args.other_timestamp {
        let seconds = i64::try_from(seconds)
            .map_err(|error| Failure::usage("--other-timestamp is too large").because(error))?;
        dispute = dispute.other_timestamp(Timestamp::from_unix(seconds));
    }
    Ok(dispute)
}

/// Whether the search has an answer.
fn found(diagnosis: &Diagnosis) -> Result<(), Failure> {
    if diagnosis.agrees() || !diagnosis.found().is_empty() {
        return Ok(());
    }
    let what = "no mistake that is known, and no two of them, lead to that signature";
    let mut failure = Failure::new(Exit::VerificationFailed, what);
    if diagnosis.gave_up() {
        failure = failure.because("the search was given up: the request is too large for every two mistakes");
    }
    Err(failure
        .then("check the secrets, the method and the address, character by character")
        .then("--other-nonce and --other-timestamp, if the other side may have signed others")
        .then("--server-base-string, if the other side tells the text that it signs"))
}

/// Who signs, and in whose manner mistakes are made.
struct Case {
    algorithm: Algorithm,
    credentials: Credentials,
    /// What signs with a key of its own.
    signer: Option<Signer>,
    /// Whether that key can sign, and does not only verify.
    signs: bool,
}

impl Case {
    fn new(credentials: Credentials, public_key: Option<RsaPublicKey>) -> Result<Self, Failure> {
        let Some(key) = public_key else {
            let signer = credentials.signer()?;
            let algorithm = credentials.algorithm();
            let signer = RsaHash::of(algorithm).map(|_| signer);
            return Ok(Self { algorithm, credentials, signer, signs: true });
        };
        let algorithm = credentials.algorithm.unwrap_or(Algorithm::RsaSha1);
        let hash = RsaHash::of(algorithm).ok_or_else(|| {
            Failure::usage(format!("{algorithm} takes no public key")).then("--signature-method RSA-SHA1")
        })?;
        let client = ClientId::new(credentials.client.identifier.as_str());
        let signer = Signer::with_method(Rsa::verifying(hash, key), client, credentials.token.clone());
        Ok(Self { algorithm, credentials, signer: Some(signer), signs: false })
    }

    fn explanation(&self, target: Target<'_>, stamp: Stamp<'_>) -> Result<Explanation, Failure> {
        let Credentials { client, token, .. } = &self.credentials;
        let explanation = match &self.signer {
            None => Explanation::new(self.algorithm, client, token, target, stamp),
            Some(signer) if self.signs => Explanation::with_signer(signer, target, stamp),
            Some(_) => {
                // All steps but the last take no key.
                let unsigned = from_fn(self.algorithm.as_str(), |_: &str| Ok(String::new()));
                let client = ClientId::new(client.identifier.as_str());
                Explanation::with_signer(&Signer::with_method(unsigned, client, token.clone()), target, stamp)
            }
        };
        explanation.map_err(|error| unsignable(&error))
    }

    fn dispute<'a>(&'a self, target: Target<'a>, stamp: Stamp<'a>) -> Dispute<'a> {
        let Credentials { client, token, .. } = &self.credentials;
        match &self.signer {
            None => Dispute::new(self.algorithm, client, token, target, stamp),
            Some(signer) => Dispute::with_signer(signer, target, stamp),
        }
    }
}
