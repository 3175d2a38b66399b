//! What is written into files: values that they take, values at the edge of what they take, and others.

use super::generate::{pick, weighted};
use super::scene::Neighbours;
use drydock_engine::kernel::cgroup::{FileRow, Unit};
use fastrand::Rng;

/// Numbers in forms that the kernel's parsers tell apart.
const NUMBERS: [&str; 30] = [
    "0",
    "1",
    "2",
    "3",
    "10",
    "100",
    "-1",
    "-2",
    "0x10",
    "0X1f",
    "010",
    "08",
    "+5",
    "++5",
    "-",
    "+",
    "0x",
    "1.5",
    "1e3",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999",
    "max",
];

const WEIGHTS: [&str; 8] = ["1", "2", "256", "512", "1024", "2048", "262144", "262145"];
const V2_WEIGHTS: [&str; 6] = ["1", "100", "10000", "10001", "50", "200"];
const MICROSECONDS: [&str; 12] = [
    "999", "1000", "1001", "5000", "25000", "50000", "100000", "200000", "1000000", "1000001", "20000", "-1",
];
const BYTES: [&str; 22] = [
    "4095",
    "4096",
    "4097",
    "64K",
    "1m",
    "64M",
    "128M",
    "1G",
    "2g",
    "1T",
    "1P",
    "1E",
    "16E",
    "64MB",
    "1.5G",
    "max",
    "-1",
    "0x4000000",
    "134217728",
    "9223372036854771712",
    "9223372036854775807",
    "100000000",
];
const LISTS: [&str; 24] = [
    "0",
    "1",
    "0-1",
    "0,1",
    "1,0",
    "0,0",
    "0 1",
    "0,",
    ",0",
    "0-",
    "-1",
    "1-0",
    "2",
    "0-2",
    "0-99",
    "5",
    "all",
    "N",
    "0-N",
    "0-1:1/2",
    "0-1:2/1",
    "abc",
    "0x1",
    "4294967296",
];
const DEVICES: [&str; 22] = [
    "a",
    "a *:* rwm",
    "c 1:3 r",
    "c 1:3 rw",
    "c 1:3 rwm",
    "c 1:5 rwm",
    "c 1:* rwm",
    "c *:* m",
    "c *:3 r",
    "b 8:0 rwm",
    "b 8:* r",
    "b *:* rwm",
    "c 1:3",
    "c 1:3 ",
    "c 1:3 x",
    "c 1 rwm",
    "d 1:3 rwm",
    "c 1:3 rwmrwm",
    "c  1:3 rwm",
    "a 1:3 r",
    "c 4294967296:1 r",
    "c 1:3 rwm extra",
];
const FREEZER: [&str; 6] = ["FROZEN", "THAWED", "FREEZING", "frozen", "FROZEN x", " FROZEN "];
const THROTTLE: [&str; 10] = [
    "7:99 1000",
    "250:250 0",
    "8:0",
    "8 1000",
    ":0 5",
    "a:b 5",
    "999:0 1048576",
    "8:0x 1",
    "-1:0 5",
    "1:1000000 1",
];
const TEXTS: [&str; 6] = ["", "x", "threaded", "domain", "/no/such/agent", "a b"];
const PIDS: [&str; 9] = ["0", "1", "2", "4194303", "4194304", "4194305", "max", "5", "20"];

/// True for files that list tasks and take pids.
pub fn is_pid_file(name: &str) -> bool {
    ["tasks", "cgroup.procs", "cgroup.threads"].contains(&name)
}

/// What is no pid, or no living one, or one in an odd form.
pub fn odd_pid(rng: &mut Rng) -> String {
    let odd = [
        "0\n",
        "0",
        "",
        "\n",
        " 0 \n",
        "+0\n",
        "0x0\n",
        "-1\n",
        "abc\n",
        "4194304\n",
        "999999\n",
        "1 2\n",
        "1\n2\n",
        "99999999999\n",
        "0x1",
        "1 ",
        "\t1\n",
        "01\n",
    ];
    (*pick(rng, &odd)).to_owned()
}

/// A value for this file.
pub fn draw(rng: &mut Rng, row: &FileRow, around: &Neighbours) -> String {
    let value = match rng.u32(..10) {
        0 => (*pick(rng, &NUMBERS)).to_owned(),
        1 | 2 => near(rng, around).unwrap_or_else(|| typical(rng, row, around)),
        _ => typical(rng, row, around),
    };
    dressed(rng, &value)
}

/// The value of a parent or a child, so that limits meet.
fn near(rng: &mut Rng, around: &Neighbours) -> Option<String> {
    (!around.contents.is_empty()).then(|| pick(rng, &around.contents).clone())
}

/// With what may stand around a value: mostly one newline, as `echo` writes it.
fn dressed(rng: &mut Rng, value: &str) -> String {
    match rng.u32(..30) {
        0..=3 => value.to_owned(),
        4 => format!(" {value}\n"),
        5 => format!("{value} \n"),
        6 => format!("{value}\n\n"),
        7 => format!("{value}\n{value}\n"),
        8 => format!("{value}\t{value}"),
        // Longer than any file takes.
        9 if rng.u32(..4) == 0 => format!("{value}{}\n", "0".repeat(60_000)),
        _ => format!("{value}\n"),
    }
}

fn typical(rng: &mut Rng, row: &FileRow, around: &Neighbours) -> String {
    let from = |rng: &mut Rng, list: &[&str]| (*pick(rng, list)).to_owned();
    match row.name {
        "cpuset.cpus" | "cpuset.mems" | "cpus" | "mems" => from(rng, &LISTS),
        "devices.allow" | "devices.deny" => from(rng, &DEVICES),
        "freezer.state" => from(rng, &FREEZER),
        "release_agent" => from(rng, &["", "/no/such/agent", "no", "/no/such agent"]),
        "pids.max" => from(rng, &PIDS),
        "cgroup.type" => from(rng, &["threaded", "threaded", "domain", "threaded x", ""]),
        "cgroup.subtree_control" => subtree(rng, around),
        "cgroup.freeze" => from(rng, &["0", "1", "0", "2", "-1"]),
        "cgroup.max.depth" | "cgroup.max.descendants" => {
            from(rng, &["0", "1", "2", "5", "max", "max", "-1", "2147483648", "maximum"])
        }
        "cpu.weight" => from(rng, &V2_WEIGHTS),
        "cpu.weight.nice" => from(rng, &["-20", "-21", "0", "19", "20", "5"]),
        "cpu.max" => cpu_max(rng),
        "cpuset.sched_relax_domain_level" => from(rng, &["-1", "0", "5", "6", "-2", "1"]),
        name if name.starts_with("blkio.throttle") || name.starts_with("io.") => from(rng, &THROTTLE),
        _ => by_unit(rng, row.unit),
    }
}

fn by_unit(rng: &mut Rng, unit: Unit) -> String {
    let list: &[&str] = match unit {
        Unit::Flag => &["0", "1", "1", "0", "2", "-1"],
        Unit::Weight => &WEIGHTS,
        Unit::Bytes => &BYTES,
        Unit::Microseconds => &MICROSECONDS,
        Unit::Text => &TEXTS,
        Unit::Count | Unit::Pid | Unit::Nanoseconds => &NUMBERS,
    };
    (*pick(rng, list)).to_owned()
}

fn cpu_max(rng: &mut Rng) -> String {
    let quotas = ["max", "1000", "50000", "100000", "999", "500", "abc", "25000"];
    let periods = ["", " 100000", " 50000", " 1000", " 1000000", " 1000001", " 999", " abc", " 100000 7"];
    format!("{}{}", pick(rng, &quotas), pick(rng, &periods))
}

/// Words of `cgroup.subtree_control`.
fn subtree(rng: &mut Rng, around: &Neighbours) -> String {
    let mut names: Vec<&str> = around.controllers.iter().map(String::as_str).collect();
    names.extend(["io", "cpu", "memory", "pids", "cpuset", "nonsense"]);
    let count = weighted(rng, &[(1, 8), (2, 3), (3, 1), (0, 1)]);
    let word = |rng: &mut Rng| format!("{}{}", pick(rng, &["+", "+", "-", ""]), pick(rng, &names));
    (0..count).map(|_| word(rng)).collect::<Vec<_>>().join(" ")
}
