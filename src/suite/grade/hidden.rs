//! What of a course lies below the folders of the system that works can see, and how it is kept from them.

use crate::process::sandbox::SYSTEM;
use std::path::{Component, Path, PathBuf};

/// Something that no work may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// As in "{what} `PATH` lies …".
    pub what: &'static str,
    pub path: PathBuf,
}

impl Secret {
    #[must_use]
    pub fn new(what: &'static str, path: impl Into<PathBuf>) -> Self {
        Self { what, path: path.into() }
    }
}

/// The folders that are to be covered so that none of the secrets is seen: the one that a secret lies in, or itself where it is a
/// folder and that one cannot be covered.
///
/// # Errors
/// In words: a secret lies where works can see it and no cover helps, and what to move.
pub fn covers(secrets: &[Secret]) -> Result<Vec<PathBuf>, String> {
    let mut covers = Vec::new();
    for Secret { what, path } in secrets {
        let Some(real) = real(path) else { continue };
        if !SYSTEM.iter().any(|shown| real.starts_with(shown)) {
            continue;
        }
        let around = real.parent().filter(|around| !is_of_the_system(around));
        let Some(cover) = around.or_else(|| (real.is_dir() && !is_of_the_system(&real)).then_some(&*real))
        else {
            let around = real.parent().unwrap_or(&real);
            return Err(format!(
                "{what} `{}` lies in `{}`, which works can see: move it to a folder of its own, as /opt/NAME, or away from the system's folders, as to /srv or /home",
                real.display(),
                around.display()
            ));
        };
        covers.push(cover.to_path_buf());
    }
    covers.sort();
    covers.dedup();
    Ok(covers)
}

/// Where something really is, or will be when it is made.
fn real(path: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(path).ok()?;
    let mut above = whole.as_path();
    loop {
        if let Ok(real) = above.canonicalize() {
            let below = whole.strip_prefix(above).unwrap_or(Path::new(""));
            return Some(if below.as_os_str().is_empty() { real } else { real.join(below) });
        }
        above = above.parent()?;
    }
}

/// Whether programs need what is in a folder, so that it cannot be covered: all that a system has near its top.
fn is_of_the_system(folder: &Path) -> bool {
    let parts: Vec<&str> = folder
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_str().unwrap_or("?")),
            _ => None,
        })
        .collect();
    let programs = |name: &str| matches!(name, "bin" | "sbin") || name.starts_with("lib");
    match parts[..] {
        [] | [_] | ["nix" | "gnu", "store"] => true,
        ["usr", "local", ref below @ ..] | ["usr", ref below @ ..] => below.len() < 2 || programs(below[0]),
        [top, ..] => programs(top),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_can_be_covered_and_the_system_not() {
        for folder in
            ["/opt/course", "/usr/local/share/course", "/usr/share/course", "/usr/src/a", "/etc/course"]
        {
            assert!(!is_of_the_system(Path::new(folder)), "{folder}");
        }
        for folder in
            ["/", "/opt", "/usr", "/usr/local", "/usr/local/lib", "/usr/share", "/usr/lib/x", "/nix/store"]
        {
            assert!(is_of_the_system(Path::new(folder)), "{folder}");
        }
    }

    #[test]
    fn what_lies_elsewhere_needs_no_cover() {
        for path in ["/srv/course/rubric.proc", "/nix/var/course/rubric.proc"] {
            assert_eq!(covers(&[Secret::new("the rubric", path)]), Ok(Vec::new()), "{path}");
        }
    }

    #[test]
    fn what_lies_in_a_folder_of_the_system_is_to_be_moved() {
        let why =
            covers(&[Secret::new("the rubric", "/usr/bin/rubric.proc")]).expect_err("it cannot be covered");
        assert!(why.contains("the rubric `/usr/bin/rubric.proc`") && why.contains("move it"), "{why}");
    }
}
