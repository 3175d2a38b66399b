//! The sentences for calls on names, attributes and times of files.

use super::catalogue::Facts;
use crate::plan::{Call, SetTime, Text};

/// Chooses the message and collects its facts.
pub(super) fn describe(call: &Call, known: &dyn Fn(&Text) -> String, facts: &mut Facts) -> &'static str {
    let mut set = |name: &str, value: String| facts.insert(name.to_owned(), value);
    match call {
        Call::Readlink { path } | Call::Llistxattr { path } | Call::Statx { path, .. } => {
            set("path", known(path));
            match call {
                Call::Readlink { .. } => "step-readlink",
                Call::Llistxattr { .. } => "step-listxattr",
                _ => "step-statx",
            }
        }
        Call::Renameat2 { from, to, flags } => {
            set("from", known(from));
            set("to", known(to));
            match flags.first().map(String::as_str) {
                Some("exchange") => "step-rename-exchange",
                Some("noreplace") => "step-rename-noreplace",
                Some("whiteout") => "step-rename-whiteout",
                _ => "step-rename",
            }
        }
        Call::Truncate { path, length } => {
            set("path", known(path));
            set("length", length.to_string());
            "step-truncate"
        }
        Call::Lsetxattr { path, name, value, .. } => {
            set("path", known(path));
            set("name", name.clone());
            set("value", known(value));
            "step-setxattr"
        }
        Call::Lgetxattr { path, name } | Call::Lremovexattr { path, name } => {
            set("path", known(path));
            set("name", name.clone());
            if matches!(call, Call::Lgetxattr { .. }) { "step-getxattr" } else { "step-removexattr" }
        }
        Call::Utimensat { path, modify, .. } => {
            set("path", known(path));
            if matches!(modify, SetTime::Now) { "step-utimensat-now" } else { "step-utimensat" }
        }
        Call::CopyFileRange { from, to, .. } => {
            set("from", known(from));
            set("to", known(to));
            "step-copy"
        }
        _ => "step-other",
    }
}
