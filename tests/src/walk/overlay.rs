//! A random walk over merged trees: operations on the files of an overlay with two lower layers, drawn by a seed. After
//! each few of them all that the overlay shows and all that its upper layer holds is compared.

use super::pair::{Difference, Pair};
use super::{Finding, Outcome, Report, shrink};
use drydock_engine::host::HostProfile;
use drydock_engine::kernel::Kernel;
use drydock_engine::plan::reply::{Entry, FileKind};
use drydock_engine::plan::{
    Actor, Backend, Call, FileRef, Observation, Observe, OpenMode, Probe, Step, Text,
};
use fastrand::Rng;

/// Where the layers are.
const BASE: &str = "/tmp/o";

/// Steps between two looks at both trees.
const LOOK_EVERY: usize = 10;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Options that an overlay may have besides.
const OPTIONS: [&str; 4] = ["", ",redirect_dir=on", ",index=on", ",metacopy=on"];

/// Walks `steps` steps from `seed`, as [`super::run`] does on control groups.
///
/// # Errors
/// What `start` says where it cannot.
pub fn run<B: Backend, E>(
    profile: &HostProfile,
    seed: u64,
    steps: usize,
    mut start: impl FnMut() -> Result<B, E>,
) -> Result<Outcome, E> {
    let drawn = draw(seed, steps);
    let mut report = Report::default();
    let (at, first) = match perform(profile, &drawn, start()?, &mut report) {
        Ok(()) => return Ok(Outcome::Same(report)),
        Err(found) => *found,
    };
    let performed = drawn.get(..=at).unwrap_or(&drawn).to_vec();
    let mut failed = None;
    let shrunk = shrink::shrink(&performed, &mut |steps| {
        let session = start().map_err(|error| failed = Some(error)).ok()?;
        let found = perform(profile, steps, session, &mut Report::default()).err()?;
        found.1.is_like(&first).then_some(found.1)
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let reproduced = shrunk.is_some();
    let (steps, difference) = shrunk.unwrap_or((performed, first.clone()));
    Ok(Outcome::Different(Box::new(Finding { at, first, difference, steps, reproduced })))
}

type Found = Box<(usize, Difference)>;

fn perform(
    profile: &HostProfile,
    steps: &[Step],
    mut real: impl Backend,
    report: &mut Report,
) -> Result<(), Found> {
    let mut model = Kernel::boot(profile);
    let mut pair = Pair::new(&mut model, &mut real, profile);
    for (at, step) in steps.iter().enumerate() {
        let answer = pair.perform(step).map_err(|difference| Box::new((at, difference)))?;
        let call = report.calls.entry(step.call.name()).or_default();
        call.0 += 1;
        call.1 += usize::from(answer.is_ok());
        report.steps += 1;
        report.refused += usize::from(answer.is_err());
        if at % LOOK_EVERY == 0 || at + 1 == steps.len() {
            report.looks += 1;
            for tree in ["m", "u"] {
                look(&mut pair, &format!("{BASE}/{tree}"))
                    .map_err(|difference| Box::new((at, difference)))?;
            }
        }
    }
    Ok(())
}

/// Compares a file, and all below it.
fn look<B: Backend>(pair: &mut Pair<'_, B>, path: &str) -> Result<(), Difference> {
    let text = Text::from(path);
    ask(pair, Call::Statx { path: text.clone(), nofollow: true })?;
    ask(pair, Call::Llistxattr { path: text.clone() })?;
    let all = pair.model().observe(&Actor::shell(), &Probe::Link(text.clone()));
    let Observation::Statx(all) = all else { return Ok(()) };
    match all.stat.kind {
        FileKind::Directory => {
            ask(pair, Call::Getdents64 { path: text.clone() })?;
            for attribute in ["opaque", "redirect"] {
                let name = format!("trusted.overlay.{attribute}");
                ask(pair, Call::Lgetxattr { path: text.clone(), name })?;
            }
            let entries = pair.model().observe(&Actor::shell(), &Probe::Directory(text));
            let Observation::Entries(entries) = entries else { return Ok(()) };
            entries.iter().try_for_each(|Entry { name, .. }| look(pair, &format!("{path}/{name}")))
        }
        FileKind::Regular => ask(pair, Call::Read { file: FileRef::Path(text), at_most: None }),
        FileKind::Symlink => ask(pair, Call::Readlink { path: text }),
        _ => Ok(()),
    }
}

/// Makes a call on both; the answer is compared, whatever it is.
fn ask<B: Backend>(pair: &mut Pair<'_, B>, call: Call) -> Result<(), Difference> {
    pair.perform(&Step::new(&Actor::shell(), call)).map(|_| ())
}

/// The layers, then operations on what they are merged to.
fn draw(seed: u64, steps: usize) -> Vec<Step> {
    let mut rng = Rng::with_seed(seed);
    let mut calls: Vec<Call> = ["", "/l1", "/l2", "/u", "/w", "/m"]
        .map(|directory| Call::Mkdir { path: Text::from(format!("{BASE}{directory}")), mode: 0o755 })
        .into();
    for layer in ["l1", "l2"] {
        for _ in 0..14 {
            let path = path(&mut rng, layer);
            calls.push(match rng.u32(..8) {
                0..4 => Call::Mkdir { path, mode: 0o755 },
                4..6 => write(path, layer, OpenMode::Truncate),
                6 => Call::Symlink { target: Text::from("a"), path },
                _ => Call::Link { from: self::path(&mut rng, layer), to: path },
            });
        }
    }
    let option = OPTIONS.get(rng.usize(..OPTIONS.len())).copied().unwrap_or_default();
    calls.push(mount(option));
    for _ in 0..steps {
        operation(&mut rng, option, &mut calls);
    }
    calls.into_iter().map(|call| Step::new(&Actor::shell(), call)).collect()
}

fn mount(option: &str) -> Call {
    let data = format!("lowerdir={BASE}/l2:{BASE}/l1,upperdir={BASE}/u,workdir={BASE}/w{option}");
    Call::Mount {
        source: Text::from("o"),
        target: Text::from(format!("{BASE}/m")),
        fstype: "overlay".to_owned(),
        flags: Vec::new(),
        data: Text::from(data),
    }
}

/// One to three names below a directory.
fn path(rng: &mut Rng, top: &str) -> Text {
    let mut path = format!("{BASE}/{top}");
    for _ in 0..=rng.usize(..3) {
        path.push('/');
        path.push_str(NAMES.get(rng.usize(..NAMES.len())).copied().unwrap_or("a"));
    }
    Text::from(path)
}

fn write(path: Text, text: &str, mode: OpenMode) -> Call {
    Call::Write { file: FileRef::Path(path), data: Text::from(format!("{text}\n")), mode }
}

fn operation(rng: &mut Rng, option: &str, calls: &mut Vec<Call>) {
    let (one, other) = (path(rng, "m"), path(rng, "m"));
    let call = match rng.u32(..40) {
        0..5 => Call::Mkdir { path: one, mode: 0o755 },
        5..8 => Call::Rmdir { path: one },
        8..13 => Call::Unlink { path: one },
        13..17 => write(one, "new", OpenMode::Truncate),
        17..19 => write(one, "more", OpenMode::Append),
        19 => Call::Open { path: one, mode: OpenMode::Exclusive },
        20..27 => Call::Rename { from: one, to: other },
        27 => Call::Renameat2 { from: one, to: other, flags: vec!["exchange".to_owned()] },
        28 => Call::Renameat2 { from: one, to: other, flags: vec!["noreplace".to_owned()] },
        29..31 => Call::Link { from: one, to: other },
        31 => Call::Symlink { target: Text::from("b"), path: one },
        32..34 => {
            Call::Fchmodat { path: one, mode: *rng.choice([0o700, 0o755, 0o640].iter()).unwrap_or(&0o700) }
        }
        34 => Call::Fchownat { path: one, uid: Some(5), gid: Some(6), nofollow: true },
        35 => Call::Truncate { path: one, length: rng.u64(..6) },
        36 => {
            let (name, value, flags) = ("trusted.x".to_owned(), Text::from("1"), Vec::new());
            Call::Lsetxattr { path: one, name, value, flags }
        }
        37 => Call::Mknod { path: one, kind: FileKind::Fifo, mode: 0o644, major: 0, minor: 0 },
        38 => Call::Open { path: one, mode: OpenMode::ReadWrite },
        _ => {
            let target = Text::from(format!("{BASE}/m"));
            calls.push(Call::Umount2 { target, flags: Vec::new() });
            mount(option)
        }
    };
    calls.push(call);
}
