//! What `ps` shows of a task, and how wide.

/// A task as /proc tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Task {
    /// Its pid.
    pub(super) pid: u32,
    /// The thread's own number.
    pub(super) tid: u32,
    /// Owner.
    pub(super) uid: u32,
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
    /// Seconds since the machine's start.
    pub(super) uptime: f64,
    pub(super) state: char,
    pgid: u32,
    sid: u32,
    tpgid: i64,
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
static COLUMNS: [ColumnRow; 39] = [
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
    left("start", "START", 5),
    right("%cpu", "%CPU", 4),
    right("%mem", "%MEM", 4),
    right("vsz", "VSZ", 6),
    right("rss", "RSS", 5),
    right("ni", "NI", 3),
    right("pri", "PRI", 3),
    right("nlwp", "NLWP", 4),
    right("sz", "SZ", 5),
    left("wchan", "WCHAN", 6),
    right("f", "F", 1),
    left("group", "GROUP", 8),
    right("gid", "GID", 5),
    left("label", "LABEL", 25),
];

/// Other names of columns, and their headers where they differ.
const ALIASES: [(&str, &str, &str); 23] = [
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
            "user" | "group" => {
                if self.uid == 0 {
                    "root".to_owned()
                } else {
                    self.uid.to_string()
                }
            }
            "uid" | "gid" => self.uid.to_string(),
            "cgroup" => self.groups(),
            "c" => (self.cpu_permille() / 10).min(99).to_string(),
            "%cpu" => format!("{}.{}", self.cpu_permille() / 10, self.cpu_permille() % 10),
            "%mem" => "0.0".to_owned(),
            "vsz" => self.vsz.to_string(),
            "sz" => (self.vsz / 4).to_string(),
            "rss" => self.rss.to_string(),
            "ni" => self.nice.to_string(),
            "pri" => (39 - self.priority).to_string(),
            "nlwp" => self.threads.max(1).to_string(),
            "f" => "4".to_owned(),
            _ => "-".to_owned(),
        }
    }

    /// Whole seconds since its start.
    fn elapsed(&self) -> u64 {
        let since = self.uptime - self.started as f64 / 100.0;
        if since > 0.0 { since as u64 } else { 0 }
    }

    /// Thousandths of a CPU since its start, as procps counts: whole seconds, and at most 999.
    fn cpu_permille(&self) -> u64 {
        (self.ticks * 10).checked_div(self.elapsed()).unwrap_or(0).min(999)
    }

    /// What is compared to sort by a column: a number where it is one.
    pub(super) fn sort_key(&self, name: &str) -> (i64, String) {
        let cell = self.cell(name);
        (cell.trim().parse().unwrap_or(0), cell)
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
