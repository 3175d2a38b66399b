//! The initramfs of a test host: this program as init, the programs that lines can start with their libraries
//! from this machine, and the jobs.

use super::archive::Archive;
use super::wire::{JOBS, Jobs};
use super::{Files, TestHostError};
use crate::workload::{NAMES, STAND_IN};
use drydock_engine::host::PROGRAMS;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Directories of the root file system that are no parents of a file in it.
const DIRECTORIES: [&str; 10] =
    ["/dev", "/etc", "/mnt", "/proc", "/run", "/sys", "/tmp", "/usr", "/var", "/var/tmp"];

/// As on today's distributions, everything is below /usr.
const LINKS: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

/// Writes the archive.
pub(super) fn write(path: &Path, files: &Files, jobs: &Jobs) -> Result<(), TestHostError> {
    let mut content = programs()?;
    content.insert("/init".to_owned(), files.program());
    let jobs = serde_json::to_vec(jobs).map_err(|error| TestHostError::at(path)(error.into()))?;
    let out = BufWriter::new(File::create(path).map_err(TestHostError::at(path))?);
    let mut archive = Archive::new(out);
    for directory in directories(&content) {
        archive.directory(&directory).map_err(TestHostError::at(path))?;
    }
    for link in LINKS {
        archive.link(&format!("/{link}"), &format!("usr/{link}")).map_err(TestHostError::at(path))?;
    }
    for (name, from) in &content {
        let bytes = fs::read(from).map_err(TestHostError::at(from))?;
        archive.file(name, &bytes).map_err(TestHostError::at(path))?;
    }
    for name in NAMES {
        let path = format!("/usr/bin/{name}");
        if !content.contains_key(&path) {
            // The init of a session is this program, which stands in for it.
            archive.link(&path, STAND_IN).map_err(TestHostError::at(Path::new(&path)))?;
        }
    }
    archive.file(JOBS, &jobs).and_then(|()| archive.finish()).map_err(TestHostError::at(path))
}

/// Every directory that is needed, parents first.
fn directories(content: &BTreeMap<String, PathBuf>) -> BTreeSet<String> {
    let parents = content.keys().flat_map(|name| Path::new(name).ancestors().skip(1));
    let parents = parents.map(|path| path.display().to_string());
    let links = LINKS.iter().map(|name| format!("/usr/{name}"));
    let all = parents.chain(links).chain(DIRECTORIES.iter().map(|path| (*path).to_owned()));
    all.filter(|path| path != "/").collect()
}

/// Programs and libraries: the path inside, and the file here. A program that this machine has not got is not there
/// either, as in a session on this machine.
fn programs() -> Result<BTreeMap<String, PathBuf>, TestHostError> {
    let mut all = BTreeMap::new();
    for name in PROGRAMS {
        let path = format!("/usr/bin/{name}");
        let Ok(file) = fs::canonicalize(&path) else { continue };
        for library in libraries(&file)? {
            let real = fs::canonicalize(&library).map_err(TestHostError::at(Path::new(&library)))?;
            all.insert(below_usr(&library), real);
        }
        all.insert(path, file);
    }
    Ok(all)
}

/// /lib is a link to /usr/lib inside, whatever it is here.
fn below_usr(path: &str) -> String {
    if path.starts_with("/usr/") { path.to_owned() } else { format!("/usr{path}") }
}

/// The shared libraries of a program, its loader included, as ldd(1) lists them. None for a static program.
fn libraries(program: &Path) -> Result<Vec<String>, TestHostError> {
    let output = Command::new("ldd").arg(program).env("LC_ALL", "C").output();
    let output = output.map_err(TestHostError::reading("ldd, which comes with the C library"))?;
    Ok(paths(&String::from_utf8_lossy(&output.stdout)))
}

/// `name => path (address)` for a library, `path (address)` for the loader.
fn paths(listing: &str) -> Vec<String> {
    let words = listing.lines().flat_map(str::split_whitespace);
    words.filter(|word| word.starts_with('/')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{below_usr, directories, paths};
    use std::collections::BTreeMap;

    #[test]
    fn libraries_are_found_in_the_listing_and_put_below_usr() {
        let listing = "\tlinux-vdso.so.1 (0x00007ffc)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f)\n\
                       \t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n";
        assert_eq!(paths(listing), ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
        assert!(paths("\tnot a dynamic executable\n").is_empty());
        assert_eq!(below_usr("/lib64/ld.so"), "/usr/lib64/ld.so");
        assert_eq!(below_usr("/usr/lib/x.so"), "/usr/lib/x.so");
    }

    #[test]
    fn directories_come_before_what_is_in_them() {
        let content = BTreeMap::from([("/usr/lib/a/b.so".to_owned(), "b".into())]);
        let found: Vec<_> = directories(&content).into_iter().collect();
        let at = |name: &str| found.iter().position(|path| path == name);
        assert!(at("/usr") < at("/usr/lib") && at("/usr/lib") < at("/usr/lib/a"), "{found:?}");
        assert!(at("/proc").is_some() && at("/").is_none());
    }
}
