//! From Markdown to [`Scenario`]s. Errors name the line.

use super::{Block, CONTINUATION, Exchange, HOSTS, PROMPT, Scenario};
use crate::host::HostKind;
use crate::kernel::cgroup::files::is_measured_file;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, OffsetIter, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;
use thiserror::Error;

/// Why a file has no scenarios.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}")]
pub struct ScenarioError {
    /// The file's name without its folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, and what the form is.
    pub message: String,
}

/// Reads a file of scenarios; `stem` is its name without `.md`.
///
/// # Errors
/// When a heading, a `Hosts:` line or a block is not of the form, with its line.
pub fn parse(stem: &str, text: &str) -> Result<Vec<Scenario>, ScenarioError> {
    let mut reader = Reader { stem, text, head: Part::default(), title: false, parts: Vec::new() };
    reader.read()?;
    reader.scenarios()
}

/// The head of the file, or a scenario.
#[derive(Default)]
struct Part {
    title: String,
    offset: usize,
    hosts: Option<Vec<HostKind>>,
    needs: Option<Vec<String>>,
    measured: Option<Vec<String>>,
    blocks: Vec<Block>,
}

struct Reader<'a> {
    stem: &'a str,
    text: &'a str,
    head: Part,
    title: bool,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn error(&self, offset: usize, message: impl Into<String>) -> ScenarioError {
        let line = 1 + self.text[..offset].matches('\n').count();
        ScenarioError { file: format!("{}.md", self.stem), line, message: message.into() }
    }

    fn part(&mut self) -> &mut Part {
        self.parts.last_mut().unwrap_or(&mut self.head)
    }

    fn read(&mut self) -> Result<(), ScenarioError> {
        let text = self.text;
        let mut events = Parser::new_ext(text, Options::empty()).into_offset_iter();
        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let title = skip(&mut events, TagEnd::Heading(level));
                    self.heading(level, text[title].trim().to_owned(), range.start)?;
                }
                Event::Start(Tag::Paragraph) => {
                    skip(&mut events, TagEnd::Paragraph);
                    self.paragraph(&text[range.clone()], range.start)?;
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                    let place = skip(&mut events, TagEnd::CodeBlock);
                    self.block(&kind, place, range.start)?;
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    return Err(self.error(range.start, "a block begins with ```console, not with blanks"));
                }
                // Lists and quotes are prose; a block in one would be cut by its marks.
                Event::Start(tag) => {
                    let end = tag.to_end();
                    skip(&mut events, end);
                    if text[range.clone()].contains("```") {
                        return Err(
                            self.error(range.start, "a block stands by itself, not in a list or quote")
                        );
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn heading(&mut self, level: HeadingLevel, title: String, offset: usize) -> Result<(), ScenarioError> {
        match level {
            HeadingLevel::H1 if !self.title && self.parts.is_empty() => self.title = true,
            HeadingLevel::H1 => {
                return Err(self.error(offset, "a file has one title, `# …`; scenarios have `## …`"));
            }
            HeadingLevel::H2 => self.parts.push(Part { title, offset, ..Part::default() }),
            _ => {}
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str, offset: usize) -> Result<(), ScenarioError> {
        for line in text.lines() {
            if let Some(list) = line.strip_prefix("Hosts:") {
                let hosts = hosts(list).map_err(|message| self.error(offset, message))?;
                self.part().hosts = Some(hosts);
            } else if let Some(list) = line.strip_prefix("Needs:") {
                self.part().needs = Some(words(list).map(str::to_owned).collect());
            } else if let Some(list) = line.strip_prefix("Measured:") {
                let names: Vec<_> = words(list).map(str::to_owned).collect();
                if let Some(name) = names.iter().find(|name| !is_measured_file(name)) {
                    return Err(self.error(offset, format!("{name} is no file with usage figures")));
                }
                self.part().measured = Some(names);
            }
        }
        Ok(())
    }

    fn block(&mut self, kind: &str, place: Range<usize>, offset: usize) -> Result<(), ScenarioError> {
        let (kind, list) = kind.split_once(' ').unwrap_or((kind, ""));
        if kind != "console" {
            let message = format!("\"{kind}\" is no kind of block; commands stand in ```console");
            return Err(self.error(offset, message));
        }
        let hosts = hosts(list).map_err(|message| self.error(offset, message))?;
        let exchanges =
            exchanges(&self.text[place.clone()]).map_err(|message| self.error(offset, message))?;
        self.part().blocks.push(Block { hosts, place, exchanges });
        Ok(())
    }

    fn scenarios(self) -> Result<Vec<Scenario>, ScenarioError> {
        if !self.title {
            return Err(self.error(0, "a file of scenarios begins with its title, `# …`"));
        }
        let mut ids = BTreeSet::new();
        let mut scenarios = Vec::new();
        for part in &self.parts {
            let error = |message: &str| self.error(part.offset, message);
            let id = format!("{}/{}", self.stem, slug(&part.title));
            if !ids.insert(id.clone()) {
                return Err(error("another scenario of the file has this title"));
            }
            let hosts = part.hosts.as_ref().or(self.head.hosts.as_ref());
            let hosts = hosts.filter(|hosts| !hosts.is_empty());
            let hosts = hosts.ok_or_else(|| error("say which hosts it is for, as in `Hosts: this, v1`"))?;
            if part.blocks.iter().all(|block| block.exchanges.is_empty()) {
                return Err(error("a scenario has at least one command, in a block ```console"));
            }
            let needs = part.needs.as_ref().or(self.head.needs.as_ref());
            let measured = part.measured.as_ref().or(self.head.measured.as_ref());
            scenarios.push(Scenario {
                id,
                title: part.title.clone(),
                hosts: hosts.clone(),
                needs: needs.cloned().unwrap_or_default(),
                measured: measured.cloned().unwrap_or_default(),
                blocks: self.head.blocks.iter().chain(&part.blocks).cloned().collect(),
            });
        }
        Ok(scenarios)
    }
}

/// Skips to the end of what has been opened; answers the place of its content.
fn skip(events: &mut OffsetIter<'_>, end: TagEnd) -> Range<usize> {
    let mut place: Option<Range<usize>> = None;
    let mut depth = 0_u32;
    for (event, range) in events.by_ref() {
        match event {
            Event::End(found) if depth == 0 && found == end => break,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Start(_) => depth += 1,
            _ => {}
        }
        let start = place.as_ref().map_or(range.start, |place| place.start);
        place = Some(start..range.end);
    }
    place.unwrap_or(0..0)
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ' ']).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty())
}

fn hosts(list: &str) -> Result<Vec<HostKind>, String> {
    if list.trim() == "any" {
        return Ok(HOSTS.to_vec());
    }
    let host = |word| {
        HostKind::parse(word)
            .ok_or_else(|| format!("\"{word}\" is no kind of host; there are this, v1, lecture, v2, any"))
    };
    words(list).map(host).collect()
}

/// `Values of cpu.shares` becomes `values-of-cpu-shares`.
fn slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let parts = lower.split(|char: char| !char.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

fn exchanges(text: &str) -> Result<Vec<Exchange>, String> {
    let mut found: Vec<Exchange> = Vec::new();
    // Further lines of a command come right below its first.
    let mut in_command = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix(PROMPT) {
            found.push(Exchange { command: command.to_owned(), output: String::new() });
            in_command = true;
            continue;
        }
        let last = found.last_mut().ok_or("a block begins with a command, behind \"$ \"")?;
        match line.strip_prefix(CONTINUATION).filter(|_| in_command) {
            Some(more) => last.command.push_str(&format!("\n{more}")),
            None => {
                in_command = false;
                last.output.push_str(&format!("{line}\n"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Groups\n\nHosts: this, v1\nNeeds: cpu\n\n```console\n$ mkdir /g\n```\n\n\
        ## Names are free\n\n- prose\n\n```console\n$ for i in 1; do\n> echo $i\n> done\n1\n\n$ true\n```\n\n\
        ## On the lecture's host\n\nHosts: lecture.\n\n```console lecture\n$ ls /g\n> x\n```\n";

    #[test]
    fn scenarios_are_read_with_what_the_head_says() {
        let found = parse("groups", FILE).expect("scenarios");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].id, "groups/names-are-free");
        assert_eq!(found[0].hosts, [HostKind::This, HostKind::V1]);
        assert_eq!((found[0].needs.as_slice(), found[0].measured.len()), (&["cpu".to_owned()][..], 0));
        let typed = found[0].exchanges(HostKind::This);
        assert_eq!(typed[1].command, "for i in 1; do\necho $i\ndone");
        assert_eq!(typed[1].output, "1\n\n");
        assert_eq!(typed.len(), 3);
        assert_eq!(found[1].hosts, [HostKind::Lecture]);
        assert_eq!(found[1].exchanges(HostKind::Lecture).len(), 2);
        assert_eq!(found[1].exchanges(HostKind::V2).len(), 1);
    }

    #[test]
    fn errors_name_the_line() {
        let wrong = |text: &str| parse("t", text).expect_err("is refused");
        assert_eq!(wrong("# T\n\n## A\n\n```console\n$ ls\n```\n").line, 3);
        assert_eq!(wrong("# T\n\nHosts: mars\n").line, 3);
        assert_eq!(wrong("# T\n\nHosts: v1\nMeasured: cpu.shares\n").line, 3);
        assert_eq!(wrong("# T\n\nHosts: v1\n\n```sh\nls\n```\n").line, 5);
        assert!(wrong("# T\n\nHosts: v1\n\n```console\nls\n```\n").message.contains("command"));
        assert!(wrong("# T\n\nHosts: v1\n\n## A\n\nprose\n").message.contains("at least one"));
        assert!(wrong("## A\n").message.contains("title"));
        let twice = "# T\n\nHosts: v1\n\n## A\n\n```console\n$ ls\n```\n\n## a!\n\n```console\n$ ls\n```\n";
        assert_eq!(wrong(twice).line, 11);
    }
}
