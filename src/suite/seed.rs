//! Seeds of trials, each from the run's one seed: the same run, the same numbers, in whatever order its tests are run.

use super::hash::Hash;

/// What a seed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The random numbers of the scenario.
    Scenario,
    /// The disturbance of its processes.
    Disturbance,
    /// The name of its page.
    Page,
}

/// The seed of a trial: of this test, at this repetition and try.
#[must_use]
pub fn seed(base: u64, use_: Use, file: &str, test: &str, repetition: usize, attempt: usize) -> u64 {
    // FNV-1a, and then the last step of splitmix64, after which each bit depends on all.
    let mut hash = Hash::new(base);
    let mut add = |bytes: &[u8]| {
        hash.add_raw(bytes);
        hash.add_raw(&[0]);
    };
    add(file.as_bytes());
    add(test.as_bytes());
    add(&[use_ as u8]);
    add(&repetition.to_le_bytes());
    add(&attempt.to_le_bytes());
    let hash = hash.value();
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Use, seed};
    use std::collections::HashSet;

    #[test]
    fn no_two_trials_share_a_seed() {
        let mut all = HashSet::new();
        for base in [0, 1, 42] {
            for (file, test) in [("a", "b"), ("ab", ""), ("", "ab"), ("a", "c")] {
                for repetition in 0..10 {
                    for attempt in 0..3 {
                        for purpose in [Use::Scenario, Use::Disturbance, Use::Page] {
                            assert!(all.insert(seed(base, purpose, file, test, repetition, attempt)));
                        }
                    }
                }
            }
        }
    }
}
