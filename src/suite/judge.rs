//! What a trial's end means. Four things are never mixed: the work is wrong, a limit was hit, the test is wrong, we failed.

use super::wire::Over;
use crate::event::{Failure, Message, TestOutcome, Verdict};
use crate::keeper;
use crate::process::clock;
use crate::source::Code;
use crate::value::{Blame, Signal, Value, signal, text};

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
    /// Nanoseconds of processors that listening to it took.
    pub listening: i64,
}

/// What a trial came to.
pub struct Judged {
    pub verdict: Verdict,
    /// Why, where no message says it.
    pub why: Option<String>,
    /// A limit of time decided, while others had the machine.
    pub in_doubt: bool,
}

/// What a trial came to.
pub fn judge(facts: &Facts<'_>) -> Judged {
    let (verdict, why) = came_to(facts);
    match (&verdict, not_theirs(facts)) {
        // What followed from it says nothing of who was tested.
        (Verdict::Failed | Verdict::LimitHit | Verdict::ToolFailed(_), Some(why)) => {
            Judged { verdict: Verdict::ToolFailed(why), why: None, in_doubt: false }
        }
        _ => {
            let in_doubt = was_late(facts, &verdict) && was_kept_waiting(facts);
            Judged { verdict, why, in_doubt }
        }
    }
}

/// That any of its processes could not observe, asked for what was not observed, or was refused what the machine was out of.
fn not_theirs(facts: &Facts<'_>) -> Option<String> {
    let own = has_used_up(facts);
    facts.messages.iter().find_map(|message| match message {
        Message::Failed(failure) | Message::Broken(failure)
            if failure.code == Code::NOT_OBSERVED || (failure.blame == Blame::Machine && !own) =>
        {
            Some(failure.message.clone())
        }
        _ => None,
    })
}

/// Whether it was at a limit of its own: what it was refused then says nothing of the machine.
fn has_used_up(facts: &Facts<'_>) -> bool {
    facts
        .ended
        .is_some_and(|ended| ended.at_its_ceiling || matches!(ended.outcome, keeper::Outcome::Spent(_)))
}

/// Whether it has its verdict because a time was over: its own, or one that its text gives.
fn was_late(facts: &Facts<'_>, verdict: &Verdict) -> bool {
    // Who asks what came of it when a time was over deals with it; what it finds is of that time all the same.
    let timed_out = facts.ended.is_some_and(|ended| ended.outcome == keeper::Outcome::TimedOut);
    match verdict {
        Verdict::LimitHit => timed_out || is_told(facts, &Verdict::LimitHit),
        Verdict::Failed => facts.ended.is_some_and(|ended| ended.ran_out),
        _ => false,
    }
}

/// Whether others had the machine meanwhile, as far as anybody knows.
fn was_kept_waiting(facts: &Facts<'_>) -> bool {
    keeper::in_doubt(facts.ended.and_then(|ended| ended.strain), facts.listening)
}

fn came_to(facts: &Facts<'_>) -> (Verdict, Option<String>) {
    let tool = |why: String| (Verdict::ToolFailed(why), None);
    if facts.given_up {
        return tool("its processes could not be ended".to_owned());
    }
    if let Some(why) = &facts.not_run {
        return tool(why.clone());
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
        keeper::Outcome::Exited(code) => exited(code, facts),
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
    if facts.alone && is_told(facts, &Verdict::LimitHit) {
        return (Verdict::LimitHit, None);
    }
    match code {
        0 if facts.alone && !is_told(facts, &Verdict::Passed) => {
            (Verdict::Failed, Some("it said `exit 0` before the test had come to its end".to_owned()))
        }
        0 => (Verdict::Passed, None),
        _ => match last_failure(facts) {
            Some((_, true)) => (Verdict::Failed, None),
            Some((failure, false)) if failure.blame == Blame::Machine && has_used_up(facts) => {
                (Verdict::LimitHit, Some(format!("it had used up what it may have: {}", failure.message)))
            }
            Some((failure, false)) => (Verdict::of(failure), None),
            None => (Verdict::Failed, Some(format!("it ended with exit code {code}"))),
        },
    }
}

/// Whether its main process said that the test ended so.
fn is_told(facts: &Facts<'_>, verdict: &Verdict) -> bool {
    facts.messages.iter().any(|message| {
        matches!(message, Message::TestEnded(TestOutcome { verdict: other, .. }) if other == verdict)
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Actor;
    use crate::keeper::{Outcome, Spent, Strain};
    use crate::source::Location;

    const BUSY: Option<Strain> = Some(Strain { seen: 1000, lost: 900 });
    const FREE: Option<Strain> = Some(Strain { seen: 1000, lost: 9 });

    fn failed(code: Code, blame: Blame) -> Message {
        Message::Failed(Failure {
            code,
            message: "why".to_owned(),
            help: None,
            location: Location::default(),
            chain: Vec::new(),
            left_out: 0,
            actor: Actor { name: "main".into(), pid: 7 },
            parts: Vec::new(),
            difference: None,
            blame,
        })
    }

    /// The verdict's name, and whether it is in doubt.
    fn judged(
        outcome: Outcome,
        strain: Option<Strain>,
        (ceiling, ran_out): (bool, bool),
        told: Message,
    ) -> (&'static str, bool) {
        let over = Over {
            outcome,
            leftovers: Vec::new(),
            unnamed: 0,
            orphans: Vec::new(),
            unnamed_orphans: 0,
            strain,
            at_its_ceiling: ceiling,
            ran_out,
        };
        let judged = judge(&Facts {
            limit: clock::SECOND,
            alone: true,
            main: Some(7),
            ended: Some(&over),
            not_run: None,
            messages: &[told],
            overdue: false,
            given_up: false,
            listening: 0,
        });
        (judged.verdict.name(), judged.in_doubt)
    }

    fn nothing() -> Message {
        Message::LeftBehind(Vec::new(), 0)
    }

    fn late() -> Message {
        Message::TestEnded(TestOutcome { name: String::new(), verdict: Verdict::LimitHit, elapsed: 0 })
    }

    #[test]
    fn a_time_that_is_over_is_in_doubt_where_others_had_the_machine() {
        for (strain, doubt) in [(BUSY, true), (FREE, false), (None, true)] {
            let judged = |outcome, told| judged(outcome, strain, (false, true), told);
            assert_eq!(judged(Outcome::TimedOut, nothing()), ("limit_hit", doubt));
            assert_eq!(judged(Outcome::Exited(1), late()), ("limit_hit", doubt));
            let failed = |code, blame| judged(Outcome::Exited(1), failed(code, blame));
            assert_eq!(failed(Code::TIMEOUT, Blame::ByCode), ("failed", doubt));
            // Of what was asked when a time was over.
            assert_eq!(failed(Code::EXPECTATION, Blame::ByCode), ("failed", doubt));
        }
    }

    #[test]
    fn what_no_time_decides_is_in_no_doubt() {
        let judged = |outcome, told| judged(outcome, BUSY, (false, false), told);
        for spent in Spent::ALL {
            assert_eq!(judged(Outcome::Spent(spent), nothing()), ("limit_hit", false));
        }
        let failed = failed(Code::EXPECTATION, Blame::ByCode);
        assert_eq!(judged(Outcome::Exited(1), failed.clone()), ("failed", false));
        assert_eq!(judged(Outcome::Killed(9), failed), ("failed", false));
        let passed = TestOutcome { name: String::new(), verdict: Verdict::Passed, elapsed: 0 };
        assert_eq!(judged(Outcome::Exited(0), Message::TestEnded(passed)), ("passed", false));
    }

    #[test]
    fn what_the_machine_is_out_of_is_nobodys_fault_but_of_who_has_it_all() {
        let out = failed(Code::SPAWN, Blame::Machine);
        let judged = |outcome, ceiling| judged(outcome, FREE, (ceiling, false), out.clone());
        assert_eq!(judged(Outcome::Exited(1), false), ("tool_failed", false));
        assert_eq!(judged(Outcome::Exited(1), true), ("limit_hit", false));
        assert_eq!(judged(Outcome::Spent(Spent::Alive), false), ("limit_hit", false));
        // It went on, and its time was over: what it could not start may have been why.
        assert_eq!(judged(Outcome::TimedOut, false), ("tool_failed", false));
    }
}
