//! Where the links of an archive lead: each is followed in the mind, as the kernel would follow it, before any of them is made.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

/// Links on the way of a path, as the kernel has it (path_resolution(7)).
pub const HOPS: usize = 40;
/// Parts of paths on the way of one link, so that an archive of links is looked at in moments.
const STEPS: usize = 400;

/// Why a link is not to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Astray {
    /// It leaves the folder, be it for a moment.
    Out,
    /// It leads to itself, or through more than anybody would follow.
    Around,
}

/// Follows one of these links, which are named by where they stand, to its end. It must stay in `top`, or where there is none in the
/// folder that all stand in. That something on the way is no folder or is not there changes nothing: it may be there later.
///
/// # Errors
/// It goes astray.
pub fn follow(links: &BTreeMap<PathBuf, PathBuf>, link: &Path, top: Option<&Path>) -> Result<(), Astray> {
    let floor = top.map_or(0, |top| top.components().count());
    // No link is above it: nothing of an archive is put below a link.
    let mut here = link.parent().unwrap_or(Path::new("")).to_path_buf();
    let mut depth = here.components().count();
    let mut waiting: Vec<OsString> = link.file_name().map(OsStr::to_owned).into_iter().collect();
    let mut hops = 0;
    for _ in 0..STEPS {
        let Some(part) = waiting.pop() else { return Ok(()) };
        if part == ".." {
            if depth <= floor {
                return Err(Astray::Out);
            }
            here.pop();
            depth -= 1;
            continue;
        }
        here.push(&part);
        let Some(target) = links.get(&here) else {
            depth += 1;
            continue;
        };
        here.pop();
        hops += 1;
        if hops > HOPS {
            return Err(Astray::Around);
        }
        for part in target.components().rev() {
            match part {
                Component::RootDir | Component::Prefix(_) => return Err(Astray::Out),
                Component::CurDir => {}
                Component::ParentDir => waiting.push("..".into()),
                Component::Normal(name) => waiting.push(name.to_owned()),
            }
        }
    }
    Err(Astray::Around)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(links: &[(&str, &str)], top: Option<&str>) -> Result<(), Astray> {
        let map = links.iter().map(|(link, target)| (PathBuf::from(link), PathBuf::from(target))).collect();
        follow(&map, Path::new(links[0].0), top.map(Path::new))
    }

    #[test]
    fn what_stays_inside_stays_and_what_leaves_is_seen() {
        let good: [&[(&str, &str)]; 7] = [
            &[("a", "b")],
            &[("d/x", "../y")],
            &[("d/x", "e/../../y/./z/")],
            &[("a", "b"), ("b", "c"), ("c", "d/e")],
            &[("a", "d/x"), ("d/x", "../e/f")],
            &[("a", "there/../b"), ("there", "d/e")],
            &[("d/x", ".")],
        ];
        for links in good {
            assert_eq!(led(links, None), Ok(()), "{links:?}");
        }
        let out: [&[(&str, &str)]; 7] = [
            &[("a", "..")],
            &[("a", "/")],
            &[("d/x", "../../y")],
            &[("d/x", "../../d/y")],
            &[("a", "d/../..")],
            // As words it would stay.
            &[("a", "d/e/.."), ("d", "."), ("e", "..")],
            &[("a", "deep/x/../../../.."), ("deep/x", "y/z"), ("deep/y/z", "..")],
        ];
        for links in out {
            assert_eq!(led(links, None), Err(Astray::Out), "{links:?}");
        }
        for links in [&[("a", "b"), ("b", "a")][..], &[("a", "a")], &[("a", "a/b")]] {
            assert_eq!(led(links, None), Err(Astray::Around), "{links:?}");
        }
    }

    #[test]
    fn above_the_single_folder_is_out() {
        assert_eq!(led(&[("top/d/x", "../y")], Some("top")), Ok(()));
        assert_eq!(led(&[("top/x", "../top/y")], Some("top")), Err(Astray::Out));
        assert_eq!(led(&[("top/x", "../top/y")], None), Ok(()));
    }

    #[test]
    fn a_web_of_links_is_given_up_soon() {
        let mut links = BTreeMap::new();
        for number in 0..1000 {
            let next = format!("l{}", number + 1);
            links.insert(PathBuf::from(format!("l{number}")), PathBuf::from(format!("./{next}/x/..")));
        }
        assert_eq!(follow(&links, Path::new("l0"), None), Err(Astray::Around));
        links.insert("w".into(), "d/../".repeat(300).into());
        assert_eq!(follow(&links, Path::new("w"), None), Err(Astray::Around));
    }
}
