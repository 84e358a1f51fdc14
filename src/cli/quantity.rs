//! Quantities on the command line: durations, numbers of processes.

use std::time::Duration;

/// Processes alive at once that a scenario may have where `--max-procs` is not given.
pub const MAX_PROCS: u32 = 4096;
/// Linux gives no more pids than this, see proc_sys_kernel(5).
pub const MOST_PIDS: i64 = 4_194_304;

/// A duration as the language writes it; a plain number counts seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 6] =
        [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("", 1.0)];
    /// What fits into a duration of the language: 64 bits of nanoseconds.
    const LONGEST: f64 = 9e9;
    let wrong = || format!("`{text}` is no duration: write it as 250ms, 1.5s, 2m or 1h");
    let digits =
        text.find(|character: char| !matches!(character, '0'..='9' | '.' | '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds_a_unit = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1;
    let number: f64 = number.replace('_', "").parse().map_err(|_| wrong())?;
    let seconds = number * seconds_a_unit;
    if seconds > LONGEST {
        return Err(format!("`{text}` is too long: the limit is about 285 years"));
    }
    let duration = Duration::from_secs_f64(seconds);
    if duration.is_zero() { Err("a timeout of nothing leaves no time to run".into()) } else { Ok(duration) }
}

/// A number of bytes: `64M`, `1G`, `512K`, in steps of 1024; a plain number counts bytes.
pub fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(char, u32); 3] = [('K', 10), ('M', 20), ('G', 30)];
    let wrong = || format!("`{text}` is no size: write it as 512K, 64M or 1G");
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with([*unit, unit.to_ascii_lowercase()]));
    let digits = &text[..text.len() - usize::from(unit.is_some())];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let bytes = number.checked_mul(1 << unit.map_or(0, |(_, bits)| *bits)).ok_or_else(wrong)?;
    if bytes == 0 || bytes > 1 << 50 {
        Err(format!("`{text}` is no size that makes sense here"))
    } else {
        Ok(bytes)
    }
}

/// In the largest unit that says it without a fraction, as [`size`] reads it.
pub fn size_words(bytes: u64) -> String {
    const UNITS: [(&str, u32); 4] = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("bytes", 0)];
    let fits = |(_, bits): &&(&str, u32)| bytes >> bits << bits == bytes && bytes >> bits > 0;
    let (unit, bits) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    format!("{} {unit}", bytes >> bits)
}

/// The path of work under test, from the root on: the scenario may go elsewhere.
///
/// # Errors
/// In words: nothing is there, or its path is no text.
pub fn submission(text: &str) -> Result<String, String> {
    let path = std::fs::canonicalize(text).map_err(|error| error.to_string())?;
    path.into_os_string().into_string().map_err(|_| "its path is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{duration, size, size_words};
    use std::time::Duration;

    #[test]
    fn durations_are_those_of_the_language() {
        let ok = |text| duration(text).expect(text);
        assert_eq!(ok("1.5s"), Duration::from_millis(1500));
        assert_eq!(ok("250ms"), Duration::from_millis(250));
        assert_eq!(ok("10us"), Duration::from_micros(10));
        assert_eq!(ok("2m"), Duration::from_secs(120));
        assert_eq!(ok("1h"), Duration::from_secs(3600));
        assert_eq!(ok("7"), Duration::from_secs(7));
        for wrong in
            ["", "s", "1d", "-1s", "1s2", "1e9", "nan", "inf", "0", "0ms", "99999999999999h", "1..2s", "٣s"]
        {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, bytes, words) in [
            ("1", 1, "1 bytes"),
            ("512K", 512 << 10, "512 KiB"),
            ("64m", 64 << 20, "64 MiB"),
            ("1024M", 1 << 30, "1 GiB"),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
            assert_eq!(size_words(bytes), words);
        }
        for wrong in ["", "M", "1T", "-1", "1.5M", "0", "+1", "99999999999G", "١M"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
