//! Byte ranges of HTTP (RFC 9110, section 14), as far as players ask for them: one range at a time.

use std::ops::Range;

/// What a `Range` header asks of something `length` bytes long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it: there is no header, or one that a server may ignore.
    Whole,
    /// A part, which is not empty and inside it.
    Part(Range<u32>),
    /// Nothing that exists.
    Beyond,
}

/// Reads a `Range` header for something `length` bytes long. Several ranges at once, other units and nonsense are
/// ignored, as the standard allows.
#[must_use]
pub fn asked(header: Option<&str>, length: u32) -> Asked {
    let spec = header
        .and_then(|header| header.trim().strip_prefix("bytes="))
        .and_then(|spec| spec.trim().split_once('-'));
    let Some((first, last)) = spec else {
        return Asked::Whole;
    };
    // Longer numbers than fit are beyond every end.
    let number = |digits: &str| {
        let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| digits.parse::<u32>().unwrap_or(u32::MAX))
    };
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Asked::Whole,
    };
    if part.is_empty() {
        Asked::Beyond
    } else {
        Asked::Part(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_taken_as_the_standard_says() {
        for (header, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-499", 0..500),
            ("bytes=500-", 500..1_000),
            ("bytes=-200", 800..1_000),
            ("bytes=-5000", 0..1_000),
            ("bytes=990-5000", 990..1_000),
            ("bytes=990-99999999999999", 990..1_000),
            ("bytes=0-4294967295", 0..1_000),
        ] {
            assert_eq!(
                asked(Some(header), 1_000),
                Asked::Part(expected),
                "{header}"
            );
        }
    }

    #[test]
    fn a_range_behind_the_end_is_refused_and_nonsense_is_ignored() {
        for header in ["bytes=1000-", "bytes=1000-1001", "bytes=-0"] {
            assert_eq!(asked(Some(header), 1_000), Asked::Beyond, "{header}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Beyond);
        for header in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=0-1,5-6",
            "items=0-1",
        ] {
            assert_eq!(asked(Some(header), 1_000), Asked::Whole, "{header}");
        }
        assert_eq!(asked(None, 1_000), Asked::Whole);
    }
}
