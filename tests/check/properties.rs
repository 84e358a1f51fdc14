//! Properties: checking never panics, and what it lowers is sound.

use crate::scenario::check_text;
use crate::validate::validate;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn seeds() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let mut texts = Vec::new();
    for kind in ["code", "clean", "wrong"] {
        let mut paths: Vec<_> =
            fs::read_dir(root.join(kind)).expect("cases").flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|ext| ext == "proc")) {
            texts.push(fs::read_to_string(path).expect("a case"));
        }
    }
    texts
}

fn sound(text: &str) {
    let (_, checked) = check_text(text);
    let failed = checked.diagnostics.iter().any(proctor::source::Diagnostic::is_error);
    assert_eq!(checked.program.is_none(), failed, "a program if and only if there is no error:\n{text}");
    if let Some(program) = &checked.program
        && let Err(fault) = validate(program)
    {
        panic!("{fault}\nin\n{text}");
    }
}

#[derive(Debug, Clone)]
enum Change {
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Import(prop::sample::Index, prop::sample::Index, prop::sample::Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let index = any::<prop::sample::Index>;
    let change = prop_oneof![
        index().prop_map(Change::Remove),
        index().prop_map(Change::Repeat),
        (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        (index(), index(), index()).prop_map(|(a, b, c)| Change::Import(a, b, c)),
    ];
    prop::collection::vec(change, 1..6)
}

/// Words, marks and spaces, so that a mutated text often still parses.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for c in text.chars() {
        match tokens.last_mut() {
            Some(last) if c.is_alphanumeric() && last.ends_with(char::is_alphanumeric) => last.push(c),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}

fn mutate(seeds: &[String], which: prop::sample::Index, changes: &[Change]) -> String {
    let mut parts = tokens(which.get(seeds).as_str());
    for change in changes {
        if parts.is_empty() {
            break;
        }
        match change {
            Change::Remove(at) => {
                parts.remove(at.index(parts.len()));
            }
            Change::Repeat(at) => {
                let at = at.index(parts.len());
                parts.insert(at, parts[at].clone());
            }
            Change::Swap(a, b) => {
                let (a, b) = (a.index(parts.len()), b.index(parts.len()));
                parts.swap(a, b);
            }
            Change::Import(seed, from, to) => {
                let lines: Vec<&str> = seed.get(seeds).lines().collect();
                let line = format!("\n{}\n", lines[from.index(lines.len())]);
                let to = to.index(parts.len());
                parts.insert(to, line);
            }
        }
    }
    parts.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_scenarios_are_checked_without_a_panic(which in any::<prop::sample::Index>(), changes in changes()) {
        thread_local! { static SEEDS: Vec<String> = seeds(); }
        SEEDS.with(|seeds| sound(&mutate(seeds, which, &changes)));
    }
}

/// Runs with the stack that a thread of a server has.
fn with_a_small_stack(texts: Vec<String>) {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let done = thread.spawn(move || texts.iter().for_each(|text| sound(text))).expect("a thread").join();
    assert!(done.is_ok());
}

#[test]
fn nested_texts_need_little_stack() {
    let nest = |open: &str, close: &str, inner: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let mut texts = Vec::new();
    for depth in [20, 40, 60, 120, 126, 127, 128, 5000] {
        texts.push(format!("let x = {}", nest("(", ")", "1", depth)));
        texts.push(format!("let x = {}", nest("[", "]", "1", depth)));
        texts.push(format!("let x = {}", nest("{a: ", "}", "1", depth)));
        texts.push(format!("let x = {}", nest("-", "", "1", depth)));
        texts.push(format!("let x = {}", nest("not ", "", "true", depth)));
        texts.push(format!("let x = {}", nest("|x| ", "", "x", depth)));
        texts.push(format!("let x = {}", nest("|x| { x ", "}", "x", depth)));
        texts.push(nest("if true {\n", "}\n", "print 1\n", depth));
        texts.push(nest("while true {\n", "}\n", "break\n", depth));
        texts.push(nest("def f() {\n", "}\n", "print 1\n", depth));
        texts.push(nest("spawn p {\n", "}\n", "print 1\n", depth));
        texts.push(nest("try {\n", "} catch e { print e }\n", "print 1\n", depth));
        texts.push(nest("within 1s {\n", "}\n", "print 1\n", depth));
        texts.push(nest("on SIGTERM {\n", "}\n", "print 1\n", depth));
        texts.push(format!("let x = {}1", "1 + ".repeat(depth)));
        texts.push(format!("let x = {}1", "2 ** ".repeat(depth)));
        texts.push(format!("expect {}true", "true and ".repeat(depth)));
        texts.push(format!("let m = 1\nprint m{}", ".a".repeat(depth)));
        texts.push(format!("let m = 1\nprint m{}", "(1)".repeat(depth)));
        texts.push(format!("print 1{}", " within 1s".repeat(depth)));
        texts.push(format!("if true {{ }}{}", " else if true { }".repeat(depth)));
    }
    with_a_small_stack(texts);
}

fn errors_of(text: &str) -> Vec<&'static str> {
    let (_, checked) = check_text(text);
    if let Some(program) = &checked.program {
        validate(program).expect("sound");
    }
    checked
        .diagnostics
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| finding.code.name())
        .collect()
}

fn repeat(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// More than an instruction can number with 16 bits.
const MANY: usize = 65_600;

#[test]
fn what_is_large_is_lowered() {
    const NONE: [&str; 0] = [];
    let list = format!("print [{}]", "1,".repeat(MANY));
    assert_eq!(errors_of(&list), NONE);
    let map = format!("print {{{}}}", repeat(3_000, |i| format!("k{i}: 1, ")));
    assert_eq!(errors_of(&map), NONE);
    let text = format!("let x = 1\nprint \"{}\"", "{x} and {x:4} ".repeat(3_000));
    assert_eq!(errors_of(&text), NONE);
    assert_eq!(errors_of(&repeat(MANY, |i| format!("let v{i}=1\n"))), NONE);
    let functions = repeat(MANY, |i| format!("def f{i}(){{}}\n"));
    assert_eq!(errors_of(&format!("{functions}f{}()\nspawn p f65540()\njoin p", MANY - 1)), NONE);
    let formats = format!("print [{}]\nprint \"{{1:.2}}\"", repeat(MANY, |i| format!("'{i}',")));
    assert_eq!(errors_of(&formats), NONE);
}

#[test]
fn what_is_too_large_is_an_error() {
    let inside = |body: &str| format!("let xs = []\ndef g() {{ }}\ndef f() {{\n{body}}}\nf()\n");
    let names = |prefix: char| repeat(MANY / 2, |i| format!("{prefix}{i}, "));
    let locals = inside(&format!("let {}last = xs\nlet {}end = xs\n", names('a'), names('b')));
    assert_eq!(errors_of(&locals), ["too_long"]);
    assert_eq!(errors_of(&inside(&"spawn g()\n".repeat(MANY))), ["too_long"]);
    assert_eq!(errors_of(&format!("print max({})", "1, ".repeat(300))), ["too_long"]);
    assert_eq!(errors_of(&format!("print {}1", "1, ".repeat(MANY))), ["too_long"]);
    let fields = format!("print [{}]", repeat(MANY, |i| format!("[].f{i}, ")));
    assert_eq!(errors_of(&fields).first(), Some(&"too_long"));
    let captured = format!("let {}last = xs\nlet {}end = xs\n", names('a'), names('b'));
    let used = format!("return || [{}{}last]\n", names('a'), names('b'));
    assert_eq!(errors_of(&inside(&format!("{captured}{used}"))).first(), Some(&"too_long"));
}

#[test]
fn many_mistakes_are_reported_in_bounded_time() {
    let names = repeat(20_000, |i| format!("name{i}, "));
    let wrong = repeat(20_000, |i| format!("nmae{i}, "));
    let errors = errors_of(&format!("let {names}x = []\nprint [{wrong}x]"));
    assert!((100..=1000).contains(&errors.len()));
    let same = errors_of(&format!("def f() {{ }}\n{}", "f(1)\n".repeat(5_000)));
    assert!((100..=1000).contains(&same.len()));
}

#[test]
fn files_that_use_one_another_in_a_long_chain_are_one_error() {
    let mut text = "use \"f0\"\n".to_owned();
    for i in 0..200 {
        text.push_str(&format!("#file f{i}\nuse \"f{}\"\n", i + 1));
    }
    text.push_str("#file f200\n");
    assert_eq!(errors_of(&text), ["too_deep"]);
}

/// Every code that this folder can give.
const CODES: &[&str] = &[
    "always_false",
    "argument_count",
    "bad_assignment",
    "bad_format",
    "bad_regex",
    "cannot_read",
    "daemon_spawns",
    "duplicate_key",
    "duplicate_name",
    "duplicate_test",
    "leaves_process",
    "misplaced",
    "option_conflict",
    "option_type",
    "outside_function",
    "outside_loop",
    "test_without_expect",
    "unbounded_spawn",
    "uncatchable_signal",
    "undefined_name",
    "unjoined_child",
    "unknown_attribute",
    "unknown_method",
    "unknown_option",
    "unknown_signal",
    "unknown_state",
    "unknown_test",
    "unreachable",
    "unused_name",
    "use_cycle",
];

#[test]
fn each_code_has_a_case() {
    let found: Vec<&str> = seeds()
        .iter()
        .flat_map(|text| check_text(text).1.diagnostics)
        .map(|finding| finding.code.name())
        .collect();
    for code in CODES {
        assert!(found.contains(code), "no case under wrong/ shows {code}");
    }
}
