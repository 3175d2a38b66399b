//! sleep(1) of coreutils: waits for the sum of its arguments.

use super::text::float;
use super::{Behaviour, Demand, Ends, Launch};

/// Reads the arguments and goes to sleep.
pub(super) fn start(now_ms: u64, arguments: &[String]) -> Launch {
    let help = "Try 'sleep --help' for more information.\n";
    let operands = match operands(arguments) {
        Ok(operands) => operands,
        Err(message) => return Launch::fail(format!("sleep: {message}\n{help}")),
    };
    if operands.is_empty() {
        return Launch::fail(format!("sleep: missing operand\n{help}"));
    }
    let seconds: Vec<Option<f64>> = operands.iter().map(|operand| seconds(operand)).collect();
    let bad = operands.iter().zip(&seconds).filter(|(_, seconds)| seconds.is_none());
    let complaints: String =
        bad.map(|(operand, _)| format!("sleep: invalid time interval '{operand}'\n")).collect();
    if !complaints.is_empty() {
        return Launch::fail(format!("{complaints}{help}"));
    }
    let total: f64 = seconds.into_iter().flatten().sum();
    // `as` holds on to the largest number where the sum is larger or infinite.
    let ms = (total * 1000.0).ceil() as u64;
    let ends = if total.is_finite() { Ends::AtClock(now_ms.saturating_add(ms)) } else { Ends::Never };
    let ends_after_ms = total.is_finite().then_some(ms);
    Launch::new(Demand { cpu_milli: 0, memory: MEMORY, ends_after_ms }, ends, Behaviour::Quiet)
}

/// Anonymous memory of a small C program.
pub(super) const MEMORY: u64 = 112 << 10;

/// The arguments that are no options; sleep has none but --help and --version (getopt_long(3)).
fn operands(arguments: &[String]) -> Result<Vec<&String>, String> {
    let mut operands = Vec::new();
    let mut options = true;
    for argument in arguments {
        match argument.as_str() {
            "--" if options => options = false,
            long if options && long.starts_with("--") => {
                return Err(format!("unrecognized option '{long}'"));
            }
            short if options && short.len() > 1 && short.starts_with('-') => {
                let letter = short.chars().nth(1).unwrap_or('-');
                return Err(format!("invalid option -- '{letter}'"));
            }
            _ => operands.push(argument),
        }
    }
    Ok(operands)
}

/// `2`, `0.5s`, `1m`, `3h`, `1d`, `infinity`.
fn seconds(operand: &str) -> Option<f64> {
    if let Some(number) = float(operand) {
        return Some(number);
    }
    let factor = match operand.chars().last()? {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => return None,
    };
    float(&operand[..operand.len() - 1]).map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::{Behaviour, Ends, start};

    #[test]
    fn sleeps_as_long_as_coreutils() {
        let cases: [(&[&str], Ends); 7] = [
            (&["2"], Ends::AtClock(3000)),
            (&["0.5"], Ends::AtClock(1500)),
            (&["0.1s", "0.1"], Ends::AtClock(1200)),
            (&["1m"], Ends::AtClock(61_000)),
            (&["1h"], Ends::AtClock(3_601_000)),
            (&["infinity"], Ends::Never),
            (&["--", "1"], Ends::AtClock(2000)),
        ];
        for (arguments, ends) in cases {
            let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(start(1000, &arguments).work.ends, ends, "{arguments:?}");
        }
    }

    #[test]
    fn complains_like_coreutils() {
        let cases: [(&[&str], &str); 5] = [
            (&[], "sleep: missing operand\n"),
            (&["abc"], "sleep: invalid time interval 'abc'\n"),
            (&["1x"], "sleep: invalid time interval '1x'\n"),
            (&["-1"], "sleep: invalid option -- '1'\n"),
            (&["--foo"], "sleep: unrecognized option '--foo'\n"),
        ];
        for (arguments, first) in cases {
            let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
            let expected = format!("{first}Try 'sleep --help' for more information.\n");
            assert_eq!(start(0, &arguments).work.behaviour, Behaviour::Fail { message: expected, status: 1 });
        }
    }
}
