//! The tests of a file: each name once, and `needs` names one of them.

use crate::check::context::{Shown, is_negative, shown};
use crate::check::findings::Findings;
use crate::check::hash::FastMap;
use crate::source::{Code, Diagnostic, Span, did_you_mean};
use crate::syntax::tree::{ClauseKind, Expr, ExprKind, File, StmtKind, Test, literal_text};
use crate::value::{Points, Value};

pub(in crate::check) fn check_tests(file: &File, findings: &mut Findings) {
    let tests = || {
        file.statements.iter().filter_map(|statement| match &statement.kind {
            StmtKind::Test(test) => Some(&**test),
            _ => None,
        })
    };
    let mut names: FastMap<&str, Span> = FastMap::default();
    for test in tests() {
        let Some(name) = literal_text(&test.name) else { continue };
        if let Some(first) = names.get(name) {
            let diagnostic =
                Diagnostic::error(Code::DUPLICATE_TEST, format!("two tests are named \"{name}\""))
                    .at(findings.place(test.name.span), "the second one")
                    .at(findings.place(*first), "the first one")
                    .help("give one of them another name");
            findings.add(diagnostic);
        } else {
            names.insert(name, test.name.span);
        }
    }
    for test in tests() {
        check_needs(test, &names, findings);
        check_worth(test, findings);
    }
}

fn check_worth(test: &Test, findings: &mut Findings) {
    for clause in &test.clauses {
        let ClauseKind::Worth(worth) = &clause.kind else { continue };
        let points = match worth.kind {
            ExprKind::Int(number) => Points::of(&Value::Int(number)),
            ExprKind::Float(number) => Points::of(&Value::Float(number)),
            _ => Some(Points::ONE),
        };
        if points.is_none() {
            let help = format!("it goes up to {} and has no more than two decimals", Points::MOST);
            findings.error(Code::VALUE, worth.span, "no test can be worth that", "", Some(help));
        } else if is_negative(worth) || !matches!(shown(worth), None | Some(Shown::Int | Shown::Float)) {
            let help = "as in `worth 4`; `worth 0` for a test that counts nothing".to_owned();
            let message = "a test is worth a number that is not negative";
            findings.error(Code::VALUE, worth.span, message, "", Some(help));
        }
    }
}

fn check_needs(test: &Test, names: &FastMap<&str, Span>, findings: &mut Findings) {
    for clause in &test.clauses {
        let ClauseKind::Needs(needed) = &clause.kind else { continue };
        let Some(name) = literal_text(needed) else { continue };
        if literal_text(&test.name) == Some(name) {
            unknown(needed, "a test cannot need itself".to_owned(), None, findings);
        } else if !names.contains_key(name) {
            let near =
                did_you_mean(name, names.keys().copied()).map(|near| format!("did you mean \"{near}\"?"));
            unknown(needed, format!("no test of this file is named \"{name}\""), near, findings);
        }
    }
}

fn unknown(needed: &Expr, message: String, help: Option<String>, findings: &mut Findings) {
    findings.error(Code::UNKNOWN_TEST, needed.span, message, "", help);
}
