//! The axis of time: where its ticks are, and how they are called.

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Distances that people count in, above those of the form 1, 2, 5, 10, 20, 50 …
const LONG_STEPS: [i64; 14] = [
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
    7 * 24 * HOUR,
    28 * 24 * HOUR,
];

/// What the times of a history are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Nanoseconds.
    Time,
    /// Steps of [`crate::event::History::in_steps`].
    Steps,
}

impl Clock {
    /// The distance between two ticks, so that a span has at most so many after its beginning (and at least one may be).
    #[must_use]
    pub fn step(self, span: i64, most: usize) -> i64 {
        let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
        let decimal = (0..18_u32).flat_map(|power| [1, 2, 5].map(|digit: i64| digit * 10_i64.pow(power)));
        let fits = |step: &i64| span / step <= most;
        let rest = || (span / most).saturating_add(1);
        match self {
            Self::Steps => decimal.into_iter().find(fits).unwrap_or_else(rest),
            Self::Time => decimal
                .take_while(|step| *step < LONG_STEPS[0])
                .chain(LONG_STEPS)
                .find(fits)
                .unwrap_or_else(rest),
        }
    }

    /// The ticks within a span, each as far from the beginning as its name says. The last one may be the end.
    pub fn ticks(self, span: i64, most: usize) -> impl Iterator<Item = i64> {
        let step = self.step(span, most);
        (0..=span / step).map(move |tick| tick * step)
    }

    /// A point of the axis, exactly: `250us`, `1.5s`, `2m30s`; a number for a step.
    #[must_use]
    pub fn label(self, time: i64) -> String {
        match self {
            Self::Steps => time.to_string(),
            Self::Time if time == 0 => "0".to_owned(),
            Self::Time if time < MICROSECOND => format!("{time}ns"),
            Self::Time if time < MILLISECOND => decimals(time, MICROSECOND, "us"),
            Self::Time if time < SECOND => decimals(time, MILLISECOND, "ms"),
            Self::Time if time < MINUTE => decimals(time, SECOND, "s"),
            Self::Time if time < HOUR => composed(time, MINUTE, "m", SECOND, "s"),
            Self::Time => composed(time, HOUR, "h", MINUTE, "m"),
        }
    }
}

/// `1.25ms`, without zeros at the end.
fn decimals(time: i64, unit: i64, name: &str) -> String {
    let digits = unit.ilog10() as usize;
    let fraction = format!("{:0digits$}", time % unit);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}{name}", time / unit)
}

/// `2m`, `2m05s`
fn composed(time: i64, unit: i64, name: &str, smaller: i64, small_name: &str) -> String {
    match time % unit / smaller {
        0 => format!("{}{name}", time / unit),
        rest => format!("{}{name}{rest:02}{small_name}", time / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, HOUR, MILLISECOND, SECOND};
    use proptest::prelude::*;

    fn labels(clock: Clock, span: i64, most: usize) -> Vec<String> {
        clock.ticks(span, most).map(|tick| clock.label(tick)).collect()
    }

    #[test]
    fn ticks_stand_at_round_times() {
        assert_eq!(labels(Clock::Time, 1_234 * MILLISECOND, 4), ["0", "500ms", "1s"]);
        assert_eq!(labels(Clock::Time, 2 * SECOND, 4), ["0", "500ms", "1s", "1.5s", "2s"]);
        assert_eq!(labels(Clock::Time, 4_700, 5), ["0", "1us", "2us", "3us", "4us"]);
        assert_eq!(labels(Clock::Time, 100 * SECOND, 4), ["0", "30s", "1m", "1m30s"]);
        assert_eq!(labels(Clock::Time, 3 * HOUR, 3), ["0", "1h", "2h", "3h"]);
        assert_eq!(labels(Clock::Time, 0, 4), ["0"]);
        assert_eq!(labels(Clock::Steps, 23, 5), ["0", "5", "10", "15", "20"]);
    }

    proptest! {
        #[test]
        fn there_are_never_more_ticks_than_have_room(span in 0..i64::MAX, most in 1_usize..300) {
            for clock in [Clock::Time, Clock::Steps] {
                prop_assert!(clock.ticks(span, most).count() <= most + 1);
                prop_assert!(clock.ticks(span, most).all(|tick| tick <= span && !clock.label(tick).is_empty()));
            }
        }
    }
}
