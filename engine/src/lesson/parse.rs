//! From Markdown to a [`Lesson`]. Errors name the line.

use super::{Block, Condition, Goal, Inline, Lesson};
use crate::host::HostKind;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a file is no lesson.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}")]
pub struct LessonError {
    /// The lesson.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads a lesson.
///
/// # Errors
/// When the head, a block or a condition is not of the form, with its line.
pub fn parse(id: &str, text: &str) -> Result<Lesson, LessonError> {
    let error = |line, message: String| LessonError { file: format!("{id}.md"), line, message };
    let (head, body, body_line) = split_head(text).ok_or_else(|| {
        error(
            1,
            "a lesson begins with a head between two lines of \"---\": title, host, minutes, summary".into(),
        )
    })?;
    let field =
        |name: &str| head.get(name).cloned().ok_or_else(|| error(1, format!("the head has no \"{name}:\"")));
    let host = HostKind::parse(&field("host")?);
    let host = host.ok_or_else(|| error(1, "\"host:\" is lecture, v1 or v2".into()))?;
    let minutes = field("minutes")?.parse();
    let minutes = minutes.map_err(|_| error(1, "\"minutes:\" is a whole number".into()))?;
    let mut reader = Reader { id, body, body_line, blocks: Vec::new() };
    reader.read()?;
    Ok(Lesson {
        id: id.to_owned(),
        title: field("title")?,
        host,
        minutes,
        summary: field("summary")?,
        blocks: reader.blocks,
    })
}

/// The fields of the head, the rest of the text, and the line that the rest begins on.
fn split_head(text: &str) -> Option<(BTreeMap<String, String>, &str, usize)> {
    let rest = text.strip_prefix("---\n")?;
    let (head, body) = rest.split_once("\n---\n")?;
    let pairs = head.lines().filter_map(|line| line.split_once(':'));
    let fields = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    Some((fields, body, head.lines().count() + 3))
}

struct Reader<'a> {
    id: &'a str,
    body: &'a str,
    body_line: usize,
    blocks: Vec<Block>,
}

impl Reader<'_> {
    fn error(&self, offset: usize, message: impl Into<String>) -> LessonError {
        let line = self.body_line + self.body[..offset].matches('\n').count();
        LessonError { file: format!("{}.md", self.id), line, message: message.into() }
    }

    fn read(&mut self) -> Result<(), LessonError> {
        let body = self.body;
        let mut events = Parser::new_ext(body, Options::empty()).into_offset_iter();
        while let Some((event, range)) = events.next() {
            let mut next = || events.next().map(|(event, _)| event);
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let block = Block::Heading(level_number(level), inlines(&mut next));
                    self.blocks.push(block);
                }
                Event::Start(Tag::Paragraph) => self.blocks.push(Block::Paragraph(inlines(&mut next))),
                Event::Start(Tag::List(_)) => self.blocks.push(Block::List(list(&mut next))),
                Event::Start(Tag::BlockQuote(_)) => self.blocks.push(Block::Note(quote(&mut next))),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                    let text = code(&mut next);
                    self.fence(&kind, &text, range.start)?;
                }
                other => {
                    return Err(self.error(range.start, format!("lessons have no {}", event_name(&other))));
                }
            }
        }
        Ok(())
    }

    fn fence(&mut self, kind: &str, text: &str, offset: usize) -> Result<(), LessonError> {
        let lines = || text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty());
        match kind {
            "sh" => self.blocks.push(Block::Run(lines().collect())),
            "output" => self.blocks.push(Block::Output(text.to_owned())),
            "goal" => {
                let goal = self.goal(text, offset)?;
                self.blocks.push(Block::Goal(goal));
            }
            "hint" | "solution" => {
                let Some(Block::Goal(goal)) = self.blocks.last_mut() else {
                    return Err(self.error(offset, format!("a {kind} stands behind a goal")));
                };
                if kind == "hint" {
                    goal.hints.push(hint_inlines(text));
                } else {
                    goal.solution.extend(lines());
                }
            }
            other => {
                let message =
                    format!("\"{other}\" is no kind of block; there are sh, output, goal, hint, solution");
                return Err(self.error(offset, message));
            }
        }
        Ok(())
    }

    fn goal(&self, text: &str, offset: usize) -> Result<Goal, LessonError> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let title = lines.next().ok_or_else(|| self.error(offset, "a goal has a title"))?;
        let conditions: Result<Vec<_>, _> = lines.map(Condition::parse).collect();
        let conditions = conditions.map_err(|message| self.error(offset, message))?;
        if conditions.is_empty() {
            return Err(self.error(offset, "a goal has at least one condition below its title"));
        }
        Ok(Goal { title: title.trim().to_owned(), conditions, hints: Vec::new(), solution: Vec::new() })
    }
}

fn level_number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

fn event_name(event: &Event<'_>) -> &'static str {
    match event {
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => "HTML",
        Event::Start(Tag::CodeBlock(_)) => "indented code; use a fence",
        Event::Rule => "rules",
        _ => "blocks of this kind",
    }
}

/// Reads inline text up to the end of the block or span that has been opened.
fn inlines<'e>(next: &mut dyn FnMut() -> Option<Event<'e>>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    while let Some(event) = next() {
        match event {
            Event::Text(text) => push_text(&mut out, &text),
            Event::Html(text) | Event::InlineHtml(text) => push_text(&mut out, &text),
            Event::SoftBreak | Event::HardBreak => push_text(&mut out, " "),
            Event::Code(code) => out.push(Inline::Code(code.into_string())),
            Event::Start(Tag::Emphasis) => out.push(Inline::Emphasis(inlines(next))),
            Event::Start(Tag::Strong) => out.push(Inline::Strong(inlines(next))),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let text = inlines(next);
                out.push(link(text, &dest_url));
            }
            Event::Start(_) => out.extend(inlines(next)),
            Event::End(_) => break,
            _ => {}
        }
    }
    out
}

/// Links lead to the web or to another place of the page; anything else (`javascript:`) is plain text.
fn link(text: Vec<Inline>, address: &str) -> Inline {
    let harmless = ["https://", "http://", "#"].iter().any(|start| address.starts_with(start));
    if harmless { Inline::Link(text, address.to_owned()) } else { Inline::Emphasis(text) }
}

fn push_text(out: &mut Vec<Inline>, text: &str) {
    match out.last_mut() {
        Some(Inline::Text(last)) => last.push_str(text),
        _ => out.push(Inline::Text(text.to_owned())),
    }
}

fn list<'e>(next: &mut dyn FnMut() -> Option<Event<'e>>) -> Vec<Vec<Inline>> {
    let mut rows = Vec::new();
    while let Some(event) = next() {
        match event {
            Event::Start(Tag::Item) => rows.push(inlines(next)),
            Event::End(TagEnd::List(_)) => break,
            _ => {}
        }
    }
    rows
}

fn quote<'e>(next: &mut dyn FnMut() -> Option<Event<'e>>) -> Vec<Inline> {
    let mut out = Vec::new();
    while let Some(event) = next() {
        match event {
            Event::Start(Tag::Paragraph) => {
                if !out.is_empty() {
                    push_text(&mut out, " ");
                }
                out.extend(inlines(next));
            }
            Event::End(TagEnd::BlockQuote(_)) => break,
            _ => {}
        }
    }
    out
}

fn code<'e>(next: &mut dyn FnMut() -> Option<Event<'e>>) -> String {
    let mut text = String::new();
    while let Some(event) = next() {
        match event {
            Event::Text(part) => text.push_str(&part),
            _ => break,
        }
    }
    text
}

fn hint_inlines(text: &str) -> Vec<Inline> {
    let mut events = Parser::new_ext(text.trim(), Options::empty());
    let mut next = || events.next();
    let _paragraph = next();
    inlines(&mut next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "---\ntitle: T\nhost: v1\nminutes: 3\nsummary: S\n---\n";

    #[test]
    fn blocks_are_read_in_order() {
        let text = format!(
            "{HEAD}## One\n\nText with `code` and *stress*.\n\n```sh\nls\npwd\n```\n\n```goal\nGet there\ndirectory /a\n```\n\n```hint\nUse `mkdir`.\n```\n\n```solution\nmkdir /a\n```\n"
        );
        let lesson = parse("t", &text).expect("a lesson");
        assert_eq!(lesson.host, HostKind::V1);
        assert_eq!(lesson.script(), ["ls", "pwd", "mkdir /a"]);
        let goal = lesson.goals().next().expect("a goal");
        assert_eq!(goal.title, "Get there");
        assert_eq!(goal.hints[0][1], Inline::Code("mkdir".into()));
        assert_eq!(lesson.blocks.len(), 4);
    }

    #[test]
    fn errors_name_the_line() {
        let wrong = |body: &str| parse("t", &format!("{HEAD}{body}")).expect_err("is refused");
        assert_eq!(wrong("\n```nope\nx\n```\n").line, 8);
        assert!(wrong("```goal\nG\nfrobs /a\n```\n").message.contains("frobs"));
        assert!(wrong("<script>alert(1)</script>\n").message.contains("HTML"));
        assert!(wrong("```hint\nx\n```\n").message.contains("behind a goal"));
        assert_eq!(parse("t", "no head").expect_err("is refused").line, 1);
    }

    #[test]
    fn a_link_that_could_run_something_is_no_link() {
        let lesson = parse("t", &format!("{HEAD}[x](javascript:alert(1))\n")).expect("a lesson");
        assert_eq!(lesson.blocks, [Block::Paragraph(vec![Inline::Emphasis(vec![Inline::Text("x".into())])])]);
    }
}
