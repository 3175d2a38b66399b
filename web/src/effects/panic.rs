//! The message when the page has failed. It is made without Yew, which can't be relied on by then.

use std::panic::PanicHookInfo;

use gloo::utils::{body, document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::Element;

use super::{address, clipboard, storage};
use crate::words::t;

/// The key under which the last link that was shown is kept.
pub(crate) const LAST_GOOD: &str = "drydock.last-good";

/// Shows the message on a panic.
pub(crate) fn install() {
    // Yew would put its own hook in the place of one set otherwise.
    yew::set_custom_panic_hook(Box::new(|info| {
        let report = report(info);
        web_sys::console::error_1(&report.as_str().into());
        // Without a document there is nothing to show it in.
        let _ = show(&report);
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let agent = window().navigator().user_agent().unwrap_or_default();
    format!("Drydock {}: {info}\n{agent}\n{}", env!("CARGO_PKG_VERSION"), address::link(&address::fragment()))
}

fn show(report: &str) -> Result<(), JsValue> {
    if document().get_element_by_id("failure").is_some() {
        return Ok(());
    }
    let message = add(&body(), "div", "failure")?;
    message.set_id("failure");
    message.set_attribute("role", "alertdialog")?;
    message.set_attribute("aria-labelledby", "failure-title")?;
    let title = add(&message, "h2", "failure-title")?;
    title.set_id("failure-title");
    title.set_text_content(Some(&t("failure-title")));
    add(&message, "p", "failure-text")?.set_text_content(Some(&t("failure-text")));
    let text = add(&message, "textarea", "failure-report")?;
    text.set_text_content(Some(report));
    text.set_attribute("readonly", "")?;
    text.set_attribute("rows", "5")?;
    text.set_attribute("aria-label", &t("failure-report"))?;
    let actions = add(&message, "div", "actions")?;
    let back = add(&actions, "a", "button primary")?;
    back.set_text_content(Some(&t("failure-back")));
    // Another query, so that the page is loaded anew and not only scrolled.
    let fragment = storage::session(LAST_GOOD).unwrap_or_else(|| "#/".to_owned());
    back.set_attribute("href", &format!("?again={}{fragment}", js_sys::Date::now()))?;
    let copy = add(&actions, "button", "button")?;
    copy.set_text_content(Some(&t("failure-copy")));
    let (report, button) = (report.to_owned(), copy.clone());
    let click = Closure::<dyn FnMut()>::new(move || {
        let button = button.clone();
        clipboard::copy(report.clone(), move |copied| {
            button.set_text_content(Some(&t(if copied { "copied" } else { "copy-failed" })));
        });
    });
    copy.add_event_listener_with_callback("click", click.as_ref().unchecked_ref())?;
    // The message stays until the page is left.
    click.forget();
    super::focus::element_focus(&back);
    Ok(())
}

fn add(parent: &Element, tag: &str, class: &str) -> Result<Element, JsValue> {
    let element = document().create_element(tag)?;
    element.set_class_name(class);
    parent.append_child(&element)?;
    Ok(element)
}
