//! `sys CALL ARGS…` for the calls on names, attributes and times of files.

use super::reply::Time;
use super::sys::{Parsed, SysError, flag_list, number, octal};
use super::{Call, SetTime, Text};

/// Reads the words; `None` where the call is none of these.
pub(super) fn parse(name: &str, args: &[Text]) -> Parsed {
    let flags = |rest: &[Text]| rest.first().map(flag_list).unwrap_or_default();
    Some(match (name, args) {
        ("readlink", [path]) => Ok(Call::Readlink { path: path.clone() }),
        ("renameat2", [from, to, rest @ ..]) if rest.len() <= 1 => {
            Ok(Call::Renameat2 { from: from.clone(), to: to.clone(), flags: flags(rest) })
        }
        ("truncate", [path, length]) => {
            number(length, "a number of bytes").map(|length| Call::Truncate { path: path.clone(), length })
        }
        ("lsetxattr", [path, name, value, rest @ ..]) if rest.len() <= 1 => Ok(Call::Lsetxattr {
            path: path.clone(),
            name: name.to_string(),
            value: value.clone(),
            flags: flags(rest),
        }),
        ("lgetxattr", [path, name]) => Ok(Call::Lgetxattr { path: path.clone(), name: name.to_string() }),
        ("llistxattr", [path]) => Ok(Call::Llistxattr { path: path.clone() }),
        ("lremovexattr", [path, name]) => {
            Ok(Call::Lremovexattr { path: path.clone(), name: name.to_string() })
        }
        ("utimensat", [path]) => Ok(utimensat(path, SetTime::Now, SetTime::Now, false)),
        ("utimensat", [path, access, modify]) => times(path, access, modify, false),
        ("utimensat", [path, access, modify, word]) if word.plain() == Some("nofollow") => {
            times(path, access, modify, true)
        }
        ("statx", [path]) => Ok(Call::Statx { path: path.clone(), nofollow: false }),
        ("statx", [path, word]) if word.plain() == Some("nofollow") => {
            Ok(Call::Statx { path: path.clone(), nofollow: true })
        }
        ("copy_file_range", [from, to]) => {
            Ok(Call::CopyFileRange { from: from.clone(), to: to.clone(), create: None })
        }
        ("copy_file_range", [from, to, mode]) => octal(mode).map(|mode| Call::CopyFileRange {
            from: from.clone(),
            to: to.clone(),
            create: Some(mode),
        }),
        _ => return None,
    })
}

fn utimensat(path: &Text, access: SetTime, modify: SetTime, nofollow: bool) -> Call {
    Call::Utimensat { path: path.clone(), access, modify, nofollow }
}

fn times(path: &Text, access: &Text, modify: &Text, nofollow: bool) -> Result<Call, SysError> {
    Ok(utimensat(path, time(access)?, time(modify)?, nofollow))
}

/// `now`, `omit`, or seconds since 1970 with up to nine digits behind a point.
fn time(word: &Text) -> Result<SetTime, SysError> {
    let plain = word.to_string();
    let at = || {
        let (seconds, part) = plain.split_once('.').unwrap_or((&plain, "0"));
        let nanoseconds = format!("{part:0<9}").parse().ok().filter(|_| part.len() <= 9)?;
        Some(SetTime::At(Time { seconds: seconds.parse().ok()?, nanoseconds }))
    };
    match plain.as_str() {
        "now" => Ok(SetTime::Now),
        "omit" => Ok(SetTime::Omit),
        _ => at().ok_or(SysError::Word(plain.clone(), "now, omit or seconds since 1970")),
    }
}
