//! Which file uses which: the paths of a file's code, resolved to the files that define what they name.

use super::text::{code_of, is_word, without_tests, words};
use std::collections::{BTreeMap, BTreeSet};

/// A path that a file uses, from the crate's root: `["source", "Code"]`, and whether a `pub use` hands it on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    pub path: Vec<String>,
    pub handed_on: bool,
}

/// The module of a file below `src`: `source/text.rs` is `["source", "text"]`, `source/mod.rs` is `["source"]`.
pub fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

/// Every path of a file that begins at `crate`, `super`, `self`, at one of its own modules or, in `main.rs`, at the
/// library.
pub fn used(file: &str, text: &str) -> BTreeSet<Used> {
    let code = code_of(text);
    let code = without_tests(&code);
    let module = module_of(file);
    let own: Vec<String> = own_modules(code).map(|name| format!("{name}::")).collect();
    let mut found = BTreeSet::new();
    for (at, _) in code.char_indices() {
        let before = at.checked_sub(1).map(|before| code.as_bytes()[before]);
        if before.is_some_and(|byte| is_word(byte) || matches!(byte, b'$' | b':')) {
            continue;
        }
        let rest = &code[at..];
        let begins = ["crate::", "super::", "self::", "proctor::"].iter().any(|root| rest.starts_with(root))
            || own.iter().any(|root| rest.starts_with(root));
        // `pub(in crate::a)` says who may see it, and uses nothing.
        if begins && !code[..at].ends_with("(in ") {
            let handed_on = is_handed_on(&code[..at]);
            let (base, rest) = rooted(rest, &module);
            leaves(rest, &base, &mut |path| {
                found.insert(Used { path, handed_on });
            });
        }
    }
    found
}

/// The names in `mod name;`.
fn own_modules(code: &str) -> impl Iterator<Item = &str> {
    words(code, "mod").filter_map(|at| {
        let name = code[at + 3..].trim_start();
        let length = name.bytes().take_while(|byte| is_word(*byte)).count();
        name[length..].starts_with(';').then(|| &name[..length])
    })
}

/// Takes the roots off a path: the module that it begins at, and the rest.
fn rooted<'a>(mut rest: &'a str, module: &[String]) -> (Vec<String>, &'a str) {
    let mut base = module.to_vec();
    loop {
        if let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        } else if let Some(after) = rest.strip_prefix("self::") {
            rest = after;
        } else if let Some(after) = rest.strip_prefix("crate::").or_else(|| rest.strip_prefix("proctor::")) {
            base.clear();
            rest = after;
        } else {
            return (base, rest);
        }
    }
}

/// Whether the statement that a path stands in is a `pub use`.
fn is_handed_on(before: &str) -> bool {
    let statement = before.rsplit([';', '}']).next().unwrap_or_default();
    let statement = statement.rsplit('{').next().unwrap_or_default().trim_start();
    statement.starts_with("pub") && statement.split_whitespace().any(|word| word == "use")
}

/// Calls back with each path of `a::b::{c, d::e, self}`.
fn leaves(rest: &str, base: &[String], found: &mut impl FnMut(Vec<String>)) -> usize {
    let mut path = base.to_vec();
    let mut at = 0;
    loop {
        at += rest[at..].len() - rest[at..].trim_start().len();
        if rest[at..].starts_with('{') {
            at += 1;
            loop {
                at += rest[at..].len() - rest[at..].trim_start_matches([' ', '\n', ',']).len();
                if rest[at..].starts_with('}') || at >= rest.len() {
                    return at + 1;
                }
                let taken = leaves(&rest[at..], &path, found);
                at += taken.max(1);
            }
        }
        let length = rest[at..].bytes().take_while(|byte| is_word(*byte)).count();
        match &rest[at..at + length] {
            "self" => {}
            "" => {
                if rest[at..].starts_with('*') {
                    at += 1;
                }
                found(path);
                return at;
            }
            word => path.push(word.to_owned()),
        }
        at += length;
        match rest[at..].strip_prefix("::") {
            Some(after) if !after.starts_with('<') => at += 2,
            _ => {
                // `as name`
                if let Some(renamed) = rest[at..].strip_prefix(" as ") {
                    at += 4 + renamed.bytes().take_while(|byte| is_word(*byte)).count();
                }
                found(path);
                return at;
            }
        }
    }
}

/// Which file each file uses, by the names that they define and hand on. `files` are paths below `src` and texts.
pub fn graph(files: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules: BTreeMap<Vec<String>, &str> =
        files.keys().filter(|file| *file != "main.rs").map(|file| (module_of(file), file.as_str())).collect();
    let paths: BTreeMap<&str, BTreeSet<Used>> =
        files.iter().map(|(file, text)| (file.as_str(), used(file, text))).collect();
    let known: BTreeMap<&str, Vec<(String, Vec<String>)>> =
        files.iter().map(|(file, text)| (file.as_str(), known_names(file, text))).collect();
    let mut graph = BTreeMap::new();
    for (file, paths) in &paths {
        let mut to = BTreeSet::new();
        for used in paths.iter().filter(|used| !used.handed_on) {
            if let Some(target) = resolve(&used.path, &modules, &known, 0)
                && target != *file
            {
                to.insert(target);
            }
        }
        graph.insert(*file, to);
    }
    graph
}

/// What a module knows by `use`, and so hands on to those that name it through this module: the name, and the path
/// that it stands for.
fn known_names(file: &str, text: &str) -> Vec<(String, Vec<String>)> {
    let code = code_of(text);
    let code = without_tests(&code);
    let module = module_of(file);
    let mut found = Vec::new();
    for statement in code.split(';') {
        let Some(at) = words(statement, "use").last() else { continue };
        let (base, rest) = rooted(statement[at + 3..].trim_start(), &module);
        leaves(rest, &base, &mut |path| {
            if let Some(name) = path.last() {
                found.push((name.clone(), path.clone()));
            }
        });
    }
    found
}

/// The file that defines what a path names: the deepest module on it, or the one that its name is handed on from.
fn resolve<'a>(
    path: &[String],
    modules: &BTreeMap<Vec<String>, &'a str>,
    known: &BTreeMap<&'a str, Vec<(String, Vec<String>)>>,
    hops: usize,
) -> Option<&'a str> {
    let (length, file) =
        (0..=path.len()).rev().find_map(|length| Some((length, *modules.get(&path[..length])?)))?;
    let name = path.get(length);
    let further = name.and_then(|name| {
        known.get(file)?.iter().find(|(exported, target)| exported == name && target.as_slice() != path)
    });
    match further {
        Some((_, target)) if hops < 8 => resolve(target, modules, known, hops + 1),
        _ => Some(file),
    }
}

/// Files that use each other in a circle, each circle once.
pub fn circles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let reach = |from: &'a str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut waiting: Vec<&str> = vec![from];
        while let Some(file) = waiting.pop() {
            for next in graph.get(file).into_iter().flatten() {
                if seen.insert(next) {
                    waiting.push(next);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|file| (*file, reach(file))).collect();
    let mut circles: Vec<Vec<&str>> = Vec::new();
    for (file, seen) in &reached {
        if seen.contains(file) && !circles.iter().flatten().any(|known| known == file) {
            circles.push(seen.iter().copied().filter(|other| reached[other].contains(file)).collect());
        }
    }
    circles
}
