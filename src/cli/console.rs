//! The reporter of a run in a terminal: each message is drawn and written at once.
//!
//! It is copied into every process that the scenario forks and works there as well: nothing is kept back for later,
//! and each message is one write, so that the words of two processes do not mix.

use super::output::{Output, to_stderr, to_stdout};
use crate::event::{Actor, Failure, Message, Reporter};
use crate::report::{
    Notice, Places, Summary, draw_award, draw_failure, draw_feedback, draw_leftovers, draw_outcome,
    draw_table, draw_tree, failure_json, leftovers_json,
};
use crate::source::Sources;

/// Draws messages: what went wrong on standard error, what was asked for on standard output.
#[derive(Debug)]
pub struct Console {
    sources: Sources,
    output: Output,
    summary: Summary,
    /// Pids and times are left out.
    stable: bool,
}

impl Console {
    #[must_use]
    pub fn new(sources: Sources, output: Output, stable: bool) -> Self {
        Self { sources, output, summary: Summary::default(), stable }
    }

    /// Whether pids and times are left out.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        self.stable
    }

    /// Says something of the run; without names and pids where they are left out.
    pub fn say(&self, notice: &Notice<'_>) {
        if !self.stable {
            return self.output.say(notice);
        }
        let anonymous = notice
            .processes
            .iter()
            .map(|actor| Actor { name: actor.name.clone(), pid: 0 })
            .collect::<Vec<_>>();
        self.output.say(&Notice { run: None, processes: &anonymous, ..*notice });
    }

    fn failure(&self, failure: &Failure) {
        let sources = self.sources.now();
        let places = Places::new(&sources);
        to_stderr(&if self.output.is_json() {
            failure_json(failure, &places)
        } else {
            draw_failure(failure, &places, self.output.stderr_of(&failure.actor.name))
        });
    }
}

impl Reporter for Console {
    /// Writes how many tests ended how, where there were any.
    fn finish(&mut self) {
        let summary = self.summary.draw(self.output.stdout);
        if !summary.is_empty() {
            to_stdout(&summary);
        }
    }

    fn report(&mut self, message: Message) {
        let message = if self.stable { message.stable() } else { message };
        let style = self.output.stdout;
        match message {
            Message::Failed(failure) | Message::Broken(failure) => self.failure(&failure),
            Message::TestEnded(outcome) => {
                self.summary.add(&outcome.verdict);
                to_stdout(&draw_outcome(&outcome, style));
            }
            Message::Listed(rows) => to_stdout(&draw_table(&rows, style)),
            Message::Drawn(rows) => to_stdout(&draw_tree(&rows, style)),
            Message::Awarded { points, why } => to_stdout(&draw_award(points, &why, style)),
            Message::Feedback(line) => to_stdout(&draw_feedback(&line, style)),
            Message::LeftBehind(actors, unnamed) => to_stderr(&if self.output.is_json() {
                leftovers_json(&actors, unnamed)
            } else {
                draw_leftovers(&actors, unnamed, self.output.stderr)
            }),
        }
    }
}
