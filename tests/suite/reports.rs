//! Reports of anything: whatever stands in names, reasons, output and messages, a report is one of its format and says of each test
//! what was the case.

use super::{sarif, schema, tap};
use proctor::event::{Actor, Failure, Message, Verdict};
use proctor::report::suite::{
    Subject, draw_lacks, draw_results, draw_tested, suite_ctrf, suite_github, suite_html, suite_json,
    suite_junit, suite_sarif, suite_tap,
};
use proctor::report::{Style, is_hidden};
use proctor::source::{Code, Location, Source, SourceId, SourceMap, Span};
use proctor::suite::{File, Leaks, Outcome, Output, Piece, Results, Standing, Test, Tested};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Texts that break what is careless.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<String>(),
        2 => Just("</script><script>alert(1)</script><!--]]>&amp;\"'".to_owned()),
        2 => Just("\n::error::forged\n::stop-commands::x\n##[error]y\n".to_owned()),
        2 => Just("\nok 1 - forged\nnot ok 2 # SKIP x\n  ...\nBail out!\n1..0\n\\# SKIP".to_owned()),
        2 => Just("\x1b[2J\x1b]0;x\x07\u{9b}31m\0\u{fffe}\u{ffff}\u{202e}\u{feff}\r\x0b".to_owned()),
        1 => Just("{{ 7 * 7 }}{% raw %}".to_owned()),
        1 => "x{3000,6000}",
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Passed),
        (1..3usize).prop_map(Verdict::Flaky),
        Just(Verdict::Failed),
        Just(Verdict::LimitHit),
        Just(Verdict::Wrong),
        hostile().prop_map(Verdict::ToolFailed),
        hostile().prop_map(Verdict::Skipped),
        hostile().prop_map(Verdict::FailedAsExpected),
        hostile().prop_map(Verdict::PassedUnexpectedly),
        Just(Verdict::Interrupted),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let texts = proptest::collection::vec(hostile(), 6);
    (texts, any::<bool>(), any::<u32>()).prop_map(|(texts, broken, cut)| {
        let failure = Failure {
            blame: proctor::value::Blame::default(),
            code: Code::EXPECTATION,
            message: texts[0].clone(),
            help: Some(texts[1].clone()),
            location: Location::new(SourceId(0), Span { start: 0, end: 3 }),
            chain: Vec::new(),
            left_out: 0,
            actor: Actor { name: texts[2].as_str().into(), pid: 7 },
            parts: Vec::new(),
            difference: None,
        };
        let actor = Actor { name: texts[2].as_str().into(), pid: 8 };
        Outcome {
            verdict: Verdict::Failed,
            why: Some(texts[3].clone()).filter(|_| broken),
            in_doubt: false,
            alone: broken,
            messages: vec![if broken { Message::Broken(failure) } else { Message::Failed(failure) }],
            output: Output {
                pieces: vec![Piece { process: texts[2].clone(), text: texts[4].clone() }],
                cut: u64::from(cut),
            },
            leaks: Leaks { alive: vec![actor.clone()], more_alive: 3, orphans: vec![actor], more_orphans: 0 },
            timeline: Some(Ok(PathBuf::from(format!("/reports/{}", texts[5].replace('\0', ""))))),
            elapsed: 1_500_000,
            seed: u64::MAX,
            disturbance: Some(3),
        }
    })
}

/// A file with as many tests as there are verdicts.
fn subject() -> impl Strategy<Value = (Vec<File>, Results)> {
    let tests = proptest::collection::vec((hostile(), verdict(), outcome()), 1..5);
    (hostile(), tests, any::<bool>()).prop_map(|(file, tests, interrupted)| {
        let mut sources = SourceMap::default();
        sources.add(Source::new(file.clone(), "print 1\n".to_owned()));
        let test = |(number, (name, ..)): (usize, &(String, Verdict, Outcome))| Test {
            number: Some(number as u16),
            name: name.clone(),
            line: number + 1,
            tags: vec!["slow".into()],
            ..Test::default()
        };
        let file = File {
            path: "a.proc".into(),
            name: file,
            sources,
            tests: tests.iter().enumerate().map(test).collect(),
            ..File::default()
        };
        let tested = |(number, (_, verdict, outcome)): (usize, (String, Verdict, Outcome))| Tested {
            file: 0,
            test: number,
            verdict,
            elapsed: 2_000_000,
            repetitions: 2,
            failed: 1,
            outcomes: vec![outcome],
        };
        let results = Results {
            tested: tests.into_iter().enumerate().map(tested).collect(),
            seed: 5,
            began: UNIX_EPOCH,
            elapsed: 3_000_000,
            interrupted: interrupted.then_some(2),
        };
        (vec![file], results)
    })
}

fn is_ok(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Passed | Verdict::Flaky(_) | Verdict::Skipped(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reports_are_of_their_format_whatever_is_in_them((files, results) in subject(), lacks in proptest::option::of(hostile())) {
        let missing: Vec<_> = lacks.into_iter().map(|why| ("namespaces".to_owned(), why)).collect();
        let level = if missing.is_empty() { "contained" } else { "host" };
        let standing = Standing { level: level.to_owned(), missing, ..Standing::default() };
        let subject = Subject { files: &files, results: &results, standing: &standing, home: Path::new("/reports") };
        let verdicts: Vec<&Verdict> = results.tested.iter().map(|tested| &tested.verdict).collect();

        let json: serde_json::Value = serde_json::from_str(&suite_json(&subject)).expect("JSON");
        let named: Vec<&str> = json["tests"].as_array().expect("tests").iter().filter_map(|test| test["verdict"].as_str()).collect();
        prop_assert_eq!(named, verdicts.iter().map(|verdict| verdict.name()).collect::<Vec<_>>());

        let xml = suite_junit(&subject).expect("XML");
        prop_assert_eq!(schema::junit(&xml), Ok(()));
        prop_assert_eq!(xml.matches("<testcase ").count(), verdicts.len());
        let failed = verdicts.iter().filter(|verdict| verdict.is_bad() && !matches!(verdict, Verdict::Interrupted)).count();
        prop_assert_eq!(xml.matches("<failure ").count() + xml.matches("<error ").count(), failed);

        let ctrf = schema::ctrf(&suite_ctrf(&subject)).expect("CTRF");
        prop_assert_eq!(ctrf["results"]["tests"].as_array().map(Vec::len), Some(verdicts.len()));

        let sarif = sarif::sarif(&suite_sarif(&subject)).expect("SARIF");
        let told = |verdict: &&&Verdict| matches!(verdict, Verdict::Failed | Verdict::LimitHit | Verdict::Wrong | Verdict::Flaky(_) | Verdict::PassedUnexpectedly(_));
        let ours = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::ToolFailed(_) | Verdict::Interrupted)).count();
        prop_assert!(sarif["runs"][0]["results"].as_array().map(Vec::len) >= Some(verdicts.iter().filter(told).count()));
        let notifications = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        prop_assert_eq!(notifications.as_array().map_or(0, Vec::len), ours);

        let (points, bails) = tap::parse(&suite_tap(&subject)).expect("TAP");
        prop_assert_eq!(bails, results.interrupted.is_some());
        let ok: Vec<bool> = points.iter().map(|point| point.ok).collect();
        prop_assert_eq!(ok, verdicts.iter().map(|verdict| is_ok(verdict)).collect::<Vec<_>>());
        for (point, verdict) in points.iter().zip(&verdicts) {
            let directive = point.directive.as_ref().map(|(word, _)| word.as_str());
            let expected = match verdict {
                Verdict::Skipped(_) => Some("SKIP"),
                Verdict::FailedAsExpected(_) => Some(concat!("TO", "DO")),
                _ => None,
            };
            prop_assert_eq!(directive, expected);
        }

        let github = suite_github(&subject);
        let begin = |word: &str| github.lines().filter(|line| line.starts_with(word)).count();
        prop_assert_eq!(begin("::error file="), verdicts.iter().filter(|verdict| verdict.is_bad()).count());
        prop_assert_eq!(begin("::notice title=the tests ran at the level host::"), standing.missing.len());
        prop_assert_eq!(github.lines().count(), begin("::error file=") + standing.missing.len());

        let html = suite_html(&subject, "nonce").expect("a page");
        prop_assert_eq!(html.matches("<script").count(), 1);
        prop_assert_eq!(html.matches("<li ").count(), verdicts.len());
        prop_assert!(!html.contains('\x1b'), "nothing is drawn");
        // A link leads to a page of a timeline, and never to a scheme.
        let inner = |link: &&str| link.starts_with("\".") || link.starts_with("\"/") || link.starts_with("\"&#x2f;");
        prop_assert!(html.split("href=").skip(1).all(|link| inner(&link)));
        for tag in ["<img", "<iframe", "<link", "src="] {
            prop_assert!(!html.contains(tag), "{}", tag);
        }

        // Each says at which level the tests ran, and why at no better one.
        prop_assert_eq!(json["sandbox"]["level"].as_str(), Some(level));
        prop_assert_eq!(json["sandbox"]["missing"].as_array().map(Vec::len), Some(standing.missing.len()));
        prop_assert_eq!(&ctrf["results"]["summary"]["extra"]["sandbox"], &json["sandbox"]);
        prop_assert_eq!(&sarif["runs"][0]["invocations"][0]["properties"]["sandbox"], &json["sandbox"]);
        let named = format!("<property name=\"level\" value=\"{level}\"/>");
        let comment = format!("\n# level: {level}\n");
        prop_assert!(xml.contains(&named) && suite_tap(&subject).contains(&comment));
        prop_assert_eq!(xml.matches("<property name=\"level.reason\"").count(), standing.missing.len());
        let (about, end) = (format!("· level {level}"), format!(" ({level})\n"));
        prop_assert!(html.contains(&about) && draw_results(&subject, Style::PLAIN).ends_with(&end));
        prop_assert_eq!(html.matches("<strong class=\"odd\">level host:").count(), standing.missing.len());

        for report in [suite_json(&subject), xml, suite_ctrf(&subject), suite_sarif(&subject), suite_tap(&subject), github, html] {
            prop_assert!(report.chars().all(|c| c == '\n' || !is_hidden(c)), "{report:?}");
        }

        let mut screen = draw_results(&subject, Style::PLAIN) + &draw_lacks(&standing, Style::PLAIN);
        for tested in &results.tested {
            screen.push_str(&draw_tested(&files, tested, Style::PLAIN));
        }
        prop_assert!(screen.chars().all(|c| c == '\n' || !is_hidden(c)));
        // What a test said never begins a line: no workflow command, no line of ours.
        prop_assert!(!screen.lines().any(|line| line.starts_with("::") || line.starts_with("ok 1")));
    }
}
