//! Points of a grade: exact to a hundredth, so that a sum is what one adds up by hand.

use super::Value;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// So many hundredths of a point; never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Points(u64);

impl Points {
    pub const ZERO: Self = Self(0);

    /// What a test is worth that does not say it.
    pub const ONE: Self = Self(100);

    /// More than anybody gives: what is beyond is refused, so that sums of them hold.
    pub const MOST: Self = Self(100_000_000);

    /// From a number that is not negative, has no more than two decimals and is not above [`Points::MOST`].
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        let hundredths = match value {
            Value::Int(points) => u64::try_from(*points).ok()?.checked_mul(100)?,
            Value::Float(points) => {
                let hundredths = (points * 100.0).round();
                let exact = *points >= 0.0 && (hundredths - points * 100.0).abs() < 1e-6;
                if !exact || hundredths > Self::MOST.0 as f64 {
                    return None;
                }
                hundredths as u64
            }
            _ => return None,
        };
        (hundredths <= Self::MOST.0).then_some(Self(hundredths))
    }

    #[must_use]
    pub fn from_hundredths(hundredths: u64) -> Self {
        Self(hundredths)
    }

    #[must_use]
    pub fn hundredths(self) -> u64 {
        self.0
    }
}

impl Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// `4`, `2.5`, `0.25`.
impl fmt::Display for Points {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match part {
            0 => write!(out, "{whole}"),
            part if part % 10 == 0 => write!(out, "{whole}.{}", part / 10),
            part => write!(out, "{whole}.{part:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_points_or_are_refused() {
        for (value, words) in [(0.1, "0.1"), (2.5, "2.5"), (0.25, "0.25"), (1e6, "1000000"), (0.07, "0.07")] {
            assert_eq!(
                Points::of(&Value::Float(value)).map(|points| points.to_string()).as_deref(),
                Some(words)
            );
        }
        assert_eq!(Points::of(&Value::Int(4)), Some(Points(400)));
        for wrong in [-0.5, 0.125, f64::NAN, f64::INFINITY, 1e7] {
            assert_eq!(Points::of(&Value::Float(wrong)), None, "{wrong}");
        }
        for wrong in [-1, i64::MAX, i64::MIN, 1_000_001] {
            assert_eq!(Points::of(&Value::Int(wrong)), None, "{wrong}");
        }
        assert_eq!((0..10).map(|_| Points(10)).sum::<Points>().to_string(), "1");
    }
}
