//! From a request to an answer.

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{
        ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
        HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};

use crate::serve::page::{File, Page};

/// What the page may do. `cargo xtask` writes the same into the page, for servers without headers.
///
/// No inline script, nothing from elsewhere. Style attributes are allowed, for they carry widths.
/// Framing is allowed: a lecture's slides may show the page.
const POLICY: &str = include_str!("content-security-policy.txt");

/// Answers a request from the table.
pub(super) fn answer<B>(page: &Page, request: &Request<B>) -> Response<Full<Bytes>> {
    let mut answer = if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "This server only hands out files.\n");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        answer
    } else if let Some(file) = page.find(request.uri().path()) {
        send(file, request.headers())
    } else {
        text(StatusCode::NOT_FOUND, "There is nothing here. The workbench is at /.\n")
    };
    protect(answer.headers_mut());
    answer
}

fn send(file: &File, asked: &HeaderMap) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    let headers = answer.headers_mut();
    let caching = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    // Weak: the compressed form has the same tag.
    if let Ok(etag) = HeaderValue::from_str(&format!("W/{}", file.etag)) {
        headers.insert(ETAG, etag);
    }
    if lists(asked, &IF_NONE_MATCH, &file.etag) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    let content = match file.brotli {
        Some(brotli) if lists(asked, &ACCEPT_ENCODING, "br") => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
            brotli
        }
        _ => file.content,
    };
    *answer.body_mut() = Full::new(Bytes::from_static(content));
    answer
}

/// Whether a header that holds a list has this item; `br;q=0.9` and `W/"tag"` count.
fn lists(headers: &HeaderMap, name: &HeaderName, item: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut items = values.flat_map(|value| value.split(',')).map(|part| {
        let part = part.split(';').next().unwrap_or_default().trim();
        part.strip_prefix("W/").unwrap_or(part)
    });
    items.any(|part| part == item)
}

fn text(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

fn protect(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY.trim_ascii()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Full, Page, Request, Response, answer};

    const FILES: &[(&str, &[u8])] = &[
        ("/assets/1/web.wasm", b"a long binary"),
        ("/assets/1/web.wasm.br", b"short"),
        ("/index.html", b"<!doctype html>"),
    ];

    fn ask(method: &str, path: &str, header: (&str, &str)) -> Response<Full<Bytes>> {
        let request = Request::builder().method(method).uri(path).header(header.0, header.1).body(());
        answer(&Page::new(FILES), &request.expect("a request of constants is valid"))
    }

    fn header<'a>(answer: &'a Response<Full<Bytes>>, name: &str) -> &'a str {
        answer.headers().get(name).map_or("", |value| value.to_str().unwrap_or("not text"))
    }

    #[test]
    fn the_folder_is_its_index() {
        let answer = ask("GET", "/?x=1", ("accept", "*/*"));
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        assert!(header(&answer, "content-security-policy").starts_with("default-src 'self';"));
    }

    #[test]
    fn brotli_only_for_who_asks() {
        let wasm = "/assets/1/web.wasm";
        let compressed = ask("GET", wasm, ("accept-encoding", "gzip, br;q=0.9"));
        assert_eq!(header(&compressed, "content-encoding"), "br");
        assert_eq!(header(&compressed, "content-type"), "application/wasm");
        assert!(header(&compressed, "cache-control").contains("immutable"));
        let plain = ask("GET", wasm, ("accept-encoding", "gzip"));
        assert_eq!(header(&plain, "content-encoding"), "");
    }

    #[test]
    fn what_a_browser_has_is_not_sent_again() {
        let etag = header(&ask("GET", "/", ("accept", "*/*")), "etag").to_owned();
        assert_eq!(ask("GET", "/", ("if-none-match", &etag)).status(), 304);
        assert_eq!(ask("GET", "/", ("if-none-match", "\"other\"")).status(), 200);
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(ask("GET", "/../etc/passwd", ("accept", "*/*")).status(), 404);
        assert_eq!(ask("GET", "/assets/1/web.wasm.br", ("accept", "*/*")).status(), 404);
        let post = ask("POST", "/", ("accept", "*/*"));
        assert_eq!((post.status().as_u16(), header(&post, "allow")), (405, "GET, HEAD"));
        assert!(header(&post, "content-security-policy").contains("object-src 'none'"));
    }
}
