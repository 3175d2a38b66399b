//! memhog(8): touches so much memory, prints a dot for each 10 MiB, and ends.

use super::touch;
use drydock_engine::kernel::programs::memhog::{Hog, NO_MAPPING, NO_MEMORY, Stop, USAGE};
use std::io::{Write, stdout};

/// Runs with these arguments; gives the status.
pub(super) fn run(arguments: &[String]) -> i32 {
    let hog = match Hog::parse(arguments) {
        Ok(hog) => hog,
        Err(Stop::Usage) => {
            print!("{USAGE}");
            return 1;
        }
        Err(Stop::Nothing) => {
            eprint!("{NO_MAPPING}");
            return 1;
        }
        Err(Stop::NotHere(word)) => {
            eprintln!("memhog: {word}: this memhog is Drydock's own, which has -rNUM and a size");
            return 1;
        }
    };
    let Ok(bytes) = usize::try_from(hog.bytes) else { return 1 };
    let mut memory: Vec<u8> = Vec::new();
    if memory.try_reserve_exact(bytes).is_err() {
        eprint!("{NO_MEMORY}");
        return 1;
    }
    // Pages of zeros that nobody has touched: no memory is used before the loop.
    drop(memory);
    let mut memory = vec![0_u8; bytes];
    for _ in 0..hog.rounds {
        for part in memory.chunks_mut(10 << 20) {
            touch(part);
            print!(".");
            let _ = stdout().flush();
        }
        println!();
    }
    0
}
