//! The guarded programs: what the test binary does when it is started with a role.

use super::awkward::{self, Pen, tell};
use super::{aim, bomb, clocks, level, reuse};
use proctor::keeper::{GuardOptions, guard, sweep};
use proctor::process::custody::start_clean;
use proctor::process::{Fork, Run, exit_now, fork, wait};
use rustix::fd::{FromRawFd, OwnedFd};
use std::io::{Write, stdout};
use std::os::unix::process::CommandExt;
use std::process::exit;
use std::time::Instant;

/// Names the role.
pub const VARIABLE: &str = "PROCTOR_KEEPER_ROLE";
/// The descriptor of the pipe to the test.
pub const PIPE: &str = "PROCTOR_KEEPER_PIPE";

/// Plays the role and ends with what the guard says.
pub fn play(role: &str) -> ! {
    let pipe = std::env::var(PIPE).ok().and_then(|fd| fd.parse().ok());
    // SAFETY: the test has handed this descriptor to us alone.
    let pipe = pipe.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).unwrap_or_else(|| {
        rustix::fs::open("/dev/null", rustix::fs::OFlags::WRONLY, rustix::fs::Mode::empty())
            .expect("/dev/null")
    });
    let pen = Pen::new(pipe);
    let (word, argument) = role.split_once(' ').unwrap_or((role, ""));
    let timeout = number("PROCTOR_KEEPER_TIMEOUT");
    let processes = number("PROCTOR_KEEPER_PROCESSES").map_or(4096, |number| number as u32);
    let contain = level::contain();
    let options = GuardOptions { timeout, max_processes: processes, contain, ..GuardOptions::default() };
    if word == "reuse" {
        reuse::play(number_in(argument) as u32);
    }
    if word == "reuse-exec" {
        let (rounds, control) = argument.split_once(' ').unwrap_or((argument, ""));
        reuse::play_exec(number_in(rounds) as u32, control == "control");
    }
    if word == "reaper" {
        pen.tell_plainly(reuse::reap_and_give_again(number_in(argument) as i32));
        awkward::sleep();
    }
    if word == "tracer" {
        trace(number_in(argument) as i32, &pen);
    }
    if word == "cost" {
        cost(number_in(argument) as usize, &options);
    }
    if word == "plain" || word == "plain-busy" {
        plain(number_in(argument) as usize, word == "plain-busy");
    }
    if word == "closed" {
        write_with_a_closed_stream(argument);
    }
    if word == "lossy" {
        lossy(argument);
    }
    if word == "wall-clock" {
        clocks::wait_by_the_wall_clock(argument);
        exit(0);
    }
    if word == "sweep" {
        let swept = sweep();
        println!("runs: {} processes: {}", swept.runs, swept.processes);
        exit(0);
    }
    pen.say("guarding");
    let result = guard(&options, |run| scenario(word, argument, &pen, run));
    match result {
        Ok(ended) => {
            let names: Vec<&str> = ended.leftovers.iter().map(|actor| &*actor.name).collect();
            // Where nobody reads it, that is no error.
            let _ = writeln!(
                stdout(),
                "{:?} left={} unnamed={} names={} stuck={} unrecorded={:?} policy={} unreaped={}",
                ended.outcome,
                names.len(),
                ended.unnamed,
                names.join(","),
                ended.stuck.len(),
                ended.unrecorded,
                super::herd::policy(std::process::id() as i32).unwrap_or(-1),
                ended.memory.recorded().lives.iter().filter(|life| life.reaped.is_none()).count()
            );
            if let Some(message) = ended.message() {
                eprintln!("{message}");
            }
            if let Some(late) = number("PROCTOR_KEEPER_LATE") {
                raise(late as i32);
            }
            exit(i32::from(ended.exit_code()))
        }
        Err(fault) => {
            eprintln!("fault: {fault}");
            exit(99)
        }
    }
}

/// Kills and reaps so many children, which sleep or are busy, in the plainest way; says how many nanoseconds that took.
fn plain(processes: usize, busy: bool) -> ! {
    let children: Vec<i32> = (0..processes)
        .map(|_| match fork().expect("fork") {
            Fork::Child => {
                if !busy {
                    awkward::sleep();
                }
                loop {
                    std::thread::yield_now();
                }
            }
            Fork::Parent(child) => child,
        })
        .collect();
    let began = Instant::now();
    // SAFETY: kill(2) touches no memory of ours, and they are children that nobody has reaped.
    children.iter().for_each(|child| _ = unsafe { libc::kill(*child, libc::SIGKILL) });
    children.iter().for_each(|child| _ = wait::reap_blocking(*child).expect("our child"));
    println!("{}", began.elapsed().as_nanos());
    exit(0)
}

/// Says something on a standard output that was closed before a file was opened.
fn write_with_a_closed_stream(path: &str) -> ! {
    let path = std::ffi::CString::new(path).expect("a path");
    // SAFETY: nobody uses the standard output here; the path is NUL-terminated, and the text is as long as told.
    unsafe {
        libc::close(1);
        libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CREAT, 0o600);
        libc::write(1, c"said".as_ptr().cast(), 4);
        libc::_exit(0)
    }
}

/// Tells the end of a child as shells do: 128 + n after the signal n, as if it had exited with that. And of an exit code
/// seven bits.
fn lossy(role: &str) -> ! {
    let (word, argument) = role.split_once(' ').expect("two words");
    let number = number_in(argument) as i32;
    let Fork::Parent(child) = fork().expect("fork") else {
        if word == "empty" {
            exit_now(number as u8);
        }
        // Without the handlers of Rust's library, as a scenario.
        start_clean();
        raise(number);
        exit_now(0)
    };
    let status = wait::reap_blocking(child).expect("our child");
    let code = status.signal().map_or(status.code() as i32 & 0x7f, |signal| 128 + i32::from(signal.0));
    println!("Exited({code}) left=0 ");
    exit(code)
}

/// Sends it to this process. The kernel's call, because the C library's refuses 32 and 33.
fn raise(signal: i32) {
    // SAFETY: kill(2) touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_kill, libc::getpid(), signal) };
}

fn number_in(argument: &str) -> i64 {
    argument.parse().expect("a number")
}

/// Traces a process, and never asks for its news.
fn trace(pid: i32, pen: &Pen) -> ! {
    // SAFETY: PTRACE_SEIZE touches no memory.
    assert_eq!(unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, 0, 0) }, 0, "it cannot be traced");
    pen.say("up");
    awkward::sleep();
    exit(0)
}

/// How long an empty run takes from the call of guard() to its return, and two forks without it.
fn cost(rounds: usize, options: &GuardOptions) -> ! {
    let median = |function: &mut dyn FnMut()| {
        let mut times: Vec<_> = (0..rounds)
            .map(|_| {
                let began = Instant::now();
                function();
                began.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[rounds / 2]
    };
    let guarded = median(&mut || _ = guard(options, |_| 0).expect("a run"));
    let forked = median(&mut || {
        let Fork::Parent(child) = fork().expect("fork") else {
            if let Fork::Parent(child) = fork().expect("fork") {
                wait::reap_blocking(child).expect("our child");
            }
            exit_now(0)
        };
        wait::reap_blocking(child).expect("our child");
    });
    println!("a run of nothing {guarded:?}; two forks, one in the other {forked:?}");
    exit(0)
}

/// So many spawns, each held and reaped; a negative number loses a descriptor at each. 1 where some are lost.
fn spawns(count: i64, run: &Run) -> u8 {
    let open = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let before = open();
    for _ in 0..count.abs() {
        let row = run.reserve("spawned", false).expect("a place");
        let Fork::Parent(child) = fork().expect("fork") else { exit_now(0) };
        run.started(row, child);
        let held = run.hold(row).expect("a descriptor").expect("our child");
        let status = wait::reap_blocking(child).expect("our child");
        run.reaped(row, status);
        if count < 0 {
            std::mem::forget(held);
        }
    }
    u8::from(open() != before)
}

/// Starts more processes than are named that say that they end, and do not yet; a tracer; and one who says nothing. And one more,
/// which is reaped, but it is not said that it was.
fn about_to_end(run: &Run) {
    let row = run.reserve("reaped", false).expect("a place");
    let Fork::Parent(child) = fork().expect("fork") else { exit_now(0) };
    run.started(row, child);
    run.reaping(row);
    wait::reap_blocking(child).expect("our child");
    let (said, say) = rustix::pipe::pipe().expect("a pipe");
    let names = [["ending"; 70].as_slice(), &["tracer", "staying"]].concat();
    for name in &names {
        let row = run.reserve(name, false).expect("a place");
        let Fork::Parent(child) = fork().expect("fork") else {
            if *name == "ending" {
                run.row_ended_now(row, 0);
            }
            rustix::io::write(&say, b"!").expect("a pipe");
            awkward::sleep();
            exit_now(0)
        };
        run.started(row, child);
        if *name == "tracer" {
            run.add_observer(child);
        }
    }
    names.iter().for_each(|_| _ = rustix::io::read(&said, &mut [0; 1]).expect("a pipe"));
}

fn number(variable: &str) -> Option<i64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn scenario(word: &str, argument: &str, pen: &Pen, run: &Run) -> u8 {
    match word {
        // Nothing at all.
        "empty" => return argument.parse().unwrap_or(0),
        // Fifty awkward processes, then what the argument says.
        "herd" => {
            tell(pen);
            awkward::start(pen);
            if argument == "stubborn" {
                awkward::ignore_signals();
            }
            pen.say("up");
            end_as(argument);
        }
        // Without a word about itself, for where there is no /proc to know it from.
        "quiet" => {
            awkward::quiet();
            pen.say("up");
            awkward::sleep();
        }
        "namespace" => {
            tell(pen);
            awkward::in_namespace(pen);
            awkward::sleep();
        }
        "astray" => aim::go_astray(argument),
        // One that ends with its standard input, in a session of its own.
        "brief" => {
            awkward::in_child(|| {
                let _ = rustix::process::setsid();
                let _ = rustix::io::read(std::io::stdin(), &mut [0; 1]);
            });
            pen.say("up");
            awkward::sleep();
        }
        "raise" => {
            raise(number_in(argument) as i32);
            return 7;
        }
        "spawns" => return spawns(number_in(argument), run),
        "about-to-end" => {
            about_to_end(run);
            pen.say("up");
            end_as(argument);
        }
        "bomb" => {
            tell(pen);
            bomb::go_off(argument, run, pen)
        }
        // Another program that ends as a crash of ours would.
        "become" => {
            let signal = if argument == "overflow" { "SEGV" } else { "ABRT" };
            let error =
                std::process::Command::new("/bin/sh").args(["-c", &format!("kill -{signal} $$")]).exec();
            panic!("/bin/sh: {error}");
        }
        _ => panic!("no such role: {word}"),
    }
    0
}

/// Ends the scenario's process in the given way.
fn end_as(way: &str) {
    match way {
        "wait" | "stubborn" => awkward::sleep(),
        "stop" => awkward::stop_oneself(),
        "return" => {}
        "panic" => panic!("asked to"),
        "abort" => std::process::abort(),
        "overflow" => {
            std::hint::black_box(overflow(&[0; 64]));
        }
        "write" => loop {
            println!("some output");
            std::thread::yield_now();
        },
        code => exit(code.parse().expect("an exit code")),
    }
}

#[expect(unconditional_recursion, reason = "that is what it is for")]
fn overflow(frame: &[u8; 64]) -> usize {
    let next = std::hint::black_box([frame[0].wrapping_add(1); 64]);
    overflow(&next) + usize::from(std::hint::black_box(next)[1])
}
