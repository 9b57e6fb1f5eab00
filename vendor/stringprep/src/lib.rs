//! Stand-in for the `stringprep` crate: the one function that `postgres-protocol` calls, when it logs in by password.
//!
//! The crate itself turns on a default feature of `unicode-normalization`, on which `sp-core` depends: everything of
//! polkadot-sdk would be compiled with another fingerprint for it. Reading: ADR 0024.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The text holds a character that SASLprep prohibits; `postgres-protocol` then uses it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error;

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a control character, which SASLprep prohibits")
    }
}

impl std::error::Error for Error {}

/// Prepares a password by RFC 4013 as far as it concerns what people type: other spaces become a space, what is commonly
/// mapped to nothing goes, the rest is normalised (NFKC), control characters are refused. Unassigned and
/// right-to-left characters are not looked at: PostgreSQL's server takes a password that fails there as it is.
///
/// # Errors
/// For a control character.
pub fn saslprep(text: &str) -> Result<Cow<'_, str>, Error> {
    if text.chars().any(char::is_control) {
        return Err(Error);
    }
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text));
    }
    let mapped = text.chars().filter_map(|c| match c {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Some(' ')
        }
        '\u{ad}'
        | '\u{34f}'
        | '\u{1806}'
        | '\u{180b}'..='\u{180d}'
        | '\u{200c}'
        | '\u{200d}'
        | '\u{2060}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => None,
        other => Some(other),
    });
    Ok(Cow::Owned(mapped.nfkc().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4013_come_out_as_they_should() {
        assert_eq!(saslprep("I\u{ad}X").as_deref(), Ok("IX"));
        assert_eq!(saslprep("user").as_deref(), Ok("user"));
        assert_eq!(saslprep("\u{aa}").as_deref(), Ok("a"));
        assert_eq!(saslprep("\u{2168}").as_deref(), Ok("IX"));
        assert_eq!(saslprep("\u{7}"), Err(Error));
    }
}
