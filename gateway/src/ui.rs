//! The UI: files of `frontend/dist` inside the binary, and the pages to try the API.
//!
//! A hashed asset may be kept for ever; `index.html` is asked for each time and answers every path of the UI's own
//! router.

use std::collections::HashMap;
use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::encoding::accepts;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../frontend/dist"]
#[allow_missing = true]
struct Dist;

const NOT_BUILT: &str = include_str!("ui/not_built.html");
const DOCS: &[(&str, &str)] = &[
    ("api/docs", include_str!("ui/docs.html")),
    ("api/docs/docs.js", include_str!("ui/docs.js")),
    ("api/docs/docs.css", include_str!("ui/docs.css")),
];
/// Smaller files do not gain from it.
const MIN_COMPRESSED_BYTES: usize = 1 << 10;

/// Every file, ready to be sent.
pub struct Ui {
    files: HashMap<String, File>,
}

struct File {
    content_type: HeaderValue,
    etag: HeaderValue,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

impl Ui {
    /// Takes the files that the build made, with the compressed forms that came with them; makes gzip where it did not.
    pub fn load() -> Self {
        let mut files = HashMap::new();
        for path in Dist::iter().filter(|path| !path.ends_with(".gz") && !path.ends_with(".br")) {
            if let Some(file) = Dist::get(&path) {
                files.insert(path.to_string(), File::embedded(&path, file));
            }
        }
        for &(path, text) in DOCS {
            let name = if path.contains('.') { path } else { "index.html" };
            files.insert(path.to_owned(), File::new(name, Bytes::from_static(text.as_bytes()), None, None));
        }
        if !files.contains_key("index.html") {
            let page = File::new("index.html", Bytes::from_static(NOT_BUILT.as_bytes()), None, None);
            files.insert("index.html".to_owned(), page);
        }
        Self { files }
    }

    /// The answer to `path`, or None when nothing is there.
    pub fn respond(&self, path: &str, request: &HeaderMap) -> Option<Response<Bytes>> {
        let path = path.trim_start_matches('/');
        let is_asset = path.starts_with("assets/");
        let file = match self.files.get(path) {
            Some(file) => file,
            // A missing asset is an error; anything else is a path of the UI's router.
            None if is_asset || looks_like_a_file(path) => return None,
            None => self.files.get("index.html")?,
        };
        Some(file.respond(request, is_asset))
    }
}

/// `/favicon.ico`, but not `/servers/web-1.example.com`.
fn looks_like_a_file(path: &str) -> bool {
    !path.contains('/') && path.contains('.')
}

impl File {
    fn embedded(path: &str, file: EmbeddedFile) -> Self {
        let variant = |suffix: &str| Dist::get(&format!("{path}{suffix}")).map(|file| to_bytes(file.data));
        Self::new(path, to_bytes(file.data), variant(".gz"), variant(".br"))
    }

    fn new(path: &str, plain: Bytes, gzip: Option<Bytes>, brotli: Option<Bytes>) -> Self {
        let mime = mime_guess::from_path(path).first_or_octet_stream();
        let is_text =
            mime.type_() == "text" || matches!(mime.subtype().as_str(), "javascript" | "json" | "svg+xml" | "svg");
        let gzip = gzip.or_else(|| (is_text && plain.len() >= MIN_COMPRESSED_BYTES).then(|| compress(&plain))?);
        let charset = if is_text { "; charset=utf-8" } else { "" };
        let content_type = HeaderValue::from_str(&format!("{}{charset}", mime.essence_str()));
        Self {
            content_type: content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag: etag(&plain),
            plain,
            gzip,
            brotli,
        }
    }

    fn respond(&self, request: &HeaderMap, is_immutable: bool) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        let headers = response.headers_mut();
        let cache = if is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if request.get(header::IF_NONE_MATCH).is_some_and(|known| matches_etag(known, &self.etag)) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        let (body, encoding) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(request, "br") => (brotli, Some("br")),
            (_, Some(gzip)) if accepts(request, "gzip") => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        };
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.body_mut() = body.clone();
        response
    }
}

fn to_bytes(data: std::borrow::Cow<'static, [u8]>) -> Bytes {
    match data {
        std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => data.into(),
    }
}

fn compress(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Weak, because the same file is sent in several encodings.
fn etag(plain: &[u8]) -> HeaderValue {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    hasher.write(plain);
    HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())).unwrap_or(HeaderValue::from_static("W/\"\""))
}

fn matches_etag(known: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(known), Ok(etag)) = (known.to_str(), etag.to_str()) else { return false };
    known.split(',').any(|one| one.trim() == etag || one.trim() == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ui() -> Ui {
        let script = Bytes::from("let x = 1;".repeat(200));
        let files = [
            ("index.html", File::new("index.html", Bytes::from_static(b"<html>"), None, None)),
            ("assets/a-1.js", File::new("a-1.js", script, None, Some(Bytes::from_static(b"brotli")))),
        ];
        Ui { files: files.into_iter().map(|(path, file)| (path.to_owned(), file)).collect() }
    }

    fn get(path: &str, headers: &[(http::HeaderName, &'static str)]) -> String {
        let request = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        let Some(response) = ui().respond(path, &request) else { return "nothing".to_owned() };
        let show = |name| response.headers().get(name).map_or("-", |value| value.to_str().unwrap());
        let (cache, encoding) = (show(header::CACHE_CONTROL), show(header::CONTENT_ENCODING));
        format!("{} {} {cache} {encoding}", response.status().as_u16(), show(header::CONTENT_TYPE))
    }

    #[test]
    fn assets_are_kept_and_pages_are_not() {
        insta::assert_snapshot!(get("/assets/a-1.js", &[(header::ACCEPT_ENCODING, "gzip, deflate, br")]), @"200 text/javascript; charset=utf-8 public, max-age=31536000, immutable br");
        insta::assert_snapshot!(get("/assets/a-1.js", &[(header::ACCEPT_ENCODING, "gzip, br;q=0")]), @"200 text/javascript; charset=utf-8 public, max-age=31536000, immutable gzip");
        insta::assert_snapshot!(get("/assets/a-1.js", &[]), @"200 text/javascript; charset=utf-8 public, max-age=31536000, immutable -");
        insta::assert_snapshot!(get("/", &[]), @"200 text/html; charset=utf-8 no-cache -");
        insta::assert_snapshot!(get("/servers/web-1.example.com", &[]), @"200 text/html; charset=utf-8 no-cache -");
        insta::assert_snapshot!(get("/assets/gone.js", &[]), @"nothing");
        insta::assert_snapshot!(get("/favicon.ico", &[]), @"nothing");
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        let first = ui().respond("/", &HeaderMap::new()).unwrap();
        let etag = first.headers()[header::ETAG].clone();
        let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]);
        let second = ui().respond("/", &request).unwrap();
        assert_eq!((second.status(), second.body().len()), (StatusCode::NOT_MODIFIED, 0));
    }
}
