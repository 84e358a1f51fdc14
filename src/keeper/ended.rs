//! How a run ended, as data.

use super::budget::Spent;
use super::contain::Level;
use super::strain::Strain;
use crate::event::Actor;
use crate::process::{ExitStatus, Run};
use serde::{Deserialize, Serialize};

/// How one process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Exited(u8),
    /// By the signal with this number.
    Killed(i32),
}

impl From<ExitStatus> for End {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Exited(code) => Self::Exited(code),
            ExitStatus::Signaled { signal, .. } => Self::Killed(i32::from(signal.0)),
        }
    }
}

/// The exit code that tells of a signal, as shells have it.
pub fn code_of(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// What became of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It came to its end with this exit code.
    Exited(u8),
    /// A signal with this number killed it, sent by itself, a process of its own, or somebody else.
    Killed(i32),
    /// Its time was up.
    TimedOut,
    /// The signal with this number asked proctor to end, by `kill` or from the terminal.
    Interrupted(i32),
    /// Our own code crashed in it, with this signal.
    Crashed(i32),
    /// It has used up what it had, and was ended.
    Spent(Spent),
    /// The keeper was killed, by the signal with this number; the guard has cleared up.
    KeeperLost(i32),
}

/// The end of a run. When it is there, nothing that the scenario started is: see [`Ended::stuck`] for the exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The run's name: 32 hexadecimal digits. The record of the run and its processes' marks have it.
    pub run: String,
    /// The memory of the run, which is still there: what is recorded can be read.
    pub memory: Run,
    pub outcome: Outcome,
    /// What was still alive when the scenario was over, or its time was up, and was killed:
    /// at most [`Ended::NAMED`] of them. A task that has said, as its last act, that it ends is none of them.
    pub leftovers: Vec<Actor>,
    /// How many more of them there were.
    pub unnamed: u32,
    /// Those whose parent ended before them, and whom so nobody of the scenario has waited for: they were adopted and reaped. At
    /// most [`Ended::NAMED`] of them.
    pub orphans: Vec<Actor>,
    /// How many more of them there were.
    pub unnamed_orphans: u32,
    /// Those that not even SIGKILL has ended yet, because the kernel is in the middle of something with them
    /// (state D in ps(1)) or a tracer of somebody else's holds them. They end as soon as they can.
    pub stuck: Vec<Actor>,
    /// Why there is no record of this run on disk: what would outlive guard and keeper if both were killed at once
    /// could not be swept by a record.
    pub unrecorded: Option<String>,
    /// How well it was contained.
    pub level: Level,
    /// What others kept from it; none where nobody looked, or who looked could not say it any more.
    pub strain: Option<Strain>,
    /// It was refused a process or memory by the ceiling of its own control group.
    pub at_its_ceiling: bool,
}

impl Ended {
    /// How many leftovers are named.
    pub const NAMED: usize = 64;

    /// What proctor exits with: the scenario's own code, 124 where the time was up, 137 where something else was used up, and
    /// 128 + n after the signal n.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Exited(code) => code,
            Outcome::TimedOut => 124,
            Outcome::Spent(_) => 137,
            Outcome::Killed(signal)
            | Outcome::Interrupted(signal)
            | Outcome::Crashed(signal)
            | Outcome::KeeperLost(signal) => code_of(signal),
        }
    }

    /// What a person should be told about an end that is not the scenario's own doing.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let run = &self.run;
        let text = match self.outcome {
            Outcome::Exited(_) | Outcome::Interrupted(_) => return None,
            // Nobody reads any more, or somebody pressed a key: that is no news.
            Outcome::Killed(2 | 3 | 13) => return None,
            Outcome::Killed(signal) => format!("the scenario's main process was killed (signal {signal})"),
            Outcome::TimedOut => format!("the time was up{}", self.alive()),
            Outcome::Spent(what) => format!("the run was ended: {}{}", what.words(), self.alive()),
            Outcome::Crashed(signal) => format!(
                "proctor crashed (signal {signal}) in run {run}: this is a bug in proctor, not in the scenario. \
                 Everything that the run started has been ended. Please report it, with the scenario"
            ),
            Outcome::KeeperLost(signal) => format!(
                "the keeper of run {run} was killed (signal {signal}), so the run was given up. \
                 Everything that it started has been ended"
            ),
        };
        Some(text)
    }

    fn alive(&self) -> String {
        if self.leftovers.is_empty() {
            return String::new();
        }
        let names: Vec<String> =
            self.leftovers.iter().map(|actor| format!("{} ({})", actor.name, actor.pid)).collect();
        let more = if self.unnamed == 0 { String::new() } else { format!(" and {} more", self.unnamed) };
        format!(" while these were alive: {}{more}", names.join(", "))
    }
}
