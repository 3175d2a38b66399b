//! Ending the test host with an exit status: qemu's device `isa-debug-exit` ends the emulator when a byte is written
//! to its port, with the status twice the byte plus 1. A kernel panic ends it with 0, so only odd ones are answers.
#![expect(unsafe_code, reason = "an instruction that writes to a port; the block says why it is sound")]

/// The device's port.
pub(super) const PORT: u16 = 0xf4;

/// Ends the emulator. Where that is impossible (this is no test host), the process ends.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub(super) fn leave(status: u8) -> ! {
    // SAFETY: ioperm(2) takes numbers and fails without effect; `out` touches no memory, and without the
    // permission it is a signal that ends the process.
    unsafe {
        if libc::ioperm(libc::c_ulong::from(PORT), 1, 1) == 0 {
            std::arch::asm!("out dx, al", in("dx") PORT, in("al") status, options(nomem, nostack));
        }
    }
    std::process::exit(i32::from(status))
}

/// There are no test hosts of other architectures.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub(super) fn leave(status: u8) -> ! {
    std::process::exit(i32::from(status))
}
