//! What is known of an interface file by its name alone, for comparing two kernels.

use super::{Controller, FileRow};

/// True if the model has a file of this name in some group.
pub fn is_known_file(name: &str) -> bool {
    let plain = Controller::Cpuset.rows(true).iter();
    FileRow::all().chain(plain).any(|row| row.name == name)
}

/// True if the file shows figures that Linux measures and the model computes (CPU time, memory in use).
pub fn is_measured_file(name: &str) -> bool {
    FileRow::all().any(|row| row.name == name && row.measured)
}

#[cfg(test)]
mod tests {
    use super::{is_known_file, is_measured_file};

    #[test]
    fn names() {
        assert!(is_known_file("cpu.shares") && is_known_file("cpus") && !is_known_file("cpu.nothing"));
        assert!(is_measured_file("cpuacct.usage") && is_measured_file("memory.current"));
        assert!(!is_measured_file("pids.current") && !is_measured_file("cpu.shares"));
    }
}
