//! Numbers as the GNU programs read and write them.

/// A number of sleep(1) as strtold(3) reads it, without its unit: decimal, exponent, hexadecimal, infinity.
pub(super) fn float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(|number| number as f64);
    }
    if lower == "inf" || lower == "infinity" {
        return Some(f64::INFINITY);
    }
    let plain = lower.chars().all(|c| c.is_ascii_digit() || "+-.e".contains(c));
    lower.parse().ok().filter(|number: &f64| plain && *number >= 0.0)
}

/// A number of dd(1): digits with a suffix, and products of such (`2x512`), at most what an off_t holds.
pub(super) fn amount(text: &str) -> Option<u64> {
    product(text).filter(|number| *number < OFF_MAX)
}

/// True for such a number that is larger than that.
pub(super) fn is_too_large(text: &str) -> bool {
    product(text).is_some_and(|number| number >= OFF_MAX)
}

/// The largest off_t.
const OFF_MAX: u64 = i64::MAX as u64;

fn product(text: &str) -> Option<u64> {
    text.split('x').try_fold(1_u64, |product, factor| Some(product.saturating_mul(single_amount(factor)?)))
}

/// dd(1), "N and BYTES may be followed by the following multiplicative suffixes".
const SUFFIXES: [(&str, u64); 18] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("c", 1),
    ("w", 2),
    ("b", 512),
    ("k", 1 << 10),
    ("K", 1 << 10),
    ("M", 1 << 20),
    ("G", 1 << 30),
    ("T", 1 << 40),
    ("", 1),
];

fn single_amount(text: &str) -> Option<u64> {
    let (digits, factor) =
        SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)))?;
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(factor))
}

/// `3072 bytes (3.1 kB, 3.0 KiB)`, as dd(1) says it.
pub(super) fn byte_count(bytes: u64) -> String {
    let word = if bytes == 1 { "byte" } else { "bytes" };
    match bytes {
        0..=999 => format!("{bytes} {word}"),
        1000..=1023 => format!("{bytes} {word} ({})", scaled(bytes as f64, 1000.0, false)),
        _ => {
            let (decimal, binary) =
                (scaled(bytes as f64, 1000.0, false), scaled(bytes as f64, 1024.0, false));
            format!("{bytes} {word} ({decimal}, {binary})")
        }
    }
}

/// A size: `8.0 EiB`.
pub(super) fn size(bytes: u64) -> String {
    scaled(bytes as f64, 1024.0, false)
}

/// A rate: `62.0 MB/s`.
pub(super) fn rate(bytes: u64, seconds: f64) -> String {
    if bytes == 0 {
        return "0.0 kB/s".to_owned();
    }
    format!("{}/s", scaled(bytes as f64 / seconds, 1000.0, true))
}

/// gnulib's human.c: one decimal where the number is short, none where it is not.
fn scaled(number: f64, base: f64, fraction: bool) -> String {
    let units = if base > 1000.0 {
        ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    } else {
        ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    };
    let mut number = number;
    let mut power = 0;
    while number >= base && power + 1 < units.len() {
        number /= base;
        power += 1;
    }
    let decimals = usize::from(if fraction { number < 99.95 } else { number < 9.95 });
    format!("{number:.decimals$} {}", units[power])
}

/// printf's `%g`: six digits, no trailing zeros, an exponent below 0.0001.
pub(super) fn general(number: f64) -> String {
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{number:.5e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(5 - exponent).unwrap_or(0);
        return trim(&format!("{number:.decimals$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim(mantissa), exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::{amount, byte_count, float, general, rate};

    // Each was seen from coreutils 9.1.
    #[test]
    fn dd_reads_and_writes_numbers_like_coreutils() {
        let amounts = [
            ("1k", Some(1024)),
            ("1kB", Some(1000)),
            ("2x3", Some(6)),
            ("1M", Some(1 << 20)),
            ("x", None),
            ("-1", None),
            ("", None),
        ];
        for (text, expected) in amounts {
            assert_eq!(amount(text), expected, "{text}");
        }
        let counts = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (512, "512 bytes"),
            (1000, "1000 bytes (1.0 kB)"),
            (1400, "1400 bytes (1.4 kB, 1.4 KiB)"),
            (3072, "3072 bytes (3.1 kB, 3.0 KiB)"),
            (5_242_880, "5242880 bytes (5.2 MB, 5.0 MiB)"),
            (104_857_600, "104857600 bytes (105 MB, 100 MiB)"),
        ];
        for (bytes, expected) in counts {
            assert_eq!(byte_count(bytes), expected);
        }
        let rates = [
            (3072, 4.9573e-05, "62.0 MB/s"),
            (6, 2.176e-05, "276 kB/s"),
            (5_242_880, 0.000682329, "7.7 GB/s"),
            (0, 1.0, "0.0 kB/s"),
        ];
        for (bytes, seconds, expected) in rates {
            assert_eq!(rate(bytes, seconds), expected);
        }
    }

    #[test]
    fn general_is_percent_g() {
        let cases = [
            (4.9573e-05, "4.9573e-05"),
            (0.000682329, "0.000682329"),
            (2.5, "2.5"),
            (10.0, "10"),
            (0.0, "0"),
            (1_234_567.0, "1.23457e+06"),
        ];
        for (number, expected) in cases {
            assert_eq!(general(number), expected);
        }
    }

    #[test]
    fn sleep_reads_numbers_like_strtold() {
        let cases = [
            ("0.5", Some(0.5)),
            (".5", Some(0.5)),
            ("1e-1", Some(0.1)),
            ("0x10", Some(16.0)),
            ("infinity", Some(f64::INFINITY)),
            ("abc", None),
            ("", None),
            ("nan", None),
        ];
        for (text, expected) in cases {
            assert_eq!(float(text), expected, "{text}");
        }
    }
}
