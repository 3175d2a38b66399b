//! Expansion of words: tilde, parameters, command substitution, arithmetic, then fields, paths, quote removal.

use super::Hint;
use super::fields::{Bit, Origin, join, push_text, split};
use super::interpret::Interpreter;
use super::limits::VALUE_BYTES;
use super::parse;
use super::pattern::Pattern;
use crate::plan::Text;
use brush_parser::word::{
    Parameter, ParameterExpr, SpecialParameter, TildeExpr, WordPiece, WordPieceWithSource,
};

/// Why a word could not be expanded, or a redirection not be made: what the shell prints.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// The message without the shell's name. Empty where it has been printed already.
    pub(super) message: String,
    /// True where the rest of the line is not run.
    pub(super) fatal: bool,
    /// Help beyond the message.
    pub(super) hint: Option<Hint>,
}

impl Failure {
    /// The command is not run, the line goes on.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), fatal: false, hint: None }
    }

    /// The line ends here.
    pub(super) fn fatal(message: impl Into<String>) -> Self {
        Self { message: message.into(), fatal: true, hint: None }
    }
}

impl From<parse::SyntaxError> for Failure {
    fn from(error: parse::SyntaxError) -> Self {
        Self::fatal(error.message)
    }
}

impl Interpreter<'_> {
    /// Expands words to fields, as for the arguments of a command.
    pub(super) fn expand_words<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Result<Vec<Text>, Failure> {
        let mut all = Vec::new();
        let mut bytes = 0_usize;
        for word in words {
            for alternative in braces(word) {
                let bits = self.expand_bits(&alternative)?;
                let ifs = self.shell.state.ifs();
                for field in split(bits, &ifs) {
                    all.extend(self.expand_paths(&field));
                }
            }
            bytes += all.last().map_or(0, |text| self.resolve(text).len());
            if bytes > VALUE_BYTES || all.len() > VALUE_BYTES / 16 {
                return Err(Failure::fatal("argument list too long"));
            }
        }
        Ok(all)
    }

    /// Expands a word to one text, without splitting: assignments, redirections, `case`.
    pub(super) fn expand_to_text(&mut self, word: &str) -> Result<Text, Failure> {
        let bits = self.expand_bits(word)?;
        Ok(join(&bits))
    }

    /// Expands a word to a pattern.
    pub(super) fn expand_to_pattern(&mut self, word: &str) -> Result<Pattern, Failure> {
        let bits = self.expand_bits(word)?;
        Ok(Pattern::compile(&self.resolve_bits(bits)))
    }

    /// Expands pieces as in double quotes, to one text.
    pub(super) fn expand_quoted(&mut self, pieces: &[WordPieceWithSource]) -> Result<Text, Failure> {
        let mut bits = Vec::new();
        self.expand_pieces(pieces, true, &mut bits)?;
        Ok(join(&bits))
    }

    /// Replaces pids by their digits, which patterns are matched on.
    fn resolve_bits(&self, bits: Vec<Bit>) -> Vec<Bit> {
        let mut resolved = Vec::with_capacity(bits.len());
        for bit in bits {
            match bit {
                Bit::Pid(actor) => {
                    let digits = self.resolve(&Text::pid_of(&actor));
                    resolved.extend(digits.chars().map(|c| Bit::Char(c, Origin::Quoted)));
                }
                other => resolved.push(other),
            }
        }
        resolved
    }

    fn expand_bits(&mut self, word: &str) -> Result<Vec<Bit>, Failure> {
        let pieces = parse::word(word)?;
        let mut bits = Vec::new();
        self.expand_pieces(&pieces, false, &mut bits)?;
        if bits.len() > VALUE_BYTES {
            return Err(Failure::fatal("word too long"));
        }
        Ok(bits)
    }

    /// Expands a word inside `${x:-word}`, where the quotes around it count.
    pub(super) fn expand_inner(
        &mut self,
        word: &str,
        quoted: bool,
        bits: &mut Vec<Bit>,
    ) -> Result<(), Failure> {
        let pieces = parse::word(word)?;
        let start = bits.len();
        self.expand_pieces(&pieces, quoted, bits)?;
        for bit in bits.iter_mut().skip(start) {
            // Unquoted text of a default is split like the value it stands for.
            if let Bit::Char(c, Origin::Literal) = *bit {
                *bit = Bit::Char(c, Origin::Expanded);
            }
        }
        Ok(())
    }

    fn expand_pieces(
        &mut self,
        pieces: &[WordPieceWithSource],
        quoted: bool,
        bits: &mut Vec<Bit>,
    ) -> Result<(), Failure> {
        for piece in pieces {
            self.expand_piece(&piece.piece, quoted, bits)?;
        }
        Ok(())
    }

    fn expand_piece(&mut self, piece: &WordPiece, quoted: bool, bits: &mut Vec<Bit>) -> Result<(), Failure> {
        let literal = if quoted { Origin::Quoted } else { Origin::Literal };
        let expanded = if quoted { Origin::Quoted } else { Origin::Expanded };
        match piece {
            WordPiece::Text(text) => bits.extend(text.chars().map(|c| Bit::Char(c, literal))),
            WordPiece::SingleQuotedText(text) => {
                bits.push(Bit::Quote);
                bits.extend(text.chars().map(|c| Bit::Char(c, Origin::Quoted)));
            }
            WordPiece::AnsiCQuotedText(text) => {
                bits.push(Bit::Quote);
                let text =
                    super::commands::escape::backslashes(text, super::commands::escape::Style::Quote).0;
                bits.extend(text.chars().map(|c| Bit::Char(c, Origin::Quoted)));
            }
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                if !is_all_arguments(inner) {
                    bits.push(Bit::Quote);
                }
                self.expand_pieces(inner, true, bits)?;
            }
            WordPiece::TildeExpansion(tilde) => {
                let home = self.tilde(tilde);
                push_text(bits, &home, Origin::Quoted);
            }
            WordPiece::ParameterExpansion(expression) => self.parameter(expression, quoted, bits)?,
            WordPiece::CommandSubstitution(command) => {
                let text = self.substitute(command)?;
                push_text(bits, &text, expanded);
            }
            WordPiece::BackquotedCommandSubstitution(command) => {
                let text = self.substitute(&unescape_backquoted(command))?;
                push_text(bits, &text, expanded);
            }
            WordPiece::EscapeSequence(sequence) => {
                let escaped = sequence.chars().nth(1).filter(|c| *c != '\n');
                bits.extend(escaped.map(|c| Bit::Char(c, Origin::Quoted)));
            }
            WordPiece::ArithmeticExpression(expression) => {
                let number = self.arithmetic(&expression.value)?;
                push_text(bits, &Text::from(number.to_string()), expanded);
            }
        }
        Ok(())
    }

    fn tilde(&self, tilde: &TildeExpr) -> Text {
        let variable = |name: &str, otherwise: &str| {
            self.shell.state.get(name).cloned().unwrap_or_else(|| Text::from(otherwise))
        };
        match tilde {
            TildeExpr::Home => variable("HOME", "~"),
            TildeExpr::UserHome(user) if user == "root" => Text::from("/root"),
            TildeExpr::UserHome(user) => Text::from(format!("~{user}")),
            TildeExpr::WorkingDir => variable("PWD", "~+"),
            TildeExpr::OldWorkingDir => variable("OLDPWD", "~-"),
            TildeExpr::NthDirFromTopOfDirStack { n, plus_used } => {
                Text::from(format!("~{}{n}", if *plus_used { "+" } else { "" }))
            }
            TildeExpr::NthDirFromBottomOfDirStack { n } => Text::from(format!("~-{n}")),
        }
    }

    /// Runs the command of `$( )` and gives what it prints, without newlines at the end.
    fn substitute(&mut self, command: &str) -> Result<Text, Failure> {
        let program = parse::program(command)?;
        let sink = self.start_capture();
        let saved = self.shell.state.clone();
        let io = std::mem::replace(&mut self.io.stdout, sink);
        let flow = self.in_copy(|interpreter| interpreter.program_items(&program));
        self.io.stdout = io;
        let text = self.take_capture();
        let status = self.shell.state.status;
        self.shell.state = saved;
        self.shell.state.status = status;
        self.substituted = true;
        if flow.is_abort() {
            return Err(Failure::fatal(String::new()));
        }
        Ok(trim_newlines(&text))
    }
}

/// True for what stands in `"$@"`.
fn is_all_arguments(pieces: &[WordPieceWithSource]) -> bool {
    let all = SpecialParameter::AllPositionalParameters { concatenate: false };
    matches!(pieces, [one] if matches!(&one.piece,
        WordPiece::ParameterExpansion(ParameterExpr::Parameter { parameter: Parameter::Special(special), .. })
        if special.to_string() == all.to_string()))
}

fn unescape_backquoted(command: &str) -> String {
    let mut plain = String::with_capacity(command.len());
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next @ ('\\' | '$' | '`')) if c == '\\' => {
                plain.push(*next);
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// Takes the newlines off the end.
pub(super) fn trim_newlines(text: &Text) -> Text {
    let mut pieces = text.pieces().to_vec();
    if let Some(crate::plan::Piece::Literal(last)) = pieces.last_mut() {
        let kept = last.trim_end_matches('\n').len();
        last.truncate(kept);
    }
    pieces.into_iter().collect()
}

/// Brace expansion, `{a,b}` and `{1..3}`, as people who know bash expect it. At most 1,000 words.
fn braces(word: &str) -> Vec<String> {
    let plain = || vec![word.to_owned()];
    if !word.contains('{') || !(word.contains(',') || word.contains("..")) || word.len() > 1000 {
        return plain();
    }
    // `${x:-{a,b}}` and quotes are left to the word parser.
    if word.contains(['$', '\'', '"', '`', '\\']) {
        return plain();
    }
    let mut done = Vec::new();
    let mut open = vec![word.to_owned()];
    while let Some(next) = open.pop() {
        match one_brace(&next) {
            Some(words) => open.extend(words.into_iter().rev()),
            None => done.push(next),
        }
        if done.len() + open.len() > 1000 {
            return plain();
        }
    }
    done
}

/// Expands the first brace that can be; inner braces come first.
fn one_brace(word: &str) -> Option<Vec<String>> {
    let mut start = None;
    for (index, c) in word.char_indices() {
        match (c, start) {
            ('{', _) => start = Some(index),
            ('}', Some(from)) => {
                if let Some(members) = members(&word[from + 1..index]) {
                    let (head, tail) = (&word[..from], &word[index + 1..]);
                    return Some(members.iter().map(|member| format!("{head}{member}{tail}")).collect());
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

fn members(inner: &str) -> Option<Vec<String>> {
    if inner.contains(',') {
        return Some(inner.split(',').map(str::to_owned).collect());
    }
    let (from, to) = inner.split_once("..")?;
    let (from, to): (i32, i32) = (from.parse().ok()?, to.parse().ok()?);
    if from.abs_diff(to) > 1000 {
        return None;
    }
    let numbers = from.min(to)..=from.max(to);
    let words = numbers.map(|number| number.to_string());
    Some(if from <= to { words.collect() } else { words.rev().collect() })
}
