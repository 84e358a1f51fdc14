//! Trials that are run once more with no other beside them: a limit of time was hit while others had the machine, which says nothing.

use super::outcome::Outcome;
use crate::event::Verdict;
use std::collections::VecDeque;

/// Those that are to run alone, and whether one does. For each that waits until nothing else runs, the others stand still for as long as
/// the last of them takes, so some are waited for.
#[derive(Debug)]
pub struct Alone<K> {
    waiting: VecDeque<K>,
    /// One runs.
    runs: bool,
    /// Nothing else begins before all of them have run.
    turn: bool,
}

impl<K> Default for Alone<K> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), runs: false, turn: false }
    }
}

impl<K> Alone<K> {
    /// With so many it is their turn, also where there is more to be begun.
    const MANY: usize = 8;

    /// One is to run alone.
    pub fn add(&mut self, one: K) {
        self.waiting.push_back(one);
        self.turn |= self.waiting.len() >= Self::MANY;
    }

    /// Whether anything else may begin.
    #[must_use]
    pub fn lets_begin(&self) -> bool {
        !self.runs && !self.turn
    }

    /// The next, which begins now. To be called where nothing runs.
    pub fn begin(&mut self) -> Option<K> {
        let next = self.waiting.pop_front();
        self.runs = next.is_some();
        self.turn &= self.runs;
        next
    }

    /// What ran alone has ended.
    pub fn end(&mut self) {
        self.runs = false;
        self.turn &= !self.waiting.is_empty();
    }

    /// Those that do not run any more, because all is to end.
    pub fn give_up(&mut self) -> VecDeque<K> {
        self.turn = false;
        std::mem::take(&mut self.waiting)
    }
}

impl Outcome {
    /// What is to be said of it where it is no first try.
    #[must_use]
    pub fn again(&self) -> Option<&'static str> {
        let said =
            "this was a second try, with no other test beside it, for at the first others had the machine";
        self.alone.then_some(said)
    }

    /// It was in doubt although it ran alone: nothing is known. `again` is what to do.
    #[must_use]
    pub fn unknown(self, again: &str) -> Self {
        let why = format!(
            "a limit of time was hit while programs outside of proctor had the processors, also when it ran alone, so that says \
             nothing: {again} when they are gone"
        );
        Self { verdict: Verdict::ToolFailed(why), in_doubt: false, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Alone;

    #[test]
    fn one_runs_and_nothing_beside_it() {
        let mut alone = Alone::<u8>::default();
        assert!(alone.lets_begin() && alone.begin().is_none());
        alone.add(1);
        alone.add(2);
        assert!(alone.lets_begin(), "a few wait until there is nothing else");
        assert_eq!(alone.begin(), Some(1));
        assert!(!alone.lets_begin(), "it runs");
        alone.end();
        assert!(alone.lets_begin());
        assert_eq!(alone.begin(), Some(2));
        alone.end();
        assert!(alone.lets_begin() && alone.begin().is_none());
    }

    #[test]
    fn many_have_their_turn() {
        let mut alone = Alone::default();
        (0..Alone::<usize>::MANY).for_each(|one| alone.add(one));
        for one in 0..Alone::<usize>::MANY {
            assert!(!alone.lets_begin(), "{one}");
            assert_eq!(alone.begin(), Some(one));
            alone.end();
        }
        assert!(alone.lets_begin() && alone.begin().is_none());
    }

    #[test]
    fn who_is_given_up_keeps_nobody_waiting() {
        let mut alone = Alone::default();
        (0..2 * Alone::<usize>::MANY).for_each(|one| alone.add(one));
        assert_eq!(alone.give_up().len(), 2 * Alone::<usize>::MANY);
        assert!(alone.lets_begin());
    }
}
