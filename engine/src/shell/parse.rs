//! From a line to a syntax tree, and what a shell says where that fails.
//!
//! brush-parser does the grammar. Before it sees a line, the line is scanned for what a recursive parser could
//! be hurt by: length, nesting, numbers that overflow.

use super::Hint;
use super::limits::{LINE_BYTES, NESTING, PARENTHESES, QUOTES, WORD_NESTING};
use brush_parser::ast::Program;
use brush_parser::word::WordPieceWithSource;
use brush_parser::{ParseError, Parser, ParserOptions, TokenizerError};

/// Why a line is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// What a shell prints, without the shell's name.
    pub(super) message: String,
    /// More lines could make it whole.
    pub(super) incomplete: bool,
    /// Help beyond the message.
    pub(super) hint: Option<Hint>,
}

impl SyntaxError {
    fn wrong(message: impl Into<String>) -> Self {
        Self { message: message.into(), incomplete: false, hint: None }
    }

    fn unfinished(message: impl Into<String>) -> Self {
        Self { message: message.into(), incomplete: true, hint: None }
    }
}

/// Options for the parser: bash's tokens are understood, extended globs are not.
pub(super) fn options() -> ParserOptions {
    ParserOptions { enable_extended_globbing: false, ..ParserOptions::default() }
}

/// Parses a line.
pub(super) fn program(line: &str) -> Result<Program, SyntaxError> {
    if line.len() > LINE_BYTES {
        return Err(SyntaxError::wrong("line too long"));
    }
    check_shape(line, NESTING)?;
    let mut parser = Parser::new(line.as_bytes(), &options());
    parser.parse_program().map_err(|error| explain(line, &error))
}

/// Parses the pieces of a word.
pub(super) fn word(word: &str) -> Result<Vec<WordPieceWithSource>, SyntaxError> {
    check_shape(word, WORD_NESTING)?;
    brush_parser::word::parse(word, &options())
        .map_err(|_| SyntaxError::wrong(format!("{word}: bad substitution")))
}

/// Parses the text of a here-document, in which quotes mean nothing.
pub(super) fn here_document(text: &str) -> Result<Vec<WordPieceWithSource>, SyntaxError> {
    check_shape(text, WORD_NESTING)?;
    brush_parser::word::parse_heredoc(text, &options())
        .map_err(|_| SyntaxError::wrong("bad substitution in here-document"))
}

/// Refuses what could hurt a recursive parser: deep nesting, and digits that overflow where it takes a number.
fn check_shape(text: &str, limit: u32) -> Result<(), SyntaxError> {
    let mut brackets = Depth::default();
    let mut parentheses = Depth::default();
    let (mut digits, mut quotes) = (0_u32, 0_u32);
    // The parser takes the digits in `9>file` and in `~9` for numbers of 32 bits.
    let mut after_tilde = false;
    for c in text.chars() {
        let longest = match c {
            '<' | '>' => 9,
            _ if after_tilde => 9,
            // `{1..5}`; a plain word may have any number of digits.
            _ if brackets.now > 0 => 18,
            _ => u32::MAX,
        };
        if digits > longest {
            return Err(SyntaxError::wrong("number too long"));
        }
        if c.is_ascii_digit() {
            digits += 1;
        } else {
            after_tilde = c == '~' || after_tilde && digits == 0 && matches!(c, '+' | '-');
            digits = 0;
        }
        match c {
            '(' => parentheses.open(),
            ')' => parentheses.close(),
            '{' | '[' => brackets.open(),
            '}' | ']' => brackets.close(),
            '"' | '`' => quotes += 1,
            _ => {}
        }
    }
    if digits > if after_tilde { 9 } else { u32::MAX } {
        return Err(SyntaxError::wrong("number too long"));
    }
    let mut compounds = Depth::default();
    for word in text.split(|c: char| c.is_whitespace() || ";&|()".contains(c)) {
        match word {
            "if" | "while" | "until" | "for" | "case" => compounds.open(),
            "fi" | "done" | "esac" => compounds.close(),
            _ => {}
        }
    }
    let deepest = brackets.deepest + parentheses.deepest + compounds.deepest;
    if deepest > limit || parentheses.deepest > PARENTHESES || quotes > QUOTES {
        return Err(SyntaxError::wrong("syntax error: commands are nested too deep"));
    }
    Ok(())
}

/// How deep brackets are open, and were at most.
#[derive(Default)]
struct Depth {
    now: u32,
    deepest: u32,
}

impl Depth {
    fn open(&mut self) {
        self.now += 1;
        self.deepest = self.deepest.max(self.now);
    }

    fn close(&mut self) {
        self.now = self.now.saturating_sub(1);
    }
}

fn explain(line: &str, error: &ParseError) -> SyntaxError {
    match error {
        ParseError::ParsingAtEndOfInput => match misplaced(line) {
            Some(word) => SyntaxError::wrong(format!("syntax error near unexpected token `{word}'")),
            None => SyntaxError::unfinished("syntax error: unexpected end of file"),
        },
        ParseError::ParsingNear(position) => {
            let token = token_at(line, position.index);
            SyntaxError::wrong(format!("syntax error near unexpected token `{token}'"))
        }
        ParseError::Tokenizing { inner, .. } => explain_token(inner),
    }
}

fn explain_token(error: &TokenizerError) -> SyntaxError {
    let expected = match error {
        TokenizerError::UnterminatedSingleQuote(_) | TokenizerError::UnterminatedAnsiCQuote(_) => "'",
        TokenizerError::UnterminatedDoubleQuote(_) => "\"",
        TokenizerError::UnterminatedBackquote(_) => "`",
        TokenizerError::UnterminatedCommandSubstitution | TokenizerError::UnterminatedExpansion => ")",
        TokenizerError::UnterminatedVariable => "}",
        TokenizerError::UnterminatedEscapeSequence => {
            return SyntaxError::unfinished("syntax error: unexpected end of file");
        }
        TokenizerError::UnterminatedHereDocuments(..) => {
            return SyntaxError::unfinished("here-document delimited by end-of-file");
        }
        _ => return SyntaxError::wrong("syntax error near unexpected token `newline'"),
    };
    SyntaxError::unfinished(format!("unexpected EOF while looking for matching `{expected}'"))
}

/// The token that starts at a character of the line.
fn token_at(line: &str, index: usize) -> String {
    const OPERATORS: [&str; 17] =
        ["&&", "||", ";;", "<<-", "<<", ">>", "<&", ">&", "<>", ">|", "&", "|", ";", "<", ">", "(", ")"];
    let rest: String = line.chars().skip(index).collect();
    if rest.starts_with('\n') || rest.is_empty() {
        return "newline".to_owned();
    }
    if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        return (*operator).to_owned();
    }
    rest.chars().take_while(|c| !c.is_whitespace() && !";&|<>()".contains(*c)).take(60).collect()
}

/// A reserved word that ends or continues what was never begun: more lines would not help.
fn misplaced(line: &str) -> Option<String> {
    let tokens = brush_parser::uncached_tokenize_str(line, &options().tokenizer_options()).ok()?;
    let mut open: Vec<&str> = Vec::new();
    let mut command_follows = true;
    for token in &tokens {
        let word = token.to_str();
        let allowed = match word {
            _ if !command_follows && word != ")" => true,
            "then" | "else" | "elif" | "fi" => open.last() == Some(&"if"),
            "do" => matches!(open.last(), Some(&("while" | "until" | "for"))),
            "done" => matches!(open.last(), Some(&("while" | "until" | "for"))),
            "esac" => open.last() == Some(&"case"),
            "}" => open.last() == Some(&"{"),
            ")" => matches!(open.last(), Some(&("(" | "case"))),
            _ => true,
        };
        if !allowed {
            return Some(word.to_owned());
        }
        match word {
            "if" | "while" | "until" | "for" | "case" | "{" if command_follows => open.push(word),
            "(" => open.push(word),
            "fi" | "done" | "esac" | "}" if command_follows => drop(open.pop()),
            ")" if open.last() == Some(&"(") => drop(open.pop()),
            _ => {}
        }
        let opens = ["if", "then", "else", "elif", "while", "until", "do", "{", "!", "(", ")", "in"];
        let separates = [";", "&", "|", "&&", "||", "\n", ";;"];
        command_follows = separates.contains(&word)
            || (command_follows || word == ")" || word == "(") && opens.contains(&word);
    }
    None
}
