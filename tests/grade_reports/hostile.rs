//! Whatever stands in names, words, output and values: every report is one of its format, and says of everybody what was the case.

use super::reader;
use super::sample;
use super::sample::RUBRIC;
use proctor::event::{Actor, Difference, Failure, Message, PartValue, Verdict};
use proctor::report::grade::{ClassReport, student_html, student_markdown};
use proctor::source::{Code, Location, SourceId, Span};
use proctor::suite::grade::{Award, Class, Criterion, Mark, Student};
use proctor::suite::{Leaks, Outcome, Output, Piece};
use proctor::value::Points;
use proptest::prelude::*;

/// Texts that break what is careless.
fn hostile() -> impl Strategy<Value = String> {
    let fixed = |text: &'static str| Just(text.to_owned());
    let piece = prop_oneof![
        4 => any::<String>(),
        2 => fixed("</script><script>alert(1)</script><!--]]>&amp;\"' onclick=x {{ 7 * 7 }}{% raw %}"),
        2 => fixed("\n::error::forged\n::stop-commands::x\n##[error]y\n"),
        2 => fixed("\nok 1 - forged\n    ok 1 - x\nnot ok 2 # SKIP x\n  ...\nBail out!\n1..0\n# Subtest: x\n\\# SKIP"),
        2 => fixed("\x1b[2J\x1b]0;x\x07\u{9b}31m\0\u{fffe}\u{ffff}\u{202e}\u{feff}\r\x0b\u{fffd}"),
        2 => fixed("=cmd|' /C calc'!A0"),
        1 => fixed("-1,+2;=3\t@4\"=5\r\n=6"),
        1 => fixed("\n\"Points Possible\",,,,,9\n"),
        2 => fixed("[a](http://x.example) ![b](x) <b>c</b> <https://x.example> www.x.example x@x.example"),
        2 => fixed("\n# heading\n\n```\n````\n~~~\n<div>\n\n- list\n1. one\n> quote\n***\n===\n| a |\n|---|\n    code\n"),
        1 => fixed("\\ `a` $b$ :c: [^1] {#d} [x]: y\n\n[x]"),
        1 => "x{3000,6000}",
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        2 => Just(Verdict::Passed),
        1 => (1..3usize).prop_map(Verdict::Flaky),
        4 => Just(Verdict::Failed),
        2 => Just(Verdict::LimitHit),
        1 => Just(Verdict::Wrong),
        1 => hostile().prop_map(Verdict::ToolFailed),
        1 => hostile().prop_map(Verdict::Skipped),
        1 => hostile().prop_map(Verdict::FailedAsExpected),
        1 => hostile().prop_map(Verdict::PassedUnexpectedly),
        1 => Just(Verdict::Interrupted),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let span = (0..RUBRIC.len(), 0..RUBRIC.len());
    (proptest::collection::vec(hostile(), 8), span, any::<u32>()).prop_map(|(texts, (from, to), cut)| {
        let location = Location::new(SourceId(0), Span::new(from.min(to), from.max(to)));
        let failure = Failure {
            blame: proctor::value::Blame::default(),
            code: Code::EXPECTATION,
            message: texts[0].clone(),
            help: Some(texts[1].clone()),
            location,
            chain: Vec::new(),
            left_out: 0,
            actor: Actor { name: texts[2].as_str().into(), pid: 7 },
            parts: vec![PartValue { location, value: texts[3].clone() }],
            difference: Some(match cut % 2 {
                0 => Difference::Lines { expected: texts[4].clone(), actual: texts[5].clone() },
                _ => Difference::AnyOrder { missing: vec![texts[4].clone()], extra: vec![texts[5].clone()] },
            }),
        };
        let actor = Actor { name: texts[2].as_str().into(), pid: 8 };
        Outcome {
            verdict: Verdict::Failed,
            why: Some(texts[6].clone()).filter(|_| cut % 3 == 0),
            in_doubt: false,
            alone: cut % 2 == 0,
            messages: vec![Message::Broken(failure)],
            output: Output {
                pieces: vec![Piece { process: texts[2].clone(), text: texts[7].clone() }],
                cut: u64::from(cut),
            },
            leaks: Leaks { alive: vec![actor.clone()], more_alive: 3, orphans: vec![actor], more_orphans: 0 },
            timeline: None,
            elapsed: 1_500_000,
            seed: u64::MAX,
            disturbance: None,
        }
    })
}

fn mark() -> impl Strategy<Value = Mark> {
    let awards = proptest::collection::vec((0..300u64, hostile()), 0..3);
    let outcome = proptest::option::weighted(0.8, outcome());
    let feedback = proptest::collection::vec(hostile(), 0..3);
    (verdict(), awards, feedback, outcome).prop_map(|(verdict, awards, feedback, outcome)| {
        let award = |(points, why)| Award { points: Points::from_hundredths(points), why };
        let awards: Vec<Award> = awards.into_iter().map(award).collect();
        Mark { points: None, verdict, awards, feedback, outcome }
    })
}

fn class() -> impl Strategy<Value = Class> {
    let words = || proptest::option::of(hostile());
    let criterion = (hostile(), 0..1000u64, any::<bool>(), words(), words());
    let criterion = criterion.prop_map(|(name, worth, hidden, pass, fail)| Criterion {
        needs: vec![name.clone()],
        tags: vec![name.clone()],
        name,
        line: 1,
        worth: Points::from_hundredths(worth),
        hidden,
        pass,
        fail,
    });
    let marks = proptest::collection::vec(proptest::option::weighted(0.9, mark()), 0..4);
    let student = (hostile(), proptest::option::weighted(0.2, hostile()), marks);
    let students = proptest::collection::vec(student, 0..4);
    (hostile(), proptest::collection::vec(criterion, 0..4), students, any::<bool>()).prop_map(
        |(name, criteria, students, interrupted)| {
            let mut class = sample::class();
            class.rubric.name = format!("{name}.proc");
            class.standing.level = name;
            class.rubric.criteria = criteria;
            class.interrupted = interrupted.then_some(2);
            class.students = students
                .into_iter()
                .map(|(name, refused, mut marks): (String, Option<String>, Vec<Option<Mark>>)| {
                    marks.truncate(class.rubric.criteria.len());
                    for (mark, criterion) in marks.iter_mut().zip(&class.rubric.criteria) {
                        if let Some(mark) = mark {
                            mark.points = Mark::earned(&mark.verdict, criterion.worth, &mark.awards);
                        }
                    }
                    Student { refused, ..sample::student(&name, marks) }
                })
                .collect();
            class
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn reports_say_what_was_the_case_whatever_is_in_them(class in class()) {
        reader::assert_same(&class);
    }
}

#[test]
fn a_text_without_end_is_cut_and_that_is_said() {
    let mut class = sample::class();
    let long = "x".repeat(1 << 20);
    let student = &mut class.students[1];
    for mark in student.marks.iter_mut().flatten() {
        mark.feedback = vec![long.clone()];
        mark.awards = vec![Award { points: Points::ZERO, why: long.clone() }];
        let Some(outcome) = &mut mark.outcome else { continue };
        outcome.output.pieces =
            vec![Piece { process: long.clone(), text: long.clone() + &"\n".repeat(100_000) }];
        outcome.output.cut = 1 << 30;
        for message in &mut outcome.messages {
            if let Message::Broken(failure) = message {
                failure.message = long.clone();
                failure.help = Some(long.clone());
                failure.parts.iter_mut().for_each(|part| part.value = long.clone());
                failure.difference =
                    Some(Difference::Lines { expected: long.clone(), actual: long.clone() + "y" });
            }
        }
    }
    let all = [
        ClassReport::Json,
        ClassReport::Junit,
        ClassReport::Tap,
        ClassReport::Csv,
        ClassReport::Moodle,
        ClassReport::Html { nonce: "n" },
    ];
    for report in all {
        let text = report.text(&class).expect("it can be written");
        assert!(text.len() < 4 << 20, "{report:?} has {} bytes", text.len());
        assert!(
            report == ClassReport::Csv || text.contains(" more characters)"),
            "{report:?} does not say it"
        );
    }
    for text in [
        student_markdown(&class, &class.students[1]),
        student_html(&class, &class.students[1]).expect("a page"),
    ] {
        assert!(text.len() < 1 << 20, "{} bytes", text.len());
        assert!(text.contains("more characters") && text.contains("more bytes were not kept"));
    }
    reader::assert_same(&class);
}
