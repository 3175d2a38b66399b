//! Takes out of an answer what differs from boot to boot, on both sides alike.
//!
//! | what | why |
//! |---|---|
//! | ids of hierarchies | failed and repeated mounts use them up; what is asked is whether one has an id |
//! | pids in messages of grep | two machines give other numbers |
//! | `total=` of pressure files | how long tasks have waited is measured |

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
    if let Some(rest) = line.strip_prefix("grep: /proc/") {
        return format!("grep: /proc/N{}", &rest[rest.find('/').unwrap_or(0)..]);
    }
    line.trim_end().to_owned()
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
