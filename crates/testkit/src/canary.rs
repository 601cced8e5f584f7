//! Proof that secrets stay out of what is printed.

use core::fmt::Debug;

/// The value that stands for every secret; it must never be seen in any output.
pub const SECRET: &str = "cAnArY-53cr3t-0123456789-cAnArY-53cr3t-ABCDEF";

/// Whether a text shows the secret: as it is, in part, percent-encoded, or in base64 or hexadecimal.
pub fn shows(text: &str) -> bool {
    let part = "cAnArY-53cr3t";
    let hex: String = part.bytes().map(|byte| format!("{byte:02x}")).collect();
    // Base64 of the part at each of the three alignments, without the characters its neighbours decide.
    let base64 = ["Y0FuQXJZLTUzY3Iz", "NBbkFyWS01M2NyM3", "jQW5BclktNTNjcjN0"];
    text.contains(part)
        || text.to_ascii_lowercase().contains(&hex)
        || base64.iter().any(|form| text.contains(form))
}

/// Panics when the `Debug` form of `value`, plain or pretty, shows the secret.
pub fn check<T: Debug + ?Sized>(type_name: &str, value: &T) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shows(&text), "Debug of {type_name} shows a secret: {text}");
    }
}

/// Panics when a text that a person or a log may see shows the secret.
pub fn check_text(what: &str, text: &str) {
    assert!(!shows(text), "{what} shows a secret: {text}");
}

/// Asserts that values of these types, seeded with [`SECRET`](crate::canary::SECRET), do not print it.
///
/// Name every public type of the crate: `cargo xtask canary` compares the list with rustdoc's.
/// A type that implements `Display` is written `Type, Display => value`.
///
/// ```
/// use countersign_token::Secret;
/// use testkit::{assert_no_canary, canary::SECRET};
///
/// assert_no_canary! {
///     Secret => Secret::new(SECRET),
///     countersign_token::ClientId, Display => countersign_token::ClientId::new("public"),
/// }
/// ```
///
/// ```should_panic
/// testkit::assert_no_canary! { String => String::from(testkit::canary::SECRET) }
/// ```
#[macro_export]
macro_rules! assert_no_canary {
    () => {};
    ($type:ty, Display => $value:expr $(, $($rest:tt)*)?) => {
        {
            let value: $type = $value;
            $crate::canary::check::<$type>(stringify!($type), &value);
            $crate::canary::check_text(concat!("Display of ", stringify!($type)), &value.to_string());
        }
        $($crate::assert_no_canary! { $($rest)* })?
    };
    ($type:ty => $value:expr $(, $($rest:tt)*)?) => {
        {
            let value: $type = $value;
            $crate::canary::check::<$type>(stringify!($type), &value);
        }
        $($crate::assert_no_canary! { $($rest)* })?
    };
}

#[cfg(test)]
mod tests {
    use super::{SECRET, shows};

    #[test]
    fn every_encoding_of_the_secret_is_seen() {
        for text in [
            format!("token={SECRET}&x"),
            String::from("Y0FuQXJZLTUzY3IzdC0wMTIz"),
            // The same with "a:" and with "ab:" before it.
            String::from("YTpjQW5BclktNTNjcjN0LTAx"),
            String::from("YWI6Y0FuQXJZLTUzY3IzdC0w"),
            String::from("63416E4172592D35336372337400"),
        ] {
            assert!(shows(&text), "{text}");
        }
        assert!(!shows("Secret(..)"));
    }
}
