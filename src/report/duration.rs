//! Durations as people read them.

/// Nanoseconds in three to five digits: `12us`, `12ms`, `1.234s`, `2m03.4s`, `1h02m03s`.
#[must_use]
pub fn brief(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let nanos = nanoseconds.unsigned_abs();
    let text = match nanos {
        ..1_000_000 => format!("{}us", nanos / 1_000),
        ..1_000_000_000 => format!("{}ms", nanos / 1_000_000),
        ..60_000_000_000 => format!("{}.{:03}s", nanos / 1_000_000_000, nanos / 1_000_000 % 1_000),
        ..3_600_000_000_000 => {
            let tenths = nanos / 100_000_000;
            format!("{}m{:02}.{}s", tenths / 600, tenths / 10 % 60, tenths % 10)
        }
        _ => {
            let seconds = nanos / 1_000_000_000;
            format!("{}h{:02}m{:02}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
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
