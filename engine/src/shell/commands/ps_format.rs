//! What `ps` shows of a task, and how wide.

use super::ps_time::{Moment, start_time};

/// What is known of the machine that the tasks are on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Machine {
    /// Seconds since its start.
    pub(super) uptime: f64,
    /// When it started, in seconds since 1970; the model's starts then.
    pub(super) started: u64,
    /// Its memory in KiB.
    pub(super) memory: u64,
}

/// A task as /proc tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Task {
    /// Its pid.
    pub(super) pid: u32,
    /// The thread's own number.
    pub(super) tid: u32,
    /// Owner.
    pub(super) uid: u32,
    /// The owner's group.
    pub(super) gid: u32,
    /// Their names.
    pub(super) user: String,
    pub(super) group: String,
    /// The program's name.
    pub(super) comm: String,
    /// The number of its terminal; 0 for none.
    pub(super) tty: u32,
    /// What /proc/PID/cmdline held.
    pub(super) command_line: String,
    /// What /proc/PID/cgroup held.
    pub(super) cgroup: String,
    /// What stands in front of its name to show whose child it is.
    pub(super) branch: String,
    /// Its parent.
    pub(super) ppid: u32,
    pub(super) machine: Machine,
    pub(super) state: char,
    pgid: u32,
    pub(super) sid: u32,
    tpgid: i64,
    flags: u64,
    pub(super) ticks: u64,
    pub(super) priority: i64,
    pub(super) nice: i64,
    started: u64,
    processor: u32,
    threads: u64,
    vsz: u64,
    pub(super) rss: u64,
}

/// A kind of column.
#[derive(Debug)]
pub(super) struct ColumnRow {
    /// Its name for `-o`.
    pub(super) name: &'static str,
    header: &'static str,
    width: usize,
    right: bool,
}

const fn left(name: &'static str, header: &'static str, width: usize) -> ColumnRow {
    ColumnRow { name, header, width, right: false }
}

const fn right(name: &'static str, header: &'static str, width: usize) -> ColumnRow {
    ColumnRow { name, header, width, right: true }
}

/// The columns of procps-ng that are here. Pids are seven wide, as where there may be 4,194,304.
static COLUMNS: [ColumnRow; 46] = [
    right("pid", "PID", 7),
    right("ppid", "PPID", 7),
    right("lwp", "LWP", 7),
    right("spid", "SPID", 7),
    right("psr", "PSR", 3),
    left("cls", "CLS", 3),
    right("etime", "ELAPSED", 11),
    right("etimes", "ELAPSED", 7),
    right("pgid", "PGID", 7),
    right("sid", "SID", 7),
    right("tpgid", "TPGID", 7),
    left("comm", "COMMAND", 15),
    left("ucmd", "CMD", 15),
    left("args", "COMMAND", 27),
    left("stat", "STAT", 4),
    left("s", "S", 1),
    left("tname", "TTY", 8),
    left("tty", "TT", 8),
    right("time", "TIME", 8),
    right("bsdtime", "TIME", 6),
    left("user", "USER", 8),
    right("uid", "UID", 5),
    left("cgroup", "CGROUP", 27),
    right("c", "C", 2),
    left("stime", "STIME", 5),
    left("start_time", "START", 5),
    right("start", "STARTED", 8),
    right("bsdstart", "START", 6),
    right("lstart", "STARTED", 24),
    right("%cpu", "%CPU", 4),
    right("%mem", "%MEM", 4),
    right("vsz", "VSZ", 6),
    right("rss", "RSS", 5),
    right("ni", "NI", 3),
    right("pri", "PRI", 3),
    right("opri", "PRI", 3),
    right("priority", "PRI", 3),
    right("nlwp", "NLWP", 4),
    right("sz", "SZ", 5),
    left("addr", "ADDR", 4),
    left("addr_sz", "ADDR SZ", 7),
    left("wchan", "WCHAN", 6),
    right("f", "F", 1),
    left("group", "GROUP", 8),
    right("gid", "GID", 5),
    left("label", "LABEL", 25),
];

/// Other names of columns, and their headers where they differ.
const ALIASES: [(&str, &str, &str); 27] = [
    ("tid", "lwp", "TID"),
    ("cpuid", "psr", "CPUID"),
    ("class", "cls", "CLS"),
    ("policy", "cls", "POL"),
    ("ruser", "user", "RUSER"),
    ("cmd", "args", "CMD"),
    ("command", "args", "COMMAND"),
    ("ucomm", "comm", "COMMAND"),
    ("state", "s", "S"),
    ("tt", "tty", "TT"),
    ("cputime", "time", "TIME"),
    ("euser", "user", "EUSER"),
    ("uname", "user", "USER"),
    ("euid", "uid", "EUID"),
    ("pgrp", "pgid", "PGRP"),
    ("sess", "sid", "SESS"),
    ("pcpu", "%cpu", "%CPU"),
    ("pmem", "%mem", "%MEM"),
    ("vsize", "vsz", "VSZ"),
    ("rssize", "rss", "RSS"),
    ("nice", "ni", "NI"),
    ("thcount", "nlwp", "THCNT"),
    ("egid", "gid", "EGID"),
    ("rgid", "gid", "RGID"),
    ("egroup", "group", "EGROUP"),
    ("rgroup", "group", "RGROUP"),
    ("flags", "f", "F"),
];

/// A column that is shown.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its kind.
    pub(super) row: &'static ColumnRow,
    header: String,
    width: usize,
}

impl Column {
    /// All names that may be typed.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        COLUMNS.iter().map(|row| row.name).chain(ALIASES.iter().map(|(name, ..)| *name))
    }
}

/// The widest that a column can be made.
const WIDEST: usize = 1000;

/// Reads `pid,comm:10,comm=NAME,…`; a header with `=` takes all that follows it. Gives back a word that is no column.
pub(super) fn columns(list: &str) -> Result<Vec<Column>, String> {
    let mut all = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let end = rest.find([',', ' ', '=']).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let (name, own_width) = match word.split_once(':') {
            Some((name, width)) => (name, Some(width.parse::<usize>().map_err(|_| word.to_owned())?)),
            None => (word, None),
        };
        let alias = ALIASES.iter().find(|(alias, ..)| *alias == name);
        let kind = alias.map_or(name, |(_, kind, _)| kind);
        let row = COLUMNS.iter().find(|row| row.name == kind).ok_or_else(|| name.to_owned())?;
        let mut header = alias.map_or(row.header, |(.., header)| header).to_owned();
        rest = tail;
        if let Some(own) = tail.strip_prefix('=') {
            // POSIX: the header is all that follows; procps stops at a comma that is followed by a column.
            let stop = own.find(',').unwrap_or(own.len());
            header = own[..stop].to_owned();
            rest = &own[stop..];
        }
        rest = rest.strip_prefix([',', ' ']).unwrap_or(rest);
        let width = own_width.unwrap_or(row.width).clamp(1, WIDEST);
        all.push(Column { row, header, width });
    }
    Ok(all)
}

impl Task {
    /// A task of which only the pid is known.
    pub(super) fn new(pid: u32) -> Self {
        Self { pid, tid: pid, ..Self::default() }
    }

    /// Reads /proc/PID/stat; false where it is not what it should be.
    pub(super) fn read_stat(&mut self, text: &str) -> bool {
        let (Some(open), Some(close)) = (text.find('('), text.rfind(')')) else { return false };
        let Some(comm) = text.get(open + 1..close) else { return false };
        self.comm = comm.to_owned();
        let fields: Vec<&str> = text[close + 1..].split_whitespace().collect();
        let number =
            |index: usize| fields.get(index).and_then(|field| field.parse::<i64>().ok()).unwrap_or(0);
        let small = |index: usize| u32::try_from(number(index)).unwrap_or(0);
        let large = |index: usize| u64::try_from(number(index)).unwrap_or(0);
        self.state = fields.first().and_then(|field| field.chars().next()).unwrap_or('?');
        self.ppid = small(1);
        self.pgid = small(2);
        self.sid = small(3);
        self.tty = small(4);
        self.tpgid = number(5);
        self.flags = large(6);
        self.ticks = large(11) + large(12);
        self.priority = number(15);
        self.nice = number(16);
        self.threads = large(17);
        self.started = large(19);
        self.processor = small(36);
        self.vsz = large(20) / 1024;
        self.rss = large(21) * 4;
        true
    }

    fn cell(&self, name: &str) -> String {
        let seconds = self.ticks / 100;
        match name {
            "pid" => self.pid.to_string(),
            "ppid" => self.ppid.to_string(),
            "pgid" => self.pgid.to_string(),
            "sid" => self.sid.to_string(),
            "tpgid" => self.tpgid.to_string(),
            "lwp" | "spid" => self.tid.to_string(),
            "psr" => self.processor.to_string(),
            // All tasks of the model are in the class of ordinary ones, SCHED_OTHER.
            "cls" => "TS".to_owned(),
            "etimes" => self.elapsed().to_string(),
            "etime" => {
                let (days, rest) = (self.elapsed() / 86_400, self.elapsed() % 86_400);
                let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
                match (days, hours) {
                    (0, 0) => format!("{minutes:02}:{seconds:02}"),
                    (0, _) => format!("{hours:02}:{minutes:02}:{seconds:02}"),
                    _ => format!("{days}-{hours:02}:{minutes:02}:{seconds:02}"),
                }
            }
            "comm" | "ucmd" => format!("{}{}", self.branch, self.with_defunct(self.comm.clone())),
            "args" => format!("{}{}", self.branch, self.arguments()),
            "stat" => self.status(),
            "s" => self.state.to_string(),
            "tname" | "tty" => self.terminal(),
            "time" => format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
            "bsdtime" => format!("{}:{:02}", seconds / 60, seconds % 60),
            "user" => whole_or_cut(&self.user),
            "group" => whole_or_cut(&self.group),
            "uid" => self.uid.to_string(),
            "gid" => self.gid.to_string(),
            "cgroup" => self.groups(),
            "c" => (self.cpu_permille() / 10).min(99).to_string(),
            "%cpu" => share(self.cpu_permille()),
            "%mem" => share(self.memory_permille()),
            "vsz" => self.size(self.vsz),
            "sz" => self.size(self.vsz / 4),
            "addr_sz" => format!("- {:>5}", self.size(self.vsz / 4)),
            "rss" => self.rss.to_string(),
            "ni" => self.nice.to_string(),
            "pri" => (39 - self.priority).to_string(),
            "opri" => (60 + self.priority).to_string(),
            "priority" => self.priority.to_string(),
            "nlwp" => self.threads.max(1).to_string(),
            // Whether it has forked and used rights of root.
            "f" if self.flags != 0 => (self.flags >> 6 & 7).to_string(),
            "stime" | "start_time" => self.moment().hour_or_day(self.now()),
            "start" => self.moment().second_or_day(self.now()),
            "bsdstart" => self.moment().minute_or_day(self.now()),
            "lstart" => self.moment().whole(),
            _ => "-".to_owned(),
        }
    }

    /// What the model does not know is no 0: there its flags are 0 too, as no real task's are.
    fn size(&self, size: u64) -> String {
        if size == 0 && self.flags == 0 { "-".to_owned() } else { size.to_string() }
    }

    fn moment(&self) -> Moment {
        start_time(self.machine.started, self.started)
    }

    fn now(&self) -> Moment {
        start_time(self.machine.started, self.ticks_of_machine())
    }

    fn ticks_of_machine(&self) -> u64 {
        (self.machine.uptime * 100.0) as u64
    }

    /// Hundredths of a second since its start.
    fn age(&self) -> u64 {
        self.ticks_of_machine().saturating_sub(self.started)
    }

    /// Whole seconds since its start.
    fn elapsed(&self) -> u64 {
        self.age() / 100
    }

    /// Thousandths of a CPU since its start.
    fn cpu_permille(&self) -> u64 {
        self.ticks.saturating_mul(1000).checked_div(self.age()).unwrap_or(0)
    }

    /// Thousandths of the machine's memory.
    fn memory_permille(&self) -> u64 {
        self.rss.saturating_mul(1000).checked_div(self.machine.memory).unwrap_or(0).min(999)
    }

    /// What is compared to sort by a column: what it stands for, not how that is written.
    pub(super) fn sort_key(&self, name: &str) -> Key {
        let number = |number: u64| Key::Number(i64::try_from(number).unwrap_or(i64::MAX));
        match name {
            "pid" => number(self.pid.into()),
            "ppid" => number(self.ppid.into()),
            "lwp" | "spid" => number(self.tid.into()),
            "psr" => number(self.processor.into()),
            "etime" | "etimes" => number(self.age()),
            "stime" | "start" | "start_time" | "bsdstart" | "lstart" => number(self.started),
            "pgid" => number(self.pgid.into()),
            "sid" => number(self.sid.into()),
            "tpgid" => Key::Number(self.tpgid),
            "time" | "bsdtime" => number(self.ticks),
            "uid" => number(self.uid.into()),
            "gid" => number(self.gid.into()),
            "c" | "%cpu" => number(self.cpu_permille()),
            "%mem" | "rss" => number(self.rss),
            "vsz" | "sz" | "addr_sz" => number(self.vsz),
            "ni" => Key::Number(self.nice),
            "pri" => Key::Number(-self.priority),
            "opri" | "priority" => Key::Number(self.priority),
            "nlwp" => number(self.threads),
            "f" => number(self.flags),
            _ => Key::Text(self.cell(name)),
        }
    }

    fn with_defunct(&self, name: String) -> String {
        if self.state == 'Z' { format!("{name} <defunct>") } else { name }
    }

    fn arguments(&self) -> String {
        let words = self.command_line.trim_end_matches('\0').replace(['\0', '\n'], " ");
        if words.is_empty() { self.with_defunct(format!("[{}]", self.comm)) } else { words }
    }

    fn status(&self) -> String {
        let marks = [
            (self.nice < 0, '<'),
            (self.nice > 0, 'N'),
            (self.sid == self.pid, 's'),
            (self.threads > 1, 'l'),
            (self.tpgid > 0 && self.tpgid == i64::from(self.pgid), '+'),
        ];
        let marks = marks.iter().filter(|(there, _)| *there).map(|(_, mark)| *mark);
        std::iter::once(self.state).chain(marks).collect()
    }

    fn terminal(&self) -> String {
        let minor = (self.tty & 0xff) | ((self.tty >> 12) & 0xfff00);
        match (self.tty, (self.tty >> 8) & 0xfff) {
            (0, _) => "?".to_owned(),
            (_, major @ 136..=143) => format!("pts/{}", minor + (major - 136) * 256),
            (_, 4) => format!("tty{minor}"),
            _ => "?".to_owned(),
        }
    }

    /// As procps: groups other than the roots, with commas between them.
    fn groups(&self) -> String {
        let lines: Vec<&str> = self.cgroup.lines().filter(|line| !line.ends_with(":/")).collect();
        if lines.is_empty() { "-".to_owned() } else { lines.join(",") }
    }
}

/// What tasks are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of figures and times.
    Number(i64),
    /// Of names.
    Text(String),
}

/// Thousandths as a percentage; from 100 on without a digit behind the point.
fn share(permille: u64) -> String {
    if permille > 999 { (permille / 10).to_string() } else { format!("{}.{}", permille / 10, permille % 10) }
}

/// A name that does not fit ends in a plus.
fn whole_or_cut(name: &str) -> String {
    if name.chars().count() <= 8 {
        return name.to_owned();
    }
    name.chars().take(7).chain(['+']).collect()
}

/// Lays the tasks out.
pub(super) fn render(columns: &[Column], tasks: &[&Task], headless: bool) -> String {
    let widths: Vec<usize> =
        columns.iter().map(|column| column.width.max(column.header.chars().count())).collect();
    let mut text = String::new();
    if !headless && columns.iter().any(|column| !column.header.is_empty()) {
        let cells = columns.iter().map(|column| column.header.clone()).collect();
        text.push_str(&line(columns, &widths, cells));
    }
    for task in tasks {
        let cells = columns.iter().map(|column| task.cell(column.row.name)).collect();
        text.push_str(&line(columns, &widths, cells));
    }
    text
}

fn line(columns: &[Column], widths: &[usize], cells: Vec<String>) -> String {
    let last = columns.len().saturating_sub(1);
    let mut text = String::new();
    for (index, ((column, width), cell)) in columns.iter().zip(widths).zip(cells).enumerate() {
        let cut: String = if index == last {
            cell
        } else {
            cell.chars().take((*width).max(cell_room(column, &cell))).collect()
        };
        if index > 0 {
            text.push(' ');
        }
        if column.row.right {
            text.push_str(&format!("{cut:>width$}"));
        } else if index == last {
            text.push_str(&cut);
        } else {
            text.push_str(&format!("{cut:<width$}"));
        }
    }
    text.push('\n');
    text
}

/// Numbers are never cut.
fn cell_room(column: &Column, cell: &str) -> usize {
    if column.row.right { cell.chars().count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::{Key, Machine, Task};

    fn task(ticks: u64, started: u64) -> Task {
        let machine = Machine { uptime: 100.0, started: 0, memory: 1000 };
        Task { ticks, started, rss: 146, machine, ..Task::new(7) }
    }

    #[test]
    fn figures_are_sorted_by_what_they_stand_for() {
        let (half, tenth) = (task(5000, 0), task(950, 0));
        assert_eq!((half.cell("%cpu"), tenth.cell("%cpu")), ("50.0".to_owned(), "9.5".to_owned()));
        assert!(half.sort_key("%cpu") > tenth.sort_key("%cpu"));
        let (long, short) = (task(72_000, 0), task(6800, 0));
        assert_eq!((long.cell("bsdtime"), short.cell("bsdtime")), ("12:00".to_owned(), "1:08".to_owned()));
        assert!(long.sort_key("bsdtime") > short.sort_key("bsdtime"));
        assert!(task(0, 0).sort_key("etime") > task(0, 9000).sort_key("etime"));
        assert!(task(0, 0).sort_key("lstart") < task(0, 9000).sort_key("lstart"));
        assert_eq!(half.sort_key("ni"), Key::Number(0));
    }

    #[test]
    fn shares_and_what_is_not_known() {
        let busy = task(10_000, 0);
        assert_eq!((busy.cell("%cpu"), busy.cell("c")), ("100".to_owned(), "99".to_owned()));
        assert_eq!(busy.cell("%mem"), "14.6");
        assert_eq!((busy.cell("vsz"), busy.cell("sz"), busy.cell("f")), ("-".into(), "-".into(), "-".into()));
        let thread = Task { flags: 0x0020_8040, ..task(0, 0) };
        assert_eq!((thread.cell("vsz"), thread.cell("f")), ("0".to_owned(), "1".to_owned()));
        let ordinary = Task { priority: 20, ..task(0, 0) };
        let priorities = ["pri", "opri", "priority"].map(|name| ordinary.cell(name));
        assert_eq!(priorities, ["19", "80", "20"]);
    }
}
