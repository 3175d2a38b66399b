//! The scenarios in `conformance/`, on the model and on a real Linux, and the lesson: one trial for each
//! scenario and kind of host. `lecture` and `v2` are test hosts, booted once for all of their scenarios. `v1` on this
//! machine is so much like `this` that only `cargo xtask conformance` performs it.
//!
//! A real kernel does a few things after a call has returned. A handful that differ are asked once more; the last lines
//! say which they were and what came of it. More than that, or what differs twice, has failed.
//!
//! Where the machine can't (no root, no version 1 controllers, no qemu), a trial is skipped, visibly and counted; where
//! `CI` is set that is a failure.

use drydock_engine::host::HostKind;
use drydock_engine::scenario;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::{Arc, LazyLock, OnceLock};
use std::{env, fs};

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));

/// So many scenarios of a kind of host may be asked a second time.
const ASKED_AGAIN: usize = 4;

/// What has `drydock` boot a kernel for it, in the folder that DRYDOCK_TEST_HOST names.
const TEST_HOST: [&str; 1] = ["--test-host"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::ignorable_test("lesson control-groups under the mapping", || {
            lesson("control-groups", &["--map"])
        }),
        Trial::ignorable_test("lesson control-groups in a test host", || {
            lesson("control-groups", &["--test-host"])
        }),
        Trial::ignorable_test("lesson container-by-hand on this machine", || {
            lesson("container-by-hand", &[])
        }),
    ];
    let scenarios = ids();
    let mut all = Vec::new();
    for (kind, where_) in
        [(HostKind::This, &[][..]), (HostKind::Lecture, &TEST_HOST), (HostKind::V2, &TEST_HOST)]
    {
        let name = |id: &str| format!("{} {id}", kind.word());
        let asked = |id: &str| arguments.filter.as_ref().is_none_or(|filter| name(id).contains(filter));
        let ids = scenarios.iter().filter(|(id, hosts)| hosts.contains(&kind) && asked(id));
        let ids: Vec<String> = ids.map(|(id, _)| id.clone()).collect();
        all.push(Arc::new(Results { kind, where_, ids, once: OnceLock::new() }));
    }
    for (index, results) in all.iter().enumerate() {
        for id in &results.ids {
            let (id, all) = (id.clone(), all.clone());
            let name = format!("{} {id}", results.kind.word());
            trials.push(Trial::ignorable_test(name, move || all[index].of(&id, &all)));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    for results in &all {
        results.tell_asked_again();
    }
    conclusion.exit_code()
}

/// Every scenario's id and the hosts it is for.
fn ids() -> Vec<(String, Vec<HostKind>)> {
    let entries = fs::read_dir(ROOT.join("tests/conformance")).expect("the folder of scenarios");
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| !file.ends_with("README.md"));
    files.sort();
    let scenarios = files.iter().flat_map(|file| {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let text = fs::read_to_string(file).expect("a file of scenarios");
        scenario::parse(&stem, &text).unwrap_or_else(|error| panic!("{error}"))
    });
    scenarios.map(|scenario| (scenario.id, scenario.hosts)).collect()
}

/// What came of the scenarios of a kind of host; all are performed in one go when the first is asked for.
struct Results {
    kind: HostKind,
    /// Options of `drydock compare`.
    where_: &'static [&'static str],
    ids: Vec<String>,
    once: OnceLock<Result<Answered, Problem>>,
}

struct Answered {
    /// The verdict of each scenario.
    verdicts: BTreeMap<String, Value>,
    /// Those that differed and were asked once more.
    again: Vec<String>,
}

/// Why there are no results at all.
#[derive(Clone)]
enum Problem {
    /// This machine can't.
    Cannot(String),
    Failed(String),
}

impl Results {
    /// What came of one of them; `all` are those of the other kinds of host, too.
    fn of(&self, id: &str, all: &[Arc<Self>]) -> Result<Completion, Failed> {
        let Some(binary) = env::var_os("DRYDOCK_BIN") else {
            return skip("DRYDOCK_BIN is not set; run `cargo xtask test`");
        };
        let results = match self.performed(&binary, all) {
            Ok(answered) => &answered.verdicts,
            Err(Problem::Cannot(why)) => return skip(why),
            Err(Problem::Failed(why)) => return Err(why.into()),
        };
        let rerun = format!("rerun: cargo xtask conformance --host {} {id}", self.kind.word());
        match results.get(id) {
            Some(verdict) if verdict.get("same").is_some() => Ok(Completion::Completed),
            Some(verdict) if verdict.get("skipped").is_some() => {
                skip(verdict["skipped"].as_str().unwrap_or_default())
            }
            Some(verdict) if verdict.get("failed").is_some() => {
                Err(format!("{}\n{rerun}", verdict["failed"].as_str().unwrap_or_default()).into())
            }
            Some(verdict) => Err(format!("{}\n{rerun}", described(&verdict["different"])).into()),
            None => Err(format!("there is no result\n{rerun}").into()),
        }
    }

    /// Test hosts run beside each other: each emulates its CPUs in one thread.
    fn performed(&self, binary: &OsStr, all: &[Arc<Self>]) -> &Result<Answered, Problem> {
        let own = || self.once.get_or_init(|| self.perform(binary));
        if self.where_.is_empty() || self.once.get().is_some() {
            return own();
        }
        let others = all
            .iter()
            .filter(|other| !other.ids.is_empty() && other.kind != self.kind && !other.where_.is_empty());
        std::thread::scope(|scope| {
            for other in others {
                scope.spawn(|| {
                    other.once.get_or_init(|| other.perform(binary));
                });
            }
            own()
        })
    }

    /// Says which scenarios were the same only when they were asked again.
    fn tell_asked_again(&self) {
        let Some(Ok(Answered { verdicts, again })) = self.once.get() else { return };
        if again.is_empty() {
            return;
        }
        let is_same = |id: &&String| verdicts.get(*id).is_some_and(|verdict| verdict.get("same").is_some());
        let same: Vec<&str> = again.iter().filter(is_same).map(String::as_str).collect();
        println!(
            "host {}: asked again and then the same: {} of {}{}{}",
            self.kind.word(),
            same.len(),
            self.ids.len(),
            if same.is_empty() { "" } else { ": " },
            same.join(", ")
        );
    }

    fn perform(&self, binary: &OsStr) -> Result<Answered, Problem> {
        let mut results = self.ask(binary, &self.ids)?;
        let differ = |(id, verdict): (&String, &Value)| verdict.get("different").map(|_| id.clone());
        let mut again: Vec<_> = results.iter().filter_map(differ).collect();
        if again.len() > ASKED_AGAIN {
            again.clear();
        }
        if !again.is_empty() {
            for id in &again {
                eprintln!(
                    "{} {id}: asked again, for it was {}",
                    self.kind.word(),
                    described(&results[id]["different"])
                );
            }
            let mut second = self.ask(binary, &again)?;
            second.retain(|id, _| again.contains(id));
            results.extend(second);
        }
        Ok(Answered { verdicts: results, again })
    }

    /// What came of some of the scenarios.
    fn ask(&self, binary: &OsStr, ids: &[String]) -> Result<BTreeMap<String, Value>, Problem> {
        let mut command = Command::new(binary);
        command.args(["compare", "--json", "--host", self.kind.word()]).args(self.where_);
        command.args(ids.iter().flat_map(|id| ["--only", id]));
        let output = command
            .arg(ROOT.join("tests/conformance"))
            .output()
            .map_err(|error| Problem::Failed(error.to_string()))?;
        // How long a test host took.
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let results = text.lines().map(|line| {
            let outcome: Value = serde_json::from_str(line).ok()?;
            Some((outcome["id"].as_str()?.to_owned(), outcome["verdict"].clone()))
        });
        let results = results.collect::<Option<BTreeMap<_, _>>>();
        results.filter(|results| !results.is_empty()).ok_or_else(|| match output.status.code() {
            Some(2) => Problem::Cannot(printed(&output)),
            _ => Problem::Failed(printed(&output)),
        })
    }
}

fn described(different: &Value) -> String {
    let difference = &different["difference"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "different in {} of: {}\n{}:\n{}\n{}:\n{}",
        text(&difference["what"]),
        text(&difference["line"]),
        text(&different["sides"][0]),
        text(&difference["left"]),
        text(&different["sides"][1]),
        text(&difference["right"]),
    )
}

/// A lesson: where the machine mounts each controller by itself, or where none is mounted.
fn lesson(name: &str, options: &[&str]) -> Result<Completion, Failed> {
    let Some(binary) = env::var_os("DRYDOCK_BIN") else {
        return skip("DRYDOCK_BIN is not set; run `cargo xtask test`");
    };
    let file = ROOT.join(format!("lessons/{name}.md"));
    let output = Command::new(binary).arg("compare").args(options).arg(&file).output()?;
    match output.status.code() {
        Some(0) => Ok(Completion::Completed),
        Some(2) => skip(&printed(&output)),
        _ => Err(format!(
            "{}\nrerun: drydock compare {} {}",
            printed(&output),
            options.join(" "),
            file.display()
        )
        .into()),
    }
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn skip(reason: &str) -> Result<Completion, Failed> {
    if env::var_os("CI").is_some() {
        return Err(format!("may not be skipped where CI is set: {reason}").into());
    }
    Ok(Completion::ignored_with(reason))
}
