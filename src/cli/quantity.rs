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
    use super::duration;
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
}
