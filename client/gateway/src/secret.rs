//! Secrets that stand in addresses and headers.

/// Bytes of randomness in a secret.
const BYTES: usize = 16;

/// A fresh secret of hexadecimal digits.
pub(crate) fn fresh() -> Result<String, getrandom::Error> {
    let mut secret = [0u8; BYTES];
    getrandom::fill(&mut secret)?;
    Ok(hex::encode(secret))
}

/// Whether `given` is `secret`, without telling by its time how much of it was right.
pub(crate) fn matches(given: &str, secret: &str) -> bool {
    let (given, secret) = (given.as_bytes(), secret.as_bytes());
    let differing = given
        .iter()
        .zip(secret)
        .fold(0u8, |differing, (a, b)| differing | (a ^ b));
    given.len() == secret.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_matched_as_a_whole_and_no_two_are_alike() {
        let secret = fresh().unwrap();
        assert_eq!(secret.len(), 2 * BYTES);
        assert_ne!(secret, fresh().unwrap());
        assert!(matches(&secret, &secret));
        let other = secret.replacen(|_: char| true, "x", 1);
        for wrong in ["", &secret[1..], &format!("{secret}0"), &other] {
            assert!(!matches(wrong, &secret), "{wrong}");
        }
    }
}
