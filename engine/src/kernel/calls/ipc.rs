//! Calls on System V IPC objects.

use super::Caller;
use crate::kernel::Kernel;
use crate::kernel::namespace::{IpcKind, IpcWanted};
use crate::plan::{Answer, IpcFlags, Reply};

/// shmget(2), msgget(2), semget(2): `of` is the key and the size.
pub(super) fn get(
    kernel: &mut Kernel,
    caller: &Caller,
    kind: IpcKind,
    (key, size): (i32, u64),
    flags: IpcFlags,
) -> Answer {
    let IpcFlags { create, exclusive, mode } = flags;
    let wanted = IpcWanted { key, size, create, exclusive, mode };
    kernel.ipc_get(&caller.task, kind, wanted, caller.at).map(Reply::Object)
}

/// IPC_RMID of shmctl(2), msgctl(2), semctl(2).
pub(super) fn remove(kernel: &mut Kernel, caller: &Caller, kind: IpcKind, id: i32) -> Answer {
    kernel.ipc_remove(&caller.task, kind, id, caller.at)?;
    Ok(Reply::Done)
}
