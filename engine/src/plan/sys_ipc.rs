//! `sys CALL ARGS…` for System V IPC objects.

use super::sys::{Parsed, SysError, number};
use super::{Call, IpcFlags, Text};

/// Reads the words; `None` where the call is none of these.
pub(super) fn parse(name: &str, args: &[Text]) -> Parsed {
    Some(match (name, args) {
        ("execveat", [_, ..]) => Ok(Call::Execveat { argv: args.to_vec() }),
        ("shmget", [of, size, rest @ ..]) if rest.len() <= 1 => key(of).and_then(|key| {
            let size: u64 = number(size, "a number of bytes")?;
            Ok(Call::Shmget { key, size, flags: flags(rest.first())? })
        }),
        ("msgget", [of, rest @ ..]) if rest.len() <= 1 => {
            key(of).and_then(|key| Ok(Call::Msgget { key, flags: flags(rest.first())? }))
        }
        ("semget", [of, nsems, rest @ ..]) if rest.len() <= 1 => key(of).and_then(|key| {
            let nsems: u64 = number(nsems, "a number of semaphores")?;
            Ok(Call::Semget { key, nsems, flags: flags(rest.first())? })
        }),
        ("shmctl", [id, command]) if command.plain() == Some("rmid") => {
            object(id).map(|id| Call::Shmctl { id })
        }
        ("msgctl", [id, command]) if command.plain() == Some("rmid") => {
            object(id).map(|id| Call::Msgctl { id })
        }
        ("semctl", [id, command]) if command.plain() == Some("rmid") => {
            object(id).map(|id| Call::Semctl { id })
        }
        _ => return None,
    })
}

/// A key: 32 bits, in decimal or hexadecimal.
fn key(word: &Text) -> Result<i32, SysError> {
    let text = word.to_string();
    let bits = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse::<u32>().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned)),
    };
    bits.map(u32::cast_signed).ok_or(SysError::Word(text, "a key"))
}

fn object(word: &Text) -> Result<i32, SysError> {
    let text = word.to_string();
    text.parse().map_err(|_| SysError::Word(text, "an id"))
}

/// `create,excl,600`.
fn flags(word: Option<&Text>) -> Result<IpcFlags, SysError> {
    let mut flags = IpcFlags::default();
    for part in word.map(super::sys::flag_list).unwrap_or_default() {
        match part.as_str() {
            "create" => flags.create = true,
            "excl" => flags.exclusive = true,
            mode => match u32::from_str_radix(mode, 8) {
                Ok(mode) if mode <= 0o777 => flags.mode = mode,
                _ => return Err(SysError::Word(part, "create, excl or an octal mode")),
            },
        }
    }
    Ok(flags)
}
