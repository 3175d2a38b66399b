//! The two files that a test host is made of, and where they are found.

use super::TestHostError;
use std::env;
use std::path::{Path, PathBuf};

/// The environment variable that names the folder.
pub const VARIABLE: &str = "DRYDOCK_TEST_HOST";

/// A folder with `vmlinuz`, the kernel, and `drydock`, this program without shared libraries.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// Looks in the folder that was named; else in the one that [`VARIABLE`] names; else in `test-host` beside
    /// the folder of the program, where `cargo xtask test-host` puts them.
    ///
    /// # Errors
    ///
    /// Where one of the two is not there, or this is no x86-64 machine.
    pub fn find(folder: Option<&Path>) -> Result<Self, TestHostError> {
        if env::consts::ARCH != "x86_64" {
            return Err(TestHostError::Architecture(env::consts::ARCH));
        }
        let named = folder.map(Path::to_owned).or_else(|| env::var_os(VARIABLE).map(PathBuf::from));
        let found = Self { folder: named.unwrap_or_else(usual) };
        for path in [found.kernel(), found.program()] {
            if !path.is_file() {
                return Err(TestHostError::Missing(path));
            }
        }
        Ok(found)
    }

    /// The kernel.
    pub(super) fn kernel(&self) -> PathBuf {
        self.folder.join("vmlinuz")
    }

    /// The program that is its init.
    pub(super) fn program(&self) -> PathBuf {
        self.folder.join("drydock")
    }
}

/// `target/test-host` for `target/debug/drydock`.
fn usual() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program.ancestors().nth(2).unwrap_or(Path::new("")).join("test-host")
}

#[cfg(test)]
mod tests {
    use super::Files;
    use std::path::Path;

    #[test]
    fn what_is_missing_is_named_with_what_to_do() {
        let problem =
            Files::find(Some(Path::new("/nowhere"))).expect_err("there is no such folder").to_string();
        assert!(
            problem.contains("/nowhere/vmlinuz") && problem.contains("cargo xtask test-host"),
            "{problem}"
        );
    }
}
