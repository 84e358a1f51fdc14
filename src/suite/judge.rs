//! What a trial's end means. Four things are never mixed: the work is wrong, a limit was hit, the test is wrong, we failed.

use super::wire::Over;
use crate::event::{Failure, Message, TestOutcome, Verdict};
use crate::keeper;
use crate::process::clock;
use crate::source::Code;
use crate::value::{Signal, Value, signal, text};

/// What is known of a trial that is over.
pub struct Facts<'a> {
    /// Nanoseconds that it had.
    pub limit: i64,
    /// It was one test of its file.
    pub alone: bool,
    /// The pid of its main process, where it came so far.
    pub main: Option<i32>,
    pub ended: Option<&'a Over>,
    pub not_run: Option<String>,
    pub messages: &'a [Message],
    /// It did not end itself when its time was over.
    pub overdue: bool,
    /// Nor when it was killed.
    pub given_up: bool,
}

/// The verdict, and why, where no message says it.
pub fn judge(facts: Facts<'_>) -> (Verdict, Option<String>) {
    let unobserved = unobserved(facts.messages);
    match (came_to(facts), unobserved) {
        // What followed from it says nothing of who was tested.
        ((Verdict::Failed | Verdict::LimitHit | Verdict::ToolFailed(_), _), Some(why)) => {
            (Verdict::ToolFailed(why), None)
        }
        (judged, _) => judged,
    }
}

/// That any of its processes could not observe, or asked for what was not observed.
fn unobserved(messages: &[Message]) -> Option<String> {
    messages.iter().find_map(|message| match message {
        Message::Failed(failure) | Message::Broken(failure) if failure.code == Code::NOT_OBSERVED => {
            Some(failure.message.clone())
        }
        _ => None,
    })
}

fn came_to(facts: Facts<'_>) -> (Verdict, Option<String>) {
    let tool = |why: String| (Verdict::ToolFailed(why), None);
    if facts.given_up {
        return tool("its processes could not be ended".to_owned());
    }
    if let Some(why) = facts.not_run {
        return tool(why);
    }
    // What the guard said holds, also where nobody listened to it in time: it is who keeps the limit.
    let Some(ended) = facts.ended else {
        return tool(if facts.overdue {
            format!(
                "its guard said nothing when its time was over, {}, and had to be killed",
                time(facts.limit)
            )
        } else {
            "the guard of its processes was killed".to_owned()
        });
    };
    match ended.outcome {
        keeper::Outcome::Exited(code) => exited(code, &facts),
        keeper::Outcome::TimedOut => (
            Verdict::LimitHit,
            Some(format!("it was still running after {}{}", time(facts.limit), alive(ended))),
        ),
        keeper::Outcome::Spent(spent) => {
            (Verdict::LimitHit, Some(format!("it was ended: {}", spent.words())))
        }
        keeper::Outcome::Killed(number) => {
            (Verdict::Failed, Some(format!("its main process was killed by {}", name(number))))
        }
        keeper::Outcome::Interrupted(number) => tool(format!("somebody sent {} to its guard", name(number))),
        keeper::Outcome::Crashed(number) => {
            tool(format!("proctor crashed in it, by {}: this is a bug in proctor", name(number)))
        }
        keeper::Outcome::KeeperLost(number) => tool(format!("its keeper was killed by {}", name(number))),
    }
}

fn exited(code: u8, facts: &Facts<'_>) -> (Verdict, Option<String>) {
    let ended = |verdict: &Verdict| {
        facts.messages.iter().any(|message| {
            matches!(message, Message::TestEnded(TestOutcome { verdict: other, .. }) if other == verdict)
        })
    };
    if facts.alone && ended(&Verdict::LimitHit) {
        return (Verdict::LimitHit, None);
    }
    match code {
        0 if facts.alone && !ended(&Verdict::Passed) => {
            (Verdict::Failed, Some("it said `exit 0` before the test had come to its end".to_owned()))
        }
        0 => (Verdict::Passed, None),
        _ => match last_failure(facts) {
            Some((_, true)) => (Verdict::Failed, None),
            Some((failure, false)) => (Verdict::of(failure), None),
            None => (Verdict::Failed, Some(format!("it ended with exit code {code}"))),
        },
    }
}

/// What the main process failed by, or else an expectation that broke in a child; and whether it is one.
fn last_failure<'a>(facts: &Facts<'a>) -> Option<(&'a Failure, bool)> {
    let failures = || {
        facts.messages.iter().rev().filter_map(|message| match message {
            Message::Failed(failure) => Some((failure, false)),
            Message::Broken(failure) => Some((failure, true)),
            _ => None,
        })
    };
    let mut own = failures().filter(|(failure, _)| Some(failure.actor.pid) == facts.main);
    own.next().or_else(|| failures().find(|(_, broken)| *broken))
}

fn name(number: i32) -> String {
    u8::try_from(number).map_or_else(|_| number.to_string(), |number| signal::signal_name(Signal(number)))
}

/// As people say it: without the fractions of a long time.
fn time(nanoseconds: i64) -> String {
    let rounded = if nanoseconds > 10 * clock::SECOND {
        nanoseconds / clock::SECOND * clock::SECOND
    } else {
        nanoseconds
    };
    text::display(&Value::Duration(rounded))
}

/// Who was alive then.
fn alive(ended: &Over) -> String {
    const NAMED: usize = 8;
    if ended.leftovers.is_empty() {
        return String::new();
    }
    let names: Vec<String> = ended.leftovers.iter().take(NAMED).map(|actor| actor.name.to_string()).collect();
    let more = ended.leftovers.len().saturating_sub(NAMED) + ended.unnamed as usize;
    let were = if names.len() + more == 1 { "was" } else { "were" };
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!(": {}{more} {were} alive", names.join(", "))
}
