//! Keys by the names that browsers give them (`KeyboardEvent.key`).

use anyhow::{Result, anyhow};
use fantoccini::{
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
};

/// Presses and releases a chord such as `Enter`, `Shift+ArrowLeft` or `Control+r`.
pub(crate) fn chord(text: &str) -> Result<KeyActions> {
    let keys = text.split('+').map(code).collect::<Result<Vec<_>>>()?;
    let mut actions = KeyActions::new("keyboard".to_owned());
    for value in &keys {
        actions = actions.then(KeyAction::Down { value: *value });
    }
    for value in keys.iter().rev() {
        actions = actions.then(KeyAction::Up { value: *value });
    }
    Ok(actions)
}

/// The character WebDriver uses for a key.
fn code(name: &str) -> Result<char> {
    let key = match name {
        "Alt" => Key::Alt,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "ArrowUp" => Key::Up,
        "Backspace" => Key::Backspace,
        "Control" => Key::Control,
        "Delete" => Key::Delete,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "PageDown" => Key::PageDown,
        "PageUp" => Key::PageUp,
        "Shift" => Key::Shift,
        "Space" => return Ok(' '),
        "Tab" => Key::Tab,
        one => {
            let mut characters = one.chars();
            let (Some(character), None) = (characters.next(), characters.next()) else {
                return Err(anyhow!(
                    "no key is called {one}; tests/tests/support/browser/keys.rs lists them"
                ));
            };
            return Ok(character);
        }
    };
    Ok(key.into())
}
