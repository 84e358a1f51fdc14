//! How well tests and works are kept inside, as every report says it.

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// How well work was kept inside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// `host`, `contained` or `limited`.
    pub level: String,
    /// The parts of the sandbox in force, in a few words each.
    pub parts: Vec<String>,
    /// Those that are missing, with the reason.
    pub missing: Vec<(String, String)>,
    /// What a test may use, each limit in words: `10 s`, `64 processes`.
    pub limits: Vec<String>,
}

impl Standing {
    /// More is better: first the level, then what is not missing.
    fn strength(&self) -> (usize, Reverse<usize>) {
        let level = ["host", "contained", "limited"].iter().position(|level| *level == self.level);
        (level.unwrap_or(0), Reverse(self.missing.len()))
    }

    fn keeps_as(&self, other: &Self) -> bool {
        (&self.level, &self.parts, &self.missing) == (&other.level, &other.parts, &other.missing)
    }
}

/// What can be said of a class whose marks were found under several, each with its number of marks: what held for all of them is the
/// weakest, and how many were found under another is said with what is missing.
#[must_use]
pub fn weakest(all: Vec<(Standing, usize)>) -> Option<Standing> {
    let mut standing = all.iter().map(|(one, _)| one).min_by_key(|one| one.strength())?.clone();
    let others = || all.iter().filter(|(one, _)| !one.keeps_as(&standing));
    let marks: usize = others().map(|(_, marks)| marks).sum();
    if marks > 0 {
        let mut levels: Vec<&str> = others().map(|(one, _)| &*one.level).collect();
        levels.dedup();
        let (marks, were) =
            if marks == 1 { ("1 mark".to_owned(), "was") } else { (format!("{marks} marks"), "were") };
        let why = format!("{marks} {were} found under another ({})", levels.join(", "));
        standing.missing.push(("the same for all".to_owned(), why));
    }
    Some(standing)
}
