use clap::{Args, Subcommand, ValueEnum};
use countersign_jwt::Algorithm;

#[derive(Debug, Subcommand)]
pub(crate) enum JwtCommand {
    /// Show what is in a token; nothing is verified
    Decode(DecodeArgs),
    /// Check a token: signature, header and claims
    Verify(Box<VerifyArgs>),
    /// Sign claims, and print the token
    Sign(SignArgs),
}

#[derive(Args, Debug)]
pub(crate) struct DecodeArgs {
    /// The token: itself, or -, @FILE, env:NAME or cmd:COMMAND
    pub(crate) token: String,
}

#[derive(Args, Debug)]
#[command(
    after_help = "What is not asked for is not checked, except the signature, the times and the header.\n\
                        Exit code 9 when the token does not hold."
)]
pub(crate) struct VerifyArgs {
    /// The token: itself, or -, @FILE, env:NAME or cmd:COMMAND
    pub(crate) token: String,
    /// The keys of the issuer: a file or an address with a JWK set
    #[arg(long, value_name = "FILE|URL", required_unless_present_any = ["key", "secret"])]
    pub(crate) jwks: Option<String>,
    /// A file with one public key, PEM or JWK, in place of a set
    #[arg(long, value_name = "FILE", conflicts_with = "jwks")]
    pub(crate) key: Option<String>,
    /// The shared secret of HS256: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET", conflicts_with_all = ["jwks", "key"])]
    pub(crate) secret: Option<String>,
    /// Who has to have made it (iss)
    #[arg(long, value_name = "ISSUER")]
    pub(crate) issuer: Option<String>,
    /// For whom it has to be (aud); with several, for one of them
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Vec<String>,
    /// What it has to be for (typ), such as at+jwt
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// The nonce that it has to have
    #[arg(long, value_name = "NONCE")]
    pub(crate) nonce: Option<String>,
    /// Accept this algorithm alone; may be repeated
    #[arg(long, value_name = "ALGORITHM", ignore_case = true)]
    pub(crate) algorithm: Vec<AlgorithmName>,
    /// What the clocks may differ by: 90, 60s, 5m
    #[arg(long, value_name = "TIME", value_parser = super::token::duration, default_value = "60")]
    pub(crate) leeway: core::time::Duration,
    /// When it came, as 2026-11-20T10:00:00Z or in seconds since 1970; now by default
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Accept it without an expiry
    #[arg(long)]
    pub(crate) without_expiry: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    /// A file with the private key: PEM, DER or JWK
    #[arg(long, value_name = "FILE", required_unless_present = "secret")]
    pub(crate) key: Option<String>,
    /// The shared secret of HS256: -, @FILE, env:NAME or cmd:COMMAND
    #[arg(long, value_name = "SECRET", conflicts_with = "key")]
    pub(crate) secret: Option<String>,
    /// A file with the claims, a JSON object; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) claims: String,
    /// The algorithm; the usual one of the key by default: RS256, ES256, ES384, EdDSA or HS256
    #[arg(long, value_name = "ALGORITHM", ignore_case = true)]
    pub(crate) algorithm: Option<AlgorithmName>,
    /// The name of the key (kid); that of the JWK by default
    #[arg(long, value_name = "NAME")]
    pub(crate) key_id: Option<String>,
    /// What the token is for (typ)
    #[arg(long = "type", value_name = "TYPE", default_value = "JWT")]
    pub(crate) kind: String,
    /// Set iat to now, and exp to so much later: 90, 60s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = super::token::duration)]
    pub(crate) expires_in: Option<core::time::Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlgorithmName {
    #[value(name = "RS256")]
    Rs256,
    #[value(name = "RS384")]
    Rs384,
    #[value(name = "RS512")]
    Rs512,
    #[value(name = "PS256")]
    Ps256,
    #[value(name = "ES256")]
    Es256,
    #[value(name = "ES384")]
    Es384,
    #[value(name = "EdDSA")]
    EdDsa,
    #[value(name = "HS256")]
    Hs256,
}

impl From<AlgorithmName> for Algorithm {
    fn from(name: AlgorithmName) -> Self {
        match name {
            AlgorithmName::Rs256 => Self::Rs256,
            AlgorithmName::Rs384 => Self::Rs384,
            AlgorithmName::Rs512 => Self::Rs512,
            AlgorithmName::Ps256 => Self::Ps256,
            AlgorithmName::Es256 => Self::Es256,
            AlgorithmName::Es384 => Self::Es384,
            AlgorithmName::EdDsa => Self::EdDsa,
            AlgorithmName::Hs256 => Self::Hs256,
        }
    }
}
