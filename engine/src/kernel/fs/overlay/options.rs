//! Mount options of overlayfs (Documentation/filesystems/overlayfs.rst; fs/overlayfs/params.c).

use crate::host::KernelVersion;
use crate::kernel::refuse::{not_modelled, refuse};
use crate::plan::{Errno, Refusal, Rule};
use serde::Serialize;

/// The kernel that has uuid= with `auto` (fs/overlayfs/params.c).
pub(crate) const UUID_AUTO: KernelVersion = KernelVersion { major: 6, minor: 6 };
/// The kernel whose overlayfs reads its options one by one (fs/overlayfs/params.c).
pub(crate) const MOUNT_API: KernelVersion = KernelVersion { major: 6, minor: 5 };
/// The kernel that shows how files are synchronised in words of its own (seen on 6.18).
const FSYNC: KernelVersion = KernelVersion { major: 6, minor: 18 };
/// The kernel that brought userxattr.
const USER_ATTRIBUTES: KernelVersion = KernelVersion { major: 5, minor: 11 };

/// What becomes of a directory of a lower layer that is renamed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Redirect {
    /// EXDEV; redirects that are there already are followed (the kernels' default).
    #[default]
    Follow,
    /// EXDEV; redirects that are there already are an error.
    Nofollow,
    /// A redirect remembers where it was.
    On,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Options {
    /// Lower directories, the topmost first, without the backslashes that escape.
    pub(crate) lower: Vec<String>,
    pub(crate) upper: Option<String>,
    pub(crate) work: Option<String>,
    pub(crate) redirect: Redirect,
    pub(crate) index: bool,
    pub(crate) metacopy: bool,
    /// The overlay's own attributes are in `user.overlay.`, not in `trusted.overlay.`.
    pub(crate) user_attributes: bool,
    pub(crate) volatile: bool,
    pub(crate) default_permissions: bool,
    /// `off` or `null`, or what the kernel chooses.
    pub(crate) uuid: Option<String>,
    /// The value of lowerdir as it was typed.
    typed_lower: String,
    /// `xino=` and `nfs_export=`, which change nothing that is seen here.
    silent: Vec<String>,
    /// The value of redirect_dir, if it was given.
    redirect_word: Option<String>,
}

impl Options {
    /// Reads the options. One that overlayfs has not, or a value that it has not, is EINVAL.
    pub(crate) fn parse(data: &str, kernel: KernelVersion) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for word in words(data).iter().filter(|word| !word.is_empty()) {
            let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(n, v)| (n, Some(v)));
            options.set(name, value, kernel)?.ok_or_else(|| bad_option(word))?;
        }
        options.check()?;
        Ok(options)
    }

    fn set(&mut self, name: &str, value: Option<&str>, kernel: KernelVersion) -> Result<Option<()>, Refusal> {
        let Some(value) = value else { return Ok(self.set_flag(name, kernel)) };
        match name {
            "lowerdir" => {
                self.typed_lower = value.to_owned();
                self.lower = layers(value)?;
            }
            "upperdir" => self.upper = Some(unescaped(value)),
            "workdir" => self.work = Some(unescaped(value)),
            "redirect_dir" => {
                self.redirect_word = Some(value.to_owned());
                self.redirect = match value {
                    "on" => Redirect::On,
                    "off" | "follow" => Redirect::Follow,
                    "nofollow" => Redirect::Nofollow,
                    _ => return Ok(None),
                };
            }
            "index" | "metacopy" => match (name, switch(value)) {
                (_, None) => return Ok(None),
                ("index", Some(on)) => self.index = on,
                (_, Some(on)) => self.metacopy = on,
            },
            "xino" if ["on", "off", "auto"].contains(&value) => self.silent.push(format!("xino={value}")),
            "nfs_export" if value == "off" => {}
            "uuid" if value == "off" || kernel >= UUID_AUTO && ["null", "auto", "on"].contains(&value) => {
                self.uuid = (value != "auto").then(|| value.to_owned());
            }
            "nfs_export" | "verity" | "lowerdir+" | "datadir+" | "fsync" => {
                return not_modelled("mount", &format!("the option {name} of overlayfs"));
            }
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    fn set_flag(&mut self, name: &str, kernel: KernelVersion) -> Option<()> {
        match name {
            "userxattr" if kernel >= USER_ATTRIBUTES => self.user_attributes = true,
            "volatile" if kernel >= (KernelVersion { major: 5, minor: 10 }) => self.volatile = true,
            "default_permissions" => self.default_permissions = true,
            _ => return None,
        }
        Some(())
    }

    /// Options that exclude each other, or need one another (fs/overlayfs/params.c, `ovl_fs_params_verify`).
    fn check(&mut self) -> Result<(), Refusal> {
        let conflict = |one: &str, other: &str| {
            let rule = Rule::new("rule-overlay-options").with("one", one).with("other", other);
            refuse(Errno::EINVAL, "mount", rule)
        };
        // "userxattr" turns redirects and metacopy off, and can't be had with them.
        if self.user_attributes {
            if self.redirect == Redirect::On {
                return conflict("userxattr", "redirect_dir");
            }
            if self.metacopy {
                return conflict("userxattr", "metacopy");
            }
            self.redirect = Redirect::Nofollow;
        }
        // Metacopy needs redirects, and turns them on where nothing was said about them.
        if self.metacopy && self.redirect != Redirect::On {
            if self.redirect_word.is_some() {
                return conflict("metacopy=on", "redirect_dir=off");
            }
            self.redirect = Redirect::On;
        }
        Ok(())
    }

    /// Where the overlay keeps what it has to know of a file.
    pub(crate) fn prefix(&self) -> &'static str {
        if self.user_attributes { "user.overlay." } else { "trusted.overlay." }
    }

    /// As /proc/mounts shows them (fs/overlayfs/params.c, `ovl_show_options`).
    pub(crate) fn shown(&self, uuid: Option<&str>, kernel: KernelVersion) -> Vec<String> {
        let path =
            |name: &str, path: &Option<String>| path.as_ref().map(|path| format!("{name}={}", escaped(path)));
        // "Automatically enable redirect" where nothing is written (`ovl_fs_params_verify`).
        let readonly = self.upper.is_none() && kernel >= MOUNT_API;
        let redirect = match self.redirect {
            Redirect::Follow if !readonly => None,
            Redirect::Follow | Redirect::On => Some("redirect_dir=on".to_owned()),
            Redirect::Nofollow => Some("redirect_dir=nofollow".to_owned()),
        };
        let volatile = if kernel >= FSYNC { "fsync=volatile" } else { "volatile" };
        let flag = |is: bool, word: &str| is.then(|| word.to_owned());
        let words = [
            Some(format!("lowerdir={}", self.typed_lower)),
            path("upperdir", &self.upper),
            path("workdir", &self.work),
            flag(self.default_permissions, "default_permissions"),
            redirect,
            flag(self.index, "index=on"),
            uuid.map(|uuid| format!("uuid={uuid}")),
            self.silent.last().cloned(),
            flag(self.metacopy, "metacopy=on"),
            flag(self.volatile, volatile),
            flag(self.user_attributes, "userxattr"),
        ];
        words.into_iter().flatten().collect()
    }
}

fn bad_option(option: &str) -> Refusal {
    let rule = Rule::new("rule-mount-option").with("fstype", "overlay").with("option", option);
    Refusal::by(Errno::EINVAL, "mount", rule)
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// Splits at commas; a comma behind a backslash belongs to a path ("Paths with colons", `ovl_next_opt`).
fn words(data: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut escape = false;
    for character in data.chars() {
        match character {
            ',' if !escape => words.push(String::new()),
            other => {
                if let Some(word) = words.last_mut() {
                    word.push(other);
                }
            }
        }
        escape = character == '\\' && !escape;
    }
    words
}

/// Splits lowerdir at colons; a colon behind a backslash belongs to a path. An empty path is EINVAL.
fn layers(value: &str) -> Result<Vec<String>, Refusal> {
    let mut paths = vec![String::new()];
    let mut escape = false;
    for character in value.chars() {
        match character {
            '\\' if !escape => {
                escape = true;
                continue;
            }
            ':' if !escape => paths.push(String::new()),
            other => {
                if let Some(path) = paths.last_mut() {
                    path.push(other);
                }
            }
        }
        escape = false;
    }
    if value.contains("::") {
        return not_modelled("mount", "layers with data only");
    }
    if paths.iter().any(String::is_empty) {
        return refuse(Errno::EINVAL, "mount", Rule::new("rule-overlay-empty-layer").with("option", value));
    }
    Ok(paths)
}

fn unescaped(value: &str) -> String {
    let mut path = String::new();
    let mut escape = false;
    for character in value.chars() {
        if character == '\\' && !escape {
            escape = true;
            continue;
        }
        path.push(character);
        escape = false;
    }
    path
}

/// As paths are shown: a comma would end the option.
fn escaped(path: &str) -> String {
    path.replace(',', "\\,")
}

#[cfg(test)]
mod tests {
    use super::{KernelVersion, Options};

    const NEW: KernelVersion = KernelVersion { major: 6, minor: 18 };

    #[test]
    fn layers_are_cut_at_colons_that_are_not_escaped() {
        let options =
            Options::parse("lowerdir=/a\\:b:/c,upperdir=/u\\,v,workdir=/w", NEW).expect("they are right");
        assert_eq!(options.lower, ["/a:b", "/c"]);
        assert_eq!(options.upper.as_deref(), Some("/u,v"));
    }

    #[test]
    fn what_is_no_option_and_what_excludes_another_is_refused() {
        for data in [
            "lowerdir=/a,foo=1",
            "lowerdir=/a:",
            "lowerdir=/a,index=maybe",
            "lowerdir=/a,userxattr,metacopy=on",
            "lowerdir=/a,metacopy=on,redirect_dir=off",
            "volatile=1",
        ] {
            assert!(Options::parse(data, NEW).is_err(), "{data}");
        }
        let old = KernelVersion { major: 5, minor: 10 };
        assert!(Options::parse("lowerdir=/a,userxattr", old).is_err());
    }

    #[test]
    fn options_show_in_the_kernels_order() {
        let data = "metacopy=on,index=on,workdir=w,upperdir=u,lowerdir=l";
        let shown = Options::parse(data, NEW).expect("they are right").shown(Some("on"), NEW).join(",");
        let expected = "lowerdir=l,upperdir=u,workdir=w,redirect_dir=on,index=on,uuid=on,metacopy=on";
        assert_eq!(shown, expected);
    }
}
