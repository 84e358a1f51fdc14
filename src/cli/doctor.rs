//! `proctor doctor`: what this machine offers, found by trying, which level of containment it reaches, and what to do for the rest.

use super::exit;
use super::output::{Output, to_stdout};
use crate::keeper::{Examination, Finding, Level, examine};
use crate::report::{Style, draw_columns, visible_line};
use serde::Serialize;

#[derive(Serialize)]
struct Record<'a> {
    kind: &'static str,
    level: &'static str,
    findings: Vec<FindingRecord<'a>>,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    what: &'a str,
    needed_for: Option<&'static str>,
    good: bool,
    found: &'a str,
    advice: Option<&'a str>,
}

/// Examines the machine and says what was found; gives the exit code: 0 where runs can be contained, else 1.
#[must_use]
pub fn doctor(output: Output) -> u8 {
    let examination = examine();
    to_stdout(&if output.is_json() { json(&examination) } else { drawn(&examination, output.stdout) });
    if examination.level >= Level::Contained { exit::HELD } else { exit::BROKE }
}

fn json(examination: &Examination) -> String {
    let findings = examination.findings.iter().map(|finding| FindingRecord {
        what: finding.what,
        needed_for: finding.needed.map(Level::name),
        good: finding.good,
        found: &finding.found,
        advice: finding.advice,
    });
    let findings = findings.collect();
    let record = Record { kind: "doctor", level: examination.level.name(), findings };
    let mut text = serde_json::to_string(&record).unwrap_or_default();
    text.push('\n');
    text
}

fn drawn(examination: &Examination, style: Style) -> String {
    let title = ["", "WHAT", "NEEDED FOR", "FOUND"].map(str::to_owned);
    let line = |finding: &Finding| {
        let mark = match (finding.good, finding.needed) {
            (true, _) => style.green("ok"),
            (false, None | Some(Level::Limited)) => style.yellow("--"),
            (false, Some(_)) => style.red("NO"),
        };
        let needed = finding.needed.map_or("", Level::name);
        [mark, finding.what.to_owned(), needed.to_owned(), visible_line(&finding.found).into_owned()]
    };
    let lines: Vec<[String; 4]> =
        std::iter::once(title).chain(examination.findings.iter().map(line)).collect();
    let mut text = draw_columns(&lines, 4, |_| false, style);
    text.push_str(&format!("\nThis machine reaches the level {}.\n", style.bold(examination.level.name())));
    text.push_str(match examination.level {
        Level::Host => "Nothing outlives a run, but a run can reach what you can reach: `--contained` does not work here.\n",
        Level::Contained => "Runs can be contained (`--contained`). Limits for all processes of a run together are watched, not enforced by the kernel.\n",
        Level::Limited => "Runs can be contained (`--contained`), and the kernel can limit what their processes use together.\n",
    });
    let mut told: Vec<&str> = Vec::new();
    for finding in examination.findings.iter().filter(|finding| !finding.good) {
        if let Some(advice) = finding.advice.filter(|advice| !told.contains(advice)) {
            text.push_str(&format!("\n{} {}: {advice}\n", style.yellow("what to do:"), finding.what));
            told.push(advice);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{drawn, json};
    use crate::keeper::{Examination, Finding, Level};
    use crate::report::Style;

    fn examination() -> Examination {
        let finding = |what, good| Finding {
            what,
            needed: Some(Level::Contained),
            good,
            found: "EPERM \x1b[31m".to_owned(),
            advice: (!good).then_some("ask root"),
        };
        Examination {
            level: Level::Host,
            findings: vec![finding("a", false), finding("b", false), finding("c", true)],
        }
    }

    #[test]
    fn what_to_do_is_said_once_and_nothing_is_raw() {
        let text = drawn(&examination(), Style::choose(crate::report::ColorChoice::Never, false, |_| None));
        assert_eq!(text.matches("ask root").count(), 1, "{text}");
        assert!(text.contains("NO") && text.contains("level host") && !text.contains('\x1b'), "{text}");
    }

    #[test]
    fn machines_read_the_same() {
        let text = json(&examination());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["kind"], &value["level"]), (&"doctor".into(), &"host".into()));
        assert_eq!(value["findings"][0]["needed_for"], "contained");
        assert_eq!(value["findings"][2]["advice"], serde_json::Value::Null);
    }
}
