//! The clipboard.

use gloo::utils::window;
use js_sys::Reflect;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Copies a text; `done` learns whether it worked. Outside a secure context there is no clipboard.
pub(crate) fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    let navigator = window().navigator();
    let has = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| !clipboard.is_undefined());
    if !has {
        done(false);
        return;
    }
    spawn_local(async move {
        let written = JsFuture::from(navigator.clipboard().write_text(&text)).await;
        done(written.is_ok());
    });
}
