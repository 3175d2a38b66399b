//! Backslash sequences of `echo -e`, `printf` and `$'…'`.

/// Who reads the sequences; they differ in small things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shell) enum Style {
    /// `echo -e` and `printf %b`: octal is `\0NNN`, and `\c` ends the output.
    Echo,
    /// A format of `printf`: octal is `\NNN`.
    Printf,
    /// `$'…'`.
    Quote,
}

/// Replaces the sequences; true where `\c` ended the output.
pub(in crate::shell) fn backslashes(text: &str, style: Style) -> (String, bool) {
    let chars: Vec<char> = text.chars().collect();
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        if c != '\\' {
            result.push(c);
            continue;
        }
        let Some(&next) = chars.get(at) else {
            result.push('\\');
            break;
        };
        at += 1;
        match next {
            'a' => result.push('\u{7}'),
            'b' => result.push('\u{8}'),
            'e' | 'E' => result.push('\u{1b}'),
            'f' => result.push('\u{c}'),
            'n' => result.push('\n'),
            'r' => result.push('\r'),
            't' => result.push('\t'),
            'v' => result.push('\u{b}'),
            '\\' => result.push('\\'),
            'c' if style == Style::Echo => return (result, true),
            '\'' | '"' | '?' if style != Style::Echo => result.push(next),
            '0' if style == Style::Echo => number(&chars, &mut at, 8, 3, &mut result, "\0"),
            '0'..='7' if style != Style::Echo => {
                at -= 1;
                number(&chars, &mut at, 8, 3, &mut result, "");
            }
            'x' => number(&chars, &mut at, 16, 2, &mut result, "\\x"),
            'u' => number(&chars, &mut at, 16, 4, &mut result, "\\u"),
            other => {
                result.push('\\');
                result.push(other);
            }
        }
    }
    (result, false)
}

/// Reads up to `digits` digits and appends their character, or `otherwise` where there are none.
fn number(chars: &[char], at: &mut usize, radix: u32, digits: usize, result: &mut String, otherwise: &str) {
    let found: String = chars.iter().skip(*at).take(digits).take_while(|c| c.is_digit(radix)).collect();
    *at += found.len();
    match u32::from_str_radix(&found, radix).ok().and_then(char::from_u32) {
        Some(c) => result.push(c),
        None => result.push_str(otherwise),
    }
}
