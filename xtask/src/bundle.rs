//! The page as a folder of static files, for any web server and any path.
//!
//! What a page loads lies in `assets/HASH/`, so a browser may keep it for ever; only `index.html`, which
//! names the hash, must be asked for again. Beside each file lies its brotli form (`.br`).

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result, anyhow};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    cargo,
    html::{self, Link},
    progress, setup,
    workspace::Workspace,
};

/// The policy the server sends as a header; in the page as well, for servers that send none.
const CONTENT_SECURITY_POLICY: &str =
    include_str!("../../native-backend/src/serve/content-security-policy.txt");

/// The page's name in its own folder, after its package's binary.
const NAME: &str = "web";

/// How the page is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// For working on it: compiled again in seconds.
    Quick,
    /// For handing out and measuring: small and fast.
    Small,
}

impl Quality {
    /// The cargo profile (in the root `Cargo.toml`).
    fn profile(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Small => "web",
        }
    }

    /// Brotli's own scale, 0 to 11; the last steps take ten times as long for a twentieth of the size.
    fn brotli(self) -> i32 {
        match self {
            Self::Quick => 5,
            Self::Small => 11,
        }
    }
}

/// Compiles and bundles the page; answers its folder. Nothing is written if nothing changed.
pub(crate) fn page(workspace: &Workspace, quality: Quality) -> Result<PathBuf> {
    setup::wasm_target()?;
    progress::stage(&format!("compiling the page (profile {})", quality.profile()));
    let profile = quality.profile();
    let compile = ["build", "--package", "drydock-web", "--bin", NAME, "--target", setup::WASM];
    cargo::run(cargo::command().current_dir(&workspace.root).args(compile).args(["--profile", profile]))?;
    let wasm = workspace.target.join(setup::WASM).join(profile).join(NAME).with_extension("wasm");

    let folder = match quality {
        Quality::Quick => workspace.target.join("page"),
        Quality::Small => workspace.root.join("dist"),
    };
    let inputs = Inputs::read(workspace, &wasm)?;
    let digest = inputs.digest();
    let stamp = workspace.target.join(format!("page-{profile}.stamp"));
    if folder.join("index.html").is_file() && fs::read_to_string(&stamp).is_ok_and(|old| old == digest) {
        progress::stage("the page is as it was");
        return Ok(folder);
    }
    progress::stage("bundling the page");
    replace_folder(&folder, |new| inputs.write(new, &digest, quality))?;
    fs::write(&stamp, digest).with_context(|| format!("could not write {}", stamp.display()))?;
    Ok(folder)
}

/// All a page is made of.
struct Inputs {
    html: String,
    wasm: PathBuf,
    css: Vec<String>,
    /// Path in the page, and content.
    copied: Vec<(PathBuf, Vec<u8>)>,
    /// The bundler itself is an input, too: another one may write another page.
    bundler: String,
}

impl Inputs {
    fn read(workspace: &Workspace, wasm: &Path) -> Result<Self> {
        let html = read(&workspace.root.join("index.html"))?;
        let html = String::from_utf8(html).context("index.html is not UTF-8")?;
        let (mut css, mut copied) = (Vec::new(), Vec::new());
        for link in html::links(&html)? {
            match link {
                Link::Rust => {}
                Link::Css(path) => {
                    let path = workspace.root.join(path);
                    let text = String::from_utf8(read(&path)?);
                    css.push(text.with_context(|| format!("{} is not UTF-8", path.display()))?);
                }
                Link::CopyFile(path) => copied.push((last_name(&path)?, read(&workspace.root.join(path))?)),
                Link::CopyDir(path) => {
                    copied.extend(files_below(&workspace.root.join(&path), &last_name(&path)?)?);
                }
            }
        }
        Ok(Self { html, wasm: wasm.to_owned(), css, copied, bundler: own_version()? })
    }

    /// A short name for exactly this content.
    fn digest(&self) -> String {
        let mut sha = Sha256::new();
        sha.update(&self.html);
        sha.update(fs::read(&self.wasm).unwrap_or_default());
        for text in &self.css {
            sha.update(text);
        }
        for (path, content) in &self.copied {
            sha.update(path.as_os_str().as_encoded_bytes());
            sha.update(content);
        }
        sha.update(CONTENT_SECURITY_POLICY);
        sha.update(&self.bundler);
        sha.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn write(&self, folder: &Path, digest: &str, quality: Quality) -> Result<()> {
        let assets = folder.join("assets").join(digest);
        fs::create_dir_all(&assets)?;
        bindgen(&self.wasm, &assets, quality)?;
        fs::write(assets.join("styles.css"), self.css.join("\n"))?;
        fs::write(assets.join("start.js"), START)?;
        fs::write(folder.join("index.html"), self.entry(digest)?)?;
        for (path, content) in &self.copied {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, content)?;
        }
        progress::stage("compressing the page");
        compress(folder, quality)
    }

    fn entry(&self, digest: &str) -> Result<String> {
        let mut styled = false;
        let page = html::rewrite(&self.html, |link| match link {
            Link::Rust => start_elements(digest),
            Link::Css(_) if styled => String::new(),
            Link::Css(_) => {
                styled = true;
                format!(r#"<link rel="stylesheet" href="./assets/{digest}/styles.css" />"#)
            }
            Link::CopyFile(_) | Link::CopyDir(_) => String::new(),
        })?;
        let policy = CONTENT_SECURITY_POLICY.trim();
        let policy = format!(r#"<meta http-equiv="Content-Security-Policy" content="{policy}" />"#);
        html::insert_into_head(&page, &policy)
    }
}

/// Runs the page. A file of its own because the policy allows no script inside the document.
const START: &str = r#"import init from "./web.js";

init({ module_or_path: new URL("./web_bg.wasm", import.meta.url) }).catch((error) => {
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = `Drydock could not start: ${error}. Reload the page; a browser from the middle of 2024 or later is needed.`;
  (document.getElementById("skeleton") ?? document.body).append(message);
  throw error;
});
"#;

/// The wasm file is asked for at once, not only when the scripts before it have arrived.
fn start_elements(digest: &str) -> String {
    let assets = format!("./assets/{digest}");
    [
        format!(r#"<link rel="preload" href="{assets}/web_bg.wasm" as="fetch" type="application/wasm" crossorigin />"#),
        format!(r#"<link rel="modulepreload" href="{assets}/web.js" />"#),
        format!(r#"<script type="module" src="{assets}/start.js"></script>"#),
    ]
    .join("\n    ")
}

/// Writes the wasm file as a browser takes it, and the script that connects it with the document.
fn bindgen(wasm: &Path, folder: &Path, quality: Quality) -> Result<()> {
    let small = quality == Quality::Small;
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // Names make a panic's trace readable, and the file a quarter larger.
        .remove_name_section(small)
        .remove_producers_section(small)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen could not process {}", wasm.display()))
}

/// Writes `FILE.br` beside each file that becomes smaller.
fn compress(folder: &Path, quality: Quality) -> Result<()> {
    for (path, content) in files_below(folder, Path::new(""))? {
        let mut small = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: quality.brotli(), ..Default::default() };
        brotli::BrotliCompress(&mut content.as_slice(), &mut small, &parameters)?;
        if small.len() < content.len() {
            let mut name = folder.join(&path).into_os_string();
            name.push(".br");
            fs::write(name, small)?;
        }
    }
    Ok(())
}

/// All files below a folder, in the order of their names, each with its path below `prefix`.
fn files_below(folder: &Path, prefix: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = prefix.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            files.extend(files_below(&path, &name)?);
        } else {
            files.push((name, read(&path)?));
        }
    }
    Ok(files)
}

/// Makes a folder anew beside the old one and then puts it in its place, so that a failure half way
/// leaves the old one as it was.
fn replace_folder(folder: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("could not make {}", parent.display()))?;
    let new = tempfile::Builder::new().prefix(".page-").tempdir_in(parent)?;
    write(new.path())?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    let new = new.keep();
    // A temporary folder is its maker's alone; a web server may be another user.
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755))?;
    fs::rename(&new, folder).with_context(|| format!("could not move the page to {}", folder.display()))
}

/// Which build of xtask this is, as far as its file tells.
fn own_version() -> Result<String> {
    let metadata = fs::metadata(std::env::current_exe()?)?;
    let age = metadata.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!("{} {}", metadata.len(), age.as_nanos()))
}

fn last_name(path: &str) -> Result<PathBuf> {
    let name = Path::new(path).file_name();
    name.map(PathBuf::from).ok_or_else(|| anyhow!("index.html: {path} names no file or folder"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}
