//! How often the tracer looks at those that it observes: soon after something has happened, and less and less often where nothing
//! does; and never for more than a hundredth of one processor's time.

use crate::process::clock;

/// So soon after something has happened it looks,
const SOON: i64 = 5 * clock::MILLISECOND;
/// and so seldom at last.
const SELDOM: i64 = 50 * clock::MILLISECOND;
/// One part of so many of the time is for looking.
const SHARE: i64 = 100;

/// When it looks.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time of the next look.
    next: i64,
    /// The pause behind it, where that is not less than the least.
    pause: i64,
    /// The least pause, for what the last look took.
    least: i64,
}

impl Pace {
    pub fn new() -> Self {
        Self { next: 0, pause: SOON, least: 0 }
    }

    /// Something has happened.
    pub fn hurry(&mut self) {
        self.pause = SOON.max(self.least);
        self.next = self.next.min(clock::monotonic() + self.pause);
    }

    /// Nanoseconds until the next look.
    pub fn left(&self, now: i64) -> i64 {
        (self.next - now).max(0)
    }

    /// It has looked, for so many nanoseconds of the processor.
    pub fn looked(&mut self, cost: i64) {
        self.least = cost.saturating_mul(SHARE);
        self.next = clock::monotonic() + self.pause.max(self.least);
        self.pause = (self.pause * 2).min(SELDOM);
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, SELDOM, SHARE, SOON};
    use crate::process::clock;

    #[test]
    fn it_looks_less_and_less_often_and_never_for_long() {
        let mut pace = Pace::new();
        assert_eq!(pace.left(clock::monotonic()), 0);
        for _ in 0..10 {
            pace.looked(0);
        }
        assert_eq!(pace.pause, SELDOM);
        pace.hurry();
        assert!(pace.left(clock::monotonic()) <= SOON);
        pace.looked(SELDOM);
        assert!(pace.left(clock::monotonic()) > SELDOM * (SHARE - 1));
    }
}
