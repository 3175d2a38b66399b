//! The few drawings of the page. They say nothing that the text beside them does not.

use yew::{Html, Properties, component, html};

/// A drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// A ship in its dock.
    Logo,
    /// To the first step.
    First,
    /// A step back.
    Previous,
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// A step on.
    Next,
    /// To the last step.
    Last,
    /// A link.
    Link,
    /// Follow the system.
    System,
    /// A sun.
    Light,
    /// A moon.
    Dark,
    /// A tick.
    Tick,
    /// A cross.
    Cross,
    /// Return key.
    Return,
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Snowflake: frozen.
    Frozen,
    /// A pencil.
    Edit,
}

#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    pub(crate) drawing: Drawing,
}

/// A drawing in the colour of the text around it.
#[component]
pub(crate) fn Icon(props: &Props) -> Html {
    let path = match props.drawing {
        Drawing::Logo => "M2 3v10.5l2.5 2.5h9l2.5-2.5V3M5 5h8v5.4l-1.8 2.6H6.8L5 10.4zM5 7.8h8",
        Drawing::First => "M4 4v10M14 4l-7 5 7 5z",
        Drawing::Previous => "M12 4l-7 5 7 5z",
        Drawing::Play => "M6 3.5l9 5.5-9 5.5z",
        Drawing::Pause => "M6 4v10M12 4v10",
        Drawing::Next => "M6 4l7 5-7 5z",
        Drawing::Last => "M14 4v10M4 4l7 5-7 5z",
        Drawing::Link => {
            "M7.5 10.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3L9 4.7M10.5 7.5a3 3 0 0 0-4.3 0l-2.7 2.7a3 3 0 0 0 4.3 4.3L9 13.3"
        }
        Drawing::System => "M2.5 4h13v8h-13zM6 15h6M9 12v3",
        Drawing::Light => {
            "M9 6a3 3 0 1 0 .01 0zM9 1.5v1.8M9 14.7v1.8M1.5 9h1.8M14.7 9h1.8M3.7 3.7l1.3 1.3M13 13l1.3 1.3M14.3 3.7L13 5M5 13l-1.3 1.3"
        }
        Drawing::Dark => "M14.5 11A6.2 6.2 0 1 1 7 3.5a5 5 0 0 0 7.5 7.5z",
        Drawing::Tick => "M4 9.5l3.5 3.5L14 5.5",
        Drawing::Cross => "M4.5 4.5l9 9M13.5 4.5l-9 9",
        Drawing::Return => "M14 4v4.5a1.5 1.5 0 0 1-1.5 1.5H4.5M7.5 7l-3 3 3 3",
        Drawing::Left => "M11 4.5L6.5 9l4.5 4.5",
        Drawing::Right => "M7 4.5L11.5 9 7 13.5",
        Drawing::Frozen => "M9 2v14M3 5.5l12 7M15 5.5l-12 7",
        Drawing::Edit => "M3.5 14.5l.8-3.3 7.4-7.4 2.5 2.5-7.4 7.4z",
    };
    let filled = matches!(
        props.drawing,
        Drawing::First | Drawing::Previous | Drawing::Play | Drawing::Next | Drawing::Last
    );
    html! {
        <svg class="icon" viewBox="0 0 18 18" aria-hidden="true" fill={if filled { "currentColor" } else { "none" }}
            stroke="currentColor" stroke-width={if matches!(props.drawing, Drawing::Pause) { "2.6" } else { "1.5" }}
            stroke-linecap="round" stroke-linejoin="round">
            <path d={path} />
        </svg>
    }
}
