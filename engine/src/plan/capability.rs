//! Capabilities by name, and the operations of prctl(2) on them.

use serde::{Deserialize, Serialize};

/// All that Linux 5.9 and later know, by number, without `CAP_` (include/uapi/linux/capability.h).
pub const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// What prctl(2) is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prctl {
    /// `PR_CAPBSET_DROP`: a capability by number leaves the bounding set.
    CapbsetDrop(u32),
    /// `PR_CAP_AMBIENT_RAISE`: a capability by number comes into the ambient set.
    CapAmbientRaise(u32),
    /// `PR_CAP_AMBIENT_LOWER`: a capability by number leaves the ambient set.
    CapAmbientLower(u32),
    /// `PR_CAP_AMBIENT_CLEAR_ALL`: the ambient set is emptied.
    CapAmbientClearAll,
    /// `PR_SET_KEEPCAPS`: whether permitted capabilities stay when the last user id 0 goes.
    SetKeepcaps(u32),
    /// `PR_SET_NO_NEW_PRIVS`: from here on execve(2) gives nothing that the task has not got. Takes 1 only.
    SetNoNewPrivs(u32),
}

/// A capability as its header writes it, or its number where there is none.
pub fn word(number: u32) -> String {
    let name = usize::try_from(number).ok().and_then(|index| NAMES.get(index));
    name.map_or_else(|| number.to_string(), |name| format!("CAP_{}", name.to_uppercase()))
}

/// A capability's number, by its name with or without `cap_`, or by number.
pub fn number(text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let name = text.strip_prefix("cap_").unwrap_or(&text);
    let index = NAMES.iter().position(|known| *known == name);
    index.and_then(|index| u32::try_from(index).ok()).or_else(|| text.parse().ok())
}

/// The bits of a list such as `chown,kill`, of `all` or of `none`.
pub fn bits(list: &str) -> Option<u64> {
    match list {
        "none" => Some(0),
        "all" => Some((1 << NAMES.len()) - 1),
        _ => list.split(',').try_fold(0, |bits, word| {
            number(word).filter(|number| *number < 64).map(|number| bits | 1_u64 << number)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{bits, number, word};

    #[test]
    fn capabilities_have_names_and_numbers() {
        assert_eq!((number("CAP_SYS_ADMIN"), number("mknod"), number("77")), (Some(21), Some(27), Some(77)));
        assert_eq!((word(8), word(77)), ("CAP_SETPCAP".to_owned(), "77".to_owned()));
        assert_eq!((bits("chown,kill"), bits("none"), bits("x")), (Some(0x21), Some(0), None));
    }
}
