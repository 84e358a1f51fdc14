//! What a disturbed run does to a process at its start: another priority, and a processor of its own, where its options say nothing
//! of them.

use super::machine::Machine;
use crate::process::{Setup, pause};

/// Nice values that are added; see nice(2).
const NICE: std::ops::Range<i32> = 1..15;

impl Machine {
    pub(super) fn is_disturbed(&self) -> bool {
        self.world.run.disturbance().is_some()
    }

    /// In a run that is disturbed. The same seed does the same to the process of this name that is started by this one at the same place.
    pub(super) fn disturb(&self, name: &str, setup: &mut Setup) {
        let Some(seed) = self.world.run.disturbance() else { return };
        let number = self.world.children_so_far();
        let mixed = name
            .bytes()
            .fold(seed ^ number, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut chance = fastrand::Rng::with_seed(mixed);
        let (nice, bound) = (chance.bool(), chance.bool());
        if nice {
            setup.nice.get_or_insert(chance.i32(NICE));
        }
        if bound && setup.cpus.is_none() {
            let all = pause::processors();
            setup.cpus = chance.choice(all).map(|cpu| vec![cpu]);
        }
    }
}
