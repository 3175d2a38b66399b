//! The bar at the top: where one is, on which host, and what holds for the whole page.

use yew::{Html, component, html};

use super::{
    copy_link::CopyLink,
    host_picker::HostPicker,
    icon::{Drawing, Icon},
    theme_switch::ThemeSwitch,
};
use crate::{app::use_store, course, state::permalink::Route, words::t};

/// The bar.
#[component]
pub(crate) fn TopBar() -> Html {
    let store = use_store();
    let title = match &store.route {
        Route::Home => None,
        Route::Sandbox => Some(t("sandbox")),
        Route::Lesson(id) => course::lesson(id).map(|lesson| lesson.title.clone().into()),
    };
    let at_work = title.is_some();
    html! {
        <header class="top">
            <a class={if at_work { "brand" } else { "brand full" }} href="#/" aria-label={t("to-home")}><Icon drawing={Drawing::Logo} /><span>{ "Drydock" }</span></a>
            if let Some(title) = title {
                <div class="crumbs">
                    <nav aria-label={t("breadcrumb")}><a href="#/">{ t("course") }</a></nav>
                    <span aria-hidden="true">{ "/" }</span>
                    <h1>{ title }</h1>
                </div>
            }
            <div class="grow"></div>
            if at_work {
                <HostPicker host={store.host} />
                <CopyLink />
            }
            <ThemeSwitch theme={store.theme} />
        </header>
    }
}
