//! The option string of a cgroup mount: kernel/cgroup/cgroup-v1.c, cgroup1_parse_param() and
//! check_cgroupfs_options(). Documentation: admin-guide/cgroup-v1/cgroups.rst, cgroups(7).

use super::{Controller, Machine};
use crate::plan::{Errno, Refusal, Rule};
use std::collections::BTreeSet;

/// What the options of `mount -t cgroup` ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) controllers: BTreeSet<Controller>,
    pub(super) none: bool,
    pub(super) all: bool,
    pub(super) name: Option<String>,
    pub(super) release_agent: Option<String>,
    pub(super) clone_children: bool,
    pub(super) noprefix: bool,
    pub(super) xattr: bool,
}

/// Options that every file system takes (fs/fs_context.c, vfs_parse_sb_flag()).
const COMMON: [&str; 9] =
    ["ro", "rw", "sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand"];

/// Longest name of a hierarchy: MAX_CGROUP_ROOT_NAMELEN - 1.
const NAME_MAX: usize = 63;

pub(super) fn refusal(rule: Rule) -> Refusal {
    Refusal::by(Errno::EINVAL, "mount", rule)
}

fn refuse<T>(id: &str) -> Result<T, Refusal> {
    Err(refusal(Rule::new(id)))
}

impl Options {
    /// Reads the option string of a version 1 mount.
    pub(super) fn parse(data: &str, machine: &Machine) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for word in data.split(',').filter(|word| !word.is_empty() && !COMMON.contains(word)) {
            options.take(word, machine)?;
        }
        options.complete(machine)?;
        Ok(options)
    }

    fn take(&mut self, word: &str, machine: &Machine) -> Result<(), Refusal> {
        match word.split_once('=') {
            None => match word {
                "none" => self.none = true,
                "all" => self.all = true,
                "noprefix" => self.noprefix = true,
                "clone_children" => self.clone_children = true,
                "xattr" => self.xattr = true,
                _ => {
                    let known = machine.controllers.iter().find(|controller| controller.v1_name() == word);
                    let controller = *known.ok_or_else(|| unknown(word))?;
                    if machine.no_v1.contains(&controller) {
                        return Err(refusal(Rule::new("rule-cgroup1-not-built").with("controller", word)));
                    }
                    self.controllers.insert(controller);
                }
            },
            Some(("name", name)) => self.take_name(name)?,
            Some(("release_agent", _)) if self.release_agent.is_some() => {
                return refuse("rule-cgroup1-release-agent-twice");
            }
            Some(("release_agent", agent)) => self.release_agent = Some(agent.to_owned()),
            Some(_) => return Err(unknown(word)),
        }
        Ok(())
    }

    fn take_name(&mut self, name: &str) -> Result<(), Refusal> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(refusal(Rule::new("rule-cgroup1-name-invalid").with("name", name)));
        }
        if name.len() > NAME_MAX {
            let rule = Rule::new("rule-cgroup1-name-too-long").with("length", name.len());
            return Err(refusal(rule.with("most", NAME_MAX)));
        }
        if self.name.is_some() {
            return refuse("rule-cgroup1-name-twice");
        }
        self.name = Some(name.to_owned());
        Ok(())
    }

    /// Fills in what was left out, and finds contradictions.
    fn complete(&mut self, machine: &Machine) -> Result<(), Refusal> {
        if self.controllers.is_empty() && !self.none && self.name.is_none() {
            self.all = true;
        }
        if self.all {
            if !self.controllers.is_empty() {
                return refuse("rule-cgroup1-all-with-controllers");
            }
            self.controllers = machine.on_v1().collect();
        }
        if self.controllers.is_empty() && self.name.is_none() {
            return refuse("rule-cgroup1-none-without-name");
        }
        if self.noprefix && self.controllers.iter().any(|c| *c != Controller::Cpuset) {
            return refuse("rule-cgroup1-noprefix");
        }
        if self.none && !self.controllers.is_empty() {
            return refuse("rule-cgroup1-none-with-controllers");
        }
        Ok(())
    }
}

fn unknown(word: &str) -> Refusal {
    refusal(Rule::new("rule-cgroup1-unknown-option").with("option", word))
}

/// Options of version 2 (kernel/cgroup/cgroup.c, cgroup2_fs_parameters). They are shown by /proc/mounts in
/// this order. The model keeps them; it has no delegation to other users, and `memory.events` is hierarchical.
const V2_OPTIONS: [&str; 4] = ["nsdelegate", "favordynmods", "memory_localevents", "memory_recursiveprot"];

/// Reads the option string of a version 2 mount.
pub(super) fn parse_v2(data: &str) -> Result<Vec<String>, Refusal> {
    let words = data.split(',').filter(|word| !word.is_empty() && !COMMON.contains(word));
    let mut given = BTreeSet::new();
    for word in words {
        if !V2_OPTIONS.contains(&word) {
            return Err(refusal(Rule::new("rule-cgroup2-unknown-option").with("option", word)));
        }
        given.insert(word);
    }
    Ok(V2_OPTIONS
        .iter()
        .filter(|option| given.contains(*option))
        .map(|option| (*option).to_owned())
        .collect())
}
