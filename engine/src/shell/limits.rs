//! All limits of the shell, so that no line, however odd, takes the page or the terminal down.

/// Simple commands, loop rounds and function calls that one line may perform.
pub(super) const COMMANDS_A_LINE: u32 = 100_000;

/// Bytes in a line.
pub(super) const LINE_BYTES: usize = 64 * 1024;

/// How deep braces, parentheses and compound commands may nest in a line, all counted together.
pub(super) const NESTING: u32 = 30;

/// How deep parentheses may nest in a line; the grammar's time doubles with each that is not closed.
pub(super) const PARENTHESES: u32 = 12;

/// Quotes in a line.
pub(super) const QUOTES: u32 = 4000;

/// How deep substitutions may nest in one word; the word parser's time doubles with each level.
pub(super) const WORD_NESTING: u32 = 10;

/// How deep commands may nest when they are performed, function calls included.
pub(super) const CALL_DEPTH: u32 = 80;

/// Bytes in one value, one expanded word or one captured output.
pub(super) const VALUE_BYTES: usize = 1024 * 1024;

/// Bytes that one line may print.
pub(super) const OUTPUT_BYTES: usize = 4 * 1024 * 1024;

/// Names that one pattern may expand to.
pub(super) const GLOB_NAMES: usize = 4096;

/// Milliseconds that the person waits before pressing Ctrl-C for a program that is known to have no end.
pub(super) const PATIENCE_MS: u64 = 3000;

/// The same for any other program, which ends by itself as far as is known.
pub(super) const LONG_PATIENCE_MS: u64 = 3_600_000;

/// Milliseconds that an interrupted program is given to end.
pub(super) const INTERRUPT_MS: u64 = 1000;

/// Programs that one line may wait for with patience.
pub(super) const WAITS_A_LINE: u32 = 200;

/// The same for a list in the background, which is suspended where it waits.
pub(super) const WAITS_IN_BACKGROUND: u32 = 5;
