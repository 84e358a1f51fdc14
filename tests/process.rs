//! The kernel's layer against the kernel: each test runs in a process of its own, with one thread, as scenarios do.

#[path = "process/life.rs"]
mod life;
#[path = "process/log.rs"]
mod log;
#[path = "process/look.rs"]
mod look;
#[path = "process/queues.rs"]
mod queues;
#[path = "process/share.rs"]
mod share;
#[path = "process/signal.rs"]
mod signal;
#[path = "process/stream.rs"]
mod stream;
#[path = "process/stuck.rs"]
mod stuck;
#[path = "process/table.rs"]
mod table;

use proctor::process::{
    Command, DeadlockCheck, ExitStatus, Fork, Prepared, Row, Run, Setup, Started, Waited, Waiter, clock,
    exit_now, fork, pid, signals, start_program, wait,
};
use proctor::value::ProcessRef;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Mutex;

/// One test at a time: they count descriptors and processes.
static TURN: Mutex<()> = Mutex::new(());

/// The longest that a test's process may take, in seconds: then SIGALRM ends it.
const LIMIT: u32 = 60;

/// Runs a test's body in a new process that has a single thread, and fails where it did.
fn in_process(body: impl FnOnce()) {
    // Held while a failure is told, too: a fork in the middle of that would copy its locks.
    let _turn = TURN.lock();
    // The C library's whole fork: the harness has threads, and one of them may hold the allocator's lock just now.
    // SAFETY: the C library puts its own state in order in the child, which has this thread only.
    match unsafe { libc::fork() } {
        0 => {
            signals::initial_state();
            // SAFETY: alarm has no memory preconditions.
            unsafe { libc::alarm(LIMIT) };
            exit_now(run_body(|| {
                body();
                0
            }));
        }
        child if child > 0 => {
            let status = wait::reap_blocking(child);
            assert_eq!(status, Ok(ExitStatus::Exited(0)), "the test's process; see its message above");
        }
        _ => panic!("no process for the test: {}", std::io::Error::last_os_error()),
    }
}

/// Runs code in a child; a panic is told on the true stderr, for the test harness's own is lost in a copy.
fn run_body(body: impl FnOnce() -> u8) -> u8 {
    std::panic::set_hook(Box::new(|info| {
        let _ = rustix::io::write(rustix::stdio::stderr(), format!("{info}\n").as_bytes());
    }));
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(101)
}

/// A run with this process as its main one: what the interpreter does for a scenario.
struct World {
    run: Run,
    waiter: Waiter,
}

impl World {
    fn new(max_processes: u32) -> Self {
        Self::checking(max_processes, None)
    }

    fn checking(max_processes: u32, check: Option<DeadlockCheck>) -> Self {
        let run =
            Run::create(u128::from(clock::monotonic() as u64), max_processes).expect("memory for a run");
        let row = run.enter_main("main");
        Self { run, waiter: Waiter::new(run, row, check) }
    }

    /// Starts a task that runs the body and exits with what it gives.
    fn task(&mut self, name: &str, body: impl FnOnce(&mut Self) -> u8) -> (i32, Row) {
        let row = self.run.reserve(name, false).expect("a row");
        self.waiter.before_fork();
        match fork().expect("a process") {
            Fork::Child => {
                self.run.started(row, pid());
                self.waiter.after_fork_child(row);
                let code = run_body(|| body(self));
                self.run.row_ended_now(row, code);
                exit_now(code)
            }
            Fork::Parent(child) => {
                self.run.started(row, child);
                self.waiter.child_started(process_of(child, row, name), false);
                (child, row)
            }
        }
    }

    /// Starts a program.
    fn program(&mut self, argv: &[&str], setup: Setup) -> Started {
        let prepared = setup.prepare().expect("a setup");
        self.prepared_program(argv, &prepared)
    }

    fn prepared_program(&mut self, argv: &[&str], prepared: &Prepared) -> Started {
        let command = Command::new(argv, &[], self.run.cookie()).expect("a command");
        let row = self.run.reserve(argv[0], false).expect("a row");
        self.run.set_external(row, true);
        self.waiter.before_fork();
        let started = start_program(&command, prepared).expect("a process");
        self.run.started(row, started.pid);
        self.waiter.child_started(process_of(started.pid, row, argv[0]), false);
        started
    }

    /// Waits for a child without end, and reaps it.
    fn join(&mut self, child: i32) -> ExitStatus {
        let row = self.run.row_of_pid(child);
        let waited = self.waiter.child_ended(child, row, None).expect("a child");
        assert!(matches!(waited, Waited::Done(_)), "{waited:?}");
        self.reap(child)
    }

    fn reap(&mut self, child: i32) -> ExitStatus {
        let row = self.run.row_of_pid(child).expect("a row");
        self.run.reaping(row);
        let status = wait::reap(child).expect("a child").expect("it has ended");
        self.run.reaped(row, status);
        self.waiter.child_reaped(child);
        status
    }
}

fn process_of(pid: i32, row: Row, name: &str) -> Rc<ProcessRef> {
    Rc::new(ProcessRef::new(pid, row.index, row.generation, Rc::from(name)))
}

/// A time so far ahead that only a hang reaches it.
fn far() -> Option<i64> {
    Some(clock::monotonic() + 60 * clock::SECOND)
}

/// Sleeps for ever, whatever signals come; but not longer than its parent lives.
fn sleep_for_ever() -> ! {
    // SAFETY: this prctl takes numbers only.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    loop {
        // SAFETY: pause has no preconditions.
        unsafe { libc::pause() };
    }
}
