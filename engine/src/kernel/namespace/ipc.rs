//! System V IPC objects of an IPC namespace, sysvipc(7): which there are, by key and by id (ipc/util.c).

use super::content::Content;
use super::user::IdKind;
use super::{NamespaceId, NamespaceKind};
use crate::kernel::refuse::refuse;
use crate::kernel::shared::OrdMap;
use crate::kernel::user::capability::Capability;
use crate::kernel::user::credentials::Credentials;
use crate::kernel::{Kernel, Task};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IpcKind {
    Memory,
    Queue,
    Semaphores,
}

/// What is asked of shmget(2), msgget(2) and semget(2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// 0 is IPC_PRIVATE: always a new object.
    pub(crate) key: i32,
    /// Bytes of a segment, semaphores of a set; of no meaning for a queue.
    pub(crate) size: u64,
    pub(crate) create: bool,
    pub(crate) exclusive: bool,
    pub(crate) mode: u32,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Object {
    key: i32,
    size: u64,
    mode: u32,
    /// The machine's ids.
    uid: u32,
    gid: u32,
    /// The process that made it.
    creator: u32,
}

/// The objects of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Table {
    objects: OrdMap<i32, Object>,
    /// The place given last, and how often all places have been gone through.
    last: Option<i32>,
    round: i32,
}

/// All objects of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct IpcObjects {
    memory: Table,
    queues: Table,
    semaphores: Table,
}

/// Places that are gone through before one is used again, with few objects (`ipc_min_cycle`).
const PLACES: i32 = 64;
/// By so much the ids of one round differ from those of the next (`ipcmni_seq_shift`).
const ROUND: i32 = 1 << 15;
/// SEMMSL: most semaphores of a set.
const SEMAPHORES: u64 = 32_000;

impl IpcObjects {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        [&self.memory, &self.queues, &self.semaphores].map(|table| table.objects.len()).into_iter().sum()
    }

    fn table(&self, kind: IpcKind) -> &Table {
        match kind {
            IpcKind::Memory => &self.memory,
            IpcKind::Queue => &self.queues,
            IpcKind::Semaphores => &self.semaphores,
        }
    }

    fn table_mut(&mut self, kind: IpcKind) -> &mut Table {
        match kind {
            IpcKind::Memory => &mut self.memory,
            IpcKind::Queue => &mut self.queues,
            IpcKind::Semaphores => &mut self.semaphores,
        }
    }
}

impl Table {
    /// The next id: places are given in turn (`ipc_idr_alloc`).
    fn add(&mut self, object: Object) -> i32 {
        let most = PLACES.max(i32::try_from(self.objects.len()).unwrap_or(PLACES) * 3 / 2);
        let start = self.last.map_or(0, |last| last + 1);
        let free = |place: &i32| !self.objects.keys().any(|id| id % ROUND == *place);
        let place = (start..most).chain(0..start.min(most)).find(free).unwrap_or(start);
        if self.last.is_some_and(|last| place <= last) {
            self.round += 1;
        }
        self.last = Some(place);
        let id = self.round * ROUND + place;
        self.objects.insert(id, object);
        id
    }
}

impl Kernel {
    fn ipc_objects(&self, id: NamespaceId) -> Option<&IpcObjects> {
        match &self.namespaces.get(id)?.content {
            Content::Ipc(objects) => Some(objects),
            _ => None,
        }
    }

    fn change_ipc<T>(
        &mut self,
        task: &Task,
        kind: IpcKind,
        change: impl FnOnce(&mut Table) -> T,
    ) -> Option<T> {
        let mut changed = None;
        self.namespaces.change(task.namespaces.get(NamespaceKind::Ipc), |namespace| {
            if let Content::Ipc(objects) = &mut namespace.content {
                changed = Some(change(objects.table_mut(kind)));
            }
        });
        changed
    }

    /// shmget(2), msgget(2), semget(2): the object of a key, or a new one.
    pub(crate) fn ipc_get(
        &mut self,
        task: &Task,
        kind: IpcKind,
        wanted: Wanted,
        at: &str,
    ) -> Result<i32, Refusal> {
        let rule = |id: &str| Rule::new(id).with("key", format!("{:#x}", wanted.key));
        let namespace = task.namespaces.get(NamespaceKind::Ipc);
        let table = self.ipc_objects(namespace).map(|objects| objects.table(kind));
        let same = |(_, object): &(&i32, &Object)| wanted.key != 0 && object.key == wanted.key;
        let found = table.and_then(|table| table.objects.iter().find(same));
        if kind == IpcKind::Semaphores && wanted.size > SEMAPHORES {
            return refuse(Errno::EINVAL, at, rule("rule-ipc-size").with("size", wanted.size));
        }
        let Some((id, object)) = found else {
            if wanted.key != 0 && !wanted.create {
                return refuse(Errno::ENOENT, at, rule("rule-ipc-no-key"));
            }
            if kind != IpcKind::Queue && wanted.size == 0 {
                return refuse(Errno::EINVAL, at, rule("rule-ipc-size").with("size", wanted.size));
            }
            return Ok(self.make_object(task, kind, wanted));
        };
        if wanted.create && wanted.exclusive {
            return refuse(Errno::EEXIST, at, rule("rule-ipc-key-taken"));
        }
        if wanted.size > object.size {
            return refuse(Errno::EINVAL, at, rule("rule-ipc-size").with("size", wanted.size));
        }
        if !self.may_use_object(&task.credentials, namespace, object, wanted.mode) {
            return refuse(
                Errno::EACCES,
                at,
                rule("rule-ipc-mode").with("mode", format!("{:o}", object.mode)),
            );
        }
        Ok(*id)
    }

    fn make_object(&mut self, task: &Task, kind: IpcKind, wanted: Wanted) -> i32 {
        let who = &task.credentials;
        let object = Object {
            key: wanted.key,
            size: wanted.size,
            mode: wanted.mode & 0o777,
            uid: who.uid.effective,
            gid: who.gid.effective,
            creator: task.tgid,
        };
        self.change_ipc(task, kind, |table| table.add(object)).unwrap_or(0)
    }

    /// `ipcperms`: the bits of the class, or CAP_IPC_OWNER in the namespace's owner.
    fn may_use_object(&self, who: &Credentials, id: NamespaceId, object: &Object, mode: u32) -> bool {
        let asked = (mode >> 6 | mode >> 3 | mode) & 0o7;
        let shift = if who.uid.effective == object.uid {
            6
        } else if who.gid.effective == object.gid || who.groups.binary_search(&object.gid).is_ok() {
            3
        } else {
            0
        };
        let owner = self.namespaces.get(id).map_or(super::FIRST_USERS, |namespace| namespace.owner);
        asked & !(object.mode >> shift) & 0o7 == 0 || self.has_capability(who, owner, Capability::IpcOwner)
    }

    /// IPC_RMID of shmctl(2), msgctl(2), semctl(2): by who owns or made it, or has CAP_SYS_ADMIN in the namespace's
    /// owner.
    pub(crate) fn ipc_remove(
        &mut self,
        task: &Task,
        kind: IpcKind,
        id: i32,
        at: &str,
    ) -> Result<(), Refusal> {
        let namespace = task.namespaces.get(NamespaceKind::Ipc);
        let objects = self.ipc_objects(namespace);
        let Some(object) = objects.and_then(|objects| objects.table(kind).objects.get(&id)) else {
            return refuse(Errno::EINVAL, at, Rule::new("rule-ipc-no-id").with("id", id));
        };
        if object.uid != task.credentials.uid.effective {
            self.require_for(task, namespace, Capability::SysAdmin, at, "rule-ipc-not-owner")?;
        }
        self.change_ipc(task, kind, |table| table.objects.remove(&id));
        Ok(())
    }

    /// /proc/sysvipc/shm, msg and sem, as a task reads them. When things were done is not modelled: 0.
    pub(crate) fn ipc_text(&self, kind: IpcKind, reader: &Task) -> String {
        let namespace = reader.namespaces.get(NamespaceKind::Ipc);
        let header = match kind {
            IpcKind::Memory => {
                "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      \
                 atime      dtime      ctime                   rss                  swap\n"
            }
            IpcKind::Queue => {
                "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      \
                 rtime      ctime\n"
            }
            IpcKind::Semaphores => {
                "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
            }
        };
        let objects = self.ipc_objects(namespace).map(|objects| &objects.table(kind).objects);
        let mut ordered: Vec<(&i32, &Object)> = objects.into_iter().flatten().collect();
        ordered.sort_by_key(|(id, _)| **id % ROUND);
        let lines = ordered.into_iter().map(|(id, object)| self.object_line(kind, *id, object, reader));
        std::iter::once(header.to_owned()).chain(lines).collect()
    }

    fn object_line(&self, kind: IpcKind, id: i32, object: &Object, reader: &Task) -> String {
        let users = reader.credentials.users;
        let uid = self.id_shown(users, IdKind::User, object.uid);
        let gid = self.id_shown(users, IdKind::Group, object.gid);
        let Object { key, size, mode, creator, .. } = object;
        let pids = reader.namespaces.get(NamespaceKind::Pid);
        let (ids, none) = (format!("{uid:>5} {gid:>5} {uid:>5} {gid:>5}"), 0);
        match kind {
            IpcKind::Memory => {
                let creator = self.number_of(*creator, pids);
                // Whoever made it may have ended.
                let times = format!("{none:>10} {none:>10} {none:>10} {none:>21} {none:>21}");
                format!(
                    "{key:>10} {id:>10}  {mode:>4o} {size:>21} {creator:>5} {none:>5}  {none:>5} {ids} {times}\n"
                )
            }
            IpcKind::Queue => {
                let counts = format!("{none:>10}  {none:>10} {none:>5} {none:>5}");
                format!("{key:>10} {id:>10}  {mode:>4o}  {counts} {ids} {none:>10} {none:>10} {none:>10}\n")
            }
            IpcKind::Semaphores => {
                format!("{key:>10} {id:>10}  {mode:>4o} {size:>10} {ids} {none:>10} {none:>10}\n")
            }
        }
    }
}
