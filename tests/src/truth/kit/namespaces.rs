//! `k` on namespaces: leaving, entering, maps, names and IPC objects.

use super::{done, read, refused, unescape, write};
use drydock_engine::plan::{
    Call, IpcFlags, NamespaceRef, OpenMode, Refusal, Reply, Signal, TaskRef, Text, WaitStatus,
};
use drydock_engine::shell::tool::ToolRun;

/// Runs a subcommand; `None` where it is none of these.
pub(super) fn run(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    leaving(run, words)
        .or_else(|| entering(run, words))
        .or_else(|| mapping(run, words))
        .or_else(|| names(run, words))
        .or_else(|| objects(run, words))
        .or_else(|| telling(run, words))
}

/// Flags of clone(2) as `k` has them.
fn flags(word: &str) -> Vec<String> {
    let kind = |word: &str| match word {
        "mnt" => "newns".to_owned(),
        "uts" | "ipc" | "pid" | "net" | "user" | "cgroup" | "time" => format!("new{word}"),
        other => other.to_owned(),
    };
    word.split(',').filter(|word| *word != "-").map(kind).collect()
}

/// execvp(3): the tool becomes the command from this argument on; capabilities are counted anew.
pub(super) fn become_program(run: &mut ToolRun<'_, '_>, from: usize) -> u8 {
    let argv: Vec<Text> = (from..run.arguments().len()).map(|index| run.text(index)).collect();
    if argv.is_empty() {
        return 0;
    }
    if let Err(refusal) = run.perform(Call::Execveat { argv }) {
        return refused(run, &refusal, "exec");
    }
    run.become_command(from)
}

fn unshare(run: &mut ToolRun<'_, '_>, word: &str) -> Result<(), Refusal> {
    run.perform(Call::Unshare { flags: flags(word) }).map(|_| ())
}

/// A child that becomes the command; the tool waits for it and ends as it did. A long sleep is not waited for.
fn fork_command(run: &mut ToolRun<'_, '_>, from: usize) -> u8 {
    let words = run.arguments();
    let sleeps = words.get(from).is_some_and(|word| word == "sleep");
    let long = words.get(from + 1).and_then(|seconds| seconds.parse::<f64>().ok()).is_some_and(|n| n > 10.0);
    if sleeps && long {
        let child = drydock_engine::plan::Actor::new(run.fresh_name("sleep"));
        if let Err(refusal) = run.perform(Call::Clone3 { child: child.clone(), flags: Vec::new() }) {
            return refused(run, &refusal, "fork");
        }
        let argv: Vec<Text> = ["/usr/bin/sleep", words[from + 1].as_str()].map(Text::from).to_vec();
        let path = Text::from("/usr/bin/sleep");
        if let Err(refusal) = run.perform_by(&child, Call::Execve { path, argv, env: Vec::new() }) {
            return refused(run, &refusal, "exec");
        }
        run.stay();
        return 0;
    }
    match run.fork("child", |child| become_program(child, from)) {
        Ok(WaitStatus::Signaled(signal)) => 128_u8.wrapping_add(signal.0),
        Ok(status) => status.shell_status(),
        Err(refusal) => refused(run, &refusal, "fork"),
    }
}

fn leaving(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["unshare", kinds, ref rest @ ..] => {
            // What it is given as input and output is opened before its root may be another.
            run.open_streams();
            match unshare(run, kinds) {
                Ok(()) if rest.is_empty() => ok(run),
                Ok(()) => become_program(run, 2),
                Err(refusal) => refused(run, &refusal, "unshare"),
            }
        }
        ["unsharef", kinds, ..] => match unshare(run, kinds) {
            Ok(()) => fork_command(run, 2),
            Err(refusal) => refused(run, &refusal, "unshare"),
        },
        ["unshare2", kinds] => match (unshare(run, kinds), unshare(run, kinds)) {
            (Err(refusal), _) => refused(run, &refusal, "unshare#1"),
            (_, Err(refusal)) => refused(run, &refusal, "unshare#2"),
            _ => ok(run),
        },
        ["clone", kinds, ..] => {
            let child = drydock_engine::plan::Actor::new(run.fresh_name("clone"));
            if let Err(refusal) = run.perform(Call::Clone3 { child: child.clone(), flags: flags(kinds) }) {
                return Some(refused(run, &refusal, "clone"));
            }
            match run.as_child(&child, |child| become_program(child, 2)) {
                WaitStatus::Signaled(signal) => 128_u8.wrapping_add(signal.0),
                status => status.shell_status(),
            }
        }
        ["pidnsdead"] => {
            if let Err(refusal) = unshare(run, "pid") {
                return Some(refused(run, &refusal, "unshare"));
            }
            let first = run.fork("first", |_| 0);
            match first.and_then(|_| run.fork("second", |_| 0)) {
                Ok(_) => ok(run),
                Err(refusal) => refused(run, &refusal, "fork after pid 1 exited"),
            }
        }
        ["timens", line, ..] => {
            if let Err(refusal) = unshare(run, "time") {
                return Some(refused(run, &refusal, "unshare"));
            }
            put(run, "offsets", "/proc/self/timens_offsets", line);
            fork_command(run, 2)
        }
        ["uroot", kinds, ..] => user_root(run, kinds),
        _ => return None,
    })
}

/// `uroot FLAGS COMMAND`: as `unshare -Ur`.
fn user_root(run: &mut ToolRun<'_, '_>, kinds: &str) -> u8 {
    let (uid, gid) = ids(run);
    let all = if kinds == "-" { "user".to_owned() } else { format!("user,{kinds}") };
    if let Err(refusal) = unshare(run, &all) {
        return refused(run, &refusal, "unshare");
    }
    // Where it can't be denied, the map of groups says so.
    let _ = write(run, "/proc/self/setgroups", "deny", OpenMode::Write);
    for (file, id) in [("uid_map", uid), ("gid_map", gid)] {
        let path = format!("/proc/self/{file}");
        if let Err(refusal) = write(run, &path, &format!("0 {id} 1"), OpenMode::Write) {
            return refused(run, &refusal, file);
        }
    }
    if kinds.split(',').any(|kind| kind == "pid") { fork_command(run, 2) } else { become_program(run, 2) }
}

fn ids(run: &mut ToolRun<'_, '_>) -> (String, String) {
    let status = read(run, "/proc/self/status").unwrap_or_default();
    let id = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().unwrap_or("0").to_owned()
    };
    (id("Uid:"), id("Gid:"))
}

fn entering(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    let setns = |run: &mut ToolRun<'_, '_>, from: NamespaceRef, kinds: &str| {
        run.perform(Call::Setns { from, nstype: flags(kinds) })
    };
    Some(match *words {
        ["setns", path, kinds, ref rest @ ..] => {
            match setns(run, NamespaceRef::File(Text::from(path)), kinds) {
                Ok(_) if rest.is_empty() => ok(run),
                Ok(_) => become_program(run, 3),
                Err(refusal) => refused(run, &refusal, &refusal.at),
            }
        }
        ["setnsf", path, kinds, ..] => match setns(run, NamespaceRef::File(Text::from(path)), kinds) {
            Ok(_) => fork_command(run, 3),
            Err(refusal) => refused(run, &refusal, &refusal.at),
        },
        ["setnspidfd", pid, kinds, ref rest @ ..] => {
            let task = TaskRef::Pid(pid.parse().unwrap_or(i32::MAX));
            match setns(run, NamespaceRef::Task(task), kinds) {
                Ok(_) if rest.is_empty() => ok(run),
                Ok(_) => become_program(run, 3),
                Err(refusal) => refused(run, &refusal, &refusal.at),
            }
        }
        _ => return None,
    })
}

fn ok(run: &mut ToolRun<'_, '_>) -> u8 {
    run.print("OK\n");
    0
}

/// `name=OK`, or why not.
fn put(run: &mut ToolRun<'_, '_>, name: &str, path: &str, text: &str) {
    run.print(&format!("{name}="));
    match write(run, path, &unescape(text), OpenMode::Truncate) {
        Ok(_) => run.print("OK\n"),
        Err(refusal) => {
            refused(run, &refusal, &refusal.at);
        }
    }
}

fn mapping(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["selfmap", uids, gids, groups, ..] => {
            if let Err(refusal) = unshare(run, "user") {
                return Some(refused(run, &refusal, "unshare"));
            }
            for (name, text) in [("setgroups", groups), ("uid_map", uids), ("gid_map", gids)] {
                if text != "-" {
                    put(run, name, &format!("/proc/self/{name}"), text);
                }
            }
            become_program(run, 4)
        }
        ["userns", uids, gids, groups, ..] => mapped_child(run, [groups, uids, gids]),
        ["sgseq", ref texts @ ..] => {
            if let Err(refusal) = unshare(run, "user") {
                return Some(refused(run, &refusal, "unshare"));
            }
            for text in texts {
                put(run, text, "/proc/self/setgroups", text);
            }
            match read(run, "/proc/self/setgroups") {
                Ok(text) => run.print(&text),
                Err(refusal) => return Some(refused(run, &refusal, &refusal.at)),
            }
            0
        }
        ["setuid", uid] => {
            let uid = uid.parse().ok();
            done(run, Call::Setresuid { ruid: uid, euid: uid, suid: uid }, "setuid")
        }
        ["setgroups", gid] => {
            done(run, Call::Setgroups { groups: gid.parse().into_iter().collect() }, "setgroups")
        }
        ["id"] => {
            let (uid, gid) = ids(run);
            run.print(&format!("uid={uid} gid={gid}\n"));
            0
        }
        _ => return None,
    })
}

/// `userns UIDS GIDS SETGROUPS COMMAND`: a child with a user namespace, whose maps its parent writes.
fn mapped_child(run: &mut ToolRun<'_, '_>, [groups, uids, gids]: [&str; 3]) -> u8 {
    let child = drydock_engine::plan::Actor::new(run.fresh_name("mapped"));
    if let Err(refusal) = run.perform(Call::Clone3 { child: child.clone(), flags: Vec::new() }) {
        return refused(run, &refusal, "fork");
    }
    if let Err(refusal) = run.perform_by(&child, Call::Unshare { flags: flags("user") }) {
        return refused(run, &refusal, "unshare");
    }
    let pid = run.pid(&child).unwrap_or(0);
    for (name, text) in [("setgroups", groups), ("uid_map", uids), ("gid_map", gids)] {
        if text != "-" {
            put(run, name, &format!("/proc/{pid}/{name}"), text);
        }
    }
    run.as_child(&child, |child| become_program(child, 4)).shell_status()
}

fn names(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    let set = |name: String| Call::Sethostname { name: Text::from(name) };
    Some(match *words {
        ["sethostname", name] => done(run, set(name.to_owned()), "sethostname"),
        ["hostnamelen", n] => done(run, set("h".repeat(n.parse().unwrap_or(0))), "sethostname"),
        ["setdomain", name] => done(run, Call::Setdomainname { name: Text::from(name) }, "setdomainname"),
        ["gethostname"] => match read(run, "/proc/sys/kernel/hostname") {
            Ok(text) => {
                run.print(&text);
                0
            }
            Err(refusal) => refused(run, &refusal, "gethostname"),
        },
        _ => return None,
    })
}

fn objects(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    let key = |word: &str| {
        let digits = word.strip_prefix("0x").unwrap_or(word);
        i32::from_str_radix(digits, 16).unwrap_or(0)
    };
    let new = IpcFlags { create: true, exclusive: false, mode: 0o600 };
    let old = IpcFlags::default();
    Some(match *words {
        ["shmget", word] => done(run, Call::Shmget { key: key(word), size: 4096, flags: new }, "shmget"),
        ["shmfind", word] => done(run, Call::Shmget { key: key(word), size: 0, flags: old }, "shmget"),
        ["msgget", word] => done(run, Call::Msgget { key: key(word), flags: new }, "msgget"),
        ["msgfind", word] => done(run, Call::Msgget { key: key(word), flags: old }, "msgget"),
        ["shmrm", word] => match run.perform(Call::Shmget { key: key(word), size: 0, flags: old }) {
            Ok(Reply::Object(id)) => done(run, Call::Shmctl { id }, "shmctl"),
            Ok(_) => 1,
            Err(refusal) => refused(run, &refusal, "shmget"),
        },
        _ => return None,
    })
}

fn telling(run: &mut ToolRun<'_, '_>, words: &[&str]) -> Option<u8> {
    Some(match *words {
        ["readlink" | "nsid", path] => match run.perform(Call::Readlink { path: Text::from(path) }) {
            Ok(Reply::Data(target)) => {
                run.print(&format!("{target}\n"));
                0
            }
            Ok(_) => 1,
            Err(refusal) => refused(run, &refusal, "readlink"),
        },
        ["killself", signal] => {
            let own = run.pid(&run.actor()).unwrap_or(0);
            let signal = Signal::parse(signal).unwrap_or(Signal(0));
            let task = TaskRef::Pid(i32::try_from(own).unwrap_or(0));
            if let Err(refusal) = run.perform(Call::Kill { task, signal }) {
                return Some(refused(run, &refusal, "kill"));
            }
            run.print(&format!("kill returned 0; still alive pid {own}\n"));
            0
        }
        ["orphan"] => orphan(run),
        ["uptime"] => {
            let uptime = read(run, "/proc/uptime").unwrap_or_default();
            run.print(&format!("{}\n", uptime.split('.').next().unwrap_or("0")));
            0
        }
        ["msleep", milliseconds] => {
            let milliseconds = milliseconds.parse().unwrap_or(0);
            // As far as there is a call that waits.
            let _ = run.perform(Call::ClockNanosleep { milliseconds });
            0
        }
        _ => return None,
    })
}

/// A grandchild tells whose child it is when its parent has ended.
fn orphan(run: &mut ToolRun<'_, '_>) -> u8 {
    let grandchild = drydock_engine::plan::Actor::new(run.fresh_name("grandchild"));
    let made = run.fork("child", |child| {
        match child.perform(Call::Clone3 { child: grandchild.clone(), flags: Vec::new() }) {
            Ok(_) => 0,
            Err(_) => 1,
        }
    });
    if let Err(refusal) = made {
        return refused(run, &refusal, "fork");
    }
    run.as_child(&grandchild, |child| {
        let (pid, parent) = own_numbers(child);
        child.print(&format!("grandchild pid={pid} ppid={parent}\n"));
        0
    });
    0
}

/// getpid(2) and getppid(2): the number of the parent is 0 where it can't be seen.
pub(super) fn own_numbers(run: &mut ToolRun<'_, '_>) -> (u32, u32) {
    let own = run.pid(&run.actor()).unwrap_or(0);
    (own, run.parent_number())
}
