//! Durations as people read them.

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

/// Nanoseconds in three to five digits: `12us`, `12ms`, `1.234s`, `2m03.4s`, `1h02m03s`.
#[must_use]
pub fn brief(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let nanos = nanoseconds.unsigned_abs();
    let text = if nanos < MILLISECOND {
        format!("{}us", nanos / 1_000)
    } else if nanos < SECOND {
        format!("{}ms", nanos / MILLISECOND)
    } else if nanos < 60 * SECOND {
        format!("{}.{:03}s", nanos / SECOND, nanos / MILLISECOND % 1_000)
    } else if nanos < 3600 * SECOND {
        let tenths = nanos / (SECOND / 10);
        format!("{}m{:02}.{}s", tenths / 600, tenths / 10 % 60, tenths % 10)
    } else {
        let seconds = nanos / SECOND;
        format!("{}h{:02}m{:02}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn each_size_has_its_unit() {
        let cases = [
            (0, "0us"),
            (850_000, "850us"),
            (12_900_000, "12ms"),
            (999_999_999, "999ms"),
            (1_234_567_890, "1.234s"),
            (59_999_999_999, "59.999s"),
            (123_456_000_000, "2m03.4s"),
            (3_723_000_000_000, "1h02m03s"),
            (-1_500_000_000, "-1.500s"),
            (i64::MIN, "-2562047h47m16s"),
        ];
        for (nanoseconds, text) in cases {
            assert_eq!(brief(nanoseconds), text);
        }
    }
}
