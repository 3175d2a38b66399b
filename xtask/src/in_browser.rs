//! A benchmark of the page's engine in Chromium: compiled for the same target, with the same profile.

use std::{env, fmt::Write, fs, process::Command};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{cargo, progress, setup, workspace::Workspace};

/// The program, of the package `drydock-web`.
const NAME: &str = "steps-in-browser";
/// The page's profile for handing out.
const PROFILE: &str = "web";
/// How the last line starts that it writes.
const LAST: &str = "steps a second: ";

/// Compiles it, runs it in a browser without a window, and prints what it wrote into its document.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    setup::wasm_target()?;
    progress::stage("compiling the engine as the page has it");
    let compile = ["build", "--package", "drydock-web", "--bin", NAME, "--target", setup::WASM];
    cargo::run(cargo::command().current_dir(&workspace.root).args(compile).args(["--profile", PROFILE]))?;
    let wasm = workspace.target.join(setup::WASM).join(PROFILE).join(NAME).with_extension("wasm");

    let folder = tempfile::tempdir()?;
    Bindgen::new().input_path(&wasm).no_modules(true)?.typescript(false).generate(folder.path())?;
    let bytes = fs::read(folder.path().join(format!("{NAME}_bg.wasm")))?;
    let page = folder.path().join("index.html");
    fs::write(&page, document(&bytes)?)?;

    progress::stage("running it in Chromium");
    let browser = env::var_os("CHROMIUM").unwrap_or_else(|| "chromium".into());
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", folder.path().join("profile").display()));
    let output = command.arg(format!("file://{}", page.display())).output();
    let output = output.context("could not start Chromium; the variable CHROMIUM can name it")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> =
        text.split("<p>").skip(1).filter_map(|rest| Some(rest.split_once("</p>")?.0)).collect();
    for line in &lines {
        println!("{line}");
    }
    let done = lines.last().is_some_and(|line| line.starts_with(LAST));
    ensure!(done, "it did not come to its end:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// A document that holds the program and runs it while it is loaded; a file may not load another.
fn document(wasm: &[u8]) -> Result<String> {
    let mut text = format!(
        "<!doctype html><meta charset=\"utf-8\"><body><script src=\"{NAME}.js\"></script>\
         <script>wasm_bindgen.initSync({{ module: new Uint8Array(["
    );
    for byte in wasm {
        write!(text, "{byte},")?;
    }
    text.push_str("]) });</script>");
    Ok(text)
}
