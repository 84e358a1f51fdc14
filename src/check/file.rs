//! One file: its passes in order.

use super::assembly::Assembly;
use super::findings::Findings;
use super::hash::FastSet;
use super::lower::lower_file;
use super::resolution::{DeclId, DeclKind, Export, Exported, FunctionId, Resolution, TOP};
use super::resolve::Resolver;
use super::setting::Setting;
use super::storage::{Layout, Slots, Storage, Top, lay_out};
use super::survey::survey;
use super::unsure::Keys;
use crate::source::{Location, Source, SourceId};
use crate::syntax::tree::File;
use std::rc::Rc;

pub(super) struct CheckedFile {
    pub top: u32,
    pub exports: Vec<Export>,
}

/// Checks one file and adds its functions to the program.
pub(super) fn check_file(
    source: &Source,
    file: &File,
    setting: &Setting<'_>,
    assembly: &mut Assembly,
    keys: &mut Keys,
    findings: &mut Findings,
) -> CheckedFile {
    let lost = if setting.incomplete {
        None
    } else if setting.broken {
        Some(declared_words(source.text()))
    } else {
        Some(FastSet::default())
    };
    let mut found = Resolver::new(source, setting.imports, findings)
        .with_lost(lost)
        .after(setting.earlier.unwrap_or_default())
        .run(file);
    let first = assembly.reserve(found.functions.len() - 1);
    let names: Vec<&str> = found.decls.iter().map(|decl| source.slice(decl.span)).collect();
    let earlier = setting.earlier.unwrap_or_default();
    let mut slots = FileSlots { top: setting.top, first, names, earlier, assembly };
    let top = match setting.earlier {
        Some(_) => Top::Open,
        None if setting.is_root => Top::Own,
        None => Top::Shared,
    };
    let layout = lay_out(&mut found, top, &mut slots);

    lower_file(source, file, &found, &layout, setting, first, assembly, findings);
    // What an entry leaves unused or unjoined may be what the next one is about.
    let warn = !setting.broken && !setting.incomplete && setting.earlier.is_none();
    survey(source, file, &found, setting.is_root, warn, keys, findings);
    let exports = exports(source, findings.source, &found, &layout, top == Top::Open);
    CheckedFile { top: setting.top, exports }
}

struct FileSlots<'a> {
    top: u32,
    first: u32,
    names: Vec<&'a str>,
    earlier: &'a [Export],
    assembly: &'a mut Assembly,
}

impl Slots for FileSlots<'_> {
    fn global(&mut self, decl: DeclId) -> u32 {
        let name = self.names[decl as usize];
        // Declared anew, a variable of a session stays the same variable, as in a block.
        let known = self.earlier.iter().rev().find(|export| &*export.name == name);
        match known.map(|export| &export.what) {
            Some(Exported::Global(at)) => *at,
            _ => self.assembly.global(name),
        }
    }

    fn function(&self, function: FunctionId) -> u32 {
        if function == 0 { self.top } else { self.first + function - 1 }
    }
}

/// The words that a text with errors may declare in statements that the parser had to leave out: those
/// behind a word or a mark that can introduce a name.
fn declared_words(text: &str) -> FastSet<&str> {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let mut words = FastSet::default();
    let mut introduced = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if is_word(c) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
        let (token, behind) = rest.split_at(length);
        rest = behind;
        if c.is_whitespace() {
            continue;
        }
        if introduced && is_word(c) {
            words.insert(token);
        }
        introduced = matches!(token, "let" | "def" | "spawn" | "for" | "catch" | "," | "|" | "(");
    }
    words
}

fn exports(source: &Source, id: SourceId, found: &Resolution, layout: &Layout, open: bool) -> Vec<Export> {
    let mut exports = Vec::new();
    for (decl, storage) in found.decls.iter().zip(&layout.storage) {
        if decl.scope != TOP {
            continue;
        }
        if let DeclKind::Import(number) = decl.kind {
            // What a used file brings in stays with it, but goes on to the next entry.
            if open {
                exports.push(found.imports[number as usize].clone());
            }
            continue;
        }
        let name: Rc<str> = source.slice(decl.span).into();
        let what = match (storage, decl.kind) {
            (Storage::Function(index), DeclKind::Def(function)) => {
                let params = found.functions[function as usize].params;
                Exported::Function { index: *index, params, usage: found.usage(source, function).into() }
            }
            (Storage::Global(at), _) => Exported::Global(*at),
            _ => continue,
        };
        exports.push(Export { name, location: Location::new(id, decl.span), what });
    }
    exports
}
