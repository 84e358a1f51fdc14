//! A class as a teacher may have it: who has everything, who has a part, who hit a limit, whose work could not be unpacked, and of whom
//! nothing is known.

use proctor::event::{Actor, Difference, Failure, Message, PartValue, Verdict};
use proctor::source::{Code, Location, SourceId, Span};
use proctor::suite::grade::{Award, Class, Criterion, Mark, Rubric, Student};
use proctor::suite::{Leaks, Outcome, Output, Piece, Standing, Text};
use proctor::value::Points;
use std::time::{Duration, UNIX_EPOCH};

pub const RUBRIC: &str = r#"test "three workers are started" worth 4 {
    let run = grade(submission)
    award 1, "the program runs"
    expect run.children == 3
}
test "they work at the same time" worth 5 within 10s needs "three workers are started" {
    expect overlaps(grade(submission).children)
}
test "the output is complete" worth 3 {
    expect grade(submission).stdout == """
        worker 1 is done
        worker 2 is done
        worker 3 is done
        """
} test "no worker is left behind" hidden worth 2 { expect grade(submission).leaks == 0 }
"#;

pub fn worth(points: u64) -> Points {
    Points::from_hundredths(points * 100)
}

/// The place of the first such text in the rubric.
pub fn place(text: &str) -> Location {
    let start = RUBRIC.find(text).expect("it stands there");
    Location::new(SourceId(0), Span::new(start, start + text.len()))
}

pub fn failure(message: &str, location: Location) -> Failure {
    Failure {
        blame: proctor::value::Blame::default(),
        code: Code::EXPECTATION,
        message: message.to_owned(),
        help: None,
        location,
        chain: Vec::new(),
        left_out: 0,
        actor: Actor { name: "main".into(), pid: 4711 },
        parts: Vec::new(),
        difference: None,
    }
}

pub fn outcome(verdict: Verdict, messages: Vec<Message>, printed: &[(&str, &str)]) -> Outcome {
    let piece = |(process, text): &(&str, &str)| Piece { process: (*process).into(), text: (*text).into() };
    Outcome {
        verdict,
        why: None,
        in_doubt: false,
        alone: false,
        messages,
        output: Output { pieces: printed.iter().map(piece).collect(), cut: 0 },
        leaks: Leaks::default(),
        timeline: None,
        elapsed: 1_234_000_000,
        seed: 7,
        disturbance: None,
    }
}

pub fn mark(verdict: Verdict, points: u64, outcome: Outcome) -> Option<Mark> {
    let points = match &verdict {
        Verdict::Wrong | Verdict::ToolFailed(_) | Verdict::Interrupted => None,
        _ => Some(worth(points)),
    };
    Some(Mark { verdict, points, awards: Vec::new(), feedback: Vec::new(), outcome: Some(outcome) })
}

fn passed(points: u64) -> Option<Mark> {
    mark(Verdict::Passed, points, outcome(Verdict::Passed, Vec::new(), &[]))
}

fn failed(points: u64, failure: Failure, printed: &[(&str, &str)]) -> Option<Mark> {
    let outcome = outcome(Verdict::Failed, vec![Message::Broken(failure)], printed);
    mark(Verdict::Failed, points, outcome)
}

fn skipped() -> Option<Mark> {
    let why = "it needs the test \"three workers are started\", which did not pass";
    let verdict = Verdict::Skipped(why.into());
    Some(Mark { verdict, points: Some(Points::ZERO), awards: vec![], feedback: vec![], outcome: None })
}

pub fn criteria() -> Vec<Criterion> {
    let criterion = |name: &str, line, points| Criterion {
        name: name.into(),
        line,
        worth: worth(points),
        ..Criterion::default()
    };
    vec![
        criterion("three workers are started", 1, 4),
        Criterion {
            needs: vec!["three workers are started".into()],
            tags: vec!["slow".into()],
            pass: Some("Your workers run at the same time.".into()),
            fail: Some("Start all workers before you join the first.".into()),
            ..criterion("they work at the same time", 6, 5)
        },
        criterion("the output is complete", 9, 3),
        Criterion { hidden: true, ..criterion("no worker is left behind", 15, 2) },
    ]
}

/// What stands in the hidden test's mark, and may never reach its student.
pub fn hidden(points: u64) -> Option<Mark> {
    let mut failure = failure("a SECRET message", place("grade(submission).leaks == 0"));
    failure.parts =
        vec![PartValue { location: place("grade(submission).leaks"), value: "\"SECRET value\"".into() }];
    let mut mark = failed(points, failure, &[("main", "SECRET output\n")]).expect("a mark");
    mark.awards = vec![Award { points: worth(points), why: "a SECRET award".into() }];
    mark.feedback = vec!["SECRET feedback".into()];
    Some(mark)
}

fn partly() -> Vec<Option<Mark>> {
    let mut started = failure("expected run.children == 3", place("run.children == 3"));
    started.parts = vec![PartValue { location: place("run.children"), value: "2".into() }];
    let mut first = failed(1, started, &[("main", "worker 1 is done\nworker 3 is done\n")]).expect("a mark");
    first.awards = vec![Award { points: worth(1), why: "the program runs".into() }];
    first.feedback = vec!["Look at the loop that starts them: it begins at 1.".into()];
    let text = "grade(submission).stdout == \"\"\"\n        worker 1 is done\n        worker 2 is done\n        worker 3 is done\n        \"\"\"";
    let mut lines = failure("the texts differ", place(text));
    lines.difference = Some(Difference::Lines {
        expected: "worker 1 is done\nworker 2 is done\nworker 3 is done\n".into(),
        actual: "worker 1 is done\nworker 3 is done\n".into(),
    });
    let third = failed(0, lines, &[("python3", "worker 1 is done\n"), ("worker-3", "worker 3 is done\n")]);
    vec![Some(first), skipped(), third, hidden(1)]
}

fn hangs() -> Vec<Option<Mark>> {
    let why = "it was still running after 10s: p2 waits in read()";
    let mut second =
        mark(Verdict::LimitHit, 0, outcome(Verdict::LimitHit, vec![], &[("python3", "joining…\n")]));
    if let Some(outcome) = second.as_mut().and_then(|mark| mark.outcome.as_mut()) {
        outcome.why = Some(why.into());
        outcome.leaks.alive = vec![Actor { name: "python3".into(), pid: 4712 }];
    }
    vec![passed(4), second, passed(3), hidden(0)]
}

fn unknown() -> Vec<Option<Mark>> {
    let broken = Verdict::ToolFailed("the guard of its processes was killed".into());
    let wrong = failure("cannot add an int and a string", place("overlaps"));
    let wrong = outcome(Verdict::Wrong, vec![Message::Failed(wrong)], &[]);
    let tool = outcome(broken.clone(), vec![], &[]);
    vec![passed(4), mark(Verdict::Wrong, 0, wrong), mark(broken, 0, tool), None]
}

pub fn student(name: &str, marks: Vec<Option<Mark>>) -> Student {
    Student { name: name.into(), path: format!("work/{name}"), attempt: 1, refused: None, marks }
}

pub fn class() -> Class {
    let refused = Mark {
        verdict: Verdict::Failed,
        points: Some(Points::ZERO),
        awards: vec![],
        feedback: vec![],
        outcome: None,
    };
    let text = "=cmd|' /C calc'!A0\n::error::forged\nok 1 - forged\n</script><script>document.title='forged'</script>\x1b[2J";
    let forged = failed(0, failure(text, place("run.children == 3")), &[("main", text)]);
    Class {
        rubric: Rubric {
            name: "rubrics/workers.proc".into(),
            folder: "rubrics".into(),
            texts: [Text { name: "rubrics/workers.proc".into(), path: None, text: RUBRIC.into() }].into(),
            criteria: criteria(),
        },
        students: vec![
            student("Ada Lovelace", vec![passed(4), passed(5), passed(3), passed(2)]),
            student("Doe, Jane", partly()),
            student("王小明", hangs()),
            student("=cmd|' /C calc'!A0", vec![forged, skipped(), passed(3), passed(2)]),
            Student {
                refused: Some("the archive leads outside: `../../etc/passwd`".into()),
                attempt: 2,
                ..student("\"two\nlines\"", vec![Some(refused); 4])
            },
            student("not yet", unknown()),
            student("no marks", Vec::new()),
        ],
        standing: Standing {
            level: "limited".into(),
            parts: vec!["namespaces".into(), "Landlock".into(), "seccomp".into()],
            missing: vec![("control groups".into(), "no delegated group".into())],
            limits: vec!["10 s".into(), "64 processes".into(), "1 MiB of output".into()],
        },
        seed: 42,
        began: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        elapsed: 83_000_000_000,
        interrupted: None,
    }
}
