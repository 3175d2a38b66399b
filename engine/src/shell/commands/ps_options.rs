//! The three dialects of ps' options: `-e` as on System V, `aux` as on BSD, `--pid` as GNU.

use super::options::{nearest_letter, suggest};
use super::ps_format::{Column, columns};
use super::{Output, Request};
use crate::shell::{Hint, nearest};

/// Which tasks are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    /// `-e`, `-A`.
    pub(super) everyone: bool,
    /// `a`.
    pub(super) all_users: bool,
    /// `x`.
    pub(super) without_terminal: bool,
    /// `-p`.
    pub(super) pids: Vec<u32>,
    /// `-C`.
    pub(super) names: Vec<String>,
    /// `-u`.
    pub(super) users: Vec<u32>,
    /// `--ppid`.
    pub(super) parents: Vec<u32>,
    /// `-N`: all but those.
    pub(super) negated: bool,
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

impl Selection {
    /// True where tasks were named.
    pub(super) fn lists(&self) -> bool {
        !self.pids.is_empty() || !self.names.is_empty() || !self.users.is_empty() || !self.parents.is_empty()
    }
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
    /// Columns to sort by; true for those from high to low.
    pub(super) sort: Vec<(String, bool)>,
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    wanted: Wanted,
    /// Columns of `-o`.
    own: Vec<Column>,
    /// Columns of `-O`.
    extra: Vec<Column>,
    layout: &'static str,
    bsd: bool,
}

/// The text that ends every complaint.
const USAGE: &str = "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or \
'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

fn complain(message: &str) -> Output {
    Output::error(format!("error: {message}\n{USAGE}"), 1)
}

/// Reads the arguments.
pub(super) fn read(request: &Request<'_>) -> Result<Wanted, Output> {
    let mut reader = Reader::default();
    let words = request.words();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--help" {
            return Err(super::help::usage(request.command));
        } else if let Some(long) = word.strip_prefix("--") {
            reader.long(long, &mut words)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            reader.dashed(request, letters, &mut words)?;
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            reader.wanted.selection.pids.extend(pid_list(word)?);
        } else {
            reader.bare(request, word, &mut words)?;
        }
    }
    Ok(reader.finish())
}

type Words<'w, 'i> = &'i mut dyn Iterator<Item = &'w str>;

impl Reader {
    fn long(&mut self, word: &str, words: Words<'_, '_>) -> Result<(), Output> {
        let (name, value) =
            word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value.to_owned())));
        let mut value = || value.clone().or_else(|| words.next().map(str::to_owned)).unwrap_or_default();
        match name {
            "pid" => self.wanted.selection.pids.extend(pid_list(&value())?),
            "format" => self.own.extend(columns(&value()).map_err(|word| unknown_column(&word))?),
            "user" => self.wanted.selection.users.extend(users(&value())),
            "ppid" => self.wanted.selection.parents.extend(pid_list(&value())?),
            "deselect" => self.wanted.selection.negated = true,
            "forest" => self.wanted.forest = Forest::Tree,
            "sort" => self.wanted.sort.extend(sort_keys(&value())?),
            "no-headers" | "no-headings" | "no-heading" | "noheaders" | "noheadings" => {
                self.wanted.headless = true;
            }
            "headers" | "cumulative" => {}
            _ => return Err(complain("unknown gnu long option")),
        }
        Ok(())
    }

    fn dashed(&mut self, request: &Request<'_>, letters: &str, words: Words<'_, '_>) -> Result<(), Output> {
        for (index, letter) in letters.char_indices() {
            let rest = &letters[index + letter.len_utf8()..];
            match letter {
                'e' | 'A' => self.wanted.selection.everyone = true,
                'f' => self.layout = "-f",
                'F' => self.layout = "-f",
                'l' => self.layout = "-l",
                'j' => self.layout = "-j",
                'L' => self.wanted.threads = Threads::Lwp,
                'T' => self.wanted.threads = Threads::Spid,
                'H' => self.wanted.forest = Forest::Indent,
                'N' => self.wanted.selection.negated = true,
                'w' | 'y' => {}
                'a' | 'd' => self.wanted.selection.everyone = true,
                'p' | 'q' | 'C' | 'u' | 'U' | 'o' | 'O' => {
                    let value = if rest.is_empty() { words.next() } else { Some(rest) };
                    return self.value(letter, value.map(str::to_owned));
                }
                other => return Err(unknown_letter(request, other, letters, words)),
            }
        }
        Ok(())
    }

    fn bare(&mut self, request: &Request<'_>, letters: &str, words: Words<'_, '_>) -> Result<(), Output> {
        self.bsd = true;
        for (index, letter) in letters.char_indices() {
            let rest = &letters[index + letter.len_utf8()..];
            match letter {
                'a' => self.wanted.selection.all_users = true,
                'x' => self.wanted.selection.without_terminal = true,
                'u' => self.layout = "u",
                'j' => self.layout = "j",
                'f' => self.wanted.forest = Forest::Tree,
                'h' => self.wanted.headless = true,
                'w' => {}
                'p' | 'o' | 'O' => {
                    let value = if rest.is_empty() { words.next() } else { Some(rest) };
                    return self.value(letter, value.map(str::to_owned));
                }
                _ => {
                    let hint = nearest_letter(request.command, letter);
                    let hint = hint.map(|option| suggest(request.command, letters, &option.typed(), option));
                    return Err(complain("unsupported option (BSD syntax)").with_hint(hint));
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, letter: char, value: Option<String>) -> Result<(), Output> {
        let missing = |message: &str| complain(message);
        let selection = &mut self.wanted.selection;
        match (letter, value) {
            ('p' | 'q', Some(list)) => selection.pids.extend(pid_list(&list)?),
            ('C', Some(list)) => selection.names.extend(list.split(',').map(str::to_owned)),
            ('u' | 'U', Some(list)) => selection.users.extend(users(&list)),
            ('o', Some(list)) => self.own.extend(columns(&list).map_err(|word| unknown_column(&word))?),
            ('O', Some(list)) => self.extra.extend(columns(&list).map_err(|word| unknown_column(&word))?),
            ('o', None) => return Err(missing("format specification must follow -o")),
            ('O', None) => return Err(missing("format or sort specification must follow -O")),
            ('C', None) => return Err(missing("list of command names must follow -C")),
            ('p' | 'q', None) => return Err(missing("list of process IDs must follow -p")),
            _ => return Err(missing("list of users must follow -u")),
        }
        Ok(())
    }

    fn finish(mut self) -> Wanted {
        let layout = match (self.layout, self.bsd) {
            ("", false) if self.wanted.threads == Threads::Lwp => "pid,lwp,tname,time,ucmd",
            ("", false) if self.wanted.threads == Threads::Spid => "pid,spid,tname,time,ucmd",
            ("-f", _) if self.wanted.threads == Threads::Lwp => {
                "user=UID,pid,ppid,lwp,c,nlwp,stime,tname,time,cmd"
            }
            ("-f", _) if self.wanted.threads == Threads::Spid => {
                "user=UID,pid,spid,ppid,c,stime,tname,time,cmd"
            }
            ("", true) => "pid=PID,tname=TTY,stat,bsdtime=TIME,args=COMMAND",
            ("", false) => "pid,tname,time,ucmd",
            ("-f", _) => "user=UID,pid,ppid,c,stime,tname,time,cmd",
            ("-l", _) => "f,s,uid=UID,pid,ppid,c,pri,ni,sz,wchan,tname,time,ucmd",
            ("-j", _) => "pid,pgid,sid,tname,time,ucmd",
            ("j", _) => "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime=TIME,args=COMMAND",
            _ => "user,pid,%cpu,%mem,vsz,rss,tname,stat,start,bsdtime=TIME,args=COMMAND",
        };
        let fixed = |list: &str| columns(list).unwrap_or_default();
        self.wanted.columns = if !self.own.is_empty() {
            self.own
        } else if !self.extra.is_empty() {
            let mut all = fixed("pid");
            all.extend(self.extra);
            all.extend(fixed("s,tname,time,args"));
            all
        } else {
            fixed(layout)
        };
        self.wanted
    }
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

fn users(list: &str) -> Vec<u32> {
    list.split(',').filter_map(|word| if word == "root" { Some(0) } else { word.parse().ok() }).collect()
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
