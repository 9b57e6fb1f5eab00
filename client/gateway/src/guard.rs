//! Who may talk to the gateway: the page that it served itself, opened with the token that it printed, and programs
//! of the viewer.

use axum::http::{HeaderMap, HeaderValue, header};
use std::net::SocketAddr;

use crate::secret;

/// The port that browsers leave out of an address.
const HTTP_PORT: u16 = 80;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is addressed to another name: a page elsewhere had its name resolve to this machine.
    Host,
    /// It comes from a page of another origin.
    Origin,
    /// It has no token, or another one.
    Token,
}

impl Denied {
    /// One sentence for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Host => "This gateway answers to its own address only.",
            Self::Origin => {
                "Pages of other sites can't use this gateway; paste its address into the address bar."
            }
            Self::Token => {
                "Open the address that the gateway printed when it started: it holds the key to it."
            }
        }
    }
}

/// What a gateway at one address lets in.
#[derive(Clone)]
pub struct Guard {
    hosts: Vec<String>,
    token: String,
}

impl Guard {
    /// For a gateway that listens at `address`, with a secret `token`.
    #[must_use]
    pub fn new(address: SocketAddr, token: String) -> Self {
        let port = address.port();
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let mut hosts: Vec<_> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == HTTP_PORT {
            hosts.extend(names.map(str::to_owned));
        }
        Self { hosts, token }
    }

    /// Checks that a request is addressed to us, and that no page of another origin makes it.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check_source(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let text = |name| headers.get(name).map(HeaderValue::to_str);
        match text(header::HOST) {
            Some(Ok(host)) if self.hosts.iter().any(|own| own == host) => {}
            _ => return Err(Denied::Host),
        }
        match text(header::ORIGIN) {
            None => {}
            Some(Ok(origin)) if self.is_own_origin(origin) => {}
            Some(_) => return Err(Denied::Origin),
        }
        // Browsers say by themselves whether a page of another site asks.
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        match site {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => Err(Denied::Origin),
        }
    }

    /// Checks that a request holds the token: `Authorization: Bearer <token>`.
    ///
    /// # Errors
    /// When it does not.
    pub fn check_token(&self, headers: &HeaderMap) -> Result<(), Denied> {
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .filter(|given| secret::matches(given.trim(), &self.token))
            .map(|_| ())
            .ok_or(Denied::Token)
    }

    fn is_own_origin(&self, origin: &str) -> bool {
        origin
            .strip_prefix("http://")
            .is_some_and(|host| self.hosts.iter().any(|own| own == host))
    }
}

/// Headers of every answer: nothing is framed, guessed, stored or loaded from elsewhere.
pub const SECURITY_HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         media-src 'self' blob: data:; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new("127.0.0.1:8088".parse().unwrap(), "secret0token".to_owned())
    }

    fn request(headers: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = headers.iter().map(|(name, value)| {
            let name = header::HeaderName::from_static(name);
            (name, HeaderValue::from_str(value).unwrap())
        });
        pairs.collect()
    }

    fn source(headers: &[(&'static str, &str)]) -> Result<(), Denied> {
        guard().check_source(&request(headers))
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:8088");

    #[test]
    fn a_name_that_only_resolves_to_this_machine_is_not_ours() {
        for host in ["attacker.example:8088", "127.0.0.1:9999", "127.0.0.1", ""] {
            assert_eq!(source(&[("host", host)]), Err(Denied::Host), "{host}");
        }
        assert_eq!(source(&[]), Err(Denied::Host));
        for host in ["127.0.0.1:8088", "localhost:8088", "[::1]:8088"] {
            assert_eq!(source(&[("host", host)]), Ok(()), "{host}");
        }
    }

    #[test]
    fn a_page_of_another_origin_gets_nothing() {
        for origin in [
            "https://attacker.example",
            "https://127.0.0.1:8088",
            "http://127.0.0.1:3000",
            "http://127.0.0.1",
            "null",
        ] {
            let headers = [HOST, ("origin", origin)];
            assert_eq!(source(&headers), Err(Denied::Origin), "{origin}");
        }
        for site in ["cross-site", "same-site", "new-kind"] {
            let headers = [HOST, ("sec-fetch-site", site)];
            assert_eq!(source(&headers), Err(Denied::Origin), "{site}");
        }
        let origin = ("origin", "http://127.0.0.1:8088");
        assert_eq!(
            source(&[HOST, origin, ("sec-fetch-site", "same-origin")]),
            Ok(())
        );
        assert_eq!(source(&[HOST, ("sec-fetch-site", "none")]), Ok(()));
    }

    #[test]
    fn without_the_token_nothing_is_told() {
        let token = |headers: &[(&'static str, &str)]| guard().check_token(&request(headers));
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer secret0toke",
            "Bearer secret0tokeN",
            "Bearer secret0token0",
            "Basic secret0token",
            "secret0token",
        ] {
            assert_eq!(
                token(&[("authorization", wrong)]),
                Err(Denied::Token),
                "{wrong}"
            );
        }
        assert_eq!(token(&[]), Err(Denied::Token));
        assert_eq!(
            token(&[("cookie", "token=secret0token")]),
            Err(Denied::Token)
        );
        assert_eq!(token(&[("authorization", "Bearer secret0token")]), Ok(()));
    }
}
