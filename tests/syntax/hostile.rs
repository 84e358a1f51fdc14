//! Hostile texts: whatever comes, the answer is a diagnostic, in bounded time and memory, on the
//! 2 MiB stack of a test's thread.

use proctor::source::{Code, Source, SourceId};
use proctor::syntax::{Parsed, parse};

const MANY: usize = 100_000;

fn parsed(text: impl Into<String>) -> Parsed {
    parse(&Source::new("hostile", text), SourceId::default())
}

#[track_caller]
fn expect_code(text: impl Into<String>, code: Code) {
    let parsed = parsed(text);
    let codes: Vec<Code> = parsed.diagnostics.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&code), "{codes:?}");
    assert!(codes.len() <= 20, "{codes:?}");
}

#[track_caller]
fn expect_clean(text: impl Into<String>) -> Parsed {
    let text = text.into();
    let beginning: String = text.chars().take(80).collect();
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, [], "no diagnostics for {beginning}");
    parsed
}

fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    open.repeat(times) + inside + &close.repeat(times)
}

/// For long texts that are read whole: the grammar is slow without optimisation, and what would
/// overflow a stack at 100000 does so here too.
const LONG: usize = if cfg!(debug_assertions) { 10_000 } else { 100_000 };

/// Every way to nest, as what is repeated before and behind the core.
const NESTS: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("{a: ", "1", "}"),
    ("f(", "1", ")"),
    ("xs[", "1", "]"),
    ("spawn { ", "f()", " }"),
    ("while x { ", "f()", " }"),
    ("def f() { ", "f()", " }"),
    ("if x { ", "f()", " }"),
    ("|| { ", "f()", " }"),
    ("f(|x| { ", "f()", " })"),
    ("try { ", "f()", " } catch { }"),
    ("within 1s { ", "f()", " }"),
    ("test \"a\" { ", "f()", " }"),
    ("let x = [1, if y { ", "f()", " }]"),
    ("\"{", "1", "}\""),
    ("\"\"\"{", "1", "}\"\"\""),
    ("|| { print(", "1", ") }"),
    ("{x: |a, b| { ", "1", " }}"),
    ("if (", "x", ") { }"),
    ("spawn p { if x == [{a: f(", "1", ")}] { } }"),
    ("x == f(1 + [", "1", "])"),
    ("{ \"k\": ", "1", "}"),
];

#[test]
fn brackets_nested_100000_deep_are_too_deep() {
    for (open, inside, close) in NESTS {
        expect_code(nested(open, inside, close, MANY), Code::TOO_DEEP);
        // Never closed: the same, and nothing worse.
        expect_code(open.repeat(MANY), Code::TOO_DEEP);
    }
}

#[test]
fn brackets_nested_to_the_limit_are_read_on_a_small_stack() {
    for (open, inside, close) in NESTS {
        let each = open.matches(['(', '[', '{']).count() - open.matches([')', ']', '}']).count();
        let words = usize::from(open.contains("if ")) + usize::from(open.contains("spawn "));
        expect_clean(nested(open, inside, close, 127 / (each + words)));
    }
}

#[test]
fn words_that_nest_without_brackets_are_too_deep() {
    expect_code(format!("{}x", "if ".repeat(MANY)), Code::TOO_DEEP);
    expect_code(format!("{}f()", "spawn f() with ".repeat(MANY)), Code::TOO_DEEP);
    expect_code(format!("def g() {{ {}f() }}", "spawn f() with ".repeat(MANY)), Code::TOO_DEEP);
    expect_clean(format!("{}x{}", "if ".repeat(100), " { }".repeat(100)));
    // A comma among parameters ends nothing.
    for nest in [
        "if |a, b| ",
        "spawn |a, b| ",
        "if for contains |a, b| ",
        "spawn f() with |a, b| ",
        "f(a, if |a, b| ",
    ] {
        expect_code(nest.repeat(MANY), Code::TOO_DEEP);
        expect_code(format!("def g() {{ x = [{}1", nest.repeat(MANY)), Code::TOO_DEEP);
    }
    // One behind a `|` of another kind, and one that nothing stands behind, do.
    expect_clean(format!("join {}spawn f()", "spawn f() | g(), ".repeat(60)));
    expect_clean(format!("join {}spawn f()", "spawn f(), ".repeat(1000)));
}

/// What stands next to the limit fits the stack: nothing but the limit keeps a text from using it up.
#[test]
fn words_nested_to_the_limit_are_read_on_a_small_stack() {
    for nest in
        ["if |a, b| ", "spawn f() with ", "if not -join x within ", "spawn |a| ", "if x + ", "spawn if "]
    {
        let words = nest.matches("if").count() + nest.matches("spawn").count();
        let text = format!("{}f()", nest.repeat(127 / words));
        let codes: Vec<_> = parsed(text).diagnostics.iter().map(|finding| finding.code).collect();
        assert!(!codes.contains(&Code::TOO_DEEP) || codes.len() == 1, "{nest}: {codes:?}");
    }
}

#[test]
fn long_chains_are_too_deep() {
    for (repeated, last) in [
        ("-", "x"),
        ("- ", "x"),
        ("not ", "x"),
        ("join ", "x"),
        ("|x| ", "x"),
        ("|| ", "x"),
        ("a + ", "a"),
        ("a ** ", "a"),
        ("a and ", "a"),
        ("a or not ", "a"),
        ("a * -", "a"),
        ("a.", "b"),
        ("f().", "b"),
    ] {
        expect_code(repeated.repeat(LONG) + last, Code::TOO_DEEP);
        expect_clean(repeated.repeat(80) + last);
    }
    for suffix in ["()", "[0]", ".b", ".b()"] {
        expect_code(format!("a{}", suffix.repeat(LONG)), Code::TOO_DEEP);
        expect_clean(format!("a{}", suffix.repeat(150)));
    }
}

#[test]
fn chains_within_chains_do_not_add_up_to_a_tall_tree() {
    let chain = |inner: &str| format!("{}f({inner})", "-".repeat(150));
    let mut text = "x".to_owned();
    for _ in 0..100 {
        text = chain(&text);
    }
    expect_code(text, Code::TOO_DEEP);
}

#[test]
fn chains_of_else_if_are_flat_and_limited() {
    let chain = |times: usize| format!("if a {{ }}{}", " else if a { }".repeat(times));
    expect_clean(chain(255));
    expect_code(chain(256), Code::TOO_DEEP);
    expect_code(chain(MANY), Code::TOO_DEEP);
    expect_code(format!("{}x", "if a { } else ".repeat(MANY)), Code::SYNTAX);
}

#[test]
fn long_flat_things_are_fine() {
    expect_clean("f()\n".repeat(LONG));
    expect_clean("f();".repeat(LONG));
    expect_clean(format!("[{}]", "1, ".repeat(LONG)));
    expect_clean(format!("def f() {{{}}}", "f()\n".repeat(LONG)));
    expect_clean(format!("\"{}\"", "{x}".repeat(LONG)));
    expect_clean("\n".repeat(LONG));
    expect_clean("# c\n".repeat(LONG));
    expect_clean(format!("if a {{ }}{}else {{ }}", "\n# c\n".repeat(LONG)));
    expect_clean(format!("spawn a(){}", " | a()".repeat(LONG)));
    expect_clean(format!("join p{}", ", p".repeat(LONG)));
}

#[test]
fn a_string_of_a_megabyte_is_too_long_and_half_of_it_is_not() {
    let text = |length: usize| format!("let s = \"{}\"\nlet t = 1", "x".repeat(length));
    expect_code(text(1 << 20), Code::TOO_LONG);
    assert_eq!(parsed(text(1 << 20)).file.statements.len(), 1, "the next statement is read");
    expect_clean(text(512 * 1024 - 2));
    expect_code(text(512 * 1024 - 1), Code::TOO_LONG);
    expect_code(format!("let s = '{}'", "x".repeat(1 << 20)), Code::TOO_LONG);
    expect_code(format!("let s = re\"{}\"", "x".repeat(1 << 20)), Code::TOO_LONG);
    expect_code(format!("let s = \"\"\"{}\"\"\"", "x\n".repeat(1 << 20)), Code::TOO_LONG);
}

/// A failure deep inside must not be read again from every level above it.
#[test]
fn a_failure_under_many_levels_takes_no_exponential_time() {
    for (open, _, close) in NESTS {
        for wrong in ["1 1", "= =", "let = 3", "print print", "a b c d"] {
            let each = open.matches(['(', '[', '{']).count() + 2;
            let parsed = parsed(nested(open, wrong, close, 128 / each));
            assert!(!parsed.diagnostics.is_empty(), "{open}{wrong}");
        }
    }
}

/// Letters from a generator with a fixed seed.
fn garbage(length: usize, alphabet: &[u8]) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0)
    };
    (0..length).map(|_| char::from(alphabet[next() % alphabet.len()])).collect()
}

#[test]
fn megabytes_of_garbage_give_at_most_twenty_diagnostics() {
    let length = if cfg!(debug_assertions) { 2_000_000 } else { 50_000_000 };
    let printable: Vec<u8> = (b' '..=b'~').chain([b'\n']).collect();
    for alphabet in
        [&printable[..], b"(){}[] \n", b"a \n", b"\"'{}\\ \n", b"if else{}\n ", b"-x+\n", b"1.", b"x,"]
    {
        let parsed = parsed(garbage(length, alphabet));
        assert!((1..=20).contains(&parsed.diagnostics.len()), "{}", String::from_utf8_lossy(alphabet));
    }
}

#[test]
fn every_statement_of_a_wrong_text_is_counted() {
    let parsed = parsed("a b\n".repeat(1000));
    assert_eq!(parsed.diagnostics.len(), 20);
    let last = parsed.diagnostics.last().expect("a last one");
    assert_eq!(last.notes, ["980 further statements were not looked at"]);
}
