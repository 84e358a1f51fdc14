//! Options of `spawn` that contradict each other: one table for the check and for the run.

use super::option::SpawnOption;

/// How an option is set, as far as it matters to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Not at all, or in the way that it is without.
    Off,
    On,
    /// A stream: `"null"`.
    Null,
    /// A stream: `"capture"`.
    Capture,
    /// Standard error: `"stdout"`.
    Stdout,
}

impl Way {
    /// The way of a stream's word.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "inherit" => Self::Off,
            "null" => Self::Null,
            "capture" => Self::Capture,
            "stdout" => Self::Stdout,
            _ => Self::On,
        }
    }
}

/// Two options, the ways of the second that the first contradicts, and why.
type Row = (SpawnOption, SpawnOption, &'static [Way], &'static str);

const SET: &[Way] = &[Way::On, Way::Null, Way::Capture, Way::Stdout];
const ELSEWHERE: &[Way] = &[Way::On, Way::Null];

const CONFLICTS: &[Row] = &[
    (SpawnOption::Capture, SpawnOption::Stdout, ELSEWHERE, "a stream goes to one place: captured, or there"),
    (SpawnOption::Capture, SpawnOption::Stderr, ELSEWHERE, "a stream goes to one place: captured, or there"),
    (SpawnOption::Input, SpawnOption::Stdin, SET, "the text of `input` is what standard input comes from"),
    (SpawnOption::Pty, SpawnOption::Input, SET, "what a terminal's process reads is typed: `p.write(\"…\")`"),
    (SpawnOption::Pty, SpawnOption::Stdin, SET, "its terminal is its standard input"),
    (SpawnOption::Pty, SpawnOption::Stdout, ELSEWHERE, "its terminal is its standard output"),
    (SpawnOption::Pty, SpawnOption::Stderr, ELSEWHERE, "its terminal is its standard error"),
    (SpawnOption::Pty, SpawnOption::Foreground, SET, "a process has one terminal: its own, or ours"),
    (
        SpawnOption::Pty,
        SpawnOption::Group,
        SET,
        "a terminal of its own means a session and a group of its own",
    ),
    (SpawnOption::Session, SpawnOption::Group, SET, "a new session begins with a group of its own"),
    (SpawnOption::Session, SpawnOption::Foreground, SET, "a new session has no terminal"),
    (
        SpawnOption::Foreground,
        SpawnOption::Stdin,
        &[Way::Null],
        "a process has our terminal in order to read from it",
    ),
];

/// The first two options that contradict each other, and why.
pub fn conflict(way: impl Fn(SpawnOption) -> Way) -> Option<(SpawnOption, SpawnOption, &'static str)> {
    CONFLICTS
        .iter()
        .find(|(one, other, ways, _)| way(*one) != Way::Off && ways.contains(&way(*other)))
        .map(|(one, other, _, why)| (*one, *other, *why))
}

/// Which of a target's streams are a pipeline's pipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piped {
    pub stdin: bool,
    pub stdout: bool,
}

impl Piped {
    /// Of the target with this number, of so many.
    #[must_use]
    pub fn at(number: usize, targets: usize) -> Self {
        Self { stdin: number > 0, stdout: number + 1 < targets }
    }
}

/// What to do about an option that contradicts the pipeline.
pub const PIPED_HELP: &str =
    "leave it out: only the first target's standard input and the last one's standard output are free";

const FROM_PIPE: &str = "standard input comes from the target before the `|`";
const INTO_PIPE: &str = "standard output goes to the target behind the `|`";

/// The first option that contradicts the pipes of a pipeline, and why.
pub fn conflict_with_pipe(
    piped: Piped,
    way: impl Fn(SpawnOption) -> Way,
) -> Option<(SpawnOption, &'static str)> {
    let set = |asked: &SpawnOption| way(*asked) != Way::Off;
    let reading = [SpawnOption::Input, SpawnOption::Stdin, SpawnOption::Pty].into_iter().find(set);
    let writing = [SpawnOption::Capture, SpawnOption::Stdout, SpawnOption::Pty].into_iter().find(set);
    reading
        .filter(|_| piped.stdin)
        .map(|option| (option, FROM_PIPE))
        .or_else(|| writing.filter(|_| piped.stdout).map(|option| (option, INTO_PIPE)))
}

/// The nice values that there are; see nice(2).
pub const NICE: std::ops::RangeInclusive<i64> = -20..=19;
