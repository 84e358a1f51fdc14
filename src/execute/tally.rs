//! How the tests of a run ended so far, as data.

use std::collections::HashMap;
use std::rc::Rc;

/// The tests of this run that came to an end.
#[derive(Debug, Default)]
pub(super) struct Tests {
    /// Whether each passed.
    pub passed: HashMap<Rc<str>, bool>,
    /// How many make the run the worse.
    pub bad: usize,
}
