//! A refresh that proves a key, whatever the network answers: a nonce is a reason to send again, once.
#![no_main]

use countersign_flow::{
    Error, ProofKey, Refresh,
    dpop::{Proof, Prove},
};
use countersign_fuzz::{Careless, client, input, server, world};
use countersign_token::{RefreshToken, Secret, TokenType};
use countersign_wire::flow::{Env, Flow, Step};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let key = client().with_proof_key(ProofKey::new(Key));
    let mut flow =
        Careless::repeats(Refresh::new(&server().token_endpoint, &key, &RefreshToken::new("rt"), ""));
    let mut sent = 0;
    for line in core::iter::once("start").chain(script.lines().take(64)) {
        match world(0, |env| flow.step(input(line), env)) {
            Err(_) => break,
            Ok(Step::Send(request)) => {
                sent += 1;
                assert_eq!(request.headers().get_all("dpop").iter().count(), 1);
                // Twice unsent, and once for the nonce, after which it may be unsent twice again.
                assert!(sent <= 6, "it does not stop");
            }
            Ok(Step::Wait(_)) => {}
            Ok(Step::Done(redeemed)) => {
                assert!(redeemed.tokens.access.token_type == TokenType::DPoP, "bound");
                break;
            }
        }
    }
});

/// A key that signs nothing.
struct Key;

impl Prove for Key {
    fn thumbprint(&self) -> &str {
        "thumb"
    }

    fn prove(&self, proof: &Proof<'_>, _: &Env<'_>) -> Result<Secret, Error> {
        Ok(proof.nonce.unwrap_or("none").into())
    }
}
