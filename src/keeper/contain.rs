//! A run in namespaces of its own: what it may see and use, and the hand-shake by which it begins.
//!
//! The keeper is pid 1 in there, which the kernel does not let anybody survive: with its end every process of the namespace has
//! ended, and only then wait(2) tells the guard of it. What could go wrong is its first moments, before it can be told that
//! the guard has died. So it first asks for SIGKILL at the guard's death, and then waits at a pipe until the guard lets it in:
//! a guard that died before has closed the pipe, and one that dies later takes it along.

use super::budget::Budget;
use super::fault::Fault;
use super::switch::Protection;
use crate::process::sandbox::{
    Ceiling, Cgroup, Entrance, HOME, Own, TEMPORARY, User, View, WORK, die_with_parent, drop_privileges,
    fork_into, hide_memory, keep_to_shares, map_ids, own_proc, settle,
};
use crate::process::{Errno, Fork, Limits, environment, exit_now, fds};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What a contained run may see and use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contain {
    /// The machine's network; else none at all.
    pub network: bool,
    /// The terminal, where there is one; else a session without, and /dev/null for streams that are one.
    pub terminal: bool,
    pub user: User,
    /// Which files; none: those that we see ourselves.
    pub view: Option<View>,
    /// The whole environment; none: ours.
    pub environment: Option<Vec<(String, String)>>,
    /// Of the scenario's process and all that it starts, each for itself.
    pub limits: Limits,
    /// Of all together, watched by the keeper.
    pub budget: Budget,
    /// Of all together, by the kernel, where we may make a control group.
    pub ceiling: Option<Ceiling>,
}

/// How well a run was contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Guard and keeper alone.
    #[default]
    Host,
    /// In namespaces of its own.
    Contained,
    /// And in a control group with limits.
    Limited,
}

impl Level {
    /// In one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Contained => "contained",
            Self::Limited => "limited",
        }
    }
}

impl Contain {
    /// For a scenario of one's own: the files, the terminal and the network that one has.
    #[must_use]
    pub fn own() -> Self {
        Self { network: true, terminal: true, ..Self::default() }
    }

    /// For work that is not trusted: its own files in memory, of which `view` says what is in them; no network, no terminal,
    /// and an environment with nothing of ours.
    #[must_use]
    pub fn untrusted(view: View) -> Self {
        Self { view: Some(view), environment: Some(clean_environment()), ..Self::default() }
    }
}

/// What untrusted work is told: where programs are, who it is, and where its files go.
fn clean_environment() -> Vec<(String, String)> {
    let known = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", HOME),
        ("TMPDIR", TEMPORARY),
        ("PWD", WORK),
        ("USER", "student"),
        ("LOGNAME", "student"),
        ("LANG", "C.UTF-8"),
        ("TERM", "dumb"),
    ];
    known.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// What guard and keeper both need for the hand-shake: the two ends of a pipe, and a control group where there is one.
#[derive(Debug)]
pub struct Gate {
    outside: OwnedFd,
    inside: OwnedFd,
    group: Option<Cgroup>,
    /// By which the keeper goes into the group; none: the guard puts it there.
    entrance: Option<Entrance>,
}

impl Gate {
    /// For the run of this name.
    ///
    /// # Errors
    /// Where there are no descriptors.
    pub fn new(contain: &Contain, run: &str) -> io::Result<Self> {
        let (inside, outside) = pipe_with(PipeFlags::CLOEXEC)?;
        // A limit that cannot be had is not the end of it: how far it went is told with the level.
        let make = |ceiling| Cgroup::create(&format!("proctor-{run}"), ceiling).ok();
        let group = contain.ceiling.and_then(make);
        let entrance = group.as_ref().and_then(Cgroup::entrance);
        Ok(Self { outside, inside, group, entrance })
    }

    /// Nobody goes through it.
    pub fn close(self) {
        if let Some(group) = self.group {
            group.remove();
        }
    }
}

/// Forks the keeper, into namespaces where it is to be contained.
///
/// # Errors
/// Those of fork(2) and of clone(2) for namespaces.
pub fn fork_keeper(contain: Option<&Contain>) -> Result<Fork, Errno> {
    match contain {
        Some(contain) => fork_into(Own { network: !contain.network }),
        None => crate::process::fork(),
    }
}

/// Why namespaces are not to be had, in words that help.
pub fn explain(errno: Errno) -> Fault {
    let why = match errno {
        Errno::EPERM | Errno::EACCES => "this machine lets only root make namespaces",
        Errno::ENOSPC | Errno::EUSERS => {
            "there are too many namespaces (user.max_user_namespaces, sysctl(8))"
        }
        Errno::EINVAL | Errno::ENOSYS => "this kernel was built without namespaces",
        _ => "the system refuses it",
    };
    Fault::said(format!(
        "the run cannot be contained: {errno}: {why}; `proctor doctor` shows what is missing and what to do"
    ))
}

/// The guard's half, after the fork: says who the keeper is, sets its limits, and lets it in. Where a control group is wanted and
/// not to be had, there is none.
///
/// # Errors
/// Where it cannot be done. Then the keeper has not begun, and ends with the gate.
pub fn admit(keeper: i32, contain: &Contain, gate: Gate) -> Result<Admitted, Fault> {
    let Gate { outside, inside, mut group, entrance } = gate;
    drop(inside);
    let mut let_in = || {
        map_ids(keeper, contain.user).map_err(explain)?;
        if entrance.is_none() && group.as_ref().is_some_and(|group| group.add(keeper).is_err()) {
            group.take().into_iter().for_each(Cgroup::remove);
        }
        if contain.view.is_some() {
            hide_memory(true);
        }
        rustix::io::write(&outside, b"!").map_err(|error| Fault::new("the keeper cannot be let in", error))
    };
    match let_in() {
        Ok(_) => Ok(Admitted { _gate: outside, group }),
        Err(fault) => {
            group.into_iter().for_each(Cgroup::remove);
            Err(fault)
        }
    }
}

/// What the guard has of a keeper that it has let in.
#[derive(Debug)]
pub struct Admitted {
    /// Open as long as the guard lives.
    _gate: OwnedFd,
    group: Option<Cgroup>,
}

impl Admitted {
    /// The control group, where the run has one.
    pub fn into_group(self) -> Option<Cgroup> {
        // Whoever goes on here is to start as it was.
        hide_memory(false);
        self.group
    }
}

/// The keeper's half: waits until it is let in, and makes itself at home.
///
/// # Errors
/// What cannot be done, in words for people. The caller ends then.
pub fn enter(contain: &Contain, gate: Gate) -> Result<(), String> {
    let Gate { outside, inside, entrance, .. } = gate;
    drop(outside);
    let bound = Protection::Gate.is_on();
    if bound {
        die_with_parent();
    }
    let mut byte = [0];
    if !matches!(rustix::io::retry_on_intr(|| rustix::io::read(&inside, &mut byte)), Ok(1)) {
        exit_now(0);
    }
    if let Some(entrance) = entrance {
        entrance.go_in().map_err(|errno| format!("cannot go into its control group: {errno}"))?;
    }
    let trouble = |error: crate::process::sandbox::ViewTrouble| error.to_string();
    let opened = contain.view.as_ref().map(|view| view.open()).transpose().map_err(trouble)?;
    settle(contain.user).map_err(|errno| format!("cannot become another user: {errno}"))?;
    // The change of user has let it be forgotten. A guard that died in between has closed the pipe.
    if bound {
        die_with_parent();
        if is_closed(inside.as_fd()) {
            exit_now(0);
        }
    }
    match (&contain.view, opened) {
        (Some(view), Some(opened)) => {
            view.enter(opened).map_err(trouble)?;
            keep_to_shares();
        }
        _ => own_proc().map_err(trouble)?,
    }
    if contain.terminal {
        let _ = rustix::process::setpgid(None, None);
    } else {
        let _ = rustix::process::setsid();
        fds::blind_terminals().map_err(|errno| format!("cannot do without the terminal: {errno}"))?;
    }
    if contain.view.is_some() {
        hide_memory(true);
        environment::forget_arguments();
    }
    Ok(())
}

fn is_closed(pipe: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(pipe, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&at_once)).is_ok_and(|_| fds[0].revents().contains(PollFlags::HUP))
}

/// In the scenario's process, before all else: the environment and the limits, and no privilege in the namespaces but root's own.
///
/// # Errors
/// What cannot be done, in words for people.
pub fn dress(contain: &Contain) -> Result<(), String> {
    let at = |what: &str| {
        let what = what.to_owned();
        move |errno: Errno| format!("cannot {what}: {errno}")
    };
    if let Some(variables) = &contain.environment {
        environment::replace(variables);
        environment::forget_first_environment();
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    }
    contain.limits.set().map_err(at("set the limits"))?;
    let stays_root = contain.view.is_none() && rustix::process::geteuid().is_root();
    if !stays_root {
        drop_privileges().map_err(at("give up privileges"))?;
    }
    // A change of user hides a process from itself too.
    hide_memory(false);
    Ok(())
}
