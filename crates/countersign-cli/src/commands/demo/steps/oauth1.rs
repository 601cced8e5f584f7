use crate::{
    commands::demo::tour::{Tour, broken, wrong},
    failure::Failure,
};

pub(super) fn three_legs(tour: &mut Tour) -> Result<String, Failure> {
    let printer = tour
        .client
        .login(&tour.oauth1_login()?)
        .map_err(|error| broken("the OAuth 1.0a login failed", &error))?;
    let response = tour.get(&printer, "/me?note=signed%20too")?;
    let who = String::from_utf8_lossy(response.body());
    if !response.status().is_success() || !who.contains("\"alice\"") {
        return Err(wrong(format!("the signed request was answered with {}", response.status())));
    }
    let unsigned = tour.get_with("/me", "OAuth oauth_consumer_key=\"demo-consumer\"")?;
    if unsigned.status().is_success() {
        return Err(wrong("a request without a signature was accepted"));
    }
    Ok("Temporary credentials, alice's approval, token credentials; the API knows alice by the signature, \
        and a request without one is refused."
        .into())
}
