//! Sizes for people: `4.0K`, `1.2M`, as coreutils print them with `-h`.

/// A number of bytes with the letter of a power of 1024; rounded up.
pub(super) fn human(bytes: u64) -> String {
    let mut unit = 1_u64;
    let mut letters = "KMGTPE".chars();
    let mut letter = None;
    while bytes >= unit.saturating_mul(1024) {
        unit <<= 10;
        letter = letters.next();
    }
    let Some(letter) = letter else { return bytes.to_string() };
    let tenths = u128::from(bytes) * 10;
    let tenths = tenths.div_ceil(u128::from(unit));
    if tenths < 100 {
        return format!("{}.{}{letter}", tenths / 10, tenths % 10);
    }
    let whole = bytes.div_ceil(unit);
    match letters.next() {
        Some(next) if whole >= 1024 => format!("1.0{next}"),
        _ => format!("{whole}{letter}"),
    }
}

#[cfg(test)]
mod tests {
    use super::human;

    // As `ls -lh` and `df -h` of coreutils 9.1 print them.
    #[test]
    fn figures_are_rounded_up() {
        for (bytes, expected) in [
            (0, "0"),
            (1023, "1023"),
            (4096, "4.0K"),
            (8 << 10, "8.0K"),
            (10_190, "10K"),
            (1_040_384, "1016K"),
            (1_048_575, "1.0M"),
            (1 << 20, "1.0M"),
            (24 << 10, "24K"),
        ] {
            assert_eq!(human(bytes), expected, "{bytes}");
        }
    }
}
