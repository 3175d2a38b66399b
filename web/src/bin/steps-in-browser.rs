//! `cargo xtask bench browser`: the page's engine, compiled as the page is, times its steps in a browser.
//!
//! Its document holds the table in the end.

#[path = "../../../tests/src/workload.rs"]
pub mod workload;

/// Measurements of each; the last ones are of code that the browser has optimised.
const TIMES: usize = 15;

fn main() {
    std::panic::set_hook(Box::new(|panic| show(&format!("failed: {panic}"))));
    let clock = gloo::utils::window().performance().expect("every browser has performance.now()");
    workload::compare(TIMES, &|| clock.now() * 1e3, &mut show);
}

/// Adds a line to the document.
fn show(line: &str) {
    let document = gloo::utils::document();
    let element = document.create_element("p").expect("`p` is a name");
    element.set_text_content(Some(line));
    gloo::utils::body().append_child(&element).expect("a body takes a new element");
}
