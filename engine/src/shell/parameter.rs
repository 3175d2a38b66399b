//! Parameters and what may be done to them in `${…}`.

use super::expand::Failure;
use super::fields::{Bit, Origin, push_text};
use super::interpret::Interpreter;
use super::pattern::Pattern;
use crate::plan::Text;
use brush_parser::word::{Parameter, ParameterExpr, ParameterTestType, SpecialParameter, SubstringMatchKind};

/// What a parameter is before anything is done to it.
enum Value {
    /// Not set.
    Unset,
    /// One value.
    One(Text),
    /// `$@` or, joined, `$*`.
    All { joined: bool },
}

impl Interpreter<'_> {
    /// Expands a parameter expression.
    pub(super) fn parameter(
        &mut self,
        expression: &ParameterExpr,
        quoted: bool,
        bits: &mut Vec<Bit>,
    ) -> Result<(), Failure> {
        match expression {
            ParameterExpr::Parameter { parameter, indirect: false } => self.plain(parameter, quoted, bits),
            ParameterExpr::UseDefaultValues { parameter, test_type, default_value, .. } => {
                if self.is_missing(parameter, test_type) {
                    return self.expand_inner(default_value.as_deref().unwrap_or(""), quoted, bits);
                }
                self.plain(parameter, quoted, bits)
            }
            ParameterExpr::AssignDefaultValues { parameter, test_type, default_value, .. } => {
                if self.is_missing(parameter, test_type) {
                    self.assign_default(parameter, default_value.as_deref().unwrap_or(""))?;
                }
                self.plain(parameter, quoted, bits)
            }
            ParameterExpr::IndicateErrorIfNullOrUnset { parameter, test_type, error_message, .. } => {
                if self.is_missing(parameter, test_type) {
                    return Err(self.missing(parameter, error_message.as_deref()));
                }
                self.plain(parameter, quoted, bits)
            }
            ParameterExpr::UseAlternativeValue { parameter, test_type, alternative_value, .. } => {
                if self.is_missing(parameter, test_type) {
                    return Ok(());
                }
                self.expand_inner(alternative_value.as_deref().unwrap_or(""), quoted, bits)
            }
            other => {
                let text = self.computed(other)?;
                push_text(bits, &text, if quoted { Origin::Quoted } else { Origin::Expanded });
                Ok(())
            }
        }
    }

    /// The forms that give one new text.
    fn computed(&mut self, expression: &ParameterExpr) -> Result<Text, Failure> {
        use ParameterExpr as E;
        let text = match expression {
            E::ParameterLength { parameter, .. } => self.string(parameter)?.chars().count().to_string(),
            E::RemoveSmallestSuffixPattern { parameter, pattern, .. } => {
                self.cut(parameter, pattern.as_deref(), false, false)?
            }
            E::RemoveLargestSuffixPattern { parameter, pattern, .. } => {
                self.cut(parameter, pattern.as_deref(), false, true)?
            }
            E::RemoveSmallestPrefixPattern { parameter, pattern, .. } => {
                self.cut(parameter, pattern.as_deref(), true, false)?
            }
            E::RemoveLargestPrefixPattern { parameter, pattern, .. } => {
                self.cut(parameter, pattern.as_deref(), true, true)?
            }
            E::Substring { parameter, offset, length, .. } => {
                let value: Vec<char> = self.string(parameter)?.chars().collect();
                let offset = self.arithmetic(&offset.value)?;
                let length = length.as_ref().map(|length| self.arithmetic(&length.value)).transpose()?;
                substring(&value, offset, length)
            }
            E::ReplaceSubstring { parameter, pattern, replacement, match_kind, .. } => {
                let value: Vec<char> = self.string(parameter)?.chars().collect();
                let pattern = self.expand_to_pattern(pattern)?;
                let replacement = self.expand_to_text(replacement.as_deref().unwrap_or(""))?;
                replace(&value, &pattern, &self.resolve(&replacement), match_kind)
            }
            _ => return Err(Failure::fatal("bad substitution: this form is not part of this shell")),
        };
        Ok(Text::from(text))
    }

    fn plain(&mut self, parameter: &Parameter, quoted: bool, bits: &mut Vec<Bit>) -> Result<(), Failure> {
        let origin = if quoted { Origin::Quoted } else { Origin::Expanded };
        match self.value(parameter) {
            Value::Unset => self.check_set(parameter)?,
            Value::One(text) => push_text(bits, &text, origin),
            Value::All { joined } => self.push_arguments(joined, quoted, bits),
        }
        Ok(())
    }

    fn push_arguments(&self, joined: bool, quoted: bool, bits: &mut Vec<Bit>) {
        let separator = self.shell.state.ifs().chars().next();
        for (index, argument) in self.shell.state.arguments.iter().enumerate() {
            if index > 0 && joined && quoted {
                bits.extend(separator.map(|c| Bit::Char(c, Origin::Quoted)));
            } else if index > 0 {
                bits.push(Bit::Break);
            }
            if quoted && !joined {
                bits.push(Bit::Quote);
            }
            push_text(bits, argument, if quoted { Origin::Quoted } else { Origin::Expanded });
        }
    }

    fn value(&self, parameter: &Parameter) -> Value {
        let state = &self.shell.state;
        let maybe = |text: Option<Text>| text.map_or(Value::Unset, Value::One);
        match parameter {
            Parameter::Positional(0) => Value::One(Text::from("sh")),
            Parameter::Positional(number) => {
                let index = usize::try_from(*number).unwrap_or(usize::MAX) - 1;
                maybe(state.arguments.get(index).cloned())
            }
            Parameter::Named(name) => maybe(state.get(name).cloned()),
            Parameter::NamedWithIndex { .. } | Parameter::NamedWithAllIndices { .. } => Value::Unset,
            Parameter::Special(special) => match special {
                SpecialParameter::AllPositionalParameters { concatenate } => {
                    Value::All { joined: *concatenate }
                }
                SpecialParameter::PositionalParameterCount => {
                    Value::One(Text::from(state.arguments.len().to_string()))
                }
                SpecialParameter::LastExitStatus => Value::One(Text::from(state.status.to_string())),
                SpecialParameter::CurrentOptionFlags => Value::One(Text::from(self.option_letters())),
                // A subshell's `$$` is the main shell's pid: POSIX 2.5.2.
                SpecialParameter::ProcessId => Value::One(Text::pid_of(&state.main)),
                SpecialParameter::LastBackgroundProcessId => {
                    maybe(state.last_background.as_ref().map(Text::pid_of))
                }
                SpecialParameter::ShellName => Value::One(Text::from("sh")),
            },
        }
    }

    fn option_letters(&self) -> String {
        let options = self.shell.state.options;
        let letters = [
            (options.errexit, 'e'),
            (options.noglob, 'f'),
            (self.shell.interactive, 'i'),
            (options.nounset, 'u'),
            (options.xtrace, 'x'),
        ];
        letters.iter().filter(|(on, _)| *on).map(|(_, letter)| letter).collect()
    }

    fn is_missing(&self, parameter: &Parameter, test: &ParameterTestType) -> bool {
        let empty_counts = matches!(test, ParameterTestType::UnsetOrNull);
        match self.value(parameter) {
            Value::Unset => true,
            Value::One(text) => empty_counts && text.is_empty(),
            Value::All { .. } => self.shell.state.arguments.iter().all(Text::is_empty),
        }
    }

    fn assign_default(&mut self, parameter: &Parameter, word: &str) -> Result<(), Failure> {
        let Parameter::Named(name) = parameter else {
            return Err(Failure::fatal(format!("{parameter}: cannot assign in this way")));
        };
        let value = self.expand_to_text(word)?;
        self.assign(name, value)
    }

    fn missing(&mut self, parameter: &Parameter, message: Option<&str>) -> Failure {
        let name = name_of(parameter);
        let message = match message.map(|message| self.expand_to_text(message)) {
            Some(Ok(message)) => self.resolve(&message),
            _ => "parameter null or not set".to_owned(),
        };
        Failure::fatal(format!("{name}: {message}"))
    }

    /// With `set -u`, what is not set is an error.
    fn check_set(&self, parameter: &Parameter) -> Result<(), Failure> {
        if self.shell.state.options.nounset {
            return Err(Failure::fatal(format!("{}: unbound variable", name_of(parameter))));
        }
        Ok(())
    }

    /// A parameter's value as characters.
    fn string(&mut self, parameter: &Parameter) -> Result<String, Failure> {
        Ok(match self.value(parameter) {
            Value::Unset => {
                self.check_set(parameter)?;
                String::new()
            }
            Value::One(text) => self.resolve(&text),
            Value::All { .. } => {
                let words: Vec<_> =
                    self.shell.state.arguments.iter().map(|text| self.resolve(text)).collect();
                words.join(" ")
            }
        })
    }

    /// Cuts what matches off the start or the end, as little or as much as possible.
    fn cut(
        &mut self,
        parameter: &Parameter,
        pattern: Option<&str>,
        from_start: bool,
        largest: bool,
    ) -> Result<String, Failure> {
        let value: Vec<char> = self.string(parameter)?.chars().collect();
        let pattern = self.expand_to_pattern(pattern.unwrap_or(""))?;
        let mut lengths: Vec<usize> = (0..=value.len().min(4096)).collect();
        if largest {
            lengths.reverse();
        }
        for length in lengths {
            let (part, rest) = if from_start {
                value.split_at(length)
            } else {
                let (rest, part) = value.split_at(value.len() - length);
                (part, rest)
            };
            if pattern.matches(part) {
                return Ok(rest.iter().collect());
            }
        }
        Ok(value.iter().collect())
    }
}

/// The name as it is typed behind the `$`.
fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named(name) => name.clone(),
        other => other.to_string().trim_start_matches('$').to_owned(),
    }
}

fn substring(value: &[char], offset: i64, length: Option<i64>) -> String {
    let count = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let end = match length {
        None => count,
        Some(length) if length < 0 => (count + length).max(start),
        Some(length) => start.saturating_add(length).min(count),
    };
    let (skip, take) = (usize::try_from(start).unwrap_or(0), usize::try_from(end - start).unwrap_or(0));
    value.iter().skip(skip).take(take).collect()
}

fn replace(value: &[char], pattern: &Pattern, by: &str, kind: &SubstringMatchKind) -> String {
    let value = &value[..value.len().min(4096)];
    let mut result = String::new();
    let mut at = 0;
    let mut done = false;
    while at < value.len() {
        let tail = &value[at..];
        let allowed = !done
            && match kind {
                SubstringMatchKind::Prefix => at == 0,
                SubstringMatchKind::Suffix => true,
                SubstringMatchKind::FirstOccurrence | SubstringMatchKind::Anywhere => true,
            };
        let lengths =
            if matches!(kind, SubstringMatchKind::Suffix) { tail.len()..=tail.len() } else { 1..=tail.len() };
        let matched =
            if allowed { lengths.rev().find(|length| pattern.matches(&tail[..*length])) } else { None };
        match matched {
            Some(length) if length > 0 => {
                result.push_str(by);
                at += length;
                done = !matches!(kind, SubstringMatchKind::Anywhere);
            }
            _ => {
                result.push(value[at]);
                at += 1;
            }
        }
    }
    result
}
