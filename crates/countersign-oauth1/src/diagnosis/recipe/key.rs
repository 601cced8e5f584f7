use alloc::{
    format,
    string::{String, ToString},
};

use countersign_token::Secret;
use zeroize::Zeroizing;

use super::{Key, Space};
use crate::diagnosis::facts::Facts;

impl Key {
    /// The key as the recipe makes it of the secrets.
    pub(in crate::diagnosis) fn write(self, facts: &Facts) -> Secret {
        let part = |secret: &Secret, space: Space, left_out: bool| {
            let text = match space {
                _ if left_out => String::new(),
                Space::AsGiven => secret.expose().to_string(),
                Space::Newline => format!("{}\n", secret.expose()),
                Space::CarriageReturn => format!("{}\r\n", secret.expose()),
                Space::Trimmed => secret.expose().trim_end().to_string(),
            };
            let text = Zeroizing::new(text);
            Zeroizing::new(if self.not_encoded { text.to_string() } else { self.encoding.of(&text) })
        };
        let client = part(&facts.client_secret, self.client_space, self.no_client);
        let token = part(&facts.token_secret, self.token_space, self.no_token);
        let (first, second) = if self.swapped { (token, client) } else { (client, token) };
        let between = if self.no_ampersand { "" } else { "&" };
        Secret::new([first.as_str(), between, second.as_str()].concat())
    }
}
