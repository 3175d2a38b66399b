//! `losetup DEVICE FILE` and `losetup -d DEVICE`. The model does not open block devices: what stands for the loop
//! device is a copy of the file on the disk with the loop device's number, and a link to it.

use super::memory::child;
use super::missing;
use drydock_engine::plan::{Call, Text};
use drydock_engine::shell::tool::ToolRun;

/// Where the first loop device is mounted on the hosts that have one.
pub(in crate::truth) const AT: &str = "/loop";

pub(super) fn losetup(run: &mut ToolRun<'_, '_>) -> u8 {
    let words = run.arguments();
    let copy = format!("{AT}/image");
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["-d", device] => {
            for path in [*device, copy.as_str()] {
                if let Err(refusal) = run.perform(Call::Unlink { path: Text::from(path) }) {
                    return super::refused(run, &refusal, "losetup");
                }
            }
            0
        }
        [device, file] => {
            let dd =
                ["/usr/bin/dd".to_owned(), format!("if={file}"), format!("of={copy}"), "bs=1M".to_owned()];
            // The node of the device gives way, if there is one.
            let _ = run.perform(Call::Unlink { path: Text::from(*device) });
            let link = Call::Symlink { target: Text::from(copy.as_str()), path: Text::from(*device) };
            let made = child(run, &dd.map(Text::from), 60_000).and_then(|_| run.perform(link));
            match made {
                Ok(_) => 0,
                Err(refusal) => super::refused(run, &refusal, "losetup"),
            }
        }
        _ => missing(run, "losetup with other options"),
    }
}
