//! Host name and domain name, `uts_namespaces(7)`; kernel/sys.c.

use super::NamespaceKind;
use super::content::Content;
use crate::kernel::refuse::refuse;
use crate::kernel::user::capability::Capability;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// `__NEW_UTS_LEN`.
const LONGEST: usize = 64;

/// The two names of a UTS namespace that can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct UtsNames {
    pub(crate) host: String,
    pub(crate) domain: String,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UtsName {
    Host,
    Domain,
}

impl UtsNames {
    /// Those of a machine: the NIS domain is not set.
    pub(super) fn first(host: &str) -> Self {
        Self { host: host.to_owned(), domain: "(none)".to_owned() }
    }

    fn get_mut(&mut self, which: UtsName) -> &mut String {
        match which {
            UtsName::Host => &mut self.host,
            UtsName::Domain => &mut self.domain,
        }
    }
}

impl Kernel {
    /// The name as a task has it.
    pub(crate) fn uts_name(&self, task: &Task, which: UtsName) -> String {
        let namespace = self.namespaces.get(task.namespaces.get(NamespaceKind::Uts));
        match namespace.map(|namespace| &namespace.content) {
            Some(Content::Uts(names)) => match which {
                UtsName::Host => names.host.clone(),
                UtsName::Domain => names.domain.clone(),
            },
            _ => String::new(),
        }
    }

    /// sethostname(2), setdomainname(2): first the capability in the namespace's owner, then the length.
    pub(crate) fn set_uts_name(
        &mut self,
        task: &Task,
        which: UtsName,
        name: &str,
        at: &str,
    ) -> Result<(), Refusal> {
        let namespace = task.namespaces.get(NamespaceKind::Uts);
        self.require_for(task, namespace, Capability::SysAdmin, at, "rule-uts-name-needs-admin")?;
        if name.len() > LONGEST {
            let rule = Rule::new("rule-uts-name-long").with("length", name.len());
            return refuse(Errno::EINVAL, at, rule);
        }
        self.put_uts_name(task, which, name);
        Ok(())
    }

    /// A write to /proc/sys/kernel/hostname or domainname: up to the first newline, cut at 64 bytes (kernel/sysctl.c,
    /// `proc_do_string`).
    pub(crate) fn write_uts_name(&mut self, task: &Task, which: UtsName, data: &str) {
        let line = data.split(['\n', '\0']).next().unwrap_or_default();
        let mut end = line.len().min(LONGEST);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        self.put_uts_name(task, which, &line[..end]);
    }

    fn put_uts_name(&mut self, task: &Task, which: UtsName, name: &str) {
        self.namespaces.change(task.namespaces.get(NamespaceKind::Uts), |namespace| {
            if let Content::Uts(names) = &mut namespace.content {
                name.clone_into(names.get_mut(which));
            }
        });
    }
}
