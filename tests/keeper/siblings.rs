//! Programs that make a child for their parent instead of for themselves (CLONE_PARENT of clone(2)): it is the scenario's process, or
//! the keeper, that gets a child of which it was never told. It ends with the run as any other (rows 1 and 2).

use super::awkward;
use super::herd::keeper_and_scenario;
use super::reuse::sibling;
use super::role;
use super::runner::Test;
use super::stage::{SECOND, SOON, Staged};
use super::whole::{end_all, known_by, new_nonce, none_known_by, remove, run, scenario};
use proctor::process::{Fork, exit_now, fork, ppid};
use rustix::process::{Pid, Signal, kill_process};

pub const TESTS: [Test; 3] = [
    ("siblings_that_a_program_makes_are_ended", are_ended),
    ("control_without_clearing_siblings_are_left", control),
    ("wait_any_passes_over_a_sibling", wait_any),
];

/// The program. `ends`: the sibling ends at once; `orphan`: it is made when its maker has lost its parent; `stays`: its maker stays.
pub fn play(how: &str) -> ! {
    if how == "orphan" {
        let parent = std::process::id() as i32;
        if let Fork::Parent(_) = fork().expect("fork") {
            exit_now(0);
        }
        while ppid() == parent {
            std::thread::yield_now();
        }
    }
    let what: fn() -> ! = if how == "ends" { || exit_now(9) } else { come_up };
    assert!(sibling(what), "no sibling is to be had");
    if how == "stays" {
        awkward::sleep();
    }
    exit_now(0)
}

fn come_up() -> ! {
    println!("up");
    awkward::sleep();
    exit_now(0)
}

/// The words of a shell that becomes it.
fn maker(how: &str) -> String {
    let own = std::env::current_exe().expect("our own path");
    let (variable, pipe) = (role::VARIABLE, role::PIPE);
    format!("unset {pipe}; {variable}='sibling {how}' exec '{}' NONCE", own.display())
}

/// Of the scenario's process; of the keeper, made by an orphan; of the keeper, made by what the scenario's process has become.
fn kinds() -> [String; 3] {
    [
        format!("spawn p sh(\"{}\")\njoin p\nsleep 1h", maker("")),
        format!("spawn p sh(\"{}\")\njoin p\nsleep 1h", maker("orphan")),
        format!("exec(\"sh\", \"-c\", \"{}\")", maker("stays")),
    ]
}

#[derive(Debug, Clone, Copy)]
enum Victim {
    Guard(Signal),
    Keeper,
}

fn strike(run: &Staged, victim: Victim) {
    let (pid, signal) = match victim {
        Victim::Guard(signal) => (run.pid(), signal),
        Victim::Keeper => (keeper_and_scenario(run.pid()).0.expect("a keeper"), Signal::KILL),
    };
    kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("it lives");
}

fn are_ended() {
    for text in kinds() {
        for victim in [Victim::Guard(Signal::TERM), Victim::Keeper, Victim::Guard(Signal::KILL)] {
            let nonce = new_nonce();
            let mut run = scenario(&nonce, &text, &[]).start();
            run.await_output("up");
            strike(&run, victim);
            run.finish();
            assert!(none_known_by(&nonce, SOON), "{victim:?}, {text}: {:?}", known_by(&nonce));
            remove(&nonce);
        }
    }
    // One that ends by itself, here when it is told to, names who is left, as for any other.
    let nonce = new_nonce();
    let folder = tempfile::tempdir().expect("a folder");
    let over = folder.path().join("over");
    let text = format!("spawn p sh(\"{}\")\njoin p\nexpect exists({over:?}) within 60s", maker(""));
    let mut run = scenario(&nonce, &text, &[]).start();
    run.await_output("up");
    std::fs::write(over, "").expect("a file");
    let output = run.finish();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.err.contains("1 process was still there"), "{output:?}");
    remove(&nonce);
}

fn control() {
    for text in kinds() {
        let nonce = new_nonce();
        let mut run = scenario(&nonce, &text, &[]).without("clear,takeover").start();
        run.await_output("up");
        strike(&run, Victim::Guard(Signal::TERM));
        run.finish();
        assert!(!none_known_by(&nonce, SECOND), "the test does not see what is left");
        end_all(&nonce);
    }
}

/// It is a child that has ended, and nobody whom the scenario knows.
fn wait_any() {
    let text = format!(
        "spawn p sh(\"{}\")\njoin p\nspawn q {{ sleep 100ms; exit 4 }}\nlet first = wait any\n\
         print first.name, first.exitcode, wait any, self.children",
        maker("ends")
    );
    let output = run(&text, &[]);
    assert_eq!((output.code, output.out.as_str()), (Some(0), "q 4 none []\n"), "{output:?}");
}
