//! Limits for a whole run in a control group of its own, where we may make one: cgroups(7), version 1 and 2.

use crate::process::errno::Errno;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What all processes of a group together may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Processes and threads alive at once.
    pub processes: Option<u32>,
}

/// Which limits were hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// A process was killed because there was no memory left for it.
    pub memory: bool,
    /// A process could not be started.
    pub processes: bool,
    /// There was no room below the ceiling for more memory, though some may have been made.
    pub full: bool,
}

/// A group with limits. It has to be empty when it is removed.
#[derive(Debug)]
pub struct Cgroup {
    /// One directory a controller, or one for all.
    places: Vec<PathBuf>,
}

/// The group of version 2 that we move to where we stand in the way of those below.
const OURS: &str = "proctor";

/// Nobody takes so long from making a group to entering it.
const LEFT: Duration = Duration::from_secs(3600);

const CONTROLLERS: [&str; 2] = ["memory", "pids"];

impl Cgroup {
    /// Makes a group below the one that this process is in.
    ///
    /// # Errors
    /// `EACCES`, `EROFS` or `EPERM` where it is not ours to make; `ENOENT` where the machine has no such controllers.
    pub fn create(name: &str, ceiling: Ceiling) -> Result<Self, Errno> {
        let own = fs::read_to_string("/proc/self/cgroup").map_err(Errno::from)?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").map_err(Errno::from)?;
        let parents = parents(&own, &mounts).ok_or(Errno::ENOENT)?;
        let mut group = Self { places: Vec::new() };
        for Parent { place, second } in parents {
            let made = if second { allow_below(&place) } else { Ok(()) };
            let below = place.join(name);
            if let Err(error) = made.and_then(|()| fs::create_dir(&below)) {
                group.remove();
                return Err(error.into());
            }
            group.places.push(below);
            remove_left(&place, name, LEFT);
        }
        if let Err(error) = group.limit(ceiling) {
            group.remove();
            return Err(error.into());
        }
        Ok(group)
    }

    fn limit(&self, ceiling: Ceiling) -> io::Result<()> {
        if let Some(bytes) = ceiling.memory {
            // No swap beyond it either; where swap is not counted there is no such file.
            match self.file("memory.max") {
                Some(file) => {
                    fs::write(file, bytes.to_string())?;
                    self.file("memory.swap.max").map(|file| fs::write(file, "0"));
                }
                None => {
                    fs::write(self.need("memory.limit_in_bytes")?, bytes.to_string())?;
                    self.file("memory.memsw.limit_in_bytes").map(|file| fs::write(file, bytes.to_string()));
                }
            }
        }
        if let Some(processes) = ceiling.processes {
            fs::write(self.need("pids.max")?, processes.to_string())?;
        }
        Ok(())
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        self.places.iter().map(|place| place.join(name)).find(|file| file.exists())
    }

    fn need(&self, name: &str) -> io::Result<PathBuf> {
        self.file(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// By which a process goes in by itself: see [`Entrance`]. None where there is no such way: in version 2, and where the files are not
    /// ours to write.
    #[must_use]
    pub fn entrance(&self) -> Option<Entrance> {
        let open = |place: &PathBuf| fs::File::options().write(true).open(place.join("tasks"));
        self.places.iter().map(open).collect::<io::Result<_>>().ok().map(Entrance)
    }

    /// Puts a process in it, and so all that it starts from then on. The kernel may take its time for it: see [`Entrance`].
    ///
    /// # Errors
    /// What the kernel says; then it is in none of them or in some.
    pub fn add(&self, pid: i32) -> Result<(), Errno> {
        self.places
            .iter()
            .try_for_each(|place| fs::write(place.join("cgroup.procs"), pid.to_string()).map_err(Errno::from))
    }

    /// Which limits were hit until now.
    #[must_use]
    pub fn hits(&self) -> Hits {
        let count = |file: &str, key: &str| {
            let text = self.file(file).and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
            counted(&text, key)
        };
        Hits {
            memory: count("memory.events", "oom_kill") + count("memory.oom_control", "oom_kill") > 0,
            processes: count("pids.events", "max") > 0,
            full: count("memory.events", "max") + count("memory.failcnt", "") > 0,
        }
    }

    /// Removes it. What the kernel has not let go of yet makes it stay: then one that is made later removes it.
    pub fn remove(self) {
        for place in &self.places {
            let _ = fs::remove_dir(place);
        }
    }
}

/// The way by which a thread moves itself into a group of version 1: for that the kernel does not wait until no process of the machine
/// forks or ends, which here takes 12 milliseconds (`cgroup_attach_lock`). Written to by another process, or for another one, it does.
#[derive(Debug)]
pub struct Entrance(Vec<fs::File>);

impl Entrance {
    /// Moves this thread, which should be the only one of its process, and so all that it starts from then on.
    ///
    /// # Errors
    /// What the kernel says; then it is in none of them or in some.
    pub fn go_in(&self) -> Result<(), Errno> {
        self.0.iter().try_for_each(|mut file| file.write_all(b"0").map_err(Errno::from))
    }
}

/// Removes the empty groups that are called as this one is and were made so long ago: whoever made them was killed. One that is not
/// empty cannot be removed, and one that is new may be entered yet.
fn remove_left(parent: &Path, name: &str, age: Duration) {
    let alike = |file: &OsStr| {
        let (Some(file), Some((kind, run))) = (file.to_str(), name.split_once('-')) else { return false };
        let other = file.strip_prefix(kind).and_then(|rest| rest.strip_prefix('-'));
        other.is_some_and(|other| {
            other.len() == run.len() && other.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let modified = || entry.metadata().and_then(|data| data.modified());
        if alike(&entry.file_name())
            && modified().is_ok_and(|time| time.elapsed().is_ok_and(|old| old >= age))
        {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

fn counted(text: &str, key: &str) -> u64 {
    let value = |line: &str| line.strip_prefix(key)?.trim().parse().ok();
    text.lines().find_map(value).unwrap_or(0)
}

/// A group below which one is made.
#[derive(Debug, PartialEq, Eq)]
struct Parent {
    place: PathBuf,
    /// Version 2, where controllers have to be passed down.
    second: bool,
}

/// Where the group of this process is: `/proc/self/cgroup` and `/proc/self/mountinfo`. None without both controllers.
fn parents(own: &str, mounts: &str) -> Option<Vec<Parent>> {
    let group = |wanted: &str| {
        own.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
            controllers.split(',').any(|controller| controller == wanted).then_some(path)
        })
    };
    let mounted = |kind: &str, option: &str| {
        mounts.lines().find_map(|line| {
            let (first, second) = line.split_once(" - ")?;
            let mut second = second.split(' ');
            let (is, _, options) = (second.next()?, second.next()?, second.next()?);
            let fits = is == kind && (option.is_empty() || options.split(',').any(|one| one == option));
            let mut first = first.split(' ').skip(3);
            let (root, place) = (first.next()?, first.next()?);
            fits.then_some((root, place))
        })
    };
    let at = |(root, place): (&str, &str), path: &str| {
        let below = path.strip_prefix(root.trim_end_matches('/')).unwrap_or(path);
        Path::new(place).join(below.trim_start_matches('/'))
    };
    let first = |controller: &&str| {
        let path = group(controller)?;
        Some(Parent { place: at(mounted("cgroup", controller)?, path), second: false })
    };
    if let Some(all) = CONTROLLERS.iter().map(first).collect::<Option<Vec<_>>>() {
        return Some(all);
    }
    // We may have moved below: see `allow_below`.
    let path = group("")?;
    let path = path.strip_suffix(OURS).and_then(|path| path.strip_suffix('/')).unwrap_or(path);
    Some(vec![Parent { place: at(mounted("cgroup2", "")?, path), second: true }])
}

/// Lets groups below have the controllers. A group of version 2 that passes them down may have no processes of its own, but for the
/// root: so where this process is the only one, it moves below.
fn allow_below(place: &Path) -> io::Result<()> {
    let there = fs::read_to_string(place.join("cgroup.subtree_control"))?;
    if CONTROLLERS.iter().all(|controller| there.split_whitespace().any(|one| one == *controller)) {
        return Ok(());
    }
    let wanted: Vec<String> = CONTROLLERS.iter().map(|controller| format!("+{controller}")).collect();
    let ask = || fs::write(place.join("cgroup.subtree_control"), wanted.join(" "));
    let Err(error) = ask() else { return Ok(()) };
    let own = std::process::id().to_string();
    if error.kind() != io::ErrorKind::ResourceBusy
        || fs::read_to_string(place.join("cgroup.procs"))?.trim() != own
    {
        return Err(error);
    }
    let below = place.join(OURS);
    match fs::create_dir(&below) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    fs::write(below.join("cgroup.procs"), own)?;
    ask()
}

#[cfg(test)]
mod tests {
    use super::{LEFT, Parent, counted, parents, remove_left};
    use std::fs;
    use std::time::Duration;

    const FIRST: &str = "25 20 0:20 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
        26 20 0:21 / /sys/fs/cgroup/pids rw,relatime shared:3 - cgroup cgroup rw,pids\n\
        27 20 0:22 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

    #[test]
    fn groups_of_version_1_are_one_a_controller() {
        let found = parents("8:pids:/\n4:memory:/a/b\n0::/\n", FIRST);
        let parent = |place: &str| Parent { place: place.into(), second: false };
        assert_eq!(found, Some(vec![parent("/sys/fs/cgroup/memory/a/b"), parent("/sys/fs/cgroup/pids/")]));
    }

    #[test]
    fn the_group_of_version_2_is_one() {
        let mounts = "30 20 0:22 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
        let found = parents("0::/user.slice/app.scope\n", mounts);
        assert_eq!(
            parents("0::/user.slice/app.scope\n", mounts),
            Some(vec![Parent { place: "/sys/fs/cgroup/app.scope".into(), second: true }])
        );
        assert_eq!(parents("0::/user.slice/app.scope/proctor\n", mounts), found);
        assert_eq!(parents("0::/\n", ""), None);
        assert_eq!(parents("odd", "odd - x"), None);
    }

    #[test]
    fn counts_are_found_by_their_key() {
        assert_eq!(counted("low 0\noom 3\noom_kill 2\n", "oom_kill"), 2);
        assert_eq!(counted("max 7\n", "max"), 7);
        assert_eq!(counted("", "max"), 0);
    }

    #[test]
    fn groups_that_are_left_empty_are_removed_when_they_are_old() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["proctor-0a1b", "proctor-ffff", "proctor-try-12", "proctor-0a1", "other-0a1b"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        // A group with processes in it cannot be removed; here that is one with a file.
        fs::write(folder.path().join("proctor-ffff/tasks"), "1").expect("a file");
        let left = |age| {
            remove_left(folder.path(), "proctor-1234", age);
            let mut names: Vec<_> = fs::read_dir(folder.path())
                .expect("a folder")
                .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
                .collect();
            names.sort();
            names
        };
        assert_eq!(left(LEFT).len(), 5, "none is old");
        assert_eq!(left(Duration::ZERO), ["other-0a1b", "proctor-0a1", "proctor-ffff", "proctor-try-12"]);
    }
}
