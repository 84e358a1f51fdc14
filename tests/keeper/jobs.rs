//! A child in the foreground of a terminal, stopped by its key: the shell gets its terminal back, and `fg` gives it to the
//! child again (row 4's terminal, and the terminal's promises).

use super::herd::children;
use super::level;
use super::runner::Test;
use super::stage::{SECOND, Staged};
use super::terminal::{Terminal, state, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::Instant;

pub const TESTS: [Test; 4] = [
    ("ctrl_z_on_a_foreground_child_stops_the_run", ctrl_z_stops_the_run),
    ("ctrl_z_on_the_foreground_child_of_a_task_stops_the_run", ctrl_z_in_a_task),
    ("a_foreground_child_can_go_to_the_background_and_back", background_and_back),
    ("control_without_following_the_shell_never_gets_its_terminal", control_job),
];

/// Something like an editor: it reads the terminal, after each word.
const CHILD: &str =
    r#"spawn v sh("echo in front; read a; echo got $a; read b; echo got $b") with {foreground: true}"#;

/// A shell on a terminal, with a scenario that has come so far that its child has the terminal.
struct Stopping {
    terminal: Terminal,
    bash: Staged,
    guard: i32,
    child: i32,
    /// The process that has lent the terminal.
    lender: i32,
    _file: tempfile::TempPath,
}

impl Stopping {
    /// `task`: main's child with this number has lent the terminal; None: main itself.
    fn start(protections: &str, text: &str, task: Option<usize>) -> Self {
        let file = tempfile::Builder::new().suffix(".proc").tempfile().expect("a file").into_temp_path();
        std::fs::write(&file, text).expect("it can be written");
        let mut bash = Command::new("bash");
        bash.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready\\n");
        bash.env("PROGRAM", env!("CARGO_BIN_EXE_proctor")).env("SCENARIO", &file);
        let (mut terminal, bash) = Terminal::start_without(protections, bash, "");
        terminal.see("ready");
        terminal.press(&format!("\"$PROGRAM\" {} \"$SCENARIO\"\n", level::run_words().join(" ")));
        terminal.see("in front");
        let guard = children(bash.pid())[0];
        let main = children(children(guard)[0])[0];
        let lender = task.map_or(main, |task| children(main)[task]);
        let child = children(lender)[0];
        let this = Self { terminal, bash, guard, child, lender, _file: file };
        assert_eq!(this.terminal.foreground(), child);
        this
    }

    fn press_stop(&mut self) {
        self.terminal.press("\x1a");
    }

    fn see_it_stopped(&mut self) {
        let Self { terminal, bash, .. } = self;
        wait_for("the shell has its terminal back", || terminal.foreground() == bash.pid());
        terminal.see("Stopped");
        terminal.forget();
        self.see_stopped();
    }

    fn see_stopped(&self) {
        let all = [self.guard, self.lender, self.child];
        wait_for("all are stopped", || all.map(state) == ["T", "T", "T"]);
    }

    fn resume(&mut self) {
        self.terminal.press("fg\n");
        let Self { terminal, child, .. } = self;
        wait_for("the child has the terminal again", || terminal.foreground() == *child);
    }

    fn say(&mut self, word: &str) {
        self.terminal.press(&format!("{word}\n"));
        self.terminal.see(&format!("got {word}"));
    }

    fn finish(mut self) {
        self.terminal.see("joined 0");
        wait_for("the guard has ended", || state(self.guard).is_empty());
        self.terminal.press("echo \"code=$?\"; exit\n");
        self.terminal.see("code=0");
        assert_eq!(self.bash.finish().code, Some(0));
    }
}

fn ctrl_z_stops_the_run() {
    let mut run = Stopping::start("", &format!("{CHILD}\nprint \"joined\", join v\n"), None);
    for word in ["one", "two"] {
        run.press_stop();
        run.see_it_stopped();
        run.resume();
        run.say(word);
    }
    run.finish();
}

/// Main waits for the task, and another task computes meanwhile.
fn ctrl_z_in_a_task() {
    let text = format!(
        "# allow(unjoined_child)\nspawn busy {{ while true {{ }} }} with {{daemon: true}}\n\
         spawn task {{ {CHILD}\nexit join v }}\nprint \"joined\", join task\n"
    );
    let mut run = Stopping::start("", &text, Some(1));
    run.press_stop();
    run.see_it_stopped();
    let busy = children(children(children(run.guard)[0])[0])[0];
    wait_for("the task that computes is stopped", || state(busy) == "T");
    run.resume();
    run.say("one");
    run.say("two");
    run.finish();
}

/// `bg`: it goes on until it reads the terminal, which stops it again.
fn background_and_back() {
    let mut run = Stopping::start("", &format!("{CHILD}\nprint \"joined\", join v\n"), None);
    run.press_stop();
    run.see_it_stopped();
    run.terminal.press("bg\n");
    // It reads at once, and the kernel stops it for that. The shell tells so before a prompt.
    wait_for("it is stopped again", || {
        run.terminal.forget();
        run.terminal.press("\n");
        run.terminal.see("ready").contains("Stopped")
    });
    run.see_stopped();
    run.resume();
    run.say("one");
    run.say("two");
    run.finish();
}

fn control_job() {
    let mut run = Stopping::start("job", &format!("{CHILD}\nprint \"joined\", join v\n"), None);
    run.press_stop();
    wait_for("the child is stopped", || state(run.child) == "T");
    let began = Instant::now();
    while began.elapsed() < SECOND {
        assert_ne!(run.terminal.foreground(), run.bash.pid(), "the test does not see that nobody follows");
        assert_ne!(state(run.guard), "T");
        std::thread::yield_now();
    }
    kill_process(Pid::from_raw(run.guard).expect("a pid"), Signal::KILL).expect("it lives");
    run.terminal.press("\nexit\n");
    run.bash.finish();
}
