//! Arithmetic in `$(( ))`, with the 64-bit integers of the shell.

use super::expand::Failure;
use super::interpret::Interpreter;
use crate::plan::Text;
use brush_parser::ast::{
    ArithmeticExpr, ArithmeticTarget, BinaryOperator, UnaryAssignmentOperator, UnaryOperator,
};

/// Bytes of an expression.
const LONGEST: usize = 1000;

/// Operators and parentheses of an expression; the parser's stack grows with them.
const OPERATORS: usize = 40;

/// How deep a variable's value may name another variable.
const REFERENCES: u32 = 8;

impl Interpreter<'_> {
    /// Evaluates the text of `$(( ))`: parameters and substitutions in it come first.
    pub(super) fn arithmetic(&mut self, expression: &str) -> Result<i64, Failure> {
        let pieces = super::parse::here_document(expression)?;
        let text = self.expand_quoted(&pieces)?;
        let text = self.resolve(&text);
        self.evaluate(&text, 0)
    }

    fn evaluate(&mut self, text: &str, depth: u32) -> Result<i64, Failure> {
        if text.trim().is_empty() {
            return Ok(0);
        }
        let syntax = || Failure::fatal(format!("arithmetic expression: syntax error: \"{text}\""));
        if text.len() > LONGEST || depth > REFERENCES {
            return Err(Failure::fatal("arithmetic expression: too long"));
        }
        let operators = text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && *c != ')');
        if operators.count() > OPERATORS {
            return Err(Failure::fatal("arithmetic expression: too many operators"));
        }
        let parsed = brush_parser::arithmetic::parse(text).map_err(|_| syntax())?;
        self.number(&parsed, text, depth)
    }

    fn number(&mut self, expression: &ArithmeticExpr, text: &str, depth: u32) -> Result<i64, Failure> {
        match expression {
            ArithmeticExpr::Literal(number) => Ok(*number),
            ArithmeticExpr::Reference(target) => self.variable(target, depth),
            ArithmeticExpr::UnaryOp(operator, inner) => {
                let value = self.number(inner, text, depth)?;
                Ok(match operator {
                    UnaryOperator::UnaryPlus => value,
                    UnaryOperator::UnaryMinus => value.wrapping_neg(),
                    UnaryOperator::BitwiseNot => !value,
                    UnaryOperator::LogicalNot => i64::from(value == 0),
                })
            }
            ArithmeticExpr::BinaryOp(BinaryOperator::LogicalAnd, left, right) => {
                Ok(i64::from(self.number(left, text, depth)? != 0 && self.number(right, text, depth)? != 0))
            }
            ArithmeticExpr::BinaryOp(BinaryOperator::LogicalOr, left, right) => {
                Ok(i64::from(self.number(left, text, depth)? != 0 || self.number(right, text, depth)? != 0))
            }
            ArithmeticExpr::BinaryOp(operator, left, right) => {
                let (left, right) = (self.number(left, text, depth)?, self.number(right, text, depth)?);
                binary(operator, left, right, text)
            }
            ArithmeticExpr::Conditional(condition, yes, no) => {
                let chosen = if self.number(condition, text, depth)? != 0 { yes } else { no };
                self.number(chosen, text, depth)
            }
            ArithmeticExpr::Assignment(target, value) => {
                let value = self.number(value, text, depth)?;
                self.store(target, value)
            }
            ArithmeticExpr::BinaryAssignment(operator, target, value) => {
                let (old, value) = (self.variable(target, depth)?, self.number(value, text, depth)?);
                let value = binary(operator, old, value, text)?;
                self.store(target, value)
            }
            ArithmeticExpr::UnaryAssignment(operator, target) => {
                let old = self.variable(target, depth)?;
                let (value, new) = match operator {
                    UnaryAssignmentOperator::PrefixIncrement => (old.wrapping_add(1), old.wrapping_add(1)),
                    UnaryAssignmentOperator::PrefixDecrement => (old.wrapping_sub(1), old.wrapping_sub(1)),
                    UnaryAssignmentOperator::PostfixIncrement => (old, old.wrapping_add(1)),
                    UnaryAssignmentOperator::PostfixDecrement => (old, old.wrapping_sub(1)),
                };
                self.store(target, new)?;
                Ok(value)
            }
        }
    }

    fn variable(&mut self, target: &ArithmeticTarget, depth: u32) -> Result<i64, Failure> {
        let name = name(target)?;
        let Some(value) = self.shell.state.get(name).cloned() else {
            if self.shell.state.options.nounset {
                return Err(Failure::fatal(format!("{name}: unbound variable")));
            }
            return Ok(0);
        };
        let value = self.resolve(&value);
        match value.trim().parse() {
            Ok(number) if !value.trim().starts_with('0') => Ok(number),
            _ => self.evaluate(&value, depth + 1),
        }
    }

    fn store(&mut self, target: &ArithmeticTarget, value: i64) -> Result<i64, Failure> {
        self.assign(name(target)?, Text::from(value.to_string()))?;
        Ok(value)
    }
}

fn name(target: &ArithmeticTarget) -> Result<&str, Failure> {
    match target {
        ArithmeticTarget::Variable(name) => Ok(name),
        ArithmeticTarget::ArrayElement(name, _) => {
            Err(Failure::fatal(format!("{name}: arrays are not part of this shell")))
        }
    }
}

fn binary(operator: &BinaryOperator, left: i64, right: i64, text: &str) -> Result<i64, Failure> {
    let divide = |done: Option<i64>| {
        done.ok_or_else(|| Failure::fatal(format!("arithmetic expression: division by zero: \"{text}\"")))
    };
    Ok(match operator {
        BinaryOperator::Power => power(left, right)?,
        BinaryOperator::Multiply => left.wrapping_mul(right),
        BinaryOperator::Divide => divide((right != 0).then(|| left.wrapping_div(right)))?,
        BinaryOperator::Modulo => divide((right != 0).then(|| left.wrapping_rem(right)))?,
        BinaryOperator::Comma => right,
        BinaryOperator::Add => left.wrapping_add(right),
        BinaryOperator::Subtract => left.wrapping_sub(right),
        BinaryOperator::ShiftLeft => left.wrapping_shl(shift(right)),
        BinaryOperator::ShiftRight => left.wrapping_shr(shift(right)),
        BinaryOperator::LessThan => i64::from(left < right),
        BinaryOperator::LessThanOrEqualTo => i64::from(left <= right),
        BinaryOperator::GreaterThan => i64::from(left > right),
        BinaryOperator::GreaterThanOrEqualTo => i64::from(left >= right),
        BinaryOperator::Equals => i64::from(left == right),
        BinaryOperator::NotEquals => i64::from(left != right),
        BinaryOperator::BitwiseAnd => left & right,
        BinaryOperator::BitwiseXor => left ^ right,
        BinaryOperator::BitwiseOr => left | right,
        BinaryOperator::LogicalAnd => i64::from(left != 0 && right != 0),
        BinaryOperator::LogicalOr => i64::from(left != 0 || right != 0),
    })
}

/// The processor uses the lowest six bits of a shift's width.
fn shift(by: i64) -> u32 {
    u32::try_from(by & 63).unwrap_or(0)
}

fn power(base: i64, exponent: i64) -> Result<i64, Failure> {
    let exponent =
        u32::try_from(exponent).map_err(|_| Failure::fatal("arithmetic expression: exponent less than 0"))?;
    Ok(base.wrapping_pow(exponent))
}
