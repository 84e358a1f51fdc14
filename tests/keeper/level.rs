//! At which level of containment the runs of a test are.

use proctor::keeper::Contain;

/// Set to `contained` by the tests of that level, for themselves and for what they start.
pub const VARIABLE: &str = "PROCTOR_KEEPER_LEVEL";

pub fn is_contained() -> bool {
    std::env::var(VARIABLE).is_ok_and(|level| level == "contained")
}

/// For the guard.
pub fn contain() -> Option<Contain> {
    is_contained().then(Contain::own)
}

/// `proctor`'s arguments for a run.
pub fn run_words() -> &'static [&'static str] {
    if is_contained() { &["run", "--contained"] } else { &["run"] }
}
