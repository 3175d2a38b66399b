//! A script's text, cut into what is typed at once, and the functions that it is written with.

/// What stands in for the scripts' own library: it prints where a case begins and ends instead of writing JSON.
///
/// `T id setup command note [cleanup]`: only what the command prints counts. As in the scripts' own, a setup that sets
/// the arguments anew (`set --`) leaves no cleanup.
pub const LIBRARY: &str = r#"T(){
  ID=$1 COMMAND=$3
  [ -n "$2" ] && eval "$2" > /dev/null 2>&1 < /dev/null
  echo "@@begin $ID"
  ( eval "$COMMAND" ) 2>&1 < /dev/null
  echo "@@end $?"
  [ -n "$5" ] && eval "$5" > /dev/null 2>&1 < /dev/null
  return 0
}
bg(){ "$@" & BG=$!; }
"#;

/// Cuts a script into pieces that are whole for the shell: each is typed as one line. `whole` says whether a text
/// is complete.
pub fn pieces(text: &str, mut whole: impl FnMut(&str) -> bool) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut waiting = String::new();
    for line in text.lines() {
        if waiting.is_empty() && (line.trim().is_empty() || line.starts_with('#')) {
            continue;
        }
        if !waiting.is_empty() {
            waiting.push('\n');
        }
        waiting.push_str(line);
        if whole(&waiting) {
            pieces.push(std::mem::take(&mut waiting));
        }
    }
    if !waiting.is_empty() {
        pieces.push(waiting);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn blocks_stay_together_and_comments_go() {
        let text = "# head\nif x; then\n# inside\n  y\nfi\nz\n";
        let whole = |text: &str| !text.starts_with("if") || text.ends_with("fi");
        assert_eq!(pieces(text, whole), ["if x; then\n# inside\n  y\nfi", "z"]);
    }
}
