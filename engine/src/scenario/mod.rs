//! Conformance scenarios: Markdown files with commands and what a real Linux answered to them.
//!
//! The form is described in `tests/conformance/README.md`. A file has a title and several scenarios, each below a
//! heading of level 2; each is typed into a fresh host. Its `console` blocks are what a terminal shows: commands
//! behind `$ `, and below each what it printed.

pub mod parse;
pub mod record;

pub use parse::{ScenarioError, parse};
pub use record::record;

use crate::host::HostKind;
use std::ops::Range;

/// The prompt before a command.
pub const PROMPT: &str = "$ ";
/// The prompt before the further lines of a command.
pub const CONTINUATION: &str = "> ";

/// The kinds of host that a scenario can be for, in the order in which they are run.
pub const HOSTS: [HostKind; 4] = [HostKind::This, HostKind::V1, HostKind::Lecture, HostKind::V2];

/// Commands that are typed into a fresh host, and what comes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The file's name without `.md`, a slash, and the title in small letters with dashes: what reruns it.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// The kinds of host that it is for. What Linux answers is recorded on the first.
    pub hosts: Vec<HostKind>,
    /// Version 1 controllers that this machine has to have mounted, each by itself; `disk` for a disk.
    pub needs: Vec<String>,
    /// Files with usage figures that its commands compute with.
    pub measured: Vec<String>,
    /// Its blocks in order; those at the head of the file come first.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The kinds of host that it is for; none means all of the scenario's.
    pub hosts: Vec<HostKind>,
    /// Where its content is in the file, in bytes.
    pub place: Range<usize>,
    /// Its commands.
    pub exchanges: Vec<Exchange>,
}

/// A command, and what it prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The command. It may have several lines.
    pub command: String,
    /// Standard output and standard error as a terminal shows them; a newline at the end, unless it is empty.
    pub output: String,
}

impl Scenario {
    /// What is typed on a kind of host.
    pub fn exchanges(&self, host: HostKind) -> Vec<&Exchange> {
        self.blocks_for(host).flat_map(|block| &block.exchanges).collect()
    }

    /// The blocks for a kind of host.
    pub fn blocks_for(&self, host: HostKind) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.hosts.is_empty() || block.hosts.contains(&host))
    }

    /// The kind of host whose Linux gives this block its output: the first that both are for.
    pub fn recorded_on(&self, block: &Block) -> Option<HostKind> {
        self.hosts.iter().copied().find(|host| block.hosts.is_empty() || block.hosts.contains(host))
    }
}

/// A command's output as it stands in a file: a newline is added where the last line has none.
pub fn shown(output: &str) -> String {
    let newline = if output.is_empty() || output.ends_with('\n') { "" } else { "\n" };
    format!("{output}{newline}")
}
