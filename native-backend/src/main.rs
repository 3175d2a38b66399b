//! The `drydock` program; everything is in its library.

use std::process::ExitCode;

fn main() -> ExitCode {
    drydock_native::host::run_if_part_of_a_session();
    drydock_native::workload::run_if_called_as_one();
    drydock_native::test_host::run_if_inside();
    drydock_native::cli::run()
}
