//! What a grading may leave behind, and may not: processes, files, shared memory and queues, records of runs.

use super::patience::look;
use rustix::process::{Pid, WaitOptions, getpid, set_child_subreaper, waitpid};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The graders of this program that run now. Whoever else is a child of ours was left behind by one of them.
static GRADERS: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// How it was before.
pub struct Traces {
    place: PathBuf,
    files: BTreeMap<PathBuf, Option<Vec<u8>>>,
    works: PathBuf,
    handed_in: BTreeMap<PathBuf, Option<Vec<u8>>>,
    objects: Vec<String>,
}

impl Traces {
    pub fn before(place: &Path, works: &Path) -> Self {
        let (place, works) = (place.to_owned(), works.to_owned());
        Self { files: below(&place), handed_in: below(&works), objects: objects(), place, works }
    }

    /// Runs a grader to its end. Whoever it leaves behind is adopted by us, as by an init, and must not be there.
    pub fn run(command: &mut Command) -> Output {
        set_child_subreaper(Some(getpid())).expect("we may adopt");
        let child = {
            let mut graders = graders();
            let child =
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("proctor starts");
            graders.push(child.id().cast_signed());
            child
        };
        let pid = child.id().cast_signed();
        let output = child.wait_with_output().expect("it ends");
        graders().retain(|grader| *grader != pid);
        let gone = look(|| left_alive().is_empty().then_some(()));
        assert!(gone.is_some(), "processes were left behind: {:?}", left_alive());
        output
    }

    /// Nothing is there now that was not before, but the results and the reports.
    pub fn compare(&self) {
        let wanted = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            path.parent() == Some(&self.place)
                && (name.starts_with("grades.db") || name.starts_with("report."))
        };
        let now = below(&self.place);
        let new: Vec<_> =
            now.keys().filter(|path| !self.files.contains_key(*path) && !wanted(path)).collect();
        assert!(new.is_empty(), "files were left behind: {new:?}");
        assert!(below(&self.works) == self.handed_in, "the works are not as they were handed in");
        let new: Vec<_> = objects().into_iter().filter(|object| !self.objects.contains(object)).collect();
        assert!(new.is_empty(), "objects of the kernel were left behind: {new:?}");
    }
}

fn graders() -> MutexGuard<'static, Vec<i32>> {
    GRADERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Children of ours that we have not started and that live. Those that have ended are reaped.
fn left_alive() -> Vec<String> {
    let graders = graders();
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists =
        tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok()).collect::<String>();
    let strangers =
        lists.split_whitespace().filter_map(|pid| pid.parse().ok()).filter(|pid| !graders.contains(pid));
    strangers
        .filter(|pid| {
            let ended = waitpid(Pid::from_raw(*pid), WaitOptions::NOHANG);
            !matches!(ended, Ok(Some(_)))
        })
        .filter_map(|pid| {
            let words = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?.replace('\0', " ");
            Some(format!("{pid}: {words}"))
        })
        .collect()
}

/// Every file below a folder with what is in it; folders and links without.
fn below(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type();
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                folders.push(path.clone());
            }
            let text = if kind.is_ok_and(|kind| kind.is_file()) { fs::read(&path).ok() } else { None };
            all.insert(path, text);
        }
    }
    all
}

/// What the works try to leave in the machine: memory and queues with a certain key or name, files in a certain place.
fn objects() -> Vec<String> {
    const KEY: &str = "4711";
    let mut all = Vec::new();
    for kind in ["shm", "sem", "msg"] {
        let table = fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
        all.extend(
            table
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(KEY))
                .map(|line| format!("{kind} {line}")),
        );
    }
    for folder in ["/tmp", "/var/tmp", "/dev/shm", "/dev"] {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        all.extend(names.filter(|name| name.contains(KEY)).map(|name| format!("{folder}/{name}")));
    }
    let sockets = fs::read_to_string("/proc/net/unix").unwrap_or_default();
    all.extend(
        sockets.lines().filter(|line| line.contains("left-4711")).map(|line| format!("socket {line}")),
    );
    all
}
