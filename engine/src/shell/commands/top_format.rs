//! What `top` shows: lines about the machine, and a row for each task.

use super::ps_format::Task;

/// The columns that are here, in their order; VIRT and SHR are not.
pub(super) const COLUMNS: [&str; 10] =
    ["PID", "USER", "PR", "NI", "RES", "S", "%CPU", "%MEM", "TIME+", "COMMAND"];

/// The machine as /proc tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    uptime_ms: Option<u64>,
    /// The three load averages.
    load: String,
    /// The machine's memory in KiB.
    memory: u64,
}

/// A task's row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pid: u32,
    user: String,
    priority: i64,
    nice: i64,
    /// In KiB.
    resident: u64,
    state: char,
    /// Thousandths of a CPU.
    cpu: u64,
    /// Thousandths of the machine's memory.
    memory: u64,
    ticks: u64,
    command: String,
}

impl Frame {
    /// What the three files say.
    pub(super) fn new(uptime_ms: Option<u64>, load: &str, memory: &str) -> Self {
        let load = load.split_whitespace().take(3).collect::<Vec<_>>().join(", ");
        let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let total = total.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        Self { uptime_ms, load, memory: total.unwrap_or(0) }
    }

    /// The whole table.
    pub(super) fn text(&self, tasks: &[&Task], rows: &[Row]) -> String {
        let count = |states: &str| tasks.iter().filter(|task| states.contains(task.state)).count();
        let counts = [tasks.len(), count("R"), count("SDI"), count("Tt"), count("Z")];
        let words = ["total", "running", "sleeping", "stopped", "zombie"];
        let counts: Vec<_> = counts.iter().zip(words).map(|(n, word)| format!("{n:3} {word}")).collect();
        let mut text = format!("top - up {},  load average: {}\n", self.uptime(), self.load);
        text.push_str(&format!("Tasks: {}\n\n", counts.join(", ")));
        let header = COLUMNS.map(str::to_owned);
        text.push_str(&line(&header));
        for row in rows {
            text.push_str(&line(&row.cells()));
        }
        text
    }

    /// `3 min`, `15:45`, `2 days,  3:02`.
    fn uptime(&self) -> String {
        let Some(minutes) = self.uptime_ms.map(|ms| ms / 60_000) else { return "#".to_owned() };
        let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let days = match days {
            0 => String::new(),
            1 => "1 day, ".to_owned(),
            days => format!("{days} days, "),
        };
        if hours == 0 { format!("{days}{minutes} min") } else { format!("{days}{hours:2}:{minutes:02}") }
    }
}

impl Row {
    /// A row for a task that has used so many ticks in so many milliseconds.
    pub(super) fn new(
        task: &Task,
        user: String,
        ticks: u64,
        elapsed_ms: u64,
        frame: &Frame,
        command_line: bool,
    ) -> Self {
        let words = task.command_line.trim_end_matches('\0').replace(['\0', '\n'], " ");
        let command = if command_line && !words.is_empty() { words } else { task.comm.clone() };
        Self {
            pid: task.pid,
            user,
            priority: task.priority,
            nice: task.nice,
            resident: task.rss,
            state: task.state,
            // A tick is 10 ms.
            cpu: ticks.saturating_mul(10_000).checked_div(elapsed_ms).unwrap_or(0),
            memory: task.rss.saturating_mul(1000).checked_div(frame.memory).unwrap_or(0),
            ticks: task.ticks,
            command,
        }
    }

    fn cells(&self) -> [String; 10] {
        let tenths = |thousandths: u64| format!("{}.{}", thousandths / 10, thousandths % 10);
        let priority = if self.priority < -99 { "rt".to_owned() } else { self.priority.to_string() };
        [
            self.pid.to_string(),
            cut(&self.user),
            priority,
            self.nice.to_string(),
            amount(self.resident),
            self.state.to_string(),
            tenths(self.cpu),
            tenths(self.memory),
            format!("{}:{:02}.{:02}", self.ticks / 6000, self.ticks / 100 % 60, self.ticks % 100),
            self.command.clone(),
        ]
    }

    /// What a column is sorted by: a number, or a text.
    pub(super) fn key(&self, column: &str) -> (i64, &str) {
        let large = |number: u64| (i64::try_from(number).unwrap_or(i64::MAX), "");
        match column {
            "PID" => (i64::from(self.pid), ""),
            "USER" => (0, &self.user),
            "PR" => (self.priority, ""),
            "NI" => (self.nice, ""),
            "RES" | "%MEM" => large(self.resident),
            "S" => (i64::from(u32::from(self.state)), ""),
            "TIME+" => large(self.ticks),
            "COMMAND" => (0, &self.command),
            _ => large(self.cpu),
        }
    }
}

fn line(cells: &[String; 10]) -> String {
    let [pid, user, priority, nice, resident, state, cpu, memory, time, command] = cells;
    format!(
        "{pid:>7} {user:<8} {priority:>3} {nice:>3} {resident:>6} {state} {cpu:>5} {memory:>5} {time:>9} {command}\n"
    )
}

/// A name that does not fit ends in a plus.
fn cut(name: &str) -> String {
    if name.chars().count() <= 8 {
        return name.to_owned();
    }
    name.chars().take(7).chain(['+']).collect()
}

/// KiB in six characters.
fn amount(kib: u64) -> String {
    if kib <= 999_999 {
        return kib.to_string();
    }
    let mut tenths = kib.saturating_mul(10);
    for unit in ['m', 'g', 't'] {
        tenths /= 1024;
        let text = format!("{}.{}{unit}", tenths / 10, tenths % 10);
        if text.len() <= 6 {
            return text;
        }
    }
    "?".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Frame, amount, cut};

    #[test]
    fn amounts_names_and_times() {
        assert_eq!(amount(0), "0");
        assert_eq!(amount(999_999), "999999");
        assert_eq!(amount(1_000_000), "976.5m");
        assert_eq!(amount(2 << 20), "2.0g");
        assert_eq!(cut("administrator"), "adminis+");
        let up = |ms| Frame::new(Some(ms), "", "").uptime();
        assert_eq!(up(0), "0 min");
        assert_eq!(up(56_700_000), "15:45");
        assert_eq!(up(183_720_000), "2 days,  3:02");
        assert_eq!(Frame::new(None, "#\n", "").uptime(), "#");
    }
}
