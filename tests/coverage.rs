//! Every row of the tables of the language (verbs, options, limits, attributes, functions, methods), every kind of
//! statement, expression and clause has a golden case under `tests/cases/run`; and every code has one under
//! `tests/cases` in which it is drawn. What is new fails here until there is one.

use proctor::program::{ATTRIBUTES, BUILTINS, LIMITS, METHODS, OPTIONS, VERBS};
use proctor::source::{Source, SourceId, all_codes};
use proctor::syntax::parse;
use proctor::syntax::tree::{Clause, ClauseKind, Expect, Expr, ExprKind, Listing, Stmt, StmtKind, Timing};
use proctor::syntax::visit::{Visit, walk_clause, walk_expr, walk_stmt};
use regex::Regex;
use std::collections::BTreeSet;
use std::path::Path;

/// The texts of the files with one of these endings, below a folder. A case may hold what is no text.
fn texts(folder: &Path, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the cases can be listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path, endings));
        } else if path.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending))
        {
            let bytes = std::fs::read(&path).expect("a case can be read");
            found.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    found
}

fn tests_folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn cases() -> Vec<String> {
    texts(&tests_folder().join("cases/run"), &["proc"])
}

fn case_text() -> String {
    let cases = cases();
    let lines = cases.iter().flat_map(|case| case.lines());
    lines.filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| [line, "\n"]).collect()
}

/// The names for which the pattern that `shape` makes of them is nowhere in a case.
fn missing<'a>(names: impl Iterator<Item = &'a str>, shape: impl Fn(&str) -> String) -> Vec<&'a str> {
    let text = case_text();
    let found = |name: &str| Regex::new(&shape(&regex::escape(name))).expect("a pattern").is_match(&text);
    names.filter(|name| !found(name)).collect()
}

#[test]
fn every_verb_has_a_case() {
    let none: &[&str] = &[];
    let shape = |name: &str| match name {
        "ps matching" => "(?m)\\bps \"".to_owned(),
        name => format!(r"(?m)\b{name}\b"),
    };
    assert_eq!(missing(VERBS.iter().map(|row| row.name), shape), none);
}

#[test]
fn every_option_and_limit_has_a_case() {
    let none: &[&str] = &[];
    let shape = |name: &str| format!(r"\bwith \{{.*\b{name}: ");
    assert_eq!(missing(OPTIONS.iter().map(|row| row.name), shape), none);
    let shape = |name: &str| format!(r"\blimits: \{{.*\b{name}: ");
    assert_eq!(missing(LIMITS.iter().map(|row| row.0), shape), none);
}

#[test]
fn every_attribute_has_a_case() {
    let none: &[&str] = &[];
    assert_eq!(missing(ATTRIBUTES.iter().map(|row| row.name), |name| format!(r"\.{name}\b")), none);
}

#[test]
fn every_function_has_a_case() {
    let none: &[&str] = &[];
    let (values, functions): (Vec<_>, Vec<_>) = BUILTINS.iter().partition(|row| row.is_value());
    assert_eq!(missing(values.iter().map(|row| row.name), |name| format!(r"\b{name}\b")), none);
    assert_eq!(missing(functions.iter().map(|row| row.name), |name| format!(r"(^|[^.\w]){name}\(")), none);
}

#[test]
fn every_method_has_a_case() {
    let none: &[&str] = &[];
    assert_eq!(missing(METHODS.iter().map(|row| row.name), |name| format!(r"\.{name}\(")), none);
}

/// What kinds of parts the cases have.
#[derive(Default)]
struct Kinds {
    statements: BTreeSet<&'static str>,
    expressions: BTreeSet<&'static str>,
    clauses: BTreeSet<&'static str>,
}

/// The kinds of statements, by the word that begins them. The match has no `_`: a new kind gets its word there, and here.
const STATEMENTS: [&str; 35] = [
    "=",
    "award",
    "break",
    "continue",
    "def",
    "default",
    "exit",
    "expect",
    "expect error",
    "expect for",
    "expect within",
    "expression",
    "feedback",
    "for",
    "ignore",
    "let",
    "on",
    "op=",
    "print",
    "ps",
    "ps all",
    "ps matching",
    "return",
    "signal",
    "signal group",
    "sleep",
    "test",
    "tree",
    "try",
    "use",
    "verb",
    "while",
    "with",
    "with within",
    "within",
];

fn statement(kind: &StmtKind) -> &'static str {
    match kind {
        StmtKind::Let { .. } => "let",
        StmtKind::Def { .. } => "def",
        StmtKind::Assign { op: None, .. } => "=",
        StmtKind::Assign { op: Some(_), .. } => "op=",
        StmtKind::Print(_) => "print",
        StmtKind::Sleep(_) => "sleep",
        StmtKind::Exit(_) => "exit",
        StmtKind::Verb { .. } => "verb",
        StmtKind::Signal { group: false, .. } => "signal",
        StmtKind::Signal { group: true, .. } => "signal group",
        StmtKind::On { .. } => "on",
        StmtKind::Ignore(_) => "ignore",
        StmtKind::Default(_) => "default",
        StmtKind::Expect(expect) => match &**expect {
            Expect::Condition { timing: Timing::Now, .. } => "expect",
            Expect::Condition { timing: Timing::Within(_), .. } => "expect within",
            Expect::Condition { timing: Timing::For(_), .. } => "expect for",
            Expect::Error { .. } => "expect error",
        },
        StmtKind::Test(_) => "test",
        StmtKind::Within { .. } => "within",
        StmtKind::With { limit: None, .. } => "with",
        StmtKind::With { limit: Some(_), .. } => "with within",
        StmtKind::For { .. } => "for",
        StmtKind::While { .. } => "while",
        StmtKind::Break => "break",
        StmtKind::Continue => "continue",
        StmtKind::Return(_) => "return",
        StmtKind::Try { .. } => "try",
        StmtKind::Use(_) => "use",
        StmtKind::Ps(Listing::Scenario) => "ps",
        StmtKind::Ps(Listing::Machine) => "ps all",
        StmtKind::Ps(Listing::Matching(_)) => "ps matching",
        StmtKind::Tree(_) => "tree",
        StmtKind::Award { .. } => "award",
        StmtKind::Feedback(_) => "feedback",
        StmtKind::Expr(_) => "expression",
    }
}

const EXPRESSIONS: [&str; 25] = [
    "attribute",
    "call",
    "duration",
    "false",
    "float",
    "function",
    "if",
    "index",
    "int",
    "join",
    "list",
    "map",
    "method",
    "name",
    "never between",
    "none",
    "operator",
    "range",
    "regex",
    "sign",
    "spawn",
    "string",
    "true",
    "wait any",
    "within",
];

fn expression(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::None => "none",
        ExprKind::Bool(true) => "true",
        ExprKind::Bool(false) => "false",
        ExprKind::Int(_) => "int",
        ExprKind::Float(_) => "float",
        ExprKind::Duration(_) => "duration",
        ExprKind::Str(_) => "string",
        ExprKind::Regex(_) => "regex",
        ExprKind::Name => "name",
        ExprKind::List(_) => "list",
        ExprKind::Map(_) => "map",
        ExprKind::Unary { .. } => "sign",
        ExprKind::Binary { .. } => "operator",
        ExprKind::Range { .. } => "range",
        ExprKind::If { .. } => "if",
        ExprKind::Function { .. } => "function",
        ExprKind::Call { .. } => "call",
        ExprKind::Method { .. } => "method",
        ExprKind::Field { .. } => "attribute",
        ExprKind::Index { .. } => "index",
        ExprKind::Spawn(_) => "spawn",
        ExprKind::Join { .. } => "join",
        ExprKind::WaitAny => "wait any",
        ExprKind::Never(_) => "never between",
        ExprKind::Within { .. } => "within",
    }
}

const CLAUSES: [&str; 9] = ["fail", "hidden", "needs", "pass", "skip", "tags", "within", "worth", "xfail"];

fn clause(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Worth(_) => "worth",
        ClauseKind::Within(_) => "within",
        ClauseKind::Tags(_) => "tags",
        ClauseKind::Needs(_) => "needs",
        ClauseKind::Hidden => "hidden",
        ClauseKind::Skip(_) => "skip",
        ClauseKind::Xfail(_) => "xfail",
        ClauseKind::Pass(_) => "pass",
        ClauseKind::Fail(_) => "fail",
    }
}

impl Visit for Kinds {
    fn visit_stmt(&mut self, part: &Stmt) {
        self.statements.insert(statement(&part.kind));
        walk_stmt(self, part);
    }

    fn visit_expr(&mut self, part: &Expr) {
        self.expressions.insert(expression(&part.kind));
        walk_expr(self, part);
    }

    fn visit_clause(&mut self, part: &Clause) {
        self.clauses.insert(clause(&part.kind));
        walk_clause(self, part);
    }
}

#[test]
fn every_kind_of_statement_expression_and_clause_has_a_case() {
    let mut seen = Kinds::default();
    for case in cases() {
        seen.visit_file(&parse(&Source::new("case", case), SourceId::default()).file);
    }
    assert_eq!(seen.statements, STATEMENTS.into_iter().collect());
    assert_eq!(seen.expressions, EXPRESSIONS.into_iter().collect());
    assert_eq!(seen.clauses, CLAUSES.into_iter().collect());
}

/// Codes that no golden case can draw: why, and the test that has to do with them.
const UNDRAWN: [(&str, &str, &str); 2] = [
    (
        "internal",
        "a mistake of ours, which no text is known to bring about: each test of `tests/hostile` asserts that none came",
        "what_grows_without_end",
    ),
    (
        "not_observed",
        "a case has no filter around it that forbids to trace",
        "a_test_of_ones_own_says_that_the_machine_failed",
    ),
];

#[test]
fn every_code_is_drawn_in_a_case() {
    let drawn = texts(&tests_folder().join("cases"), &["expect", "diagnostics"]).concat();
    let tests = texts(&tests_folder(), &["rs"]).concat();
    for code in all_codes() {
        let name = code.name();
        // As `run` draws it, as the cases of `check` have it, and as those of `syntax` and of caught errors do.
        let shape = format!(r"(?m)\b(error|warning)(\[{name}\]| {name}:)|^{name}: ");
        let is_drawn = Regex::new(&shape).expect("a pattern").is_match(&drawn);
        match UNDRAWN.iter().find(|(undrawn, ..)| *undrawn == name) {
            Some((_, why, test)) => {
                assert!(!is_drawn, "{name} is drawn: it is no exception any more");
                assert!(tests.contains(&format!("fn {test}()")), "{name}: {why}: there is no test {test}");
            }
            None => assert!(is_drawn, "no case draws {name}"),
        }
    }
}
