//! The web player's files. Our own are part of the program, so that page and gateway are always of one version; hls.js,
//! which is larger than all of them, is read from a file when the gateway starts.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// Longest hls.js that is read, in bytes.
const MAX_HLS_JS_BYTES: u64 = 4 * 1024 * 1024;
/// Name under which the page loads it, and under which it may lie beside the program.
const HLS_JS: &str = "hls.js";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// One of our own files.
macro_rules! own {
    ($name:literal, $kind:expr) => {
        (
            $name,
            $kind,
            include_bytes!(concat!("../../web/src/", $name)),
        )
    };
}

/// Our own files: name, media type, content.
const OWN: &[(&str, &str, &[u8])] = &[
    own!("index.html", HTML),
    own!("style.css", STYLE),
    own!("icon.svg", IMAGE),
    own!("first.js", SCRIPT),
    own!("app.js", SCRIPT),
    own!("access.js", SCRIPT),
    own!("ads.js", SCRIPT),
    own!("choices.js", SCRIPT),
    own!("panel.js", SCRIPT),
    own!("playhead.js", SCRIPT),
    own!("quality.js", SCRIPT),
];

/// Why there is no web player.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// hls.js is not there.
    #[error(
        "the web player needs hls.js, and {} can't be read ({source}); name the file with --hls-js: \
         scripts/setup/web-player.sh puts it beside the program",
        path.display()
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// Why it can't be read.
        source: io::Error,
    },
    /// The file is something else.
    #[error(
        "{} is not hls.js; name its minified script with --hls-js, such as hls.js/dist/hls.min.js",
        .0.display()
    )]
    NotHlsJs(PathBuf),
}

/// The page with everything that it loads.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    hls_js: Bytes,
}

impl Page {
    /// With hls.js from `path`, or from beside the program.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, PageError> {
        let path = path.map_or_else(beside_program, Path::to_path_buf);
        let read = std::fs::metadata(&path).and_then(|found| {
            let fits = found.is_file() && found.len() <= MAX_HLS_JS_BYTES;
            fits.then(|| std::fs::read(&path)).transpose()
        });
        match read {
            // The page uses the class of this name.
            Ok(Some(script)) if std::str::from_utf8(&script).is_ok_and(|s| s.contains("Hls")) => {
                Ok(Self {
                    hls_js: script.into(),
                })
            }
            Ok(_) => Err(PageError::NotHlsJs(path)),
            Err(source) => Err(PageError::Missing { path, source }),
        }
    }

    /// Media type and content of the file at a path of the address; `/` is the page.
    pub(crate) fn file(&self, path: &str) -> Option<(&'static str, Bytes)> {
        let name = match path.strip_prefix('/')? {
            "" => "index.html",
            name => name,
        };
        if name == HLS_JS {
            return Some((SCRIPT, self.hls_js.clone()));
        }
        OWN.iter()
            .find(|(own, _, _)| *own == name)
            .map(|(_, kind, content)| (*kind, Bytes::from_static(content)))
    }
}

fn beside_program() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join(HLS_JS)))
        .unwrap_or_else(|| PathBuf::from(HLS_JS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page {
            hls_js: Bytes::from_static(b"Hls"),
        }
    }

    #[test]
    fn a_missing_script_is_named_with_what_to_do() {
        let missing = std::env::temp_dir().join(format!("chainflix-no-hls-{}", std::process::id()));
        let error = Page::read(Some(&missing)).unwrap_err().to_string();
        assert!(
            error.contains("--hls-js") && error.contains("web-player.sh"),
            "{error}"
        );
        let folder = Page::read(Some(&std::env::temp_dir())).unwrap_err();
        assert!(matches!(folder, PageError::NotHlsJs(_)), "{folder}");
    }

    #[test]
    fn everything_that_the_page_names_is_served() {
        let page = page();
        let (kind, html) = page.file("/").unwrap();
        assert_eq!(kind, HTML);
        let html = String::from_utf8(html.to_vec()).unwrap();
        let named: Vec<_> = ["src=\"", "href=\""]
            .iter()
            .flat_map(|attribute| html.split(attribute).skip(1))
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(named.len() >= 4, "{named:?}");
        for name in named {
            assert!(page.file(&format!("/{name}")).is_some(), "{name}");
        }
        for (name, kind, content) in OWN.iter().filter(|(_, kind, _)| *kind == SCRIPT) {
            let script = std::str::from_utf8(content).unwrap();
            for import in ["from \"./", "import(\"./"]
                .iter()
                .flat_map(|import| script.split(import).skip(1))
                .filter_map(|rest| rest.split('"').next())
            {
                assert_eq!(
                    page.file(&format!("/{import}")).map(|(kind, _)| kind),
                    Some(*kind),
                    "{name}: {import}"
                );
            }
        }
    }

    #[test]
    fn nothing_else_is_served_whatever_path_is_asked_for() {
        for path in [
            "",
            "index.html",
            "/../index.html",
            "//etc/passwd",
            "/%2e%2e/index.html",
            "/src/app.js",
            "/Cargo.toml",
        ] {
            assert!(page().file(path).is_none(), "{path}");
        }
    }
}
