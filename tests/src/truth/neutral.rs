//! Takes out of an answer what differs from boot to boot, on both sides alike.
//!
//! | what | why |
//! |---|---|
//! | ids of hierarchies | failed and repeated mounts use them up; what is asked is whether one has an id |
//! | pids in messages of grep | two machines give other numbers |
//! | numbers of namespaces but the fixed ones | the kernel counts them from its boot on |
//! | the words of taskset | busybox and util-linux have different ones for one refusal |
//! | `total=` of pressure files | how long tasks have waited is measured |

/// True where two lines differ only in figures that are measured: CPU time, shares of it, counted periods. Shares
/// may differ by 0.05, other figures by a tenth or by what a clock tick or two amount to. On a host that is shared
/// with others only shares are compared.
pub fn alike(recorded: &str, printed: &str, shared: bool) -> bool {
    let one: Vec<&str> = recorded.split([' ', '=']).collect();
    let other: Vec<&str> = printed.split([' ', '=']).collect();
    if let (Some(one), Some(other)) = (pages(recorded), pages(printed)) {
        return one.1 == other.1 && close(one.0, other.0, 0.0, 0.05);
    }
    let is_measured = |word: &str| matches!(word, "cpu" | "frac") || MEASURED.contains(&word);
    let fits = |index: usize| match index.checked_sub(1).and_then(|before| one.get(before)) {
        Some(&"frac") => close(one[index], other[index], 0.05, 0.0),
        Some(&"cpu") => shared || close(one[index], other[index], 0.12, 0.1),
        // How often the kernel tried again before it gave up.
        Some(&("max" | "oom")) => (one[index] == "0") == (other[index] == "0"),
        Some(word) if is_measured(word) => shared || close(one[index], other[index], 8.0, 0.1),
        // A file that is nothing but the figure.
        None if one.len() == 1 && one[0].parse::<u64>().is_ok_and(|figure| figure > 1_000_000) => {
            shared || close(one[0], other[0], 0.0, 0.1)
        }
        _ => one[index] == other[index],
    };
    one.len() == other.len() && (0..one.len()).all(fits)
}

/// `touched N pages …`: the number, and what is behind it. The rest of a group's limit is the kernel's own memory.
fn pages(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("touched ")?.split_once(" pages ")
}

/// Keys of cpu.stat and cpuacct.stat.
const MEASURED: [&str; 12] = [
    "user",
    "system",
    "usage_usec",
    "user_usec",
    "system_usec",
    "nr_periods",
    "nr_throttled",
    "throttled_time",
    "throttled_usec",
    "nr_bursts",
    "burst_time",
    "burst_usec",
];

fn close(one: &str, other: &str, absolute: f64, relative: f64) -> bool {
    let number = |word: &str| word.trim_end_matches('s').parse::<f64>().ok();
    match (number(one), number(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= absolute + relative * one.abs(),
        _ => false,
    }
}

/// The neutral form of what a case printed.
pub fn neutral(stdout: &str) -> String {
    let lines: Vec<String> = stdout.trim_end().lines().map(line).collect();
    lines.join("\n")
}

fn line(line: &str) -> String {
    let (number, rest) = line.split_at(line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len()));
    // /proc/PID/cgroup: `12:pids:/a`.
    if !number.is_empty() && number != "0" && rest.starts_with(':') && rest.matches(':').count() >= 2 {
        return format!("N{rest}");
    }
    // /proc/cgroups: `pids  12  1  1`.
    let fields: Vec<&str> = line.split('\t').collect();
    if let [name, id, groups, enabled] = fields.as_slice()
        && id.parse::<u32>().is_ok_and(|id| id > 0)
    {
        return format!("{name}\tN\t{groups}\t{enabled}");
    }
    // Pressure: how long tasks have waited is measured.
    if let Some((head, _)) = line.split_once(" total=").filter(|_| line.contains("avg300=")) {
        return format!("{head} total=N");
    }
    // busybox and util-linux put the same refusal in other words.
    if line.starts_with("taskset: ") && line.contains(" affinity: ") {
        return format!("taskset: {}", line.rsplit(": ").next().unwrap_or_default());
    }
    if let Some(rest) = line.strip_prefix("grep: /proc/") {
        return format!("grep: /proc/N{}", &rest[rest.find('/').unwrap_or(0)..]);
    }
    namespace(line).unwrap_or_else(|| line.trim_end().to_owned())
}

/// `mnt:[N]`, and of the kinds whose first one has a fixed number the others.
fn namespace(line: &str) -> Option<String> {
    let (kind, rest) = line.split_once(":[")?;
    let inode: u64 = rest.strip_suffix(']')?.parse().ok()?;
    let fixed = !matches!(kind, "mnt" | "net") && (4_026_531_834..=4_026_531_839).contains(&inode);
    (!fixed).then(|| format!("{kind}:[N]"))
}

#[cfg(test)]
mod tests {
    use super::neutral;

    #[test]
    fn ids_of_hierarchies_do_not_count() {
        assert_eq!(
            neutral("12:pids:/a\n0::/\ncpu\t3\t1\t1\ncpu\t0\t1\t1\n\n"),
            "N:pids:/a\n0::/\ncpu\tN\t1\t1\ncpu\t0\t1\t1"
        );
    }
}
