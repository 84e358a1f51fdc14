//! How the tests of a run ended so far, as data.

use crate::value::Points;
use std::collections::HashMap;
use std::rc::Rc;

/// The tests of this run that came to an end.
#[derive(Debug, Default)]
pub(super) struct Tests {
    /// Whether each passed.
    pub passed: HashMap<Rc<str>, bool>,
    /// How many make the run the worse.
    pub bad: usize,
    /// The time of the test that runs is over.
    pub late: bool,
    /// What the test is worth that runs; none where none does.
    pub worth: Option<Points>,
}

/// The one test that is run alone, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// Its file's other statements come first.
    Waits(u16),
    Runs(u16),
}
