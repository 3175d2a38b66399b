//! Numbers as people read them.

/// Bytes with a binary unit: `512 MiB`, `2 GiB`, `1.5 GiB`.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power =
        (0..UNITS.len() - 1).rev().find(|power| n >= 1 << (10 * (power + 1))).map_or(0, |power| power + 1);
    let unit = 1u64 << (10 * power);
    let (whole, tenth) = (n / unit, n % unit * 10 / unit);
    if tenth == 0 { format!("{whole} {}", UNITS[power]) } else { format!("{whole}.{tenth} {}", UNITS[power]) }
}

/// Simulated milliseconds as seconds: `0 s`, `1.25 s`.
pub(crate) fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Thousandths of a CPU as CPUs: `0.33`, `2`.
pub(crate) fn cpus(milli: u32) -> String {
    let text = format!("{}.{:03}", milli / 1000, milli % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{bytes, cpus, seconds};

    #[test]
    fn as_people_read_them() {
        assert_eq!([0, 1023, 1536, 2 << 30].map(bytes), ["0 B", "1023 B", "1.5 KiB", "2 GiB"]);
        assert_eq!([0, 250, 12_000].map(seconds), ["0 s", "0.25 s", "12 s"]);
        assert_eq!([0, 330, 2000].map(cpus), ["0", "0.33", "2"]);
    }
}
