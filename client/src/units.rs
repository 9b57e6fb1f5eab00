//! Amounts as people read and write them.

use chainflix_primitives::emission::CFX;

/// Digits behind the point.
const DECIMALS: usize = 12;

/// An amount in CFX, exactly, without zeros at its end: `6.75`.
#[must_use]
pub fn format_cfx(units: u128) -> String {
    let whole = units.checked_div(CFX).unwrap_or(0);
    let rest = units.checked_rem(CFX).unwrap_or(0);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = format!("{rest:0DECIMALS$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Reads an amount in CFX with at most twelve digits behind the point. `None` when it is none, or too large.
#[must_use]
pub fn read_cfx(text: &str) -> Option<u128> {
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || rest.len() > DECIMALS || !digits(whole) || !digits(rest) {
        return None;
    }
    let padded = format!("{rest:0<DECIMALS$}");
    let units = whole.parse::<u128>().ok()?.checked_mul(CFX)?;
    units.checked_add(padded.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(format_cfx(0), "0");
        assert_eq!(format_cfx(135 * CFX), "135");
        assert_eq!(format_cfx(6_750_000_000_000), "6.75");
        assert_eq!(format_cfx(1), "0.000000000001");
        assert_eq!(read_cfx("0.000000000001"), Some(1));
        for wrong in [
            "",
            ".5",
            "1.0000000000001",
            "-1",
            "1,5",
            "1e3",
            "1.5.2",
            &"9".repeat(40),
        ] {
            assert_eq!(read_cfx(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_reads_back(units in 0..u128::MAX / 2) {
            prop_assert_eq!(read_cfx(&format_cfx(units)), Some(units));
        }
    }
}
