//! Mount options of tmpfs (tmpfs(5)).

use super::ramfs::Room;
use crate::kernel::cgroup::parse;
use crate::kernel::limits::PAGE;
use crate::kernel::refuse::refuse;
use crate::plan::{Errno, Refusal, Rule};

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TmpfsOptions {
    /// Pages, where they are not the default of half the memory.
    pages: Option<u64>,
    inodes: Option<u64>,
    /// Mode of the root directory.
    pub(crate) mode: Option<u32>,
    /// Owner of the root directory.
    pub(crate) uid: Option<u32>,
    /// Group of the root directory.
    pub(crate) gid: Option<u32>,
}

impl TmpfsOptions {
    /// Reads `size=1m,mode=700`. An option that tmpfs has not, or a value that is no number, is EINVAL.
    pub(crate) fn parse(data: &str, memory: u64) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for word in data.split(',').filter(|word| !word.is_empty()) {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            if options.set(name, value, memory).is_none() {
                let rule = Rule::new("rule-tmpfs-option").with("option", word);
                return refuse(Errno::EINVAL, "mount", rule);
            }
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, memory: u64) -> Option<()> {
        match name {
            "size" => self.pages = Some(size(value, memory)?),
            "nr_blocks" => self.pages = Some(blocks(value)?),
            "nr_inodes" => self.inodes = Some(number(value)?),
            "mode" => self.mode = Some(u32::from_str_radix(value, 8).ok()? & 0o7777),
            "uid" => self.uid = Some(value.parse().ok()?),
            "gid" => self.gid = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }

    /// What fits; 0 is as much as there is.
    pub(crate) fn room(&self) -> Room {
        let limit = |limit: Option<u64>| limit.filter(|limit| *limit > 0);
        Room { pages: limit(self.pages), inodes: limit(self.inodes) }
    }

    /// As /proc/mounts shows them: only what is not the default (mm/shmem.c, `shmem_show_options`).
    pub(crate) fn shown(&self, memory: u64) -> Vec<String> {
        let pages = self.pages.filter(|pages| *pages != memory / PAGE / 2);
        let words = [
            pages.map(|pages| format!("size={}k", pages.wrapping_mul(PAGE / 1024))),
            self.inodes.map(|inodes| format!("nr_inodes={inodes}")),
            self.mode.filter(|mode| *mode != 0o1777).map(|mode| format!("mode={mode:03o}")),
            self.uid.filter(|uid| *uid != 0).map(|uid| format!("uid={uid}")),
            self.gid.filter(|gid| *gid != 0).map(|gid| format!("gid={gid}")),
        ];
        words.into_iter().flatten().collect()
    }
}

/// A size in pages: bytes, or a percentage of the memory. What does not fit into 64 bits loses its high bits
/// (mm/shmem.c, `shmem_parse_one`).
fn size(text: &str, memory: u64) -> Option<u64> {
    let bytes = match text.strip_suffix('%') {
        Some(percent) => number(percent)?.wrapping_mul(memory) / 100,
        None => number(text)?,
    };
    Some(bytes.wrapping_add(PAGE - 1) / PAGE)
}

/// Pages, at most LONG_MAX.
fn blocks(text: &str) -> Option<u64> {
    number(text).filter(|pages| i64::try_from(*pages).is_ok())
}

/// memparse() of all of a text.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() { None } else { parse::amount(text, false) }
}

#[cfg(test)]
mod tests {
    use super::TmpfsOptions;

    // Seen on Linux 6.18.
    #[test]
    fn options_are_checked_and_shown_as_linux_does() {
        let memory = 2 << 30;
        let cases = [
            ("", Some("")),
            ("size=1m,mode=700", Some("size=1024k,mode=700")),
            ("size=18446744073709551615", Some("size=0k")),
            ("size=18446744073709547520", Some("size=18014398509481980k")),
            ("size=16E", Some("size=0k")),
            ("size=99999999999999999999", Some("size=7584257452590080k")),
            ("size=010", Some("size=4k")),
            ("nr_blocks=9223372036854775807", Some("size=18446744073709551612k")),
            ("nr_blocks=9223372036854775808", None),
            ("size=", None),
            ("size=-1", None),
            ("mode=755", Some("mode=755")),
            ("nr_inodes=10,uid=5,gid=6,mode=1777", Some("nr_inodes=10,uid=5,gid=6")),
            ("size=50%", Some("")),
            ("size=0", Some("size=0k")),
            ("size=abc", None),
            ("bogus=1", None),
            ("bogus", None),
        ];
        for (data, expected) in cases {
            let shown = TmpfsOptions::parse(data, memory).ok().map(|options| options.shown(memory).join(","));
            assert_eq!(shown.as_deref(), expected, "{data}");
        }
    }
}
