//! The rules of the house, held as data and checked against every file: see ARCHITECTURE.md.

#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/text.rs"]
mod text;

use paths::{circles, graph, module_of, used};
use std::collections::BTreeMap;
use std::path::Path;
use text::{closing, code_of, line, words};

/// Each folder below `src` and what it may import.
const FOLDERS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("value", &["source"]),
    ("syntax", &["source"]),
    ("program", &["source", "value"]),
    ("check", &["source", "value", "syntax", "program"]),
    ("process", &["value"]),
    ("event", &["source", "value"]),
    ("observe", &["process", "event", "value"]),
    ("execute", &["source", "value", "program", "process", "event", "observe"]),
    ("keeper", &["process", "event"]),
    ("suite", &["source", "value", "syntax", "program", "check", "process", "event", "execute", "keeper"]),
    ("report", &["source", "value", "event", "suite"]),
    ("repl", DOORS),
    (
        "cli",
        &[
            "source", "value", "syntax", "program", "check", "process", "event", "execute", "keeper",
            "observe", "suite", "report", "repl",
        ],
    ),
];

const DOORS: &[&str] = &[
    "source", "value", "syntax", "program", "check", "process", "event", "execute", "keeper", "observe",
    "suite", "report",
];

/// Crates that only some folders may name.
const FENCES: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("miette", &["report"]),
    ("clap", &["cli"]),
    ("rustyline", &["repl"]),
    ("ignore", &["suite"]),
    ("rusqlite", &["suite"]),
    ("tar", &["suite"]),
    ("zip", &["suite"]),
    ("flate2", &["suite"]),
    ("minijinja", &["report"]),
    ("quick_junit", &["report"]),
    ("csv", &["report"]),
    ("indicatif", &["cli"]),
    ("nix", &["process", "keeper", "observe"]),
    ("landlock", &["process"]),
    ("seccompiler", &["process"]),
    ("libc", &["process", "keeper", "observe"]),
    ("rustix", &["process", "keeper", "observe"]),
];

/// Macros that panic where nobody reads, or that are left over.
const FORBIDDEN: &[&str] = &["println", "eprintln", "print", "eprint", "dbg", "todo", "unimplemented"];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "imp", "misc"];

/// Circles of files that cannot be undone, each with its reason.
const CIRCLES: &[(&[&str], &str)] =
    &[(&["value/collect.rs", "value/kinds.rs"], "a list holds values, and a value may be a list")];

/// Functions that may be longer, each with its reason.
const LONG: &[(&str, &str, &str)] = &[(
    "execute/dispatch.rs",
    "run_frames",
    "the dispatch of the instructions: an arm each, and a call for each of them would cost its speed",
)];

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 80;

/// One broken rule: the file, the line where there is one, and the rule.
fn found(file: &str, line: Option<usize>, rule: impl AsRef<str>) -> String {
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    format!("{file}{line}: {}", rule.as_ref())
}

/// What is wrong with the files below `src`, by their paths there.
fn violations(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut all = Vec::new();
    for (file, text) in files {
        let code = code_of(text);
        all.extend(shape(file, text));
        all.extend(imports(file, text));
        all.extend(fences(file, &code));
        all.extend(forbidden(file, &code));
        all.extend(functions(file, &code));
        all.extend(unsafety(file, text, &code));
    }
    let graph = graph(files);
    for circle in circles(&graph).iter().filter(|circle| !CIRCLES.iter().any(|(known, _)| known == circle)) {
        let uses = |file: &&str| {
            let others: Vec<&str> =
                graph[*file].iter().copied().filter(|other| circle.contains(other)).collect();
            format!("\n    {file} uses {}", others.join(", "))
        };
        let edges: String = circle.iter().map(uses).collect();
        all.push(format!("{}: these files use each other{edges}", circle.join(", ")));
    }
    all
}

/// Rules for every file, tests and grammar included.
fn shape(file: &str, text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let lines = text.lines().count();
    if lines > FILE_LINES {
        all.push(found(
            file,
            None,
            format!("{lines} lines, and {FILE_LINES} are allowed: divide it by purpose"),
        ));
    }
    let (path, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let purpose = match ending {
        "pest" | "js" => "// ",
        "css" => "/* ",
        "html" => "<!DOCTYPE html>\n<!-- ",
        _ => "//! ",
    };
    if !text.starts_with(purpose) {
        let rule = format!("the first line is not `{}` and the purpose of the file", purpose.trim());
        all.push(found(file, Some(1), rule));
    }
    for part in path.split('/') {
        if EMPTY_NAMES.contains(&part) {
            all.push(found(file, None, format!("`{part}` says nothing about the purpose")));
        }
    }
    for word in [concat!("TO", "DO"), concat!("FIX", "ME")] {
        all.extend(words(text, word).map(|at| found(file, Some(line(text, at)), "work that is left")));
    }
    all
}

/// `None` for the files at the top.
fn folder(file: &str) -> Option<&str> {
    file.split_once('/').map(|(folder, _)| folder)
}

fn imports(file: &str, text: &str) -> Vec<String> {
    let Some(own) = folder(file) else { return Vec::new() };
    let Some((_, allowed)) = FOLDERS.iter().find(|(name, _)| *name == own) else {
        return vec![found(file, None, format!("the folder `{own}` is not in the table"))];
    };
    let bad = |target: &&str| *target != own && !allowed.contains(target);
    let mut targets: Vec<String> =
        used(file, text).into_iter().filter_map(|used| used.path.first().cloned()).collect();
    targets.dedup();
    targets
        .iter()
        .map(String::as_str)
        .filter(|target| FOLDERS.iter().any(|(name, _)| name == target))
        .filter(bad)
        .map(|target| found(file, None, format!("`{own}` may not import `{target}`")))
        .collect()
}

fn fences(file: &str, code: &str) -> Vec<String> {
    let own = folder(file).unwrap_or_default();
    let mut all = Vec::new();
    for (name, folders) in FENCES.iter().filter(|(_, folders)| !folders.contains(&own)) {
        let named = words(code, name).find(|at| {
            let before = code[..*at].trim_end();
            let root = before.strip_suffix("::").unwrap_or(before);
            let inside_a_path =
                root.len() < before.len() && root.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            !inside_a_path && (code[at + name.len()..].starts_with("::") || root.trim_end().ends_with("use"))
        });
        if let Some(at) = named {
            all.push(found(
                file,
                Some(line(code, at)),
                format!("`{name}` may be named in {} only", folders.join(", ")),
            ));
        }
    }
    all
}

fn forbidden(file: &str, code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for name in FORBIDDEN {
        for at in words(code, name).filter(|at| code[at + name.len()..].starts_with('!')) {
            all.push(found(file, Some(line(code, at)), format!("`{name}!` is forbidden")));
        }
    }
    for (attribute, why) in [("#[ignore", "an ignored test"), ("allow(dead_code", "dead code")] {
        all.extend(code.match_indices(attribute).map(|(at, _)| found(file, Some(line(code, at)), why)));
    }
    all
}

fn functions(file: &str, code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for at in words(code, "fn") {
        // A declaration without a body ends at its `;`, a type `fn(…)` has no name.
        let Some(body) = code[at..].find(['{', ';']).map(|end| at + end) else { continue };
        if !code[at + 2..].starts_with(' ') || code.as_bytes()[body] == b';' {
            continue;
        }
        let Some(end) = closing(code, body) else { continue };
        let lines = line(code, end) - line(code, at) + 1;
        let name = code[at + 3..body].split(['(', '<']).next().unwrap_or_default();
        let excused = LONG.iter().any(|(long, function, _)| (*long, *function) == (file, name));
        if lines > FUNCTION_LINES && !excused {
            let rule = format!("`{name}` has {lines} lines, and {FUNCTION_LINES} are allowed");
            all.push(found(file, Some(line(code, at)), rule));
        }
    }
    all
}

fn unsafety(file: &str, text: &str, code: &str) -> Vec<String> {
    let mut all = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for at in words(code, "unsafe") {
        let here = line(code, at);
        if !matches!(folder(file), Some("process" | "observe")) {
            all.push(found(file, Some(here), "`unsafe` is allowed in process and observe only"));
        }
        let after = code[at + "unsafe".len()..].trim_start();
        if !after.starts_with('{') && !after.starts_with("impl") {
            continue;
        }
        // On its line, or in the comment that stands directly above its statement.
        let above = lines[..here - 1].iter().rev().take_while(|line| {
            let line = line.trim_start();
            line.starts_with("//")
                || line.starts_with("#[")
                || !line.ends_with([';', '}', '{']) && !line.is_empty()
        });
        if !above.chain([&lines[here - 1]]).any(|line| line.contains("SAFETY:")) {
            all.push(found(file, Some(here), "`unsafe` without `// SAFETY:`"));
        }
    }
    all
}

/// All files with this ending below a folder of the project, by their paths there.
fn files(folder: &str, ending: &str) -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, ending: &str, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                walk(root, &path, ending, files);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).expect("it can be read"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = BTreeMap::new();
    walk(&root, &root, ending, &mut found);
    found
}

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let sources = files("src", "rs");
    assert!(sources.len() > 20, "the sources are not where they are looked for");
    let mut all = violations(&sources);
    let assets = [("src", "js"), ("src", "css"), ("src", "html")];
    for (folder, ending) in
        [("tests", "rs"), ("benches", "rs"), ("grammar", "pest")].into_iter().chain(assets)
    {
        for (file, text) in files(folder, ending) {
            all.extend(shape(&format!("{folder}/{file}"), &text));
        }
    }
    assert!(all.is_empty(), "{} broken rules:\n{}", all.len(), all.join("\n"));
}

#[test]
fn a_folder_imports_only_folders_above_it_in_the_table() {
    for (index, (folder, allowed)) in FOLDERS.iter().enumerate() {
        for import in *allowed {
            let above = FOLDERS[..index].iter().any(|(name, _)| name == import);
            // The doors stand beside each other at the end.
            assert!(above, "{folder} imports {import}, which is not above it");
        }
    }
}

#[test]
fn the_table_is_that_of_the_architecture_and_its_folders_are_there() {
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<String>>();
    let lines = include_str!("../ARCHITECTURE.md").lines().skip_while(|line| !line.starts_with("| folder |"));
    let rows: Vec<(Vec<String>, Vec<String>)> = lines
        .skip(2)
        .map_while(|line| line.strip_prefix('|'))
        .map(|line| {
            let (folder, rest) = line.split_once('|').expect("cells");
            let imports = rest.trim().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
            let mut named = names(imports);
            if imports.trim().starts_with("all") {
                let others = FOLDERS.iter().map(|(name, _)| (*name).to_owned());
                named =
                    others.filter(|name| !named.contains(name) && !names(folder).contains(name)).collect();
            }
            named.sort();
            (names(folder), named)
        })
        .collect();
    let table: Vec<(Vec<String>, Vec<String>)> = FOLDERS
        .iter()
        .map(|(folder, allowed)| {
            let mut allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
            allowed.sort();
            (vec![(*folder).to_owned()], allowed)
        })
        .collect();
    assert_eq!(rows, table);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (folder, _) in FOLDERS {
        assert!(root.join(folder).is_dir(), "src/{folder} is not there");
    }
}

/// What the rules say of one or more synthetic files.
#[track_caller]
fn assert_found(files: &[(&str, &str)], expected: &[&str]) {
    let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    let all = violations(&files);
    assert_eq!(all.len(), expected.len(), "{all:#?}");
    for (one, expected) in all.iter().zip(expected) {
        assert!(one.contains(expected), "{one:?} does not say {expected:?}");
    }
}

#[test]
fn an_import_that_goes_up_is_found_however_it_is_written() {
    let rule = &["value/a.rs: `value` may not import `cli`"];
    for text in [
        "//! a\nuse crate::cli::Output;\n",
        "//! a\nuse crate::{\n    cli::{self, Output},\n    source::Span,\n};\n",
        "//! a\nuse super::super::cli::Output;\n",
        "//! a\nfn f() { crate::cli::main(); }\n",
        "//! a\npub use crate::cli::*;\n",
        "//! a\nstruct A(Option<crate::cli::Output>);\n",
    ] {
        assert_found(&[("value/a.rs", text)], rule);
    }
    assert_found(&[("elsewhere/a.rs", "//! a\n")], &["`elsewhere` is not in the table"]);
    assert_found(
        &[(
            "value/a.rs",
            "//! a\n// crate::cli\nconst A: &str = \"crate::cli::x\";\nuse crate::source::Span;\n",
        )],
        &[],
    );
    assert_found(
        &[("value/a.rs", "//! a\n#[cfg(test)]\nmod tests {\n    use crate::cli::Output;\n}\n")],
        &[],
    );
}

#[test]
fn files_that_use_each_other_are_found_also_through_what_their_folder_hands_on() {
    assert_found(
        &[
            ("value/mod.rs", "//! m\nmod a;\nmod b;\npub use a::A;\npub use b::{B, C};\n"),
            ("value/a.rs", "//! a\nuse super::B;\npub struct A(B);\n"),
            ("value/b.rs", "//! b\nuse super::a::A;\npub struct B;\n"),
        ],
        &["value/a.rs, value/b.rs: these files use each other"],
    );
    assert_found(
        &[
            ("value/mod.rs", "//! m\nmod a;\npub struct M;\nfn f() { a::g(); }\n"),
            ("value/a.rs", "//! a\nuse super::M;\npub fn g() {}\n"),
        ],
        &["value/a.rs, value/mod.rs: these files use each other"],
    );
    assert_found(
        &[
            ("value/mod.rs", "//! m\nmod a;\nmod b;\npub use a::A;\npub use b::B;\n"),
            ("value/a.rs", "//! a\nuse super::B;\npub struct A(B);\n"),
            ("value/b.rs", "//! b\npub struct B;\n"),
        ],
        &[],
    );
}

#[test]
fn a_crate_outside_its_fence_is_found() {
    for text in
        ["//! a\nuse miette::Report;\n", "//! a\nfn f() -> miette::Report {}\n", "//! a\nuse ::miette;\n"]
    {
        assert_found(&[("cli/a.rs", text)], &["`miette` may be named in report only"]);
    }
    assert_found(&[("report/a.rs", "//! a\nuse miette::Report;\n")], &[]);
    assert_found(
        &[("execute/a.rs", "//! a\nuse rustix::process::Pid;\n")],
        &["process, keeper, observe only"],
    );
    assert_found(&[("check/a.rs", "//! a\nuse pest::Parser;\n")], &["`pest` may be named in syntax only"]);
    assert_found(&[("check/a.rs", "//! a pest::Parser\nlet pest = 1;\n")], &[]);
}

#[test]
fn the_shape_of_a_file_and_of_its_functions_is_checked() {
    let long = format!("//! a\n{}", "const A: u8 = 1;\n".repeat(FILE_LINES));
    assert_found(&[("value/a.rs", &long)], &["501 lines"]);
    let long = format!("//! a\nfn long<T>(a: T) {{\n{}}}\n", "    g(\"}\");\n".repeat(FUNCTION_LINES));
    assert_found(&[("value/a.rs", &long)], &["value/a.rs:2: `long` has 82 lines"]);
    assert_found(&[("value/a.rs", "// a\n")], &["value/a.rs:1: the first line"]);
    assert_found(&[("value/utils.rs", "//! a\n")], &["`utils` says nothing"]);
    assert_found(&[("value/imp/a.rs", "//! a\n")], &["`imp` says nothing"]);
    let left = concat!("//! a\n// TO", "DO: more\n");
    assert_found(&[("value/a.rs", left)], &["value/a.rs:2: work that is left"]);
}

#[test]
fn what_panics_or_is_left_over_is_found() {
    assert_found(&[("value/a.rs", "//! a\nfn f() { println!(\"x\"); }\n")], &["value/a.rs:2: `println!`"]);
    assert_found(&[("value/a.rs", "//! a\nfn f() { todo!() }\n")], &["`todo!`"]);
    assert_found(&[("value/a.rs", "//! a\n// println!\nfn f() { write_println!(); }\n")], &[]);
    assert_found(&[("value/a.rs", "//! a\n#[ignore]\nfn f() {}\n")], &["an ignored test"]);
    assert_found(&[("value/a.rs", "//! a\n#![allow(dead_code)]\n")], &["dead code"]);
}

#[test]
fn unsafe_is_found_outside_process_and_without_its_reason() {
    let bare = "//! a\nfn f() {\n    unsafe { g() }\n}\n";
    assert_found(&[("process/a.rs", bare)], &["process/a.rs:3: `unsafe` without"]);
    let reasoned =
        "//! a\nfn f() {\n    // SAFETY: g has no conditions.\n    let a =\n        unsafe { g() };\n}\n";
    assert_found(&[("process/a.rs", reasoned)], &[]);
    assert_found(
        &[("keeper/a.rs", reasoned)],
        &["keeper/a.rs:5: `unsafe` is allowed in process and observe only"],
    );
    let far = "//! a\nfn f() {\n    // SAFETY: for another one.\n    h();\n    unsafe { g() }\n}\n";
    assert_found(&[("process/a.rs", far)], &["process/a.rs:5: `unsafe` without"]);
}

#[test]
fn literals_and_comments_are_no_code() {
    let text = "a /* b /* c */ d */ e \"f\\\"g\" r#\"h\"i\"# 'j' '\\'' 'k: b\"l\" br\"m\" // n\no";
    let code: String = code_of(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code, "a e 'k: o");
    assert_eq!(module_of("source/mod.rs"), ["source"]);
    assert_eq!(module_of("lib.rs"), [""; 0]);
}
