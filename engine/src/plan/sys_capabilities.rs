//! `sys CALL ARGS…` for the calls on capabilities.

use super::capability::{Prctl, bits, number as capability};
use super::sys::{Parsed, SysError, number};
use super::{Call, Text};

/// Reads the words; `None` where the call is none of these.
pub(super) fn parse(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("capset", [effective, permitted, inheritable]) => capset(effective, permitted, inheritable),
        ("prctl", [option, rest @ ..]) if rest.len() <= 1 => prctl(option, rest.first())?,
        _ => return None,
    })
}

fn capset(effective: &Text, permitted: &Text, inheritable: &Text) -> Result<Call, SysError> {
    let set = |word: &Text| {
        let text = word.to_string();
        bits(&text).ok_or(SysError::Word(text, "capabilities with commas between them, all or none"))
    };
    Ok(Call::Capset {
        effective: set(effective)?,
        permitted: set(permitted)?,
        inheritable: set(inheritable)?,
    })
}

fn prctl(option: &Text, value: Option<&Text>) -> Parsed {
    let make = match (option.plain()?, value) {
        ("cap_ambient_clear_all", None) => {
            return Some(Ok(Call::Prctl { option: Prctl::CapAmbientClearAll }));
        }
        ("capbset_drop", _) => Prctl::CapbsetDrop,
        ("cap_ambient_raise", _) => Prctl::CapAmbientRaise,
        ("cap_ambient_lower", _) => Prctl::CapAmbientLower,
        ("set_keepcaps", Some(value)) => return Some(flag(value, Prctl::SetKeepcaps)),
        ("set_no_new_privs", Some(value)) => return Some(flag(value, Prctl::SetNoNewPrivs)),
        _ => return None,
    };
    let text = value?.to_string();
    let number = capability(&text).ok_or(SysError::Word(text, "a capability by name or number"));
    Some(number.map(|number| Call::Prctl { option: make(number) }))
}

fn flag(value: &Text, make: fn(u32) -> Prctl) -> Result<Call, SysError> {
    number(value, "a number").map(|value| Call::Prctl { option: make(value) })
}
