//! Marks cannot be written and answers cannot be read by a submission (row 16).

use super::keeper::chance::Chance;
use super::keeper::runner::Test;
use super::part::{VARIABLE, guarded, open, place, program, said, start};
use proctor::keeper::Contain;
use proctor::process::sandbox::{Fence, Rules, View};
use proctor::process::{Command, Setup, Stream, start_program, wait};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

pub const TESTS: [Test; 3] = [
    ("marks_and_answers_are_out_of_reach", out_of_reach),
    ("control_without_a_sandbox_they_are_found_and_written", control),
    ("control_without_a_fence_the_mark_in_memory_is_written", control_fence),
];

/// The mark as the scenario has it in its memory.
const MARK: u64 = 0x0051_ede5_7a11_0000;
static IN_MEMORY: AtomicU64 = AtomicU64::new(MARK);

/// What the rubric's process exits with, a bit each.
const FOUND: u8 = 1;
const WRITTEN: u8 = 2;
const FAILED: u8 = 4;

/// The rubric: it knows the answer, keeps the mark, and starts the submission. `LEVEL SECRET RESULTS`
pub fn bearer(words: &str) -> ! {
    let [level, secret, results] = words.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("three words")
    };
    let contained = level != "host";
    let fenced = level == "fenced";
    let view = View { show: vec![program()], room: 4 << 20, from: None, ..View::default() };
    let mut contain = Contain::untrusted(view);
    // The submission is not told the way to the secret: it looks for it.
    let part = format!("thief {} {}", std::ptr::addr_of!(IN_MEMORY).expose_provenance(), results);
    contain.environment.as_mut().expect("it has one").push((VARIABLE.to_owned(), part.clone()));
    let answer = format!("answer={secret}");
    guarded(contained.then_some(contain), None, move |_| {
        if !contained {
            // SAFETY: there is one thread.
            unsafe { std::env::set_var(VARIABLE, &part) };
        }
        let rules = Rules { apart: true, no_network: true, filter: true, ..Rules::default() };
        let fence = fenced.then(|| Rc::new(Fence::new(&rules).expect("a fence")));
        let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).expect("a pipe");
        let setup = Setup { stdin: Stream::Null, stdout: Stream::Fd(write), fence, ..Setup::default() };
        let argv = [program().to_str().expect("UTF-8").to_owned()];
        let command = Command::new(&argv, &[], 0).expect("a command");
        let prepared = setup.prepare().expect("it can be made ready");
        let started = start_program(&command, &prepared).expect("it can be started");
        drop(prepared);
        let mut loot = String::new();
        let _ = std::io::Read::read_to_string(&mut std::fs::File::from(read), &mut loot);
        let status = wait::reap_blocking(started.pid).expect("our child");
        if started.failure.is_some() || status.code() != 0 || !loot.contains("done") {
            let _ = writeln!(std::io::stderr(), "{:?} {status:?} {loot}", started.failure);
            return FAILED;
        }
        // What it has found, it has written down.
        let found = loot.contains(answer.split_once('=').map_or("", |(_, secret)| secret));
        let written = IN_MEMORY.load(SeqCst) != MARK;
        u8::from(found) * FOUND + u8::from(written) * WRITTEN
    })
}

/// What lies about outside while the submission runs: the rubric's file, the results, another's work.
struct Outside {
    folder: PathBuf,
    secret: String,
}

impl Outside {
    fn new(chance: &mut Chance) -> Self {
        let secret = format!("{:016x}{:016x}", chance.below(u64::MAX), chance.below(u64::MAX));
        let folder = place().join(&secret[..16]);
        std::fs::create_dir(&folder).expect("a folder");
        open(&folder, 0o777);
        let this = Self { folder, secret };
        for (name, text) in
            [("rubric.proc", this.secret.as_str()), ("expected.out", &this.secret), ("results", "points 0")]
        {
            let file = this.folder.join(name);
            std::fs::write(&file, text).expect("a file");
            open(&file, 0o666);
        }
        this
    }

    fn results(&self) -> PathBuf {
        self.folder.join("results")
    }

    /// Runs the rubric; gives what it exits with, and what it said.
    fn run(&self, level: &str) -> (Option<i32>, String) {
        let mut command = start(&format!("bearer {level} {} {}", self.secret, self.results().display()));
        // The guard has the answer in its environment and among its arguments.
        said(command.env("ANSWER", &self.secret).arg(&self.secret).current_dir(&self.folder))
    }

    fn is_unchanged(&self) -> bool {
        let whole = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        whole(&self.results()) == "points 0"
            && !self.results().is_symlink()
            && !self.folder.join("report.json").is_symlink()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn out_of_reach() {
    let mut chance = Chance::new();
    for round in 0..100 {
        let outside = Outside::new(&mut chance);
        let (code, said) = outside.run("fenced");
        assert_eq!(code, Some(0), "round {round}: {said}");
        assert!(outside.is_unchanged(), "round {round}: {said}");
    }
}

fn control() {
    let outside = Outside::new(&mut Chance::new());
    let (code, said) = outside.run("host");
    assert_eq!(code, Some(i32::from(FOUND | WRITTEN)), "the test does not see it: {said}");
    assert!(!outside.is_unchanged(), "the test does not see that the results were written");
}

/// A namespace alone does not stand between two processes that are in it.
fn control_fence() {
    let outside = Outside::new(&mut Chance::new());
    let (code, said) = outside.run("contained");
    assert!(
        code.is_some_and(|code| code & i32::from(WRITTEN) != 0),
        "the test does not see it: {code:?} {said}"
    );
    assert!(outside.is_unchanged());
}
