//! The clocks: the monotonic one that everything is measured with, and the wall clock for people; see clock_gettime(2).

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: i64 = 1_000_000;

/// The monotonic clock in nanoseconds; the same for all processes of the machine.
#[must_use]
#[inline]
pub fn monotonic() -> i64 {
    now(ClockId::Monotonic)
}

/// Nanoseconds of processors that this thread has had.
#[must_use]
pub fn of_thread() -> i64 {
    now(ClockId::ThreadCPUTime)
}

/// Any clock in nanoseconds.
#[must_use]
#[inline]
pub fn now(clock: ClockId) -> i64 {
    let now = clock_gettime(clock);
    now.tv_sec.saturating_mul(SECOND).saturating_add(now.tv_nsec)
}

/// The same by a system call, for a process that is about to end: in a new process the first use of the quick way, through
/// vdso(7), costs a page.
pub(super) fn monotonic_by_call() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is valid for writing; this clock always exists.
    unsafe { libc::syscall(libc::SYS_clock_gettime, libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec.saturating_mul(SECOND).saturating_add(now.tv_nsec)
}

/// The clock that the starts of processes are told in, in its ticks: proc_pid_stat(5), field 22.
pub(super) fn boot_ticks() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let ticks = rustix::param::clock_ticks_per_second().clamp(1, SECOND.cast_unsigned());
    let tick = SECOND.cast_unsigned() / ticks;
    now.tv_sec.max(0).cast_unsigned() * ticks + now.tv_nsec.cast_unsigned() / tick
}

/// The wall clock in UTC, as ISO 8601 with milliseconds: `2026-02-03T04:05:06.789Z`.
#[must_use]
pub fn wall_iso8601() -> String {
    let now = clock_gettime(ClockId::Realtime);
    iso8601(now.tv_sec, now.tv_nsec / MILLISECOND)
}

/// The wall clock, as [`wall_iso8601`] has it, at a time of the monotonic clock; as if nobody had set it since.
#[must_use]
pub fn wall_at(time: i64) -> String {
    let then = now(ClockId::Realtime).saturating_sub(monotonic().saturating_sub(time));
    iso8601(then.div_euclid(SECOND), then.rem_euclid(SECOND) / MILLISECOND)
}

/// Days to a civil date, after the proleptic Gregorian calendar with years that begin in March.
fn iso8601(seconds: i64, milliseconds: i64) -> String {
    let days = seconds.div_euclid(86400) + 719_468;
    let of_day = seconds.rem_euclid(86400);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
}

/// Nanoseconds as the kernel wants them; what is negative counts as nothing.
pub fn timespec(nanoseconds: i64) -> Timespec {
    let nanoseconds = nanoseconds.max(0);
    Timespec { tv_sec: nanoseconds / SECOND, tv_nsec: nanoseconds % SECOND }
}

#[cfg(test)]
mod tests {
    use super::{iso8601, monotonic};

    #[test]
    fn dates_are_right() {
        assert_eq!(iso8601(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso8601(951_782_400, 5), "2000-02-29T00:00:00.005Z");
        assert_eq!(iso8601(1_767_225_599, 999), "2025-12-31T23:59:59.999Z");
        assert_eq!(iso8601(-1, 0), "1969-12-31T23:59:59.000Z");
    }

    #[test]
    fn the_monotonic_clock_does_not_go_back() {
        let first = monotonic();
        assert!(monotonic() >= first && first > 0);
    }
}
