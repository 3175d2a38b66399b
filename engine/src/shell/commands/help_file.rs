//! What `help` says about an interface file of control groups.

use super::{Output, Text};
use crate::kernel::cgroup::{FileRow, Place, Version};
use crate::plan::Fidelity;
use crate::shell::wording;

/// What there is to say about the files of this name, which may be the end of a path; `None` where there is none.
pub(super) fn about(name: &str) -> Option<Output> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let mut texts: Vec<String> = Vec::new();
    for row in FileRow::all().filter(|row| row.name == name) {
        let text = text(row);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    (!texts.is_empty()).then(|| Output::text(Text::from(texts.concat())))
}

fn text(row: &FileRow) -> String {
    let version = match row.version {
        Version::V1 => "version 1",
        Version::V2 => "version 2",
    };
    let with = if row.controller.is_empty() {
        "in every group".to_owned()
    } else {
        format!("controller {}", row.controller)
    };
    let access = match (row.mode & 0o444 != 0, row.mode & 0o222 != 0) {
        (true, true) => "read and write",
        (true, false) => "read only",
        (false, _) => "write only",
    };
    let place = match row.place {
        Place::Everywhere => "",
        Place::NotOnRoot => ", not in the root",
        Place::OnlyOnRoot => ", in the root only",
    };
    let said = wording::about_file(row.doc).unwrap_or_default();
    let partial = match row.fidelity {
        Fidelity::Exact => String::new(),
        Fidelity::Partial(message) => {
            wording::missing(message).map(|said| format!("{said}\n")).unwrap_or_default()
        }
    };
    format!("{}: {version}, {with}, {access} ({:04o}){place}\n{said}\n{partial}", row.name, row.mode)
}

#[cfg(test)]
mod tests {
    use super::about;
    use crate::kernel::cgroup::FileRow;

    #[test]
    fn every_file_has_an_answer_with_a_sentence() {
        for row in FileRow::all() {
            let output = about(row.name).expect("a row of this name");
            let text: String = output.chunks.iter().map(|(_, text)| text.to_string()).collect();
            assert!(text.lines().count() >= 2 && text.lines().all(|line| !line.is_empty()), "{text}");
        }
    }

    #[test]
    fn a_path_is_as_good_as_a_name_and_both_versions_are_told() {
        assert_eq!(about("/sys/fs/cgroup/a/cpu.max").map(|output| output.status), Some(0));
        let stat = about("cpu.stat").expect("there is one");
        let text: String = stat.chunks.iter().map(|(_, text)| text.to_string()).collect();
        assert!(text.contains("version 1") && text.contains("version 2"), "{text}");
        assert!(about("cpu.nothing").is_none());
    }
}
