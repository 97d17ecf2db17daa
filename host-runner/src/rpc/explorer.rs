//! The explorer: web pages that look at a node, built into the program and served by the node itself at `/`. They are
//! files and nothing more; what they show they ask for over the same RPC as everybody.

use aicf_core::hash::sha3_256;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use std::collections::BTreeMap;

include!(concat!(env!("OUT_DIR"), "/embedded_explorer.rs"));

/// A file of the explorer.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its path below `/`.
    pub path: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    /// The same compressed, where that was worth it.
    pub gzip: Option<&'static [u8]>,
}

/// What stands at `/`.
const INDEX: &str = "index.html";
/// Files below it have a digest in their names: another content has another name.
const HASHED: &str = "assets/";
const FOREVER: &str = "public, max-age=31536000, immutable";
/// It may be kept, and is asked for by its tag each time.
const ASK_AGAIN: &str = "no-cache";
/// Said where there is no explorer.
const NOT_BUILT_IN: &str = "this build has no explorer; to have it, build with `cargo xtask build`\n";
const TURNED_OFF: &str = "the explorer is turned off here (rpc.explorer)\n";
const NOT_FOUND: &str = "not found\n";

/// On every answer. Pages run scripts of their own origin only, wasm among them, and may ask other nodes.
const SECURITY: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self' http: https: ws: wss:; manifest-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// What a browser is told that a file is, by how its name ends.
const TYPES: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("json", "application/json"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
    ("webmanifest", "application/manifest+json"),
];
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The files that this program was built with.
#[must_use]
pub const fn embedded() -> &'static [File] {
    EMBEDDED
}

/// Whether a request is for a page: it reads, and asks neither for a WebSocket nor for the RPC by its name.
#[must_use]
pub fn is_asked(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    reads && request.uri().path() != "/rpc" && !lists(request.headers(), &header::UPGRADE, "websocket")
}

/// A form in which a file is sent.
#[derive(Debug)]
struct Form {
    bytes: &'static [u8],
    tag: HeaderValue,
}

impl Form {
    fn of(bytes: &'static [u8]) -> Option<Self> {
        let tag = HeaderValue::from_str(&format!("\"{}\"", sha3_256(&[bytes]))).ok()?;
        Some(Self { bytes, tag })
    }
}

#[derive(Debug)]
struct Forms {
    plain: Form,
    gzip: Option<Form>,
}

/// The files as they are answered.
#[derive(Debug)]
pub struct Explorer {
    files: BTreeMap<&'static str, Forms>,
    /// Said at `/` where there is none.
    without: &'static str,
}

impl Explorer {
    /// The explorer of these files.
    #[must_use]
    pub fn of(files: &[File]) -> Self {
        let forms = files.iter().filter_map(|file| {
            let plain = Form::of(file.bytes)?;
            let gzip = file.gzip.and_then(Form::of);
            Some((file.path, Forms { plain, gzip }))
        });
        Self {
            files: forms.collect(),
            without: NOT_BUILT_IN,
        }
    }

    /// None, because the operator wants none.
    #[must_use]
    pub const fn turned_off() -> Self {
        Self {
            files: BTreeMap::new(),
            without: TURNED_OFF,
        }
    }

    /// The answer to a GET or a HEAD.
    #[must_use]
    pub fn answer(&self, method: &Method, path: &str, asked: &HeaderMap) -> Response {
        let name = match path.strip_prefix('/').unwrap_or(path) {
            "" => INDEX,
            name => name,
        };
        let mut response = match self.files.get(name) {
            Some(forms) => found(name, forms, asked),
            None => missing(if name == INDEX { self.without } else { NOT_FOUND }),
        };
        let security = SECURITY.map(|(name, value)| (name, HeaderValue::from_static(value)));
        response.headers_mut().extend(security);
        if *method == Method::HEAD {
            // Its length is said all the same: HTTP/2 would send a body that is there.
            *response.body_mut() = Body::empty();
        }
        response
    }
}

fn found(name: &str, forms: &Forms, asked: &HeaderMap) -> Response {
    let gzip = forms.gzip.as_ref().filter(|_| takes_gzip(asked));
    let form = gzip.unwrap_or(&forms.plain);
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::ETAG, form.tag.clone());
    let keep = if name.starts_with(HASHED) { FOREVER } else { ASK_AGAIN };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if forms.gzip.is_some() {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if is_known(asked, &form.tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    headers.insert(header::CONTENT_LENGTH, form.bytes.len().into());
    if gzip.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    *response.body_mut() = Body::from(form.bytes);
    response
}

fn missing(why: &'static str) -> Response {
    let mut response = Response::new(Body::from(why));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind("why.txt")));
    headers.insert(header::CONTENT_LENGTH, why.len().into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(ASK_AGAIN));
    response
}

fn kind(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    TYPES
        .iter()
        .find(|(known, _)| *known == ending)
        .map_or(UNKNOWN_TYPE, |(_, kind)| kind)
}

/// The parts of a header that is a list, also where it is there more than once.
fn parts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    parts(headers, name).any(|part| part.eq_ignore_ascii_case(word))
}

/// Whether a client has this already. Tags are compared weakly (RFC 9110 §13.1.2); ours have no commas.
fn is_known(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    parts(asked, &header::IF_NONE_MATCH)
        .map(|known| known.strip_prefix("W/").unwrap_or(known))
        .any(|known| known == "*" || tag == known)
}

/// Whether a client takes gzip: what it says of that, else of everything (RFC 9110 §12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    let weight = |coding: &str| {
        parts(asked, &header::ACCEPT_ENCODING).find_map(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight
                .trim()
                .strip_prefix(['q', 'Q'])
                .map_or("1", |q| q.trim_start_matches('='));
            name.trim().eq_ignore_ascii_case(coding).then_some(weight)
        })
    };
    let weight = weight("gzip").or_else(|| weight("*")).unwrap_or("0");
    weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::{Explorer, FOREVER, File, NOT_BUILT_IN, TURNED_OFF, is_asked};
    use axum::body::Body;
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

    const FILES: &[File] = &[
        File {
            path: "index.html",
            bytes: b"<!doctype html>",
            gzip: Some(b"zipped page"),
        },
        File {
            path: "assets/app-1a2b.js",
            bytes: b"start()",
            gzip: None,
        },
        File {
            path: "assets/core-3c4d.wasm",
            bytes: b"\0asm",
            gzip: Some(b"zipped module"),
        },
        File {
            path: "icon.svg",
            bytes: b"<svg/>",
            gzip: None,
        },
    ];

    struct Answer {
        status: u16,
        headers: HeaderMap,
        body: Vec<u8>,
    }

    impl Answer {
        fn header(&self, name: &str) -> Option<&str> {
            self.headers.get(name).map(|value| value.to_str().unwrap())
        }
    }

    fn ask_of(explorer: &Explorer, method: &Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        });
        let response = explorer.answer(method, path, &headers.collect());
        let (parts, body) = response.into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let body = runtime.block_on(axum::body::to_bytes(body, usize::MAX)).unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_vec(),
        }
    }

    fn ask(path: &str, headers: &[(&str, &str)]) -> Answer {
        ask_of(&Explorer::of(FILES), &Method::GET, path, headers)
    }

    #[test]
    fn files_are_found_by_their_names_and_by_nothing_else() {
        for (path, kind, body) in [
            ("/", "text/html; charset=utf-8", &b"<!doctype html>"[..]),
            ("/index.html", "text/html; charset=utf-8", b"<!doctype html>"),
            ("/assets/app-1a2b.js", "text/javascript; charset=utf-8", b"start()"),
            ("/assets/core-3c4d.wasm", "application/wasm", b"\0asm"),
            ("/icon.svg", "image/svg+xml", b"<svg/>"),
        ] {
            let answer = ask(path, &[]);
            assert_eq!((answer.status, &answer.body[..]), (200, body), "{path}");
            assert_eq!(answer.header("content-type"), Some(kind), "{path}");
            assert_eq!(
                answer.header("content-length"),
                Some(&*body.len().to_string()),
                "{path}"
            );
            assert_eq!(answer.header("content-encoding"), None, "{path}");
        }
        for path in [
            "/nothing",
            "/assets",
            "/assets/",
            "//index.html",
            "/assets/../index.html",
            "/index.html/",
            "/Index.html",
            "/%69ndex.html",
            "/index.html.gz",
        ] {
            let answer = ask(path, &[]);
            assert_eq!((answer.status, &answer.body[..]), (404, &b"not found\n"[..]), "{path}");
        }
    }

    #[test]
    fn compressed_forms_go_to_those_who_take_them() {
        for (accepted, zipped) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("*", true),
            ("deflate, *;q=0.1", true),
            ("gzip;q=0, *", false),
            ("gzip;Q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("", false),
            ("gzip;q=much", false),
        ] {
            let answer = ask("/", &[("accept-encoding", accepted)]);
            assert_eq!(
                answer.header("content-encoding"),
                zipped.then_some("gzip"),
                "{accepted}"
            );
            let body: &[u8] = if zipped { b"zipped page" } else { b"<!doctype html>" };
            assert_eq!(answer.body, body, "{accepted}");
            assert_eq!(answer.header("vary"), Some("accept-encoding"), "{accepted}");
        }
        let only_plain = ask("/icon.svg", &[("accept-encoding", "gzip")]);
        assert_eq!(
            (only_plain.header("content-encoding"), only_plain.header("vary")),
            (None, None)
        );
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let gzip = ("accept-encoding", "gzip");
        let plain = ask("/", &[]).header("etag").unwrap().to_owned();
        let zipped = ask("/", &[gzip]).header("etag").unwrap().to_owned();
        assert_ne!(plain, zipped, "two forms are two things");
        assert_ne!(plain, ask("/icon.svg", &[]).header("etag").unwrap());
        assert!(plain.starts_with('"') && plain.ends_with('"'), "{plain}");
        for known in [
            plain.clone(),
            format!("W/{plain}"),
            format!("\"other\", {plain}"),
            "*".into(),
        ] {
            let answer = ask("/", &[("if-none-match", &known)]);
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
            assert_eq!(answer.header("etag"), Some(&*plain), "{known}");
            assert_eq!(answer.header("content-type"), None, "{known}");
        }
        assert_eq!(ask("/", &[gzip, ("if-none-match", &zipped)]).status, 304);
        for stale in [&zipped, "\"other\"", "nonsense"] {
            assert_eq!(ask("/", &[("if-none-match", stale)]).status, 200, "{stale}");
        }
    }

    #[test]
    fn what_has_a_digest_in_its_name_is_kept_for_good() {
        for (path, kept) in [
            ("/assets/app-1a2b.js", FOREVER),
            ("/", "no-cache"),
            ("/icon.svg", "no-cache"),
            ("/assets/nothing.js", "no-cache"),
        ] {
            assert_eq!(ask(path, &[]).header("cache-control"), Some(kept), "{path}");
        }
    }

    #[test]
    fn every_answer_says_what_pages_may_do() {
        let tag = ask("/", &[]).header("etag").unwrap().to_owned();
        for (path, headers) in [
            ("/", vec![]),
            ("/nothing", vec![]),
            ("/", vec![("if-none-match", &*tag)]),
        ] {
            let answer = ask(path, &headers);
            let policy = answer.header("content-security-policy").unwrap();
            assert_eq!(
                policy,
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' \
                 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' http: https: ws: wss:; \
                 manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        }
    }

    #[test]
    fn a_head_is_a_get_without_its_body() {
        for path in ["/", "/nothing"] {
            let explorer = Explorer::of(FILES);
            let get = ask_of(&explorer, &Method::GET, path, &[]);
            let head = ask_of(&explorer, &Method::HEAD, path, &[]);
            assert_eq!((head.status, &head.headers), (get.status, &get.headers), "{path}");
            assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
        }
    }

    #[test]
    fn where_there_is_none_the_first_page_says_why() {
        for (explorer, why) in [(Explorer::of(&[]), NOT_BUILT_IN), (Explorer::turned_off(), TURNED_OFF)] {
            let answer = ask_of(&explorer, &Method::GET, "/", &[]);
            assert_eq!((answer.status, &answer.body[..]), (404, why.as_bytes()));
            assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
            let other = ask_of(&explorer, &Method::GET, "/assets/app-1a2b.js", &[]);
            assert_eq!((other.status, &other.body[..]), (404, &b"not found\n"[..]));
        }
    }

    #[test]
    fn calls_and_sockets_are_not_taken_for_pages() {
        let asked = |method: &str, path: &str, upgrade: Option<&str>| {
            let mut request = Request::builder().method(method).uri(path);
            if let Some(upgrade) = upgrade {
                request = request.header("connection", "upgrade").header("upgrade", upgrade);
            }
            is_asked(&request.body(Body::empty()).unwrap())
        };
        for (method, path, upgrade, page) in [
            ("GET", "/", None, true),
            ("HEAD", "/", None, true),
            ("GET", "/assets/app.js", None, true),
            // Some clients offer HTTP/2 this way with every request.
            ("GET", "/", Some("h2c"), true),
            ("GET", "/", Some("WebSocket"), false),
            ("GET", "/", Some("h2c, websocket"), false),
            ("GET", "/rpc", None, false),
            ("POST", "/", None, false),
            ("PUT", "/", None, false),
        ] {
            assert_eq!(asked(method, path, upgrade), page, "{method} {path} {upgrade:?}");
        }
    }
}
