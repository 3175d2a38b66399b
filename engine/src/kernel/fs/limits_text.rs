//! /proc/PID/limits: the resource limits of a process (getrlimit(2); fs/proc/base.c, `proc_pid_limits`).
//!
//! What no call of prlimit(2) has changed is what the kernel gave the first process.

use crate::host::{HostProfile, KernelVersion};
use crate::plan::limit::{Limits, Resource, limit_word};

/// What a row is called, and what it counts in; in the order of the resources' numbers.
const ROWS: [(&str, &str); 16] = [
    ("Max cpu time", "seconds"),
    ("Max file size", "bytes"),
    ("Max data size", "bytes"),
    ("Max stack size", "bytes"),
    ("Max core file size", "bytes"),
    ("Max resident set", "bytes"),
    ("Max processes", "processes"),
    ("Max open files", "files"),
    ("Max locked memory", "bytes"),
    ("Max address space", "bytes"),
    ("Max file locks", "locks"),
    ("Max pending signals", "signals"),
    ("Max msgqueue size", "bytes"),
    ("Max nice priority", ""),
    ("Max realtime priority", ""),
    ("Max realtime timeout", "us"),
];

/// Bytes of memory for each thread that there may be: of eight parts of it one may hold stacks of the kernel, 16 KiB a
/// thread (kernel/fork.c, `set_max_threads`).
const BYTES_A_THREAD: u64 = 8 * (16 << 10);

/// What the first process has (include/asm-generic/resource.h, `INIT_RLIMITS`).
pub(crate) fn initial(resource: Resource, profile: &HostProfile) -> Limits {
    let both = |limit: u64| Limits { soft: Some(limit), hard: Some(limit) };
    match resource {
        Resource::Stack => Limits { soft: Some(8 << 20), hard: None },
        Resource::Core => Limits { soft: Some(0), hard: None },
        // kernel/fork.c, fork_init().
        Resource::Nproc | Resource::Sigpending => both(profile.memory / BYTES_A_THREAD / 2),
        Resource::Nofile => Limits { soft: Some(1024), hard: Some(4096) },
        Resource::Memlock if profile.kernel >= (KernelVersion { major: 5, minor: 16 }) => both(8 << 20),
        Resource::Memlock => both(64 << 10),
        Resource::Msgqueue => both(819_200),
        Resource::Nice | Resource::Rtprio => both(0),
        _ => Limits { soft: None, hard: None },
    }
}

/// The whole file.
pub(super) fn text(limits: impl Fn(Resource) -> Limits) -> String {
    let mut text = row("Limit", "Soft Limit", "Hard Limit", "Units");
    for (resource, (name, unit)) in Resource::ALL.into_iter().zip(ROWS) {
        let Limits { soft, hard } = limits(resource);
        text.push_str(&row(name, &limit_word(soft), &limit_word(hard), unit));
    }
    text
}

fn row(name: &str, soft: &str, hard: &str, unit: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!("{unit:<10}") };
    format!("{name:<25} {soft:<20} {hard:<20} {unit}\n")
}

#[cfg(test)]
mod tests {
    use super::{initial, text};
    use crate::host::{HostKind, HostProfile};

    #[test]
    fn columns_are_as_linux_lays_them_out() {
        let profile = HostProfile::named(HostKind::V1);
        let text = text(|resource| initial(resource, &profile));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 17);
        assert_eq!(
            lines[0],
            "Limit                     Soft Limit           Hard Limit           Units     "
        );
        assert_eq!(
            lines[4],
            "Max stack size            8388608              unlimited            bytes     "
        );
        assert_eq!(
            lines[7],
            "Max processes             8192                 8192                 processes "
        );
        assert_eq!(lines[14], "Max nice priority         0                    0                    ");
    }
}
