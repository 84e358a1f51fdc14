//! One file among the others of a scenario.

use super::resolution::Export;
use super::resolve::Imports;
use std::collections::HashMap;

/// What a file's place among the others is.
pub(super) struct Setting<'a> {
    /// Index in the program of its top level.
    pub top: u32,
    pub imports: &'a Imports,
    /// The top levels of the files that it uses, by where each `use` begins.
    pub tops: &'a HashMap<u32, u32>,
    /// The parser reported errors.
    pub broken: bool,
    /// A used file could not be loaded.
    pub incomplete: bool,
    /// It is the scenario itself, which no other file uses.
    pub is_root: bool,
    /// It is an entry of a session: the names of the entries before it. What it declares may be used by later ones, and
    /// its last expression is its value.
    pub earlier: Option<&'a [Export]>,
}
