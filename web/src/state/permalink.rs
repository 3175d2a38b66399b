//! The address bar's fragment: everything that another browser needs to show the same.
//!
//! `#/sandbox?host=lecture&cpus=2&mem=2048&lines=…&step=7&view=cgroups&sel=…` or `#/lesson/ID?…`. The lines
//! typed are joined by line feeds, deflated, and written in URL-safe base64. What comes in through a link
//! was written by anybody: sizes are bounded before anything is done with it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use drydock_engine::host::{HostKind, HostProfile};
use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec_with_limit};

use super::{selection::Selection, view::View};

/// Most bytes that the lines of a link may have.
const MOST_BYTES: usize = 64 << 10;
/// Most lines that a link may have.
const MOST_LINES: usize = 500;
/// CPUs that a host may have.
pub(crate) const CPUS: std::ops::RangeInclusive<u32> = 1..=8;
/// Main memory that a host may have, in MiB.
pub(crate) const MEMORY_MIB: [u64; 6] = [512, 1024, 2048, 4096, 8192, 16384];

/// Which page is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Route {
    /// The entry with the list of lessons.
    #[default]
    Home,
    /// The workbench without a lesson.
    Sandbox,
    /// The workbench with the lesson of this id.
    Lesson(String),
}

/// The machine of a session: what a profile may be varied in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostChoice {
    /// Which profile.
    pub(crate) kind: HostKind,
    /// Number of CPUs.
    pub(crate) cpus: u32,
    /// Main memory in MiB.
    pub(crate) memory_mib: u64,
}

impl HostChoice {
    /// A profile as it comes.
    pub(crate) fn of(kind: HostKind) -> Self {
        Self { kind, cpus: 2, memory_mib: 2048 }
    }

    /// The machine itself.
    pub(crate) fn profile(self) -> HostProfile {
        let mut profile = HostProfile::named(self.kind);
        profile.cpus = self.cpus;
        profile.memory = self.memory_mib << 20;
        profile
    }
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The page.
    pub(crate) route: Route,
    /// The machine; `None` leaves it to the lesson, or the lecture's host.
    pub(crate) host: Option<HostChoice>,
    /// The lines typed.
    pub(crate) lines: Vec<String>,
    /// The step shown; `None` is the last.
    pub(crate) step: Option<u32>,
    /// What is selected.
    pub(crate) selection: Option<Selection>,
    /// Which picture is shown.
    pub(crate) view: View,
    /// Through whose eyes; `None` for the first process.
    pub(crate) eyes: Option<u32>,
}

impl Place {
    /// A page as it is at first.
    pub(crate) fn new(route: Route) -> Self {
        Self {
            route,
            host: None,
            lines: Vec::new(),
            step: None,
            selection: None,
            view: View::default(),
            eyes: None,
        }
    }
}

/// Why a link can't be followed: the name of a message in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadLink(pub(crate) &'static str);

/// Reads a fragment, with or without its `#`.
///
/// # Errors
///
/// It names no page, or is damaged, or is larger than a link may be.
pub(crate) fn parse(fragment: &str) -> Result<Place, BadLink> {
    let fragment = fragment.trim_start_matches('#');
    if fragment.len() > 4 * MOST_BYTES {
        return Err(BadLink("link-too-large"));
    }
    let (path, query) = fragment.split_once('?').unwrap_or((fragment, ""));
    let route = match path.trim_matches('/') {
        "" => Route::Home,
        "sandbox" => Route::Sandbox,
        path => match path.strip_prefix("lesson/") {
            Some(id) if !id.is_empty() && !id.contains('/') => Route::Lesson(decode(id)?),
            _ => return Err(BadLink("link-no-page")),
        },
    };
    let mut place = Place::new(route);
    let mut host = (None, None, None);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match name {
            "host" => {
                host.0 = Some(
                    HostKind::parse(value)
                        .filter(|kind| HostKind::NAMED.contains(kind))
                        .ok_or(BadLink("link-host"))?,
                )
            }
            "cpus" => {
                host.1 = Some(value.parse().ok().filter(|n| CPUS.contains(n)).ok_or(BadLink("link-cpus"))?)
            }
            "mem" => {
                let known = value.parse().ok().filter(|n| MEMORY_MIB.contains(n));
                host.2 = Some(known.ok_or(BadLink("link-memory"))?)
            }
            "lines" => place.lines = unpack(value)?,
            "step" => place.step = Some(value.parse().map_err(|_| BadLink("link-step"))?),
            "sel" => place.selection = Selection::parse(&decode(value)?),
            // A picture that another version has is no error.
            "view" => place.view = View::parse(value).unwrap_or_default(),
            "eyes" => place.eyes = value.parse().ok(),
            _ => {}
        }
    }
    if let (Some(kind), cpus, memory) = host {
        let usual = HostChoice::of(kind);
        place.host = Some(HostChoice {
            kind,
            cpus: cpus.unwrap_or(usual.cpus),
            memory_mib: memory.unwrap_or(usual.memory_mib),
        });
    }
    Ok(place)
}

/// Writes a fragment, with its `#`. `packed` are the lines, from [`pack`].
pub(crate) fn print(place: &Place, packed: &str) -> String {
    let mut text = match &place.route {
        Route::Home => return "#/".to_owned(),
        Route::Sandbox => "#/sandbox".to_owned(),
        Route::Lesson(id) => format!("#/lesson/{}", encode(id)),
    };
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        text.push(separator);
        text.push_str(name);
        text.push('=');
        text.push_str(value);
        separator = '&';
    };
    if let Some(host) = place.host {
        add("host", host.kind.word());
        add("cpus", &host.cpus.to_string());
        add("mem", &host.memory_mib.to_string());
    }
    if !packed.is_empty() {
        add("lines", packed);
    }
    if let Some(step) = place.step {
        add("step", &step.to_string());
    }
    add("view", place.view.word());
    if let Some(eyes) = place.eyes {
        add("eyes", &eyes.to_string());
    }
    if let Some(selection) = &place.selection {
        add("sel", &encode(&selection.to_string()));
    }
    text
}

/// Lines as a link carries them; empty for none.
pub(crate) fn pack<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let text = lines.into_iter().collect::<Vec<_>>().join("\n");
    if text.is_empty() { String::new() } else { URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), 9)) }
}

/// The lines of a link.
fn unpack(packed: &str) -> Result<Vec<String>, BadLink> {
    let damaged = BadLink("link-lines");
    let packed = URL_SAFE_NO_PAD.decode(packed).map_err(|_| damaged)?;
    let text = decompress_to_vec_with_limit(&packed, MOST_BYTES).map_err(|error| match error.status {
        miniz_oxide::inflate::TINFLStatus::HasMoreOutput => BadLink("link-too-large"),
        _ => damaged,
    })?;
    let text = String::from_utf8(text).map_err(|_| damaged)?;
    let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
    if lines.len() > MOST_LINES { Err(BadLink("link-too-large")) } else { Ok(lines) }
}

/// Percent-encodes all but letters, digits and `-._~/:`.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Undoes [`encode`].
fn decode(text: &str) -> Result<String, BadLink> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let [high, low, after @ ..] = rest else { return Err(BadLink("link-percent")) };
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { return Err(BadLink("link-percent")) };
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| BadLink("link-percent"))
}

#[cfg(test)]
mod tests {
    use super::{BadLink, HostChoice, HostKind, Place, Route, pack, parse, print};
    use crate::state::{selection::Selection, view::View};

    fn round(place: &Place) -> Result<Place, BadLink> {
        parse(&print(place, &pack(place.lines.iter().map(String::as_str))))
    }

    #[test]
    fn what_is_written_is_read() {
        let place = Place {
            route: Route::Lesson("control-groups".to_owned()),
            host: Some(HostChoice { kind: HostKind::V2, cpus: 4, memory_mib: 1024 }),
            lines: vec!["mkdir /größe".to_owned(), String::new(), "echo 'a".to_owned(), "b'".to_owned()],
            step: Some(3),
            selection: Selection::parse("h1:/a b&c=d"),
            view: View::Mounts,
            eyes: Some(1702),
        };
        assert_eq!(round(&place), Ok(place));
        for route in [Route::Home, Route::Sandbox] {
            assert_eq!(round(&Place::new(route.clone())), Ok(Place::new(route)));
        }
    }

    #[test]
    fn hostile_links_are_refused() {
        let bomb = pack(["a".repeat(70_000).as_str()]);
        let many = pack(vec!["a"; 501]);
        for (link, reason) in [
            ("#/elsewhere".to_owned(), "link-no-page"),
            ("#/lesson/a/b".to_owned(), "link-no-page"),
            ("#/sandbox?host=this".to_owned(), "link-host"),
            ("#/sandbox?host=v1&cpus=0".to_owned(), "link-cpus"),
            ("#/sandbox?host=v1&mem=99999999999999999999".to_owned(), "link-memory"),
            ("#/sandbox?lines=%00".to_owned(), "link-lines"),
            ("#/sandbox?lines=AAAA".to_owned(), "link-lines"),
            ("#/sandbox?step=-1".to_owned(), "link-step"),
            ("#/sandbox?sel=%f".to_owned(), "link-percent"),
            (format!("#/sandbox?lines={bomb}"), "link-too-large"),
            (format!("#/sandbox?lines={many}"), "link-too-large"),
            (format!("#/sandbox?x={}", "a".repeat(300_000)), "link-too-large"),
        ] {
            assert_eq!(parse(&link).err(), Some(BadLink(reason)), "{}", &link[..link.len().min(60)]);
        }
    }
}
