use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(crate) struct TokenArgs {
    /// The account; the only one there is by default
    pub(crate) account: Option<String>,
    /// The form in which the token is printed
    #[arg(long, value_name = "FORM", default_value = "bare")]
    pub(crate) format: Format,
    /// The token must be good for at least this long: 90, 60s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = super::token::duration, default_value = "0")]
    pub(crate) min_ttl: core::time::Duration,
    /// Refresh even when the token is good
    #[arg(long)]
    pub(crate) force_refresh: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The token alone
    Bare,
    /// A header line: `Authorization: Bearer ...`
    Header,
    /// A JSON document
    Json,
}

/// Reads `90`, `60s`, `5m` or `1h`.
pub(crate) fn duration(text: &str) -> Result<core::time::Duration, String> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, text.get(number.len()..).unwrap_or_default()),
        None => (text, "s"),
    };
    let factor: u64 = match unit {
        "m" => 60,
        "h" => 3600,
        _ => 1,
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    seconds
        .map(core::time::Duration::from_secs)
        .ok_or_else(|| String::from("write it like 90, 60s, 5m or 1h"))
}
