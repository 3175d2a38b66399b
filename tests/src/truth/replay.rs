//! Runs a script on the model of a host.

use super::record::{self, RecordError, Run};
use super::{host, kit, script};
use drydock_engine::host::InitialFile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::Backend;
use drydock_engine::shell::Shell;
use std::collections::BTreeMap;
use std::path::Path;

/// What a case printed in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// All it printed, without newlines at the end.
    pub stdout: String,
    /// What the case needs and the model has not.
    pub missing: Option<String>,
}

/// Replays a script; gives what each case printed.
///
/// # Errors
/// Says which script can't be read.
pub fn replay(folder: &Path, run: &Run) -> Result<BTreeMap<String, Outcome>, RecordError> {
    let mut profile = host::profile(&run.host, &run.kernel);
    profile.files.push(InitialFile::Directory("/t".to_owned()));
    profile.files.push(InitialFile::File("/t/lib.sh".to_owned(), script::LIBRARY.to_owned()));
    profile.files.push(InitialFile::File("/t/v1lib.sh".to_owned(), record::script(folder, "v1lib")?));
    profile.environment.extend(host::environment(&run.host, &run.kernel));
    let mut kernel = Kernel::boot(&profile);
    let mut shell = Shell::new(&profile);
    shell.set_interactive(false);
    shell.set_tools(kit::TOOLS);
    shell.set_waits_a_line(u32::MAX);
    let text = record::script(folder, &run.script)?;
    let pieces = script::pieces(&text, |piece| !Shell::is_incomplete(piece));
    let mut printed = String::new();
    for line in host::prelude(&run.host) {
        shell.run(line, &mut kernel);
    }
    for piece in pieces {
        let result = shell.run(&piece, &mut kernel);
        result.output.iter().for_each(|chunk| printed.push_str(&chunk.text));
        printed.push_str(&kernel.take_terminal());
    }
    Ok(outcomes(&printed))
}

/// Cuts what a script printed into its cases.
fn outcomes(printed: &str) -> BTreeMap<String, Outcome> {
    let mut outcomes = BTreeMap::new();
    for part in printed.split("@@begin ").skip(1) {
        let (id, rest) = part.split_once('\n').unwrap_or((part, ""));
        let body = rest.split("@@end ").next().unwrap_or_default();
        outcomes.insert(renamed(id), outcome(body));
    }
    outcomes
}

/// Two names in the scripts are older than those in the records.
fn renamed(id: &str) -> String {
    id.replace("v1.mem.limit_bad_", "v1.mem.limit_odd_").replace("v1.tree.depth_1000", "v1.tree.depth_60")
}

fn outcome(body: &str) -> Outcome {
    let mut missing = None;
    let mut stdout = String::new();
    for line in body.lines() {
        let lacks = line.split_once("@@missing ").map(|(_, what)| what.to_owned()).or_else(|| {
            let name = line.strip_prefix("sh: ")?.strip_suffix(": command not found")?;
            Some(format!("the program {name}"))
        });
        missing = missing.or(lacks).or_else(|| not_there(line));
        stdout.push_str(line);
        stdout.push('\n');
    }
    Outcome { stdout: stdout.trim_end_matches('\n').to_owned(), missing }
}

/// What the model lacks, where a program says so of a file or a call.
fn not_there(line: &str) -> Option<String> {
    let network = ["/proc/sys/net/", "/proc/net/", "/proc/self/net/"];
    if line.ends_with("No such file or directory") && network.iter().any(|path| line.contains(path)) {
        return Some("files about the network".to_owned());
    }
    line.ends_with("Function not implemented.").then(|| "bind mounts".to_owned())
}

#[cfg(test)]
mod tests {
    use super::outcomes;

    #[test]
    fn cases_are_cut_out() {
        let found =
            outcomes("noise\n@@begin a\n1\n2\n@@end 0\nmore\n@@begin b\n@@missing threads\n@@end 1\n");
        assert_eq!(found["a"].stdout, "1\n2");
        assert_eq!(found["b"].missing.as_deref(), Some("threads"));
    }
}
