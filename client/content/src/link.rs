//! Magnet links: `magnet:?xt=urn:cfx:<64 hex digits>&dn=<title>`.

use chainflix_primitives::Magnet;
use core::fmt;
use core::str::FromStr;

/// Longest link that is looked at, in bytes.
pub const MAX_LINK_BYTES: usize = 2_048;

/// A magnet and the title that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MagnetLink {
    /// Id of the video.
    pub magnet: Magnet,
    /// Title for display; whoever made the link chose it, the manifest's title is the true one.
    pub title: Option<String>,
}

/// Why a text is no magnet link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a link at all.
    #[error("this is no Chainflix link; one looks like magnet:?xt=urn:cfx:<64 hex digits>")]
    NotALink,
    /// A magnet link of another network.
    #[error("this magnet link belongs to another network; a Chainflix link has xt=urn:cfx:…")]
    OtherNetwork,
    /// The id has the wrong length or other characters.
    #[error("the id in this link is not 64 hex digits; copy the whole link")]
    Id,
    /// Longer than [`MAX_LINK_BYTES`].
    #[error("this link is longer than {MAX_LINK_BYTES} bytes")]
    TooLong,
}

impl FromStr for MagnetLink {
    type Err = LinkError;

    /// Reads a link, or the bare id in hex.
    fn from_str(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > MAX_LINK_BYTES {
            return Err(LinkError::TooLong);
        }
        if let Some(magnet) = Magnet::from_hex(text) {
            return Ok(Self {
                magnet,
                title: None,
            });
        }
        let query = text.strip_prefix("magnet:?").ok_or(LinkError::NotALink)?;
        let mut magnet = None;
        let mut other = false;
        let mut title = None;
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("xt", value)) => match value.strip_prefix("urn:cfx:") {
                    Some(id) => magnet = Some(Magnet::from_hex(id).ok_or(LinkError::Id)?),
                    None => other = true,
                },
                Some(("dn", value)) => title = Some(percent_decode(value)),
                _ => {}
            }
        }
        match magnet {
            Some(magnet) => Ok(Self { magnet, title }),
            None if other => Err(LinkError::OtherNetwork),
            None => Err(LinkError::NotALink),
        }
    }
}

impl fmt::Display for MagnetLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "magnet:?xt=urn:cfx:{}", self.magnet)?;
        if let Some(title) = &self.title {
            f.write_str("&dn=")?;
            percent_encode(title, f)?;
        }
        Ok(())
    }
}

fn percent_encode(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        // Unreserved characters of RFC 3986 stand for themselves.
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            write!(f, "{}", char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| tail.split_first_chunk::<2>())
            .flatten()
            .and_then(|(digits, tail)| {
                let mut byte = [0u8; 1];
                hex::decode_to_slice(digits, &mut byte).ok()?;
                Some((byte[0], tail))
            });
        let (byte, tail) = match escaped {
            Some(pair) => pair,
            None if *first == b'+' => (b' ', tail),
            None => (*first, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0101010101010101010101010101010101010101010101010101010101010101";

    #[test]
    fn a_link_is_written_as_people_know_magnet_links() {
        let link = MagnetLink {
            magnet: Magnet([1; 32]),
            title: Some("Ein Film & mehr".to_owned()),
        };
        assert_eq!(
            link.to_string(),
            format!("magnet:?xt=urn:cfx:{ID}&dn=Ein%20Film%20%26%20mehr")
        );
    }

    #[test]
    fn each_way_to_be_wrong_has_its_own_sentence() {
        let parse = |text: &str| text.parse::<MagnetLink>();
        assert_eq!(parse(""), Err(LinkError::NotALink));
        assert_eq!(parse("https://example.org"), Err(LinkError::NotALink));
        assert_eq!(parse("magnet:?dn=x"), Err(LinkError::NotALink));
        assert_eq!(
            parse("magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a"),
            Err(LinkError::OtherNetwork)
        );
        assert_eq!(parse("magnet:?xt=urn:cfx:0101"), Err(LinkError::Id));
        assert_eq!(parse(&"a".repeat(5000)), Err(LinkError::TooLong));
    }

    #[test]
    fn the_bare_id_will_do() {
        assert_eq!(
            ID.parse::<MagnetLink>().map(|link| link.magnet),
            Ok(Magnet([1; 32]))
        );
    }

    proptest! {
        #[test]
        fn every_link_reads_back(id: [u8; 32], title in proptest::option::of("\\PC{0,100}")) {
            let link = MagnetLink { magnet: Magnet(id), title };
            prop_assert_eq!(link.to_string().parse(), Ok(link));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", query in "[%+&=a-z0-9]{0,80}") {
            let _ = text.parse::<MagnetLink>();
            let _ = format!("magnet:?{query}").parse::<MagnetLink>();
        }
    }
}
