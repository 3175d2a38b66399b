//! The entry: what this is, where to start, how far one is.

use yew::{Callback, Html, component, html};

use super::{
    demo::Demo,
    icon::{Drawing, Icon},
    lesson_card::LessonCard,
};
use crate::{
    app::use_store,
    course,
    state::{
        Action,
        permalink::{self, Place, Route},
    },
    words::t,
};

/// The page.
#[component]
pub(crate) fn Home() -> Html {
    let store = use_store();
    let open = |place: Place| {
        let store = store.clone();
        Callback::from(move |_| store.dispatch(Action::Open(Ok(place.clone()))))
    };
    let unfinished =
        course::all().iter().find(|lesson| store.progress.of(&lesson.id).is_none_or(|now| now.met < now.of));
    let next = unfinished.or(course::all().first());
    let next =
        next.map(|lesson| match store.progress.of(&lesson.id).map(|now| permalink::parse(&now.left_at)) {
            Some(Ok(place)) => place,
            _ => Place::new(Route::Lesson(lesson.id.clone())),
        });
    let forget = {
        let store = store.clone();
        Callback::from(move |_| store.dispatch(Action::Forget))
    };
    html! {
        <main id="main" class="home" tabindex="-1">
            <div class="hero">
              <div>
                <Icon drawing={Drawing::Logo} />
                <h1>{ "Drydock" }</h1>
                <p class="lead">{ t("home-what") }</p>
                <p class="lead">{ t("home-how") }</p>
                <div class="actions">
                    if let Some(place) = next {
                        <button class="button primary large" type="button" onclick={open(place)}>{ t("start-course") }</button>
                    }
                    <button class="button large" type="button" onclick={open(Place::new(Route::Sandbox))}>{ t("open-sandbox") }</button>
                </div>
              </div>
              <Demo />
            </div>
            <section class="lessons" aria-labelledby="lessons-title">
                <h2 id="lessons-title">{ t("lessons") }</h2>
                <ol>
                    { for course::all().iter().map(|lesson| {
                        let progress = store.progress.of(&lesson.id).cloned();
                        html!(<LessonCard key={lesson.id.clone()} id={lesson.id.clone()} {progress} />)
                    }) }
                </ol>
                <p class="quiet">{ t("home-keeps") }{ " " }
                    <button class="linklike" type="button" onclick={forget}>{ t("forget") }</button>
                </p>
            </section>
        </main>
    }
}
