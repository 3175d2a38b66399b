//! The page in a real browser: `cargo xtask test --only browser`.
//!
//! A test is a row of [`TESTS`]. Where the browser can't be had it is skipped, visibly and counted; where
//! `CI` is set that is a failure.

#[path = "support/browser/mod.rs"]
mod rig;

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use crate::rig::{
    Rig,
    page::Page,
    runner::{self, Test},
};

/// A laptop's window.
const LAPTOP: (u32, u32) = (1280, 800);
/// A telephone's.
const PHONE: (u32, u32) = (390, 844);

/// How much a first visit may transfer (workbench.md).
const MOST_TRANSFERRED: u64 = 600_000;

const TESTS: &[Test] = &[
    ("the_rig_finds_and_operates", the_rig_finds_and_operates),
    ("the_page_opens", the_page_opens),
    ("accessible_on_a_laptop", accessible_on_a_laptop),
    ("accessible_on_a_phone", accessible_on_a_phone),
    ("speed", speed),
];

/// The rig itself, on a page of its own with a planted fault.
fn the_rig_finds_and_operates(rig: &Rig) -> Result<()> {
    const PAGE: &str = "data:text/html,<!doctype html><html lang=en><title>t</title><main><h1>Rig</h1>\
        <label for=line>Command line</label><input id=line>\
        <button aria-label=Add onclick=\"out.textContent += line.value\">%2B</button><button hidden>Add</button>\
        <p role=status aria-label=Result id=out></p><img src=data:,></main>\
        <script>onkeydown = (e) => { if (e.shiftKey && e.key == 'ArrowLeft') out.textContent = 'left' }</script>";
    let page = rig.open_elsewhere(PAGE, LAPTOP)?;
    page.type_into("textbox", "Command line", "mkdir")?;
    page.click("button", "Add")?;
    ensure!(page.text("status", "Result")? == "mkdir");
    page.press("Shift+ArrowLeft")?;
    ensure!(page.text("status", "Result")? == "left");
    ensure!(page.attribute("textbox", "Command line", "id")?.as_deref() == Some("line"));
    ensure!(page.all_by_role("button", None)?.len() == 1, "hidden elements have no role");
    page.reload()?;
    ensure!(page.text("status", "Result")?.is_empty() && page.address()?.starts_with("data:"));
    let faults = page.accessibility_faults(rig.axe()?)?;
    ensure!(faults.len() == 1 && faults[0].contains("image-alt"), "axe finds {faults:?}");
    Ok(())
}

fn the_page_opens(rig: &Rig) -> Result<()> {
    let page = rig.open("", LAPTOP)?;
    page.by_role("heading", "Drydock")?;
    page.screenshot("opens")?;
    no_errors(&page)
}

fn accessible_on_a_laptop(rig: &Rig) -> Result<()> {
    accessible(rig, LAPTOP)
}

fn accessible_on_a_phone(rig: &Rig) -> Result<()> {
    accessible(rig, PHONE)
}

fn accessible(rig: &Rig, size: (u32, u32)) -> Result<()> {
    let page = rig.open("", size)?;
    let faults = page.accessibility_faults(rig.axe()?)?;
    ensure!(faults.is_empty(), "axe finds:\n{}", faults.join("\n"));
    Ok(())
}

/// Prints what a first visit transfers and how long until the page answers.
fn speed(rig: &Rig) -> Result<()> {
    println!();
    let mut times = Vec::new();
    let mut files = Vec::new();
    for _ in 0..5 {
        let page = rig.open("", LAPTOP)?;
        let measured = page.script(
            "const files = performance.getEntriesByType('navigation') \
                 .concat(performance.getEntriesByType('resource')); \
             return { ready: performance.getEntriesByName('drydock-ready')[0].startTime, \
                      files: files.map((file) => [new URL(file.name).pathname, file.encodedBodySize]) };",
            vec![],
        )?;
        times.push(measured["ready"].as_f64().context("no time")?);
        files = measured["files"].as_array().cloned().unwrap_or_default();
    }
    times.sort_by(f64::total_cmp);
    println!(
        "interactive after {:.0} ms (median of {}; {:.0} to {:.0})",
        times[2],
        times.len(),
        times[0],
        times[4]
    );
    let mut total = 0;
    for file in &files {
        let size = file[1].as_u64().unwrap_or_default();
        println!("{size:>9} bytes  {}", file[0].as_str().unwrap_or_default());
        total += size;
    }
    println!("{total:>9} bytes  in all, as transferred");
    ensure!(total < MOST_TRANSFERRED, "a first visit transfers more than {MOST_TRANSFERRED} bytes");
    Ok(())
}

fn no_errors(page: &Page) -> Result<()> {
    let errors = page.console_errors()?;
    ensure!(errors.is_empty(), "the console has errors:\n{}", errors.join("\n"));
    Ok(())
}

fn main() -> ExitCode {
    runner::run(TESTS)
}
