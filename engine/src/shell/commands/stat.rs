//! `stat`, as coreutils'.

use super::accounts::Accounts;
use super::options::{self, Opt, flag, value};
use super::work::{Job, cannot, planned};
use super::{Action, Command, Fidelity, Planned, Request, TOOL, dates, ls_render};
use crate::plan::reply::{FileKind, Reply, Statfs, Statx, Time};
use crate::plan::{Call, Text};

const OPTIONS: &[Opt] = &[
    flag('L', "dereference"),
    flag('f', "file-system"),
    value('c', "format"),
    Opt { short: 'p', long: "printf", takes: true, only_long: true },
];

pub(super) const STAT: Command = Command {
    name: "stat",
    usage: "[-Lf] [-c FORMAT] FILE…",
    options: OPTIONS,
    fidelity: Fidelity::Partial("partial-command-stat"),
    action: Action::Plan(plan),
    ..TOOL
};

/// How it is printed.
#[derive(Clone)]
enum Form {
    Usual,
    /// A format; its own escapes, and no newline behind it.
    Format(String, bool),
}

fn plan(request: &Request<'_>) -> Planned {
    let parsed = match options::parse(request) {
        Ok(parsed) => parsed,
        Err(output) => return output.into(),
    };
    if parsed.operands.is_empty() {
        return options::usage(request, "missing operand").into();
    }
    let form = match (parsed.value('p'), parsed.value('c')) {
        (Some(format), _) => Form::Format(request.show(format), true),
        (None, Some(format)) => Form::Format(request.show(format), false),
        (None, None) => Form::Usual,
    };
    let accounts = Accounts::read(request);
    let (nofollow, system) = (!parsed.has('L'), parsed.has('f'));
    let job = |path: Text| {
        let (form, accounts) = (form.clone(), accounts.clone());
        let shown = request.show(&path);
        if system {
            return file_system(path, shown);
        }
        Job::calls(vec![Call::Statx { path: path.clone(), nofollow }], move |request, answers, work| {
            match answers.first() {
                Some(Ok(Reply::Statx(all))) => {
                    let target = request.target_of(&path).ok().filter(|_| nofollow);
                    let file = File { name: &shown, target, all, accounts: &accounts };
                    work.output.out(file.print(&form));
                }
                Some(Err(refusal)) => work.fail(cannot("stat", "cannot statx", &shown, refusal.errno)),
                _ => {}
            }
        })
    };
    planned(request, parsed.operands.into_iter().map(job).collect())
}

/// `stat -f`.
fn file_system(path: Text, shown: String) -> Job {
    Job::calls(vec![Call::Statfs { path }], move |_, answers, work| match answers.first() {
        Some(Ok(Reply::Statfs(found))) => work.output.out(system_lines(&shown, found)),
        Some(Err(refusal)) => {
            let what = "cannot read file system information for";
            work.fail(cannot("stat", what, &shown, refusal.errno));
        }
        _ => {}
    })
}

fn system_lines(name: &str, found: &Statfs) -> String {
    let kind = match found.kind {
        0x0102_1994 => "tmpfs".to_owned(),
        0x794c_7630 => "overlayfs".to_owned(),
        0x9fa0 => "proc".to_owned(),
        0x6265_6572 => "sysfs".to_owned(),
        0x6367_7270 => "cgroup2fs".to_owned(),
        0x0027_e0eb => "cgroupfs".to_owned(),
        0xef53 => "ext2/ext3".to_owned(),
        other => format!("UNKNOWN ({other:#x})"),
    };
    let Statfs { block, blocks, free, available, .. } = found;
    format!(
        "  File: \"{name}\"\n    ID: 0        Namelen: 255     Type: {kind}\n\
         Block size: {block:<10} Fundamental block size: {block}\n\
         Blocks: Total: {blocks:<10} Free: {free:<10} Available: {available}\n\
         Inodes: Total: 0          Free: 0\n"
    )
}

/// A file that is told about.
struct File<'a> {
    name: &'a str,
    target: Option<String>,
    all: &'a Statx,
    accounts: &'a Accounts,
}

impl File<'_> {
    fn print(&self, form: &Form) -> String {
        match form {
            Form::Usual => self.usual(),
            Form::Format(format, true) => {
                self.formatted(&super::escape::backslashes(format, super::escape::Style::Printf).0)
            }
            Form::Format(format, false) => self.formatted(format) + "\n",
        }
    }

    fn usual(&self) -> String {
        let Statx { stat, blocks, inode, device, represents, .. } = self.all;
        let name = match &self.target {
            Some(target) => format!("{} -> {target}", self.name),
            None => self.name.to_owned(),
        };
        let represents = match stat.kind {
            FileKind::Character | FileKind::Block => {
                format!("     Device type: {},{}", represents.0, represents.1)
            }
            _ => String::new(),
        };
        let links = if represents.is_empty() { stat.nlink.to_string() } else { format!("{:<5}", stat.nlink) };
        let represents = represents.trim_start_matches("    ");
        let (user, group) = (self.user(), self.group());
        format!(
            "  File: {name}\n  Size: {:<10}\tBlocks: {blocks:<10} IO Block: 4096   {}\n\
             Device: {}\tInode: {inode:<11} Links: {links}{represents}\n\
             Access: ({:04o}/{})  Uid: ({:>5}/{user:>8})   Gid: ({:>5}/{group:>8})\n\
             Access: {}\nModify: {}\nChange: {}\n Birth: {}\n",
            stat.size,
            self.kind(),
            format_args!("{},{}", device.0, device.1),
            stat.mode,
            self.permissions(),
            stat.uid,
            stat.gid,
            dates::long(self.all.accessed),
            dates::long(self.all.modified),
            dates::long(self.all.changed),
            self.all.born.map_or_else(|| "-".to_owned(), dates::long),
        )
    }

    fn user(&self) -> &str {
        self.accounts.user(self.all.stat.uid).unwrap_or("UNKNOWN")
    }

    fn group(&self) -> &str {
        self.accounts.group(self.all.stat.gid).unwrap_or("UNKNOWN")
    }

    fn kind(&self) -> &'static str {
        match self.all.stat.kind {
            FileKind::Regular if self.all.stat.size == 0 => "regular empty file",
            FileKind::Regular => "regular file",
            FileKind::Directory => "directory",
            FileKind::Symlink => "symbolic link",
            FileKind::Character => "character special file",
            FileKind::Block => "block special file",
            FileKind::Fifo => "fifo",
            FileKind::Socket => "socket",
        }
    }

    fn permissions(&self) -> String {
        let stat = &self.all.stat;
        format!("{}{}", ls_render::letter(stat.kind), ls_render::permissions(stat.mode))
    }

    /// `%-10n` and the like; what is no directive is printed as `?`.
    fn formatted(&self, format: &str) -> String {
        let mut out = String::new();
        let mut rest = format;
        while let Some(start) = rest.find('%') {
            out.push_str(&rest[..start]);
            let behind = &rest[start + 1..];
            let width = behind.trim_start_matches(|c: char| c.is_ascii_digit() || "-+ 0.#".contains(c));
            let (flags, mut letters) = (&behind[..behind.len() - width.len()], width.chars());
            match letters.next() {
                Some('%') => out.push('%'),
                Some(letter) => out.push_str(&padded(&self.directive(letter), flags)),
                None => out.push('%'),
            }
            rest = letters.as_str();
        }
        out.push_str(rest);
        out
    }

    fn directive(&self, letter: char) -> String {
        let Statx { stat, blocks, inode, device, represents, .. } = self.all;
        let seconds = |time: Time| time.seconds.to_string();
        match letter {
            'a' => format!("{:o}", stat.mode),
            'A' => self.permissions(),
            'b' => blocks.to_string(),
            'B' => "512".to_owned(),
            'd' => (u64::from(device.0) << 8 | u64::from(device.1)).to_string(),
            'D' => format!("{:x}", u64::from(device.0) << 8 | u64::from(device.1)),
            'F' => self.kind().to_owned(),
            'g' => stat.gid.to_string(),
            'G' => self.group().to_owned(),
            'h' => stat.nlink.to_string(),
            'i' => inode.to_string(),
            'n' => self.name.to_owned(),
            'N' => match &self.target {
                Some(target) => format!("'{}' -> '{target}'", self.name),
                None => format!("'{}'", self.name),
            },
            'o' => "4096".to_owned(),
            's' => stat.size.to_string(),
            't' => format!("{:x}", represents.0),
            'T' => format!("{:x}", represents.1),
            'u' => stat.uid.to_string(),
            'U' => self.user().to_owned(),
            'w' => self.all.born.map_or_else(|| "-".to_owned(), dates::long),
            'W' => self.all.born.map_or(0, |time| time.seconds).to_string(),
            'x' => dates::long(self.all.accessed),
            'X' => seconds(self.all.accessed),
            'y' => dates::long(self.all.modified),
            'Y' => seconds(self.all.modified),
            'z' => dates::long(self.all.changed),
            'Z' => seconds(self.all.changed),
            _ => "?".to_owned(),
        }
    }
}

/// A value in the width that was asked for, as printf(3) pads.
fn padded(value: &str, flags: &str) -> String {
    let (flags, precision) =
        flags.split_once('.').map_or((flags, None), |(flags, n)| (flags, n.parse().ok()));
    let value: String = value.chars().take(precision.unwrap_or(usize::MAX)).collect();
    let digits = flags.trim_start_matches(['-', '+', ' ', '0', '#']);
    let width: usize = digits.parse::<usize>().unwrap_or(0).min(1000);
    let numeric = value.bytes().all(|byte| byte.is_ascii_digit());
    match flags.chars().next() {
        _ if flags.contains('-') => format!("{value:<width$}"),
        Some('0') if numeric => format!("{value:0>width$}"),
        _ => format!("{value:>width$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::padded;

    // `stat -c '%5a|%-5s|%05s|%.3n|%10n'` of coreutils 9.1.
    #[test]
    fn widths_are_those_of_printf() {
        for (value, flags, expected) in [
            ("4755", "5", " 4755"),
            ("2", "-5", "2    "),
            ("2", "05", "00002"),
            ("file", ".3", "fil"),
            ("f", "10", "         f"),
        ] {
            assert_eq!(padded(value, flags), expected, "{flags}");
        }
    }
}
