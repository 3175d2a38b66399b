//! The little of awk that the scripts use: `[/WORD/]{print EXPRESSION, …}` with `$N` and `($N>0)`, and a `BEGIN`
//! with one comparison of numbers.

/// A program.
pub(super) enum Program {
    /// For each line that has the word, what is printed of it.
    Lines { word: String, items: Vec<Item> },
    /// `BEGIN{…}`: what is printed once.
    Begin(String),
}

/// What is printed of a line.
pub(super) enum Item {
    /// `$N`.
    Field(usize),
    /// `($N>0)`.
    Positive(usize),
}

/// Reads a program; `None` where it is more than is known here.
pub(super) fn parse(text: &str) -> Option<Program> {
    if let Some(body) = text.trim().strip_prefix("BEGIN{") {
        return begin(body.strip_suffix('}')?).map(Program::Begin);
    }
    let (word, rest) = match text.trim().strip_prefix('/') {
        Some(rest) => rest.rsplit_once("/{").map(|(word, rest)| (word.replace("\\/", "/"), rest))?,
        None => (String::new(), text.trim().strip_prefix('{')?),
    };
    let list = rest.strip_suffix('}')?.trim().strip_prefix("print")?;
    let items: Option<Vec<Item>> = list.split(',').map(item).collect();
    Some(Program::Lines { word, items: items? })
}

fn item(text: &str) -> Option<Item> {
    let text = text.trim();
    match text.strip_prefix("($").and_then(|rest| rest.strip_suffix(">0)")) {
        Some(number) => number.parse().ok().map(Item::Positive),
        None => text.strip_prefix('$')?.parse().ok().map(Item::Field),
    }
}

/// `d=B-A; print (TEST)?"YES":d` and `print (B-A>1)?"YES":"NO"`, with numbers for A and B.
fn begin(body: &str) -> Option<String> {
    let (assigned, print) = match body.split_once(';') {
        Some((assigned, print)) => (Some(difference(assigned.trim().strip_prefix("d=")?)?), print),
        None => (None, body),
    };
    let (test, answers) = print.trim().strip_prefix("print (")?.split_once(")?")?;
    let (yes, no) = answers.split_once(':')?;
    let holds = test.split("&&").map(|part| compare(part, assigned)).collect::<Option<Vec<bool>>>()?;
    let answer = if holds.into_iter().all(|holds| holds) { yes } else { no };
    match answer.trim() {
        "d" => assigned.map(|number| format!("{number}\n")),
        word => Some(format!("{}\n", word.trim_matches('"'))),
    }
}

fn difference(text: &str) -> Option<f64> {
    let (to, from) = text.split_once('-')?;
    Some(to.trim().parse::<f64>().ok()? - from.trim().parse::<f64>().ok()?)
}

fn compare(test: &str, d: Option<f64>) -> Option<bool> {
    let (at, sign) = test.char_indices().find(|(_, c)| matches!(c, '<' | '>'))?;
    let (left, right) = (&test[..at], &test[at + 1..]);
    let left = if left == "d" { d? } else { difference(left)? };
    let right: f64 = right.parse().ok()?;
    Some(if sign == '<' { left < right } else { left > right })
}

impl Program {
    /// True where it reads nothing.
    pub(super) fn is_begin(&self) -> bool {
        matches!(self, Self::Begin(_))
    }

    /// What it prints.
    pub(super) fn run(&self, input: &str) -> String {
        match self {
            Self::Begin(text) => text.clone(),
            Self::Lines { word, items } => {
                let fits = |line: &&str| match word.strip_prefix('^') {
                    Some(start) => line.starts_with(start),
                    None => line.contains(word.as_str()),
                };
                input.lines().filter(fits).map(|line| printed(line, items)).collect()
            }
        }
    }
}

fn printed(line: &str, items: &[Item]) -> String {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let field = |number: usize| fields.get(number.wrapping_sub(1)).copied().unwrap_or_default();
    let word = |item: &Item| match item {
        Item::Field(number) => field(*number).to_owned(),
        Item::Positive(number) => {
            u8::from(field(*number).parse().is_ok_and(|value: f64| value > 0.0)).to_string()
        }
    };
    let words: Vec<String> = items.iter().map(word).collect();
    format!("{}\n", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_the_scripts_ask_of_awk() {
        let run = |program: &str, input: &str| parse(program).expect("it is known").run(input);
        assert_eq!(run("{print $1, ($2>0)}", "a 3\nb 0\n"), "a 1\nb 0\n");
        assert_eq!(run("/^high/{print $2}", "high 4\nmax 5\n"), "4\n");
        assert_eq!(run("/ksoftirqd\\/0/{print $1}", "  12 ksoftirqd/0\n 13 x\n"), "12\n");
        assert_eq!(run("BEGIN{d=4.5-1.2; print (d>1.5&&d<6)?\"about-3s\":d}", ""), "about-3s\n");
        assert_eq!(run("BEGIN{print (2.0-1.9>1)?\"slowed\":\"fast\"}", ""), "fast\n");
    }
}
