//! What the threads of a grading do: prepare a work, or run a trial with it.

use super::site::{Caps, Trouble};
use super::submission::Submission;
use super::work::{self, Work, prepare};
use crate::process::Pidfd;
use crate::process::sandbox::User;
use crate::suite::{Ending, Outcome, Trial, attempt, workers};
use std::path::PathBuf;

/// Something to be done.
pub enum Task {
    Prepare {
        submission: Submission,
        caps: Caps,
        desk: PathBuf,
    },
    /// `copied`: the work's folder, and the one below which a copy of it is to be made, where the trial has no view of its own.
    Try {
        trial: Box<Trial>,
        copied: Option<(PathBuf, PathBuf)>,
        file: Option<String>,
    },
}

impl Task {
    /// Where works have a user of their own: one that no trial beside this one has.
    pub fn run_as(&mut self, user: User) {
        let Self::Try { trial, .. } = self else { return };
        if let Some(contain) = trial.enclosure.contain.as_mut() {
            contain.user = user;
        }
    }
}

/// What came of it.
pub enum Ended {
    Prepared(Result<Work, Trouble>),
    Tried(Result<Box<Ending>, String>),
}

/// The same, for the thread that decides.
pub enum Done {
    Prepared(Result<Work, Trouble>),
    Tried(Box<Result<Outcome, String>>),
}

impl From<Ended> for Done {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Prepared(prepared) => Self::Prepared(prepared),
            Ended::Tried(tried) => Self::Tried(Box::new(tried.map(|ending| ending.outcome()))),
        }
    }
}

impl workers::Work for Task {
    type Done = Ended;

    fn work(self, started: impl FnOnce(Pidfd)) -> Ended {
        match self {
            Self::Prepare { submission, caps, desk } => Ended::Prepared(prepare(&submission, caps, &desk)),
            Self::Try { mut trial, copied, file } => {
                let copy = match copied.map(|(folder, desk)| work::copy(&folder, &desk)).transpose() {
                    Ok(copy) => copy,
                    Err(why) => return Ended::Tried(Err(format!("the work cannot be copied: {why}"))),
                };
                if let Some((_, folder)) = &copy {
                    let path = file.map_or_else(|| folder.clone(), |file| folder.join(file));
                    trial.submission = Some(path.to_string_lossy().into_owned());
                }
                Ended::Tried(Ok(Box::new(attempt(*trial, started))))
            }
        }
    }
}
