//! The page: a table of files.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// Path and content of every file, in the order of the paths.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// A file as it can be sent.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) content: &'static [u8],
    /// The same, compressed with brotli, where that is smaller.
    pub(super) brotli: Option<&'static [u8]>,
    pub(super) content_type: &'static str,
    /// Changes with the content (RFC 9110, 8.8.3).
    pub(super) etag: String,
    /// Whether this path will always have this content.
    pub(super) immutable: bool,
}

/// All files by their paths. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Page(Arc<BTreeMap<&'static str, File>>);

impl Page {
    /// The page this program was built with, if it was.
    pub(super) fn embedded() -> Option<Self> {
        (!EMBEDDED.is_empty()).then(|| Self::new(EMBEDDED))
    }

    pub(super) fn new(files: &[(&'static str, &'static [u8])]) -> Self {
        let all: BTreeMap<_, _> = files.iter().copied().collect();
        let plain = files.iter().filter(|(path, _)| !path.ends_with(".br"));
        let table = plain.map(|(path, content)| {
            let brotli = all.get(format!("{path}.br").as_str()).copied();
            (*path, File::new(path, content, brotli))
        });
        Self(Arc::new(table.collect()))
    }

    /// The file a path stands for; the folder `/` stands for its `index.html`.
    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.0.get(if path == "/" { "/index.html" } else { path })
    }
}

impl File {
    fn new(path: &str, content: &'static [u8], brotli: Option<&'static [u8]>) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Self {
            content,
            brotli,
            content_type: content_type(path),
            etag: format!("\"{:016x}\"", hasher.finish()),
            // `cargo xtask` names the folders in there after their content.
            immutable: path.starts_with("/assets/"),
        }
    }
}

/// A browser compiles wasm while it arrives only if it is called that.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "md" => "text/markdown; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
