//! How a task changes its own sets: capset(2), prctl(2). security/commoncap.c, `cap_capset`, `cap_task_prctl`.

use super::capability::{Capabilities, Capability};
use super::credentials::Credentials;
use crate::kernel::refuse::refuse;
use crate::plan::capability::{NAMES, Prctl, word};
use crate::plan::{Errno, Refusal, Rule};

impl Credentials {
    /// capset(2) of the caller itself.
    pub(crate) fn set_capabilities(
        &mut self,
        effective: Capabilities,
        permitted: Capabilities,
        inheritable: Capabilities,
    ) -> Result<(), Refusal> {
        let may_inherit = self.inheritable.either(self.permitted);
        let rule = if !self.has(Capability::Setpcap) && !inheritable.is_within(may_inherit) {
            "rule-capset-inheritable"
        } else if !inheritable.is_within(self.inheritable.either(self.bounding)) {
            "rule-capset-bounding"
        } else if !permitted.is_within(self.permitted) {
            "rule-capset-permitted"
        } else if !effective.is_within(permitted) {
            "rule-capset-effective"
        } else {
            self.effective = effective;
            self.permitted = permitted;
            self.inheritable = inheritable;
            self.ambient = self.ambient.both(permitted).both(inheritable);
            return Ok(());
        };
        refuse(Errno::EPERM, "capset", Rule::new(rule))
    }

    /// prctl(2).
    pub(crate) fn control(&mut self, option: Prctl) -> Result<(), Refusal> {
        match option {
            Prctl::CapbsetDrop(number) => {
                if !self.has(Capability::Setpcap) {
                    return refuse(Errno::EPERM, "prctl", Rule::new("rule-prctl-bounding"));
                }
                self.bounding = self.bounding.without(bit(number)?);
            }
            Prctl::CapAmbientRaise(number) => {
                let set = Capabilities::of(bit(number)?);
                if !set.is_within(self.permitted.both(self.inheritable)) {
                    let rule = Rule::new("rule-prctl-ambient").with("capability", word(number));
                    return refuse(Errno::EPERM, "prctl", rule);
                }
                self.ambient = self.ambient.either(set);
            }
            Prctl::CapAmbientLower(number) => self.ambient = self.ambient.without(bit(number)?),
            Prctl::CapAmbientClearAll => self.ambient = Capabilities::NONE,
            Prctl::SetKeepcaps(value) => self.keepcaps = flag(value, value <= 1)? == 1,
            Prctl::SetNoNewPrivs(value) => self.no_new_privs = flag(value, value == 1)? == 1,
        }
        Ok(())
    }
}

/// EINVAL where there is no such capability.
fn bit(number: u32) -> Result<u64, Refusal> {
    if usize::try_from(number).is_ok_and(|number| number < NAMES.len()) {
        return Ok(1 << number);
    }
    refuse(Errno::EINVAL, "prctl", Rule::new("rule-prctl-capability").with("number", number))
}

/// EINVAL where an option does not take this value.
fn flag(value: u32, taken: bool) -> Result<u32, Refusal> {
    if taken {
        return Ok(value);
    }
    refuse(Errno::EINVAL, "prctl", Rule::new("rule-prctl-value").with("value", value))
}
