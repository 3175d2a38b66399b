//! /proc/PID/limits: the resource limits of a process (getrlimit(2); fs/proc/base.c, `proc_pid_limits`).
//!
//! No call of the model changes a limit, so each process has what the kernel gave the first one.

use crate::host::{HostProfile, KernelVersion};

/// What a row is called, and what it counts in.
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

/// The soft and the hard limit of a row; `None` is no limit (include/asm-generic/resource.h, `INIT_RLIMITS`).
fn limits(name: &str, profile: &HostProfile) -> (Option<u64>, Option<u64>) {
    let both = |limit: u64| (Some(limit), Some(limit));
    match name {
        "Max stack size" => (Some(8 << 20), None),
        "Max core file size" => (Some(0), None),
        // kernel/fork.c, fork_init().
        "Max processes" | "Max pending signals" => both(profile.memory / BYTES_A_THREAD / 2),
        "Max open files" => (Some(1024), Some(4096)),
        "Max locked memory" if profile.kernel >= (KernelVersion { major: 5, minor: 16 }) => both(8 << 20),
        "Max locked memory" => both(64 << 10),
        "Max msgqueue size" => both(819_200),
        "Max nice priority" | "Max realtime priority" => both(0),
        _ => (None, None),
    }
}

/// The whole file.
pub(super) fn text(profile: &HostProfile) -> String {
    let mut text = row("Limit", "Soft Limit", "Hard Limit", "Units");
    for (name, unit) in ROWS {
        let word =
            |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
        let (soft, hard) = limits(name, profile);
        text.push_str(&row(name, &word(soft), &word(hard), unit));
    }
    text
}

fn row(name: &str, soft: &str, hard: &str, unit: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!("{unit:<10}") };
    format!("{name:<25} {soft:<20} {hard:<20} {unit}\n")
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::host::{HostKind, HostProfile};

    #[test]
    fn columns_are_as_linux_lays_them_out() {
        let text = text(&HostProfile::named(HostKind::V1));
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
