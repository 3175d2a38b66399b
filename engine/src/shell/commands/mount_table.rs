//! A line of /proc/self/mountinfo, as findmnt and umount read it (proc_pid_mountinfo(5)).

use super::mount::unescape;

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) device: String,
    pub(super) root: String,
    pub(super) target: String,
    pub(super) vfs_options: String,
    /// `shared:1`, `master:2`, ….
    pub(super) optional: Vec<String>,
    pub(super) fstype: String,
    pub(super) source: String,
    pub(super) fs_options: String,
}

impl Line {
    /// Reads all lines of a table.
    pub(super) fn read_all(text: &str) -> Vec<Self> {
        text.lines().filter_map(Self::read).collect()
    }

    fn read(line: &str) -> Option<Self> {
        let (mount, fs) = line.split_once(" - ")?;
        let mut fields = mount.split(' ');
        let mut next = || fields.next().map(unescape);
        let (id, parent, device, root, target, vfs_options) =
            (next()?, next()?, next()?, next()?, next()?, next()?);
        let optional = fields.map(str::to_owned).collect();
        let mut fields = fs.split(' ').map(unescape);
        let (fstype, source, fs_options) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self { id, parent, device, root, target, vfs_options, optional, fstype, source, fs_options })
    }

    /// All options as /proc/mounts has them: read-only where the mount or its file system is.
    pub(super) fn options(&self) -> String {
        if self.vfs_options == self.fs_options {
            return self.vfs_options.clone();
        }
        let words = |list: &str| list.split(',').map(str::to_owned).collect::<Vec<_>>();
        let both = [words(&self.vfs_options), words(&self.fs_options)].concat();
        let access = if both.iter().any(|word| word == "ro") { "ro" } else { "rw" };
        let rest = both.iter().filter(|word| *word != "ro" && *word != "rw" && !word.is_empty());
        std::iter::once(access).chain(rest.map(String::as_str)).collect::<Vec<_>>().join(",")
    }

    /// Who hears of what is mounted in it, in findmnt's words.
    pub(super) fn propagation(&self) -> String {
        let has = |start: &str| self.optional.iter().any(|field| field.starts_with(start));
        let first = if has("shared:") { "shared" } else { "private" };
        let slave = if has("master:") { ",slave" } else { "" };
        let unbindable = if has("unbindable") { ",unbindable" } else { "" };
        format!("{first}{slave}{unbindable}")
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_line_is_read_whole() {
        let text =
            "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue\n";
        let lines = Line::read_all(text);
        let line = lines.first().expect("it is one");
        assert_eq!(
            (line.target.as_str(), line.root.as_str(), line.source.as_str()),
            ("/mnt 2", "/mnt1", "/dev/root")
        );
        assert_eq!(line.options(), "rw,noatime,errors=continue");
        assert_eq!(line.propagation(), "shared,slave");
    }
}
