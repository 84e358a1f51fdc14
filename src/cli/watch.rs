//! The process of `proctor trace` that traces: it writes the log, and decides what a key, a signal, a deadline and the
//! program's end mean.
//!
//! Ctrl-C is the program's: it reaches it from the terminal as it would without us. But before any of its processes can die of it,
//! we are asked (a tracee stops before a signal is delivered): so the diagnosis sees them all as they hung.

use super::board::{Board, Order, SIGINT, SIGQUIT, Why};
use super::exit;
use super::output::{Output, to_stderr};
use crate::observe::{Around, Observed, Pause};
use crate::process::proc_file::tracer;
use crate::process::{Command, Errno, Run, Setup, clock, custody, signals};
use crate::value::Signal;
use std::cell::RefCell;
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::Ordering::SeqCst;

const SIGHUP: i32 = 1;
const SIGTERM: i32 = 15;
/// What would stop this process, which must go on: SIGTSTP, SIGTTIN, SIGTTOU. The program gets them itself.
const STOPS: [i32; 3] = [20, 21, 22];

/// Who presses it more often, each time so soon after the last, wants an end whatever the program makes of it.
const PRESSES: usize = 2;
const INSISTS: i64 = 5 * clock::SECOND;

/// What the program leaves running may be just about to end.
const LINGER: i64 = 200 * clock::MILLISECOND;

/// Traces the program of the order; gives the exit code.
pub fn watch(run: &Run, order: &Order<'_>) -> u8 {
    let board = match Board::new(run, order) {
        Ok(board) => RefCell::new(board),
        Err(message) => return failed(order.output, &message, None),
    };
    let code = match begin(run, order, &board) {
        Ok(observed) => Watch { order, board: &board, observed, ended: None, presses: 0, pressed: 0 }.work(),
        Err((message, help)) => return failed(order.output, &message, help),
    };
    board.borrow_mut().finish(code)
}

/// Starts the program, with a tracer that no key ends or stops.
fn begin<'s>(
    run: &'s Run,
    order: &'s Order<'_>,
    board: &'s RefCell<Board<'_>>,
) -> Result<Observed<'s>, (String, Option<&'static str>)> {
    let mut heard = Vec::new();
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().chain(STOPS) {
        // What was ignored when we were started, the program ignores too: nohup(1) is about that.
        if !custody::is_ignored(number) {
            let _ = signals::catch(Signal(number as u8));
            heard.push(number);
        }
    }
    let argv: Vec<&[u8]> = order.args.program.iter().map(|word| word.as_bytes()).collect();
    let no_program = |errno: Errno| (format!("the program cannot be started: {errno}"), None);
    let command = Command::new(&argv, &[], run.cookie()).map_err(no_program)?;
    let setup = Setup::default().prepare().map_err(|error| no_program(error.errno))?;
    let keeper = run.control().keeper_pid.load(SeqCst);
    let name = Box::new(move |pid| (pid == keeper).then(|| "init".to_owned()));
    let around = Around { name, ..Around::default() };
    Observed::start(&command, &setup, &heard, around, |event| board.borrow_mut().take(event)).map_err(refused)
}

fn refused(errno: Errno) -> (String, Option<&'static str>) {
    const FORBIDDEN: &str = "this place forbids ptrace(2): in a container it needs `--cap-add SYS_PTRACE`, and \
         /proc/sys/kernel/yama/ptrace_scope must not be 3";
    const TRACED: &str = "proctor itself is traced already (by `proctor trace`, `strace` or `gdb`), and nobody can be traced twice: \
         run it without that";
    if tracer(crate::process::pid()).is_some_and(|tracer| tracer != 0) {
        return (format!("the program cannot be traced: {errno}"), Some(TRACED));
    }
    let help = matches!(errno, Errno::EPERM | Errno::ENOSYS | Errno::EINVAL).then_some(FORBIDDEN);
    (format!("the program cannot be traced: {errno}"), help)
}

struct Watch<'a, 's> {
    order: &'a Order<'a>,
    board: &'a RefCell<Board<'a>>,
    observed: Observed<'s>,
    /// The program's own exit code, once it has ended.
    ended: Option<u8>,
    /// How often Ctrl-C was pressed in a row, and when last.
    presses: usize,
    pressed: i64,
}

impl Watch<'_, '_> {
    fn work(mut self) -> u8 {
        let start = clock::monotonic();
        let timeout = self.order.args.timeout.map(|time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX));
        let deadline = timeout.map(|time| start.saturating_add(time));
        // When it is said who has outlived the program.
        let mut linger: Option<i64> = None;
        loop {
            let until = [deadline, self.later(linger), self.board.borrow().pending(), self.next_look()];
            match self.observed.work(until.into_iter().flatten().min()) {
                Ok(Pause::Over) => return self.ended.unwrap_or(exit::UNCAUGHT),
                Ok(Pause::Ended(code)) => {
                    self.ended = Some(exit_code(code));
                    linger = Some(clock::monotonic().saturating_add(LINGER));
                }
                Ok(Pause::TimedOut) => {
                    let is_over = |time: Option<i64>| time.is_some_and(|time| time <= clock::monotonic());
                    if is_over(self.later(linger)) {
                        linger = None;
                        if let Some(code) = self.outlived() {
                            return self.end(code);
                        }
                    }
                    let pending = self.board.borrow().pending();
                    if is_over(pending) {
                        self.board.borrow_mut().show();
                    }
                    if is_over(deadline) {
                        self.board.borrow_mut().look(Why::TimedOut);
                        return self.end(exit::TIMED_OUT);
                    }
                }
                Ok(Pause::Signal(number, by_terminal)) => {
                    if let Some(code) = self.signalled(number, by_terminal) {
                        return self.end(code);
                    }
                }
                Err(errno) => {
                    let message = format!("the program cannot be watched any more: {errno}");
                    let code = failed(self.order.output, &message, None);
                    return self.end(code);
                }
            }
        }
    }

    /// Nobody who is about to die has outlived anything.
    fn later(&self, linger: Option<i64>) -> Option<i64> {
        linger.map(|linger| linger.max(self.board.borrow().dying().unwrap_or(0)))
    }

    /// While somebody is about to die, what is waited for may be sooner after his death.
    fn next_look(&self) -> Option<i64> {
        self.board.borrow().dying().map(|_| clock::monotonic().saturating_add(LINGER))
    }

    /// Ends all, and gives the code.
    fn end(mut self, code: u8) -> u8 {
        /// A bomb needs more than one round.
        const ROUND: i64 = 20 * clock::MILLISECOND;
        /// What is left then is the keeper's: it never gives up.
        const ROUNDS: u32 = 100;
        self.board.borrow_mut().end();
        for _ in 0..ROUNDS {
            self.observed.kill_all();
            match self.observed.work(Some(clock::monotonic().saturating_add(ROUND))) {
                Ok(Pause::Over) | Err(_) => break,
                Ok(_) => {}
            }
        }
        code
    }

    /// Gives the exit code where that is the end.
    fn signalled(&mut self, number: i32, by_terminal: bool) -> Option<u8> {
        let by_signal = u8::try_from(128 + number).unwrap_or(exit::UNCAUGHT);
        match number {
            _ if STOPS.contains(&number) => None,
            // Who is left has nobody who waits for it.
            SIGINT | SIGQUIT if self.ended.is_some() => self.ended,
            SIGINT | SIGQUIT => {
                self.board.borrow_mut().look_once();
                if !by_terminal {
                    custody::signal_child(self.observed.pid(), number);
                    return None;
                }
                let now = clock::monotonic();
                self.presses = if now - self.pressed < INSISTS { self.presses + 1 } else { 1 };
                self.pressed = now;
                match self.presses {
                    ..PRESSES => None,
                    PRESSES => {
                        to_stderr(
                            "\nproctor: the program goes on; press once more to end it and all that it has started\n",
                        );
                        None
                    }
                    _ => Some(by_signal),
                }
            }
            _ => {
                self.board.borrow_mut().look(Why::Ended);
                Some(by_signal)
            }
        }
    }

    /// The program has ended, and others that it started have not. Gives the exit code where that is the end.
    fn outlived(&self) -> Option<u8> {
        let code = self.ended.unwrap_or(exit::UNCAUGHT);
        let until_exit = self.order.args.until_exit;
        self.board.borrow().outlived(&self.observed.living(), code, until_exit);
        until_exit.then_some(code)
    }
}

/// As shells have it.
fn exit_code(code: i32) -> u8 {
    let code = if code < 0 { code.saturating_neg().saturating_add(128) } else { code };
    u8::try_from(code).unwrap_or(exit::UNCAUGHT)
}

/// Says why the program could not be watched; gives the exit code.
fn failed(output: Output, message: &str, help: Option<&'static str>) -> u8 {
    output.say_error("not_traced", message, help);
    exit::UNCAUGHT
}
