//! Did you mean …?

use super::Hint;
use crate::plan::{Actor, Observation, Observe, Probe, Text};

/// The candidate that is nearest to what was typed, if any is near enough to be meant.
///
/// Near enough is an edit distance (neighbouring letters that changed places count once) of at most a third of
/// the longer word, and of 1 at least; words of one or two letters have to share one.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.is_empty() || typed.len() > 64 {
        return None;
    }
    let near = candidates.into_iter().filter_map(|candidate| {
        let distance = distance(typed, candidate);
        let longer = typed.chars().count().max(candidate.chars().count());
        let shares = candidate.chars().any(|c| typed.contains(c));
        (distance <= (longer / 3).max(1) && shares).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let width = b.len() + 1;
    let mut table = vec![0_usize; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i * width + j] = if i == 0 || j == 0 {
                i.max(j)
            } else {
                let cost = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (table[(i - 1) * width + j] + 1)
                    .min(table[i * width + j - 1] + 1)
                    .min(table[(i - 1) * width + j - 1] + cost);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[(i - 2) * width + j - 2] + 1);
                }
                best
            };
        }
    }
    table[a.len() * width + b.len()]
}

/// Help about a path that is not there.
pub(super) fn path_hint(typed: &str, actor: &Actor, observe: &dyn Observe) -> Option<Hint> {
    // What slides and manual pages write for any number.
    const PLACEHOLDERS: [&str; 4] = ["/PID", "/<pid>", "/[pid]", "/pid"];
    let below_proc = typed.strip_prefix("/proc").unwrap_or("");
    if let Some(word) = PLACEHOLDERS.iter().find(|word| below_proc.starts_with(**word)) {
        let suggestion = typed.replacen(word, "/$$", 1);
        return Some(Hint::new("hint-placeholder").with("typed", &word[1..]).with("suggestion", suggestion));
    }
    let suggestion = path(typed, actor, observe)?;
    Some(Hint::new("hint-path").with("typed", typed).with("suggestion", suggestion))
}

/// For a path that is not there, one that is and was probably meant.
///
/// First the same place below a mounted control group tree (`/sys/fs/cgroup/cpu_and_mem/x` for
/// `/cgroup/cpu_and_mem/x`), then the path with its first wrong component replaced by its nearest neighbour.
fn path(typed: &str, actor: &Actor, observe: &dyn Observe) -> Option<String> {
    if !typed.starts_with('/') {
        return None;
    }
    let there =
        |path: &str| matches!(observe.observe(actor, &Probe::Path(Text::from(path))), Observation::Stat(_));
    below_a_mount(typed, actor, observe)
        .filter(|path| there(path))
        .or_else(|| corrected(typed, actor, observe, &there))
}

fn below_a_mount(typed: &str, actor: &Actor, observe: &dyn Observe) -> Option<String> {
    let Observation::Mounts(mounts) = observe.observe(actor, &Probe::Mounts) else { return None };
    let groups = mounts.iter().filter(|mount| mount.fstype.starts_with("cgroup"));
    groups.rev().find_map(|mount| {
        let name = mount.target.rsplit('/').next().filter(|name| !name.is_empty())?;
        let start = typed.find(&format!("/{name}"))?;
        let rest = &typed[start + 1 + name.len()..];
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", mount.target))
    })
}

fn corrected(
    typed: &str,
    actor: &Actor,
    observe: &dyn Observe,
    there: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let mut good = String::new();
    let mut parts = typed.split('/').filter(|part| !part.is_empty());
    for part in parts.by_ref() {
        let next = format!("{good}/{part}");
        if there(&next) {
            good = next;
            continue;
        }
        let directory = if good.is_empty() { "/" } else { &good };
        let probe = Probe::Directory(Text::from(directory));
        let Observation::Entries(entries) = observe.observe(actor, &probe) else { return None };
        let name = nearest(part, entries.iter().map(|entry| entry.name.as_str()))?;
        good = format!("{good}/{name}");
        break;
    }
    for part in parts {
        good = format!("{good}/{part}");
    }
    (good != typed && there(&good)).then_some(good)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_lectures_slips() {
        assert_eq!(nearest("memoery", ["cpu", "memory", "devices"]), Some("memory"));
        assert_eq!(nearest("blkio7", ["blkio", "memory"]), Some("blkio"));
        assert_eq!(nearest("lsubsys", ["ls", "lssubsys"]), Some("lssubsys"));
        assert_eq!(nearest("xyzzy", ["ls", "lssubsys", "cat"]), None);
        assert_eq!(nearest("", ["ls"]), None);
    }
}
