//! Findings that hold only where a name is no key of any map: known when all files of the scenario were read.

use super::hash::FastSet;
use crate::source::Diagnostic;

/// A finding on `x.name`, which would be right if `x` were a map with this key.
#[derive(Debug)]
pub(super) struct Unsure {
    pub name: String,
    pub finding: Diagnostic,
}

/// What all files together know of keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    known: FastSet<String>,
    unsure: Vec<Unsure>,
}

impl Keys {
    pub fn add<'n>(&mut self, names: impl IntoIterator<Item = &'n str>, unsure: Vec<Unsure>) {
        for name in names {
            if !self.known.contains(name) {
                self.known.insert(name.to_owned());
            }
        }
        self.unsure.extend(unsure);
    }

    /// The findings that hold.
    pub fn sure(self) -> impl Iterator<Item = Diagnostic> {
        let Self { known, unsure } = self;
        unsure.into_iter().filter(move |doubt| !known.contains(&doubt.name)).map(|doubt| doubt.finding)
    }
}
