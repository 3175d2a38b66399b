//! `k` on files and directories.

use super::{done, read, refused, unescape, write};
use drydock_engine::plan::reply::{FileKind, Stat};
use drydock_engine::plan::{Call, OpenMode, Refusal, Reply, Text};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    reading(run, words).or_else(|| writing(run, words)).or_else(|| names(run, words))
}

fn reading(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["r", path] => match read(run, path) {
            Ok(text) => {
                run.print(&text);
                0
            }
            Err(refusal) => refused(run, &refusal, &refusal.at),
        },
        ["ra", ref paths @ ..] => paths.iter().map(|path| read_line(run, path)).max().unwrap_or(0),
        ["ls", path] => list(run, path, false),
        ["ll", path] => list(run, path, true),
        ["stat", path] => match run.perform(Call::Stat { path: Text::from(path) }) {
            Ok(Reply::Stat(stat)) => {
                run.print(&stat_line(&stat));
                0
            }
            Ok(_) => 1,
            Err(refusal) => refused(run, &refusal, "lstat"),
        },
        ["openro", path] => open(run, path, OpenMode::Read, "open(O_RDONLY)"),
        ["openwo", path] => open(run, path, OpenMode::Write, "open(O_WRONLY)"),
        ["openrw", path] => open(run, path, OpenMode::ReadWrite, "open(O_RDWR)"),
        ["creat", path] => open(run, path, OpenMode::Exclusive, "open(O_CREAT|O_EXCL)"),
        ["statfs", path] => match run.perform(Call::Statfs { path: Text::from(path) }) {
            Ok(Reply::Statfs(magic)) => {
                run.print(&format!("type={magic:#x}\n"));
                0
            }
            Ok(_) => 1,
            Err(refusal) => refused(run, &refusal, "statfs"),
        },
        _ => return None,
    })
}

fn open(run: &mut ToolRun<'_, '_>, path: &str, mode: OpenMode, at: &str) -> u8 {
    done(run, Call::Open { path: Text::from(path), mode }, at)
}

/// `name=content` on one line.
fn read_line(run: &mut ToolRun<'_, '_>, path: &str) -> u8 {
    let name = path.rsplit('/').next().unwrap_or(path);
    run.print(&format!("{name}="));
    match read(run, path) {
        Ok(text) => {
            run.print(&format!("{}\n", text.trim_end_matches('\n').replace('\n', "|")));
            0
        }
        Err(refusal) => refused(run, &refusal, &refusal.at),
    }
}

fn list(run: &mut ToolRun<'_, '_>, path: &str, long: bool) -> u8 {
    let entries = match run.perform(Call::Getdents64 { path: Text::from(path) }) {
        Ok(Reply::Entries(entries)) => entries,
        Ok(_) => Vec::new(),
        Err(refusal) => return refused(run, &refusal, "opendir"),
    };
    let mut text = String::new();
    for entry in entries {
        if !long {
            text.push_str(&format!("{}\n", entry.name));
            continue;
        }
        let path = Text::from(format!("{path}/{}", entry.name));
        if let Ok(Reply::Stat(stat)) = run.perform(Call::Stat { path }) {
            text.push_str(&format!("{}{:04o} {}\n", letter(stat.kind), stat.mode, entry.name));
        }
    }
    run.print(&text);
    0
}

fn letter(kind: FileKind) -> char {
    match kind {
        FileKind::Directory => 'd',
        FileKind::Symlink => 'l',
        FileKind::Character => 'c',
        FileKind::Block => 'b',
        FileKind::Fifo => 'p',
        FileKind::Socket => 's',
        FileKind::Regular => '-',
    }
}

fn stat_line(stat: &Stat) -> String {
    let kind = match stat.kind {
        FileKind::Directory => "dir",
        FileKind::Symlink => "link",
        FileKind::Character => "char",
        FileKind::Block => "block",
        FileKind::Fifo => "fifo",
        FileKind::Regular | FileKind::Socket => "file",
    };
    let Stat { mode, nlink, uid, gid, size, .. } = stat;
    format!("{kind} mode={mode:04o} nlink={nlink} uid={uid} gid={gid} size={size}\n")
}

fn writing(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["w", path, data] => put(run, path, &format!("{}\n", unescape(data))),
        ["wr", path, data] => put(run, path, &unescape(data)),
        ["w0", path] => count(run, path, ""),
        ["wbig", path, n] => count(run, path, &"1".repeat(n.parse().unwrap_or(0))),
        _ => return None,
    })
}

/// As `echo DATA > PATH`.
fn put(run: &mut ToolRun<'_, '_>, path: &str, data: &str) -> u8 {
    if path.starts_with("/proc/sys/net/") {
        return super::missing(run, "files about the network");
    }
    match write(run, path, data, OpenMode::Truncate) {
        Ok(_) => {
            run.print("OK\n");
            0
        }
        Err(refusal) => refused(run, &refusal, &refusal.at),
    }
}

fn count(run: &mut ToolRun<'_, '_>, path: &str, data: &str) -> u8 {
    match write(run, path, data, OpenMode::Write) {
        Ok(_) => {
            run.print(&format!("write returned {}\n", data.len()));
            0
        }
        Err(refusal) => refused(run, &refusal, &refusal.at),
    }
}

fn names(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    let mkdir = |path: String| Call::Mkdir { path: Text::from(path), mode: 0o755 };
    Some(match *words {
        ["mkdir", path] => done(run, mkdir(unescape(path)), "mkdir"),
        ["mkdirn", parent, n] => {
            let name = "n".repeat(n.parse().unwrap_or(0));
            done(run, mkdir(format!("{parent}/{name}")), "mkdir")
        }
        ["rmdir", path] => done(run, Call::Rmdir { path: Text::from(unescape(path)) }, "rmdir"),
        ["rename", from, to] => {
            done(run, Call::Rename { from: Text::from(from), to: Text::from(to) }, "rename")
        }
        ["symlink", target, path] => {
            done(run, Call::Symlink { target: Text::from(target), path: Text::from(path) }, "symlink")
        }
        ["link", from, to] => done(run, Call::Link { from: Text::from(from), to: Text::from(to) }, "link"),
        ["mknod", path, kind, major, minor] => {
            let kind = match kind {
                "c" => FileKind::Character,
                "b" => FileKind::Block,
                _ => FileKind::Fifo,
            };
            let number = |word: &str| word.parse().unwrap_or(0);
            let (major, minor) = (number(major), number(minor));
            done(run, Call::Mknod { path: Text::from(path), kind, mode: 0o644, major, minor }, "mknod")
        }
        ["chmod", path, mode] => {
            let mode = u32::from_str_radix(mode, 8).unwrap_or(0);
            done(run, Call::Fchmodat { path: Text::from(path), mode }, "chmod")
        }
        ["chown", path, uid, gid] => {
            let (uid, gid) = (uid.parse().ok(), gid.parse().ok());
            done(run, Call::Fchownat { path: Text::from(path), uid, gid, nofollow: true }, "chown")
        }
        ["unlink", path] => done(run, Call::Unlink { path: Text::from(path) }, "unlink"),
        ["mount", fstype, source, target, ref rest @ ..] => {
            let call = Call::Mount {
                source: Text::from(source),
                target: Text::from(target),
                fstype: fstype.to_owned(),
                flags: mount_flags(rest.first().copied().unwrap_or("-")),
                data: Text::from(rest.get(1).copied().unwrap_or_default()),
            };
            done(run, call, "mount")
        }
        ["umount", target, ref rest @ ..] => {
            let flags = rest.iter().map(|flag| (*flag).to_owned()).collect();
            done(run, Call::Umount2 { target: Text::from(target), flags }, "umount")
        }
        _ => return None,
    })
}

fn mount_flags(word: &str) -> Vec<String> {
    let names = word.split(',').filter(|flag| *flag != "-");
    names.map(|flag| if flag == "ro" { "rdonly" } else { flag }.to_owned()).collect()
}

/// The errno of a refusal, for those who only want to know whether.
pub(super) fn failed(refusal: &Refusal) -> String {
    format!("!{}", refusal.errno)
}
