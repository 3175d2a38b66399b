//! The tools of the scripts: `k SUBCOMMAND …`, which is one kernel call or a fixed few, and the programs that the
//! scripts use and the shell does not have.
//!
//! | module | what it holds |
//! |---|---|
//! | [`files`] | `k` on files and directories |
//! | [`tasks`] | `k` on tasks: moving in, other users, forks |
//! | [`work`], [`memory`] | `k` as a workload |
//! | [`namespaces`] | `k` on namespaces, maps, names, IPC objects |
//! | [`loops`] | `losetup` |
//! | [`roots`] | `k` on namespaces and root directories, and programs in other roots |
//! | [`programs`] | `sh -c`, `awk`, `sed` and the like |

mod awk;
mod files;
pub(super) mod loops;
mod memory;
mod namespaces;
mod programs;
mod roots;
mod tasks;
mod work;

use drydock_engine::plan::{Answer, Call, FileRef, OpenMode, Refusal, Reply, Text};
use drydock_engine::shell::tool::{Tool, ToolRun};

/// All tools.
pub(super) static TOOLS: &[Tool] = &[
    Tool { name: "k", run: k },
    Tool { name: "sh", run: programs::sh },
    Tool { name: "losetup", run: loops::losetup },
    Tool { name: "awk", run: programs::awk },
    Tool { name: "date", run: programs::date },
    Tool { name: "rm", run: programs::rm },
    Tool { name: "sed", run: programs::sed },
    Tool { name: "sleep", run: programs::sleep },
    Tool { name: "/usr/bin/ip", run: programs::ip },
    Tool { name: "taskset", run: work::taskset },
    Tool { name: "wait", run: work::wait },
    Tool { name: "lssubsys041", run: programs::lssubsys },
    Tool { name: "cp", run: roots::cp },
    Tool { name: "which", run: roots::which },
    Tool { name: "/bin/k", run: k },
    Tool { name: "/bin/sh", run: programs::sh },
    Tool { name: "/bin/ls", run: roots::by_path },
    Tool { name: "/bin/cat", run: roots::by_path },
    Tool { name: "/bin/busybox", run: roots::busybox },
    Tool { name: "/old/bin/busybox", run: roots::busybox },
    Tool { name: "/usr/bin/unshare", run: roots::by_path },
];

/// `k SUBCOMMAND …`.
fn k(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    if matches!(words.as_slice(), ["w" | "wr", _]) {
        words.push("");
    }
    files::run(run, &words)
        .or_else(|| tasks::run(run, &words))
        .or_else(|| namespaces::run(run, &words))
        .or_else(|| work::run(run, &words))
        .or_else(|| memory::run(run, &words))
        .or_else(|| roots::run(run, &words))
        .unwrap_or_else(|| missing(run, &format!("k {}", words.first().unwrap_or(&""))))
}

/// Says that the model lacks something; the case is out of reach.
fn missing(run: &mut ToolRun<'_, '_>, what: &str) -> u8 {
    run.print(&format!("@@missing {what}\n"));
    1
}

/// `!EBUSY mkdir`.
fn refused(run: &mut ToolRun<'_, '_>, refusal: &Refusal, at: &str) -> u8 {
    if let Some(rule) = refusal.rule.as_ref().filter(|rule| rule.id == "rule-not-modelled") {
        return missing(run, rule.facts.get("what").map_or("", String::as_str));
    }
    // Whoever was killed meanwhile prints nothing.
    if refusal.rule.as_ref().is_some_and(|rule| rule.id == "rule-actor-ended") {
        return 137;
    }
    run.print(&format!("!{} {at}\n", refusal.errno));
    1
}

/// Performs a call and prints `OK` or why not.
fn done(run: &mut ToolRun<'_, '_>, call: Call, at: &str) -> u8 {
    match run.perform(call) {
        Ok(_) => {
            run.print("OK\n");
            0
        }
        Err(refusal) => refused(run, &refusal, at),
    }
}

fn write(run: &mut ToolRun<'_, '_>, path: &str, data: &str, mode: OpenMode) -> Answer {
    run.perform(Call::Write { file: FileRef::Path(Text::from(path)), data: Text::from(data), mode })
}

fn read(run: &mut ToolRun<'_, '_>, path: &str) -> Result<String, Refusal> {
    match run.perform(Call::Read { file: FileRef::Path(Text::from(path)), at_most: None })? {
        Reply::Data(text) => Ok(text),
        _ => Ok(String::new()),
    }
}

/// `\n` and `\t` in a word.
fn unescape(word: &str) -> String {
    word.replace("\\n", "\n").replace("\\t", "\t")
}
