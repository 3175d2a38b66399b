//! The kernel's ways to read what is written into a file: numbers (lib/kstrtox.c), amounts of memory
//! (lib/cmdline.c, memparse) and lists of CPUs (lib/bitmap-str.c).

use crate::plan::Errno;
use std::collections::BTreeSet;

/// Why a text is no number for the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberError {
    /// `EINVAL`: not in the form of a number.
    Invalid,
    /// `ERANGE`: does not fit.
    Range,
    /// `EOVERFLOW`: a number in a list that does not fit into 32 bits.
    Overflow,
}

/// What the kernel takes as white space (include/linux/ctype.h), as far as it is ASCII.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

/// strstrip(): without white space at both ends.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The base that the kernel reads a number in if none is given, and the digits behind the prefix.
fn radix(text: &str) -> (u32, &str) {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hex {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_hexdigit()) => (16, digits),
        _ if text.starts_with('0') => (8, text),
        _ => (10, text),
    }
}

/// kstrtoull(text, 0, …): one `+` and one newline at the end are allowed, blanks are not.
pub(super) fn unsigned(text: &str) -> Result<u64, NumberError> {
    magnitude(text.strip_prefix('+').unwrap_or(text))
}

fn magnitude(text: &str) -> Result<u64, NumberError> {
    let (base, rest) = radix(text);
    let end = rest.find(|c: char| !c.is_digit(base)).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    if digits.is_empty() {
        return Err(NumberError::Invalid);
    }
    // _kstrtoull(): digits that do not fit are found before what follows them is looked at.
    let value = u64::from_str_radix(digits, base).map_err(|_| NumberError::Range)?;
    if rest.is_empty() || rest == "\n" { Ok(value) } else { Err(NumberError::Invalid) }
}

/// kstrtoll(text, 0, …).
pub(super) fn signed(text: &str) -> Result<i64, NumberError> {
    match text.strip_prefix('-') {
        Some(rest) => 0_i64.checked_sub_unsigned(magnitude(rest)?).ok_or(NumberError::Range),
        None => i64::try_from(unsigned(text)?).map_err(|_| NumberError::Range),
    }
}

/// kstrtoint(text, 0, …).
pub(super) fn int(text: &str) -> Result<i32, NumberError> {
    i32::try_from(signed(text)?).map_err(|_| NumberError::Range)
}

/// kstrtoint(strstrip(text), 0, …) of files outside of control groups.
pub(in crate::kernel) fn kstrtoint(text: &str) -> Result<i32, Errno> {
    int(strip(text)).map_err(|error| match error {
        NumberError::Invalid => Errno::EINVAL,
        NumberError::Range | NumberError::Overflow => Errno::ERANGE,
    })
}

/// memparse(): a number, then at most one of K, M, G, T, P, E. `None` if anything is left over.
///
/// Nothing at all is 0, and what does not fit into 64 bits loses its high bits; newer kernels stop at the
/// largest number instead (`saturate`).
pub(in crate::kernel) fn amount(text: &str, saturate: bool) -> Option<u64> {
    let (value, rest) = leading_amount(text, saturate);
    rest.is_empty().then_some(value)
}

/// memparse(), and what follows.
pub(super) fn leading_amount(text: &str, saturate: bool) -> (u64, &str) {
    let (base, digits) = radix(text);
    let end = digits.find(|c: char| !c.is_digit(base)).unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(end);
    let mut value = 0_u64;
    for digit in digits.chars().filter_map(|c| c.to_digit(base)) {
        let next = value.checked_mul(u64::from(base)).and_then(|v| v.checked_add(u64::from(digit)));
        value = match next {
            Some(next) => next,
            None if saturate => u64::MAX,
            None => value.wrapping_mul(u64::from(base)).wrapping_add(u64::from(digit)),
        };
    }
    let shift = match suffix.chars().next().map(|letter| letter.to_ascii_uppercase()) {
        Some('K') => 10,
        Some('M') => 20,
        Some('G') => 30,
        Some('T') => 40,
        Some('P') => 50,
        Some('E') => 60,
        _ => return (value, suffix),
    };
    (value << shift, suffix.get(1..).unwrap_or_default())
}

/// simple_strtoull(text, …, 0): the digits at the start, octal or hex by their prefix, and what follows them. Without
/// any it is 0; what does not fit loses its high bits.
pub(super) fn leading_number(text: &str) -> (u64, &str) {
    let (base, digits) = radix(text);
    let end = digits.find(|c: char| !c.is_digit(base)).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    let fold = |value: u64, digit| value.wrapping_mul(u64::from(base)).wrapping_add(u64::from(digit));
    (digits.chars().filter_map(|c| c.to_digit(base)).fold(0, fold), rest)
}

/// sscanf("%llu"): the digits at the start, and what follows them.
pub(super) fn leading_decimal(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let fold =
        |value: u64, c: char| value.wrapping_mul(10).wrapping_add(u64::from(c.to_digit(10).unwrap_or(0)));
    Some((digits.chars().fold(0, fold), rest))
}

/// bitmap_parselist(): `0-3,7`, blanks or commas between, `all`, `N` for the last, `0-7:1/2` for a pattern. A newline
/// behind a region ends the text. Bits from `bits` on do not exist.
pub(super) fn bit_list(text: &str, bits: u32) -> Result<BTreeSet<u32>, NumberError> {
    let mut set = BTreeSet::new();
    let mut rest = text.trim_start_matches(ends_region);
    while !rest.is_empty() {
        let region;
        (region, rest) = parse_region(rest, bits.saturating_sub(1))?;
        let Region { start, end, used, group } = region;
        if start > end || group == 0 || used > group {
            return Err(NumberError::Invalid);
        }
        if end >= bits {
            return Err(NumberError::Range);
        }
        set.extend((start..=end).filter(|bit| (bit - start) % group < used));
        rest = rest.trim_start_matches(ends_region);
    }
    Ok(set)
}

/// From one bit to another, of each group so many.
struct Region {
    start: u32,
    end: u32,
    used: u32,
    group: u32,
}

fn ends_region(c: char) -> bool {
    is_space(c) || c == ','
}

/// bitmap_parse_region(), and where the next one is looked for.
fn parse_region(text: &str, last: u32) -> Result<(Region, &str), NumberError> {
    let is_end = |rest: &str| rest.chars().next().is_none_or(ends_region);
    // Only what follows a pattern is looked at behind a newline.
    let next = |rest| if str::starts_with(rest, '\n') { "" } else { rest };
    // One more than the highest number there is is 0, a group of no bits.
    let whole = |start, end: u32| {
        let size = end.wrapping_add(1);
        Region { start, end, used: size, group: size }
    };
    let all = text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("all"));
    let (start, end, rest) = if all {
        (0, last, &text[3..])
    } else {
        let (start, rest) = bit_number(text, last)?;
        if is_end(rest) {
            return Ok((whole(start, start), next(rest)));
        }
        let (end, rest) = bit_number(rest.strip_prefix('-').ok_or(NumberError::Invalid)?, last)?;
        (start, end, rest)
    };
    if is_end(rest) {
        return Ok((whole(start, end), next(rest)));
    }
    let (used, rest) = bit_number(rest.strip_prefix(':').ok_or(NumberError::Invalid)?, last)?;
    let (group, rest) = bit_number(rest.strip_prefix('/').ok_or(NumberError::Invalid)?, last)?;
    Ok((Region { start, end, used, group }, rest))
}

fn bit_number(text: &str, last: u32) -> Result<(u32, &str), NumberError> {
    if let Some(rest) = text.strip_prefix('N') {
        return Ok((last, rest));
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Err(NumberError::Invalid);
    }
    Ok((digits.parse().map_err(|_| NumberError::Overflow)?, rest))
}

/// How the kernel prints a set of bits (`%*pbl`): `0-1,3`.
pub(super) fn format_list(set: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &bit in set {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == bit => *end = bit,
            _ => ranges.push((bit, bit)),
        }
    }
    let range = |(start, end): &(u32, u32)| {
        if start == end { start.to_string() } else { format!("{start}-{end}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::{NumberError, amount, bit_list, format_list, int, leading_number, signed, unsigned};

    #[test]
    fn numbers_as_the_kernel_reads_them() {
        use NumberError::{Invalid, Range};
        let cases = [
            ("512\n", Ok(512)),
            ("0x200", Ok(512)),
            ("0100", Ok(64)),
            ("08", Err(Invalid)),
            ("+7\n", Ok(7)),
            ("", Err(Invalid)),
            ("\n", Err(Invalid)),
            ("  77  \n", Err(Invalid)),
            ("512.5", Err(Invalid)),
            ("-1", Err(Invalid)),
            ("0", Ok(0)),
            ("0x", Err(Invalid)),
            ("18446744073709551615", Ok(u64::MAX)),
            ("18446744073709551616\n", Err(Range)),
            ("18446744073709551616 x", Err(Range)),
            ("5\n\n", Err(Invalid)),
        ];
        for (text, expected) in cases {
            assert_eq!(unsigned(text), expected, "{text:?}");
        }
        assert_eq!(signed("-5\n"), Ok(-5));
        assert_eq!(signed("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(signed("9223372036854775808"), Err(Range));
        assert_eq!(int("99999999999"), Err(Range));
    }

    #[test]
    fn amounts_as_the_kernel_reads_them() {
        let cases = [
            ("64M", Some(67_108_864)),
            ("64m", Some(67_108_864)),
            ("0x4000000", Some(67_108_864)),
            ("1E", Some(1 << 60)),
            ("16E", Some(0)),
            ("", Some(0)),
            ("64MB", None),
            ("64 M", None),
            ("1.5G", None),
            ("-1", None),
            ("abc", None),
            ("99999999999999999999", Some(7_766_279_631_452_241_919)),
        ];
        for (text, expected) in cases {
            assert_eq!(amount(text, false), expected, "{text:?}");
        }
        assert_eq!(amount("99999999999999999999", true), Some(u64::MAX));
    }

    #[test]
    fn numbers_at_the_start_as_the_kernel_reads_them() {
        let cases =
            [("100", (100, "")), ("0x1f k", (31, " k")), ("08", (0, "8")), ("", (0, "")), ("+5", (0, "+5"))];
        for (text, expected) in cases {
            assert_eq!(leading_number(text), expected, "{text:?}");
        }
        assert_eq!(leading_number("18446744073709551617"), (1, ""));
    }

    #[test]
    fn lists_as_the_kernel_reads_them() {
        use NumberError::{Invalid, Overflow, Range};
        let cases = [
            ("0-1", Ok("0-1")),
            ("1,0", Ok("0-1")),
            ("0,0,0", Ok("0")),
            ("0 1", Ok("0-1")),
            ("0,", Ok("0")),
            ("all", Ok("0-1")),
            ("N", Ok("1")),
            ("0-1:1/2", Ok("0")),
            ("0-1:1/2N", Ok("0-1")),
            ("0-1:1/2x", Err(Invalid)),
            ("0-1:1/2\n1", Ok("0-1")),
            ("0\n1", Ok("0")),
            ("0\nx", Ok("0")),
            ("0,\n1", Ok("0-1")),
            ("\n\n0", Ok("0")),
            ("0-\n1", Err(Invalid)),
            ("", Ok("")),
            ("0-99", Err(Range)),
            ("5", Err(Range)),
            ("abc", Err(Invalid)),
            ("1-0", Err(Invalid)),
            ("-1", Err(Invalid)),
            ("0x3", Err(Invalid)),
            ("0-1:3/2", Err(Invalid)),
            ("4294967294", Err(Range)),
            ("4294967295", Err(Invalid)),
            ("0-4294967295", Err(Invalid)),
            ("0-4294967295:1/2", Err(Range)),
            ("0,4294967295", Err(Invalid)),
            ("4294967296", Err(Overflow)),
        ];
        for (text, expected) in cases {
            let found = bit_list(text, 2).map(|set| format_list(&set));
            assert_eq!(found, expected.map(str::to_owned), "{text:?}");
        }
    }
}
