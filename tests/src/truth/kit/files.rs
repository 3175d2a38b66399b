//! `k` on files and directories.

use super::{done, read, refused, unescape, write};
use drydock_engine::plan::reply::{FileKind, Stat, Statx};
use drydock_engine::plan::{Call, Errno, OpenMode, Refusal, Reply, Text};
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
        ["stat", path] => match statx(run, path, true) {
            Ok(all) => {
                run.print(&stat_line(&all));
                0
            }
            Err(refusal) => refused(run, &refusal, "lstat"),
        },
        ["ino", path] => match statx(run, path, false) {
            Ok(Statx { inode, device, .. }) => {
                run.print(&format!("{}:{inode}\n", device.1));
                0
            }
            Err(refusal) => refused(run, &refusal, "stat"),
        },
        ["readlink", path] => match run.perform(Call::Readlink { path: Text::from(path) }) {
            Ok(reply) => print_data(run, &reply),
            Err(refusal) => refused(run, &refusal, "readlink"),
        },
        ["getx", path, name] => {
            let call = Call::Lgetxattr { path: Text::from(path), name: name.to_owned() };
            match run.perform(call) {
                Ok(reply) => print_data(run, &reply),
                Err(refusal) => refused(run, &refusal, "lgetxattr"),
            }
        }
        ["listx", path] => match run.perform(Call::Llistxattr { path: Text::from(path) }) {
            Ok(Reply::Names(names)) => {
                names.iter().for_each(|name| run.print(&format!("{name}\n")));
                0
            }
            Ok(_) => 1,
            Err(refusal) => refused(run, &refusal, "llistxattr"),
        },
        ["append", path, data] => match write(run, path, data, OpenMode::Write) {
            Ok(_) => {
                run.print("OK\n");
                0
            }
            Err(refusal) => refused(run, &refusal, &refusal.at),
        },
        ["ovlfd", path] => old_descriptor(run, path),
        ["openro", path] => open(run, path, OpenMode::Read, "open(O_RDONLY)"),
        ["openwo", path] => open(run, path, OpenMode::Write, "open(O_WRONLY)"),
        ["openrw", path] => open(run, path, OpenMode::ReadWrite, "open(O_RDWR)"),
        ["creat", path] => open(run, path, OpenMode::Exclusive, "open(O_CREAT|O_EXCL)"),
        ["statfs", path] => match run.perform(Call::Statfs { path: Text::from(path) }) {
            Ok(Reply::Statfs(found)) => {
                run.print(&format!("type={:#x}\n", found.kind));
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
        let path = format!("{path}/{}", entry.name);
        if let Ok(all) = statx(run, &path, true) {
            let Stat { kind, mode, .. } = all.stat;
            text.push_str(&format!("{}{mode:04o} {}{}\n", letter(kind), entry.name, numbers(&all, " ")));
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

fn stat_line(all: &Statx) -> String {
    let stat = &all.stat;
    let kind = match stat.kind {
        FileKind::Directory => "dir",
        FileKind::Symlink => "link",
        FileKind::Character => "char",
        FileKind::Block => "block",
        FileKind::Fifo => "fifo",
        FileKind::Regular | FileKind::Socket => "file",
    };
    let Stat { mode, nlink, uid, gid, size, .. } = stat;
    let device = numbers(all, " rdev=");
    format!("{kind} mode={mode:04o} nlink={nlink} uid={uid} gid={gid} size={size}{device}\n")
}

/// The numbers of a device, behind something.
fn numbers(all: &Statx, before: &str) -> String {
    let (major, minor) = all.represents;
    match all.stat.kind {
        FileKind::Character | FileKind::Block => format!("{before}{major}/{minor}"),
        _ => String::new(),
    }
}

fn statx(run: &mut ToolRun<'_, '_>, path: &str, nofollow: bool) -> Result<Statx, Refusal> {
    match run.perform(Call::Statx { path: Text::from(path), nofollow })? {
        Reply::Statx(all) => Ok(*all),
        _ => Err(Refusal::bare(Errno::EINVAL, "statx")),
    }
}

fn print_data(run: &mut ToolRun<'_, '_>, reply: &Reply) -> u8 {
    let Reply::Data(text) = reply else { return 1 };
    run.print(&format!("{text}\n"));
    0
}

/// Opens a file to read, lets another descriptor append to it, and reads both. In the model what is open is a place,
/// so that it is enough to open and to read.
fn old_descriptor(run: &mut ToolRun<'_, '_>, path: &str) -> u8 {
    let open = run.perform(Call::Open { path: Text::from(path), mode: OpenMode::Read });
    let before = statx(run, path, false);
    let written = open.and_then(|_| write(run, path, "NEW\n", OpenMode::Append));
    let text = written.and_then(|_| Ok(Reply::Data(read(run, path)?)));
    let (Ok(before), Ok(Reply::Data(text)), Ok(after)) = (before, text, statx(run, path, false)) else {
        return 1;
    };
    let same = before.inode == after.inode && before.device == after.device;
    let same = if same { "yes" } else { "no" };
    run.print(&format!("old fd reads: {text}new fd reads: {text}same ino: {same}\n"));
    0
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
        ["rename2", from, to, flags] => {
            let call =
                Call::Renameat2 { from: Text::from(from), to: Text::from(to), flags: rename_flags(flags) };
            done(run, call, "renameat2")
        }
        ["truncate", path, length] => {
            let length = length.parse().unwrap_or(0);
            done(run, Call::Truncate { path: Text::from(path), length }, "truncate")
        }
        ["setx", path, name, value] => {
            let (path, value) = (Text::from(path), Text::from(value));
            let call = Call::Lsetxattr { path, name: name.to_owned(), value, flags: Vec::new() };
            done(run, call, "lsetxattr")
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

fn rename_flags(number: &str) -> Vec<String> {
    let number: u32 = number.parse().unwrap_or(0);
    let names = [(1, "noreplace"), (2, "exchange"), (4, "whiteout")];
    names.iter().filter(|(bit, _)| number & bit != 0).map(|(_, name)| (*name).to_owned()).collect()
}

fn mount_flags(word: &str) -> Vec<String> {
    let names = word.split(',').filter(|flag| *flag != "-");
    names.map(|flag| if flag == "ro" { "rdonly" } else { flag }.to_owned()).collect()
}

/// The errno of a refusal, for those who only want to know whether.
pub(super) fn failed(refusal: &Refusal) -> String {
    format!("!{}", refusal.errno)
}
