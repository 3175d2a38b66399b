//! A file of scenarios: parsing.

use drydock_engine::host::HostKind;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The language of the fenced blocks that are performed.
const LANGUAGE: &str = "console";

/// One file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it is.
    pub path: PathBuf,
    /// Its name without `.md`.
    pub name: String,
    /// Its scenarios, in order.
    pub scenarios: Vec<Scenario>,
}

/// A session from a fresh start.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The heading.
    pub title: String,
    /// `FILE/HEADING`, with the heading in small letters and dashes.
    pub name: String,
    /// The hosts that it is written for.
    pub hosts: Vec<HostKind>,
    /// What is typed, and what came of it.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Where its text is in the file, in bytes.
    pub range: Range<usize>,
    /// Its text.
    pub text: String,
    /// The commands in it.
    pub commands: Vec<String>,
}

impl Scenario {
    /// All commands, in order.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().flat_map(|block| block.commands.iter().map(String::as_str))
    }

    /// What the file says that comes of them.
    pub fn expected(&self) -> String {
        self.blocks.iter().map(|block| block.text.as_str()).collect()
    }
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// What is wrong, and where.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(path, &text)
    }

    /// Parses a file's text.
    ///
    /// # Errors
    ///
    /// What is wrong, and where.
    pub fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut reader = Reader { name: &name, text, hosts: Vec::new(), scenarios: Vec::new() };
        let mut events = Parser::new(text).into_offset_iter();
        while let Some((event, range)) = events.next() {
            let told = match event {
                Event::Start(Tag::Heading { level, .. }) => reader.heading(level, &plain(&mut events)),
                Event::Start(Tag::Paragraph) => reader.paragraph(&plain(&mut events)),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if &*language == LANGUAGE => {
                    reader.block(&mut events)
                }
                _ => Ok(()),
            };
            let line = || text[..range.start].lines().count() + 1;
            told.map_err(|problem| format!("{}:{}: {problem}", path.display(), line()))?;
        }
        let scenarios = reader.scenarios;
        let mut names = BTreeSet::new();
        for scenario in &scenarios {
            let at = |problem: &str| format!("{}: “{}” {problem}", path.display(), scenario.title);
            if scenario.blocks.is_empty() {
                return Err(at("has no ```console block"));
            }
            if scenario.hosts.is_empty() {
                return Err(at("has no host; write “Hosts: this” below the file's title"));
            }
            if !names.insert(&scenario.name) {
                return Err(at("is there twice"));
            }
        }
        Ok(Self { path: path.to_owned(), name: name.clone(), scenarios })
    }
}

/// What has been read of a file.
struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    hosts: Vec<HostKind>,
    scenarios: Vec<Scenario>,
}

impl Reader<'_> {
    fn heading(&mut self, level: HeadingLevel, title: &str) -> Result<(), String> {
        if level == HeadingLevel::H2 {
            self.scenarios.push(Scenario {
                title: title.to_owned(),
                name: format!("{}/{}", self.name, slug(title)),
                hosts: self.hosts.clone(),
                blocks: Vec::new(),
            });
        }
        Ok(())
    }

    /// A paragraph `Hosts: …` says for which hosts; all others are prose.
    fn paragraph(&mut self, text: &str) -> Result<(), String> {
        let Some(words) = text.strip_prefix("Hosts:") else { return Ok(()) };
        let host = |word: &str| {
            let known = "this, lecture, v1 and v2";
            HostKind::parse(word.trim())
                .ok_or_else(|| format!("no host “{}”; there are {known}", word.trim()))
        };
        let hosts = words.split(',').map(host).collect::<Result<_, _>>()?;
        match self.scenarios.last_mut() {
            Some(scenario) => scenario.hosts = hosts,
            None => self.hosts = hosts,
        }
        Ok(())
    }

    fn block<'e>(
        &mut self,
        events: &mut impl Iterator<Item = (Event<'e>, Range<usize>)>,
    ) -> Result<(), String> {
        let ranges: Vec<_> = events
            .take_while(|(event, _)| *event != Event::End(TagEnd::CodeBlock))
            .map(|(_, range)| range)
            .collect();
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            return Err("an empty block".to_owned());
        };
        let range = first.start..last.end;
        let text = self.text[range.clone()].to_owned();
        let commands = commands(&text)?;
        let scenario = self.scenarios.last_mut().ok_or("a block before the first “## ” heading")?;
        scenario.blocks.push(Block { range, text, commands });
        Ok(())
    }
}

/// The plain text up to the end of a heading or paragraph.
fn plain<'e>(events: &mut impl Iterator<Item = (Event<'e>, Range<usize>)>) -> String {
    let mut text = String::new();
    for (event, _) in events {
        match event {
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph) => break,
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text
}

/// Small letters, digits and dashes.
fn slug(title: &str) -> String {
    let letters = title.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' });
    let dashed: String = letters.collect::<String>().to_ascii_lowercase();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The lines behind `$ `; those behind `> ` that follow at once belong to the same command.
fn commands(text: &str) -> Result<Vec<String>, String> {
    let mut commands: Vec<String> = Vec::new();
    let mut is_in_command = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
            is_in_command = true;
        } else if let (true, Some(more), Some(command)) =
            (is_in_command, line.strip_prefix("> "), commands.last_mut())
        {
            command.push('\n');
            command.push_str(more);
        } else if commands.is_empty() {
            return Err(format!("a block begins with “$ ” and a command, not with “{line}”"));
        } else {
            is_in_command = false;
        }
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::Document;
    use drydock_engine::host::HostKind;
    use std::path::Path;

    fn parse(text: &str) -> Result<Document, String> {
        Document::parse(Path::new("pids.md"), text)
    }

    #[test]
    fn a_file_is_scenarios_with_hosts_commands_and_outputs() {
        let text = "# Pids\n\nHosts: this, lecture\n\n## A limit, 1\n\nProse.\n\n```console\n$ echo a\na\n\
                    $ for i in 1\n> do echo $i; done\n1\n```\n\n## Two\n\nHosts: v2\n\n```console\n$ true\n```\n";
        let document = parse(text).expect("it is of the form");
        let [first, second] = document.scenarios.as_slice() else { panic!("two scenarios") };
        assert_eq!(first.name, "pids/a-limit-1");
        assert_eq!(first.hosts, [HostKind::This, HostKind::Lecture]);
        assert_eq!(first.commands().collect::<Vec<_>>(), ["echo a", "for i in 1\ndo echo $i; done"]);
        assert_eq!(&text[first.blocks[0].range.clone()], first.expected());
        assert_eq!(second.hosts, [HostKind::V2]);
    }

    #[test]
    fn what_is_not_of_the_form_is_told_with_its_place() {
        let cases = [
            ("# P\n\n## A\n\n```console\n$ true\n```\n", "no host"),
            ("# P\n\nHosts: moon\n", "no host “moon”"),
            ("# P\n\nHosts: v2\n\n## A\n\nProse.\n", "no ```console block"),
            ("# P\n\nHosts: v2\n\n## A\n\n```console\nhello\n```\n", "begins with"),
            ("# P\n\nHosts: v2\n\n```console\n$ true\n```\n", "before the first"),
            (
                "# P\n\nHosts: v2\n\n## A\n\n```console\n$ true\n```\n\n## A\n\n```console\n$ true\n```\n",
                "twice",
            ),
        ];
        for (text, words) in cases {
            let problem = parse(text).expect_err(text);
            assert!(problem.contains(words) && problem.starts_with("pids.md"), "{problem}");
        }
    }
}
