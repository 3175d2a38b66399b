//! The three dialects of ps' options: `-e` as on System V, `aux` as on BSD, `--pid` as GNU.

use super::accounts::Accounts;
use super::options::{nearest_letter, suggest};
use super::ps_format::{Column, columns};
use super::{Output, Request};
use crate::plan::{Observation, Text};
use crate::shell::{Hint, nearest};

/// Which tasks are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    /// `-e`, `-A`.
    pub(super) everyone: bool,
    /// `-a`: those with a terminal, but no session leaders.
    pub(super) with_terminal: bool,
    /// `-d`: all but session leaders.
    pub(super) no_leaders: bool,
    /// `a`.
    pub(super) all_users: bool,
    /// `x`.
    pub(super) without_terminal: bool,
    /// `r`: of those that are chosen only the ones that run.
    pub(super) running: bool,
    /// `-p`, `-u` and the like: any of these.
    pub(super) lists: Vec<Listed>,
    /// `-N`: all but those.
    pub(super) negated: bool,
}

/// What tasks can be named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// `-p`.
    Pid(u32),
    /// `-C`.
    Name(String),
    /// `-u`.
    User(u32),
    /// `-G`.
    Group(u32),
    /// `-s`, `-g`.
    Session(u32),
    /// `-t`: the number of a device; 0 for none.
    Terminal(u32),
    /// `T`: the terminal that ps has.
    OwnTerminal,
    /// `--ppid`.
    Parent(u32),
}

/// Whether each thread has a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Threads {
    /// A line a process.
    #[default]
    Together,
    /// `-L`: with the column LWP.
    Lwp,
    /// `-T`: with the column SPID.
    Spid,
}

/// How a command's name shows whose child it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Forest {
    /// It does not.
    #[default]
    Flat,
    /// `--forest`, `f`: with branches.
    Tree,
    /// `-H`: set in.
    Indent,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Which tasks.
    pub(super) selection: Selection,
    /// Which columns.
    pub(super) columns: Vec<Column>,
    /// Which lines.
    pub(super) threads: Threads,
    /// In which form.
    pub(super) forest: Forest,
    /// True for no line of headers.
    pub(super) headless: bool,
    /// True for users and groups by number.
    pub(super) numeric: bool,
    /// Columns to sort by; true for those from high to low.
    pub(super) sort: Vec<(String, bool)>,
}

/// What has been read so far.
struct Reader<'r, 'a> {
    request: &'r Request<'a>,
    accounts: Accounts,
    wanted: Wanted,
    /// Columns of `-o`.
    own: Vec<Column>,
    /// Columns of `-O`.
    extra: Vec<Column>,
    /// Letters of layouts and of what changes them, with a dash.
    layout: String,
    /// Letters of layouts without a dash.
    bsd_layout: String,
    /// True where all options are read as without a dash.
    all_bsd: bool,
    bsd: bool,
}

/// The text that ends every complaint.
const USAGE: &str = "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or \
'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

fn complain(message: &str) -> Output {
    Output::error(format!("error: {message}\n{USAGE}"), 1)
}

/// A letter or word that the real one knows.
fn not_here(option: &str) -> Output {
    complain(&format!("Drydock's ps does not have the option {option}"))
}

/// Reads the arguments. What is wrong with dashes may be right without them, as in `ps -aux`.
pub(super) fn read(request: &Request<'_>) -> Result<Wanted, Output> {
    let words = request.words();
    let read = |all_bsd| {
        let mut reader = Reader::new(request, all_bsd);
        reader.words(&words)?;
        reader.finish()
    };
    read(false).or_else(|wrong| if wrong.status == 0 { Err(wrong) } else { read(true).map_err(|_| wrong) })
}

type Words<'w, 'i> = &'i mut dyn Iterator<Item = &'w str>;

impl<'r, 'a> Reader<'r, 'a> {
    fn new(request: &'r Request<'a>, all_bsd: bool) -> Self {
        let accounts = Accounts::read(request);
        let (layout, bsd_layout) = (String::new(), String::new());
        let (own, extra) = (Vec::new(), Vec::new());
        let wanted = Wanted::default();
        Self { request, accounts, wanted, own, extra, layout, bsd_layout, all_bsd, bsd: false }
    }

    fn words(&mut self, words: &[String]) -> Result<(), Output> {
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                self.long(long, &mut words)?;
            } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                if self.all_bsd {
                    self.bare(letters, &mut words)?;
                } else {
                    self.dashed(letters, &mut words)?;
                }
            } else if word.starts_with(|c: char| c.is_ascii_digit()) {
                self.list('p', word)?;
            } else {
                self.bare(word, &mut words)?;
            }
        }
        Ok(())
    }

    fn long(&mut self, word: &str, words: Words<'_, '_>) -> Result<(), Output> {
        let (name, value) =
            word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value.to_owned())));
        let mut value = || value.clone().or_else(|| words.next().map(str::to_owned)).unwrap_or_default();
        match name {
            "help" => return Err(super::help::usage(self.request.command)),
            "version" => return Err(Output::text(VERSION)),
            "pid" => self.list('p', &value())?,
            "format" => self.own.extend(columns(&value()).map_err(|word| unknown_column(&word))?),
            "user" | "User" => self.list('u', &value())?,
            "group" | "Group" => self.list('G', &value())?,
            "sid" => self.list('s', &value())?,
            "tty" => self.list('t', &value())?,
            "ppid" => {
                let pids = pid_list(&value())?;
                self.wanted.selection.lists.extend(pids.into_iter().map(Listed::Parent));
            }
            "deselect" => self.wanted.selection.negated = true,
            "forest" => self.wanted.forest = Forest::Tree,
            "sort" => self.wanted.sort.extend(sort_keys(&value())?),
            "no-headers" | "no-headings" | "no-heading" | "noheaders" | "noheadings" => {
                self.wanted.headless = true;
            }
            "headers" | "cumulative" | "cols" | "columns" | "width" | "lines" | "rows" => {}
            "context" | "info" | "quick-pid" => return Err(not_here(&format!("--{name}"))),
            _ => return Err(complain("unknown gnu long option")),
        }
        Ok(())
    }

    fn dashed(&mut self, letters: &str, words: Words<'_, '_>) -> Result<(), Output> {
        for (index, letter) in letters.char_indices() {
            let rest = &letters[index + letter.len_utf8()..];
            let selection = &mut self.wanted.selection;
            match letter {
                'e' | 'A' => selection.everyone = true,
                'a' => selection.with_terminal = true,
                'd' => selection.no_leaders = true,
                'f' | 'F' | 'l' | 'j' | 'y' | 'c' | 'P' | 'M' | 'Z' => self.layout.push(letter),
                'L' => self.wanted.threads = Threads::Lwp,
                'T' => self.wanted.threads = Threads::Spid,
                'H' => self.wanted.forest = Forest::Indent,
                'N' => selection.negated = true,
                'w' => {}
                'V' => return Err(Output::text(VERSION)),
                'm' => return Err(not_here("-m")),
                'p' | 'q' | 'C' | 'u' | 'U' | 'o' | 'O' | 'g' | 'G' | 's' | 't' => {
                    let value = if rest.is_empty() { words.next() } else { Some(rest) };
                    return self.value(letter, value);
                }
                other => return Err(unknown_letter(self.request, other, letters, words)),
            }
        }
        Ok(())
    }

    fn bare(&mut self, letters: &str, words: Words<'_, '_>) -> Result<(), Output> {
        self.bsd = true;
        for (index, letter) in letters.char_indices() {
            let rest = &letters[index + letter.len_utf8()..];
            let selection = &mut self.wanted.selection;
            match letter {
                'a' => selection.all_users = true,
                'x' => selection.without_terminal = true,
                'r' => selection.running = true,
                'T' => selection.lists.push(Listed::OwnTerminal),
                'u' | 'j' | 'l' => self.bsd_layout.push(letter),
                'f' => self.wanted.forest = Forest::Tree,
                'h' => self.wanted.headless = true,
                'n' => self.wanted.numeric = true,
                'c' => self.layout.push('n'),
                'V' => return Err(Output::text(VERSION)),
                // What g asks for is so anyway.
                'w' | 'g' => {}
                't' if rest.is_empty() => {
                    selection.lists.push(Listed::OwnTerminal);
                    return Ok(());
                }
                'p' | 'o' | 'O' | 'U' | 'k' | 't' => {
                    let value = if rest.is_empty() { words.next() } else { Some(rest) };
                    return self.value(letter, value);
                }
                'e' | 'm' | 's' | 'v' | 'L' | 'S' | 'X' | 'Z' | 'H' => {
                    return Err(not_here(&letter.to_string()));
                }
                _ => {
                    let command = self.request.command;
                    let hint = nearest_letter(command, letter);
                    let hint = hint.map(|option| suggest(command, letters, &option.typed(), option));
                    return Err(complain("unsupported option (BSD syntax)").with_hint(hint));
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, letter: char, value: Option<&str>) -> Result<(), Output> {
        let missing = |message: &str| complain(message);
        match (letter, value) {
            ('o', Some(list)) => self.own.extend(columns(list).map_err(|word| unknown_column(&word))?),
            ('O', Some(list)) => self.extra.extend(columns(list).map_err(|word| unknown_column(&word))?),
            ('k', Some(list)) => self.wanted.sort.extend(sort_keys(list)?),
            (_, Some(list)) => self.list(letter, list)?,
            ('o', None) => return Err(missing("format specification must follow -o")),
            ('O', None) => return Err(missing("format or sort specification must follow -O")),
            ('C', None) => return Err(missing("list of command names must follow -C")),
            ('k', None) => return Err(missing("long sort specification must follow 'k'")),
            ('p' | 'q', None) => return Err(missing("list of process IDs must follow -p")),
            ('G', None) => return Err(missing("list of real groups must follow -G")),
            ('g', None) => {
                return Err(missing("list of session leaders OR effective group IDs must follow -g"));
            }
            ('s', None) => return Err(missing("some sid thing(s) must follow -s")),
            ('t', None) => return Err(missing("list of terminals (pty, tty...) must follow -t")),
            _ => return Err(missing("list of users must follow -u")),
        }
        Ok(())
    }

    /// What a list names.
    fn list(&mut self, letter: char, list: &str) -> Result<(), Output> {
        let words: Vec<&str> = list.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        let group = |word: &str| match word.parse::<u32>() {
            Ok(gid) => Ok(Listed::Group(gid)),
            Err(_) if is_number(word) => Err(complain("group ID out of range")),
            Err(_) => {
                let gid = self.accounts.group_named(word);
                gid.map(Listed::Group).ok_or_else(|| complain("group name does not exist"))
            }
        };
        let user = |word: &str| match word.parse::<u32>() {
            Ok(uid) => Ok(Listed::User(uid)),
            Err(_) if is_number(word) => Err(complain("user ID out of range")),
            Err(_) => {
                let user = self.accounts.user_named(word);
                user.map(|(uid, _)| Listed::User(uid)).ok_or_else(|| complain("user name does not exist"))
            }
        };
        let listed: Vec<Listed> =
            match letter {
                'C' => list.split(',').map(|name| Listed::Name(name.to_owned())).collect(),
                'u' | 'U' => words.into_iter().map(user).collect::<Result<_, _>>()?,
                'G' => words.into_iter().map(group).collect::<Result<_, _>>()?,
                's' => pid_list(list)?.into_iter().map(Listed::Session).collect(),
                'g' => match pid_list(list) {
                    Ok(sids) => sids.into_iter().map(Listed::Session).collect(),
                    Err(_) => words.into_iter().map(group).collect::<Result<_, _>>().map_err(|_| {
                        complain("list of session leaders OR effective group IDs was invalid")
                    })?,
                },
                't' => {
                    let terminal = |word| self.terminal(word).map(Listed::Terminal);
                    words.into_iter().map(terminal).collect::<Result<_, _>>()?
                }
                _ => pid_list(list)?.into_iter().map(Listed::Pid).collect(),
            };
        self.wanted.selection.lists.extend(listed);
        Ok(())
    }

    /// `-`, `pts/0`, `/dev/tty1`, `1`.
    fn terminal(&self, word: &str) -> Result<u32, Output> {
        if word == "-" || word == "?" {
            return Ok(0);
        }
        let name = word.strip_prefix("/dev/").unwrap_or(word);
        let names = [name.to_owned(), format!("pts/{name}"), format!("tty{name}")];
        let there = names.iter().find(|name| {
            let path = Text::from(format!("/dev/{name}"));
            matches!(self.request.look(&path), Observation::Stat(_))
        });
        there.and_then(|name| device(name)).ok_or_else(|| complain("TTY could not be found"))
    }

    fn finish(mut self) -> Result<Wanted, Output> {
        let layouts = |letters: &str, of: &str| letters.chars().any(|letter| of.contains(letter));
        let dashed = layouts(&self.layout, "fFlj");
        let mut bsd: Vec<char> = self.bsd_layout.chars().collect();
        bsd.dedup();
        let own = !self.own.is_empty();
        if bsd.len() > 1 || (dashed && !bsd.is_empty()) || (own && (dashed || !bsd.is_empty())) {
            return Err(complain("conflicting format options"));
        }
        if self.layout.contains('y') && !self.layout.contains('l') {
            return Err(complain("modifier -y without format -l makes no sense"));
        }
        let dashes_change = layouts(&self.layout, "fFljcPMZ");
        let layout = match (bsd.first(), self.bsd && !dashes_change) {
            (Some('l'), _) => {
                "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tname,bsdtime=TIME,args=COMMAND".to_owned()
            }
            (Some('j'), _) => "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime=TIME,args=COMMAND".to_owned(),
            (Some(_), _) => {
                "user,pid,%cpu,%mem,vsz,rss,tname,stat,start_time,bsdtime=TIME,args=COMMAND".to_owned()
            }
            (None, true) => "pid=PID,tname=TTY,stat,bsdtime=TIME,args=COMMAND".to_owned(),
            (None, false) => self.dashed_layout(),
        };
        let layout = if self.layout.contains('n') { layout.replace("args=", "comm=") } else { layout };
        let fixed = |list: &str| columns(list).unwrap_or_default();
        self.wanted.columns = if own {
            self.own
        } else if !self.extra.is_empty() {
            let mut all = fixed("pid");
            all.extend(self.extra);
            all.extend(fixed("s,tname,time,args"));
            all
        } else {
            fixed(&layout)
        };
        Ok(self.wanted)
    }

    /// The columns of `-f`, `-l`, `-j` together, in the order of procps.
    fn dashed_layout(&self) -> String {
        let has = |letter| self.layout.contains(letter);
        let (long, full, jobs) = (has('l'), has('f') || has('F'), has('j'));
        let threads = self.wanted.threads;
        let parts = [
            (has('M') || has('Z'), "label"),
            (long && !has('y'), "f"),
            (long, "s"),
            (full, "user=UID"),
            (long && !full, "uid=UID"),
            (true, "pid"),
            (threads == Threads::Spid, "spid"),
            (long || full, "ppid"),
            (jobs, "pgid,sid"),
            (threads == Threads::Lwp, "lwp"),
            ((long || full) && !has('c'), "c"),
            (has('c'), "cls,pri"),
            (long && !has('c'), "opri"),
            (full && threads == Threads::Lwp, "nlwp"),
            (long, "ni"),
            (long && has('y'), "rss,sz"),
            (long && !has('y'), "addr_sz"),
            (long, "wchan"),
            (has('F') && !long, "sz"),
            (has('F') && !has('y'), "rss"),
            (has('F') || has('P'), "psr"),
            (full, "stime"),
            (true, "tname,time"),
            (full, "cmd"),
            (!full, "ucmd"),
        ];
        parts.iter().filter(|(there, _)| *there).map(|(_, name)| *name).collect::<Vec<_>>().join(",")
    }
}

/// What `-V` prints.
const VERSION: &str = "ps from procps-ng 4.0.2\n";

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

/// The number of a terminal, as /proc/PID/stat has it.
fn device(name: &str) -> Option<u32> {
    if let Some(number) = name.strip_prefix("pts/") {
        let number: u32 = number.parse().ok()?;
        let (major, minor) = (136 + number / 256, number % 256);
        return (major < 144).then_some(major << 8 | minor);
    }
    let number: u32 = name.strip_prefix("tty")?.parse().ok()?;
    (number < 64).then_some(4 << 8 | number)
}

fn pid_list(list: &str) -> Result<Vec<u32>, Output> {
    let words = list.split([',', ' ']).filter(|word| !word.is_empty());
    let pids = words.map(|word| match word.parse::<u32>() {
        Ok(pid) if pid > 0 && pid <= 0x7fff_ffff => Ok(pid),
        Ok(_) => Err(complain("process ID out of range")),
        Err(_) if word.chars().all(|c| c.is_ascii_digit()) => Err(complain("process ID out of range")),
        Err(_) => Err(complain("process ID list syntax error")),
    });
    let pids: Vec<u32> = pids.collect::<Result<_, _>>()?;
    if pids.is_empty() { Err(complain("process ID list syntax error")) } else { Ok(pids) }
}

/// `pid`, `-pid`, `+ppid,-pid`.
fn sort_keys(list: &str) -> Result<Vec<(String, bool)>, Output> {
    let key = |word: &str| {
        let name = word.trim_start_matches(['-', '+']);
        let found = columns(name).ok().and_then(|found| found.into_iter().next());
        match found {
            Some(column) => Ok((column.row.name.to_owned(), word.starts_with('-'))),
            None => Err(complain("unknown sort specifier")),
        }
    };
    list.split(',').filter(|word| !word.is_empty()).map(key).collect()
}

fn unknown_column(word: &str) -> Output {
    let hint = nearest(word, Column::names())
        .map(|near| Hint::new("hint-column").with("typed", word).with("suggestion", near));
    complain(&format!("unknown user-defined format specifier \"{word}\"")).with_hint(hint)
}

/// A letter that ps does not know. The lecture's `ps -0 cgroup` is a zero for a letter O.
fn unknown_letter(request: &Request<'_>, letter: char, letters: &str, words: Words<'_, '_>) -> Output {
    let rest: Vec<&str> = words.collect();
    let hint = nearest_letter(request.command, letter).map(|option| {
        let value = rest.first().map(|word| format!(" {word}")).unwrap_or_default();
        let typed = format!("ps -{letters}{value}");
        let letter_for_letter = letters.replacen(letter, &option.short.to_string(), 1);
        suggest(request.command, &typed, &format!("ps -{letter_for_letter}{value}"), option)
    });
    // ps takes a number with a dash for a pid, and no pid is 0.
    let message = if letter == '0' { "process ID out of range" } else { "unsupported SysV option" };
    complain(message).with_hint(hint)
}
