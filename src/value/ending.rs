//! How a process ended, in words, from its exit code: N after `exit N`, -N after death by signal N.

use super::Signal;
use super::signal::{meaning, signal_name};

/// The signal that an exit code tells of.
#[must_use]
pub fn signal_of(code: impl Into<i64>) -> Option<Signal> {
    let code = code.into();
    if code < 0 { u8::try_from(code.unsigned_abs()).ok().map(Signal) } else { None }
}

/// `exit 3`, `killed by SIGSEGV (segmentation fault), core dumped`.
#[must_use]
pub fn ending(code: impl Into<i64>, core: bool) -> String {
    said(code.into(), core, meaning)
}

/// The same where there is little room, without what the signal means: `killed by SIGSEGV, core dumped`.
#[must_use]
pub fn brief_ending(code: impl Into<i64>, core: bool) -> String {
    said(code.into(), core, signal_name)
}

fn said(code: i64, core: bool, name: impl Fn(Signal) -> String) -> String {
    let how = signal_of(code).map_or_else(|| format!("exit {code}"), |by| format!("killed by {}", name(by)));
    if core { how + ", core dumped" } else { how }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_words() {
        let words = |code: i64| (ending(code, false), brief_ending(code, false));
        let both = |text: &str| (text.to_owned(), text.to_owned());
        assert_eq!(words(0), both("exit 0"));
        assert_eq!(words(255), both("exit 255"));
        assert_eq!(words(-11), ("killed by SIGSEGV (segmentation fault)".into(), "killed by SIGSEGV".into()));
        assert_eq!(words(-37), both("killed by SIGRTMIN+3"));
        assert_eq!(ending(-6, true), "killed by SIGABRT (aborted), core dumped");
        // From a file that anybody wrote.
        for none in [-256, i64::from(i32::MIN), i64::MIN] {
            assert_eq!((signal_of(none), words(none)), (None, both(&format!("exit {none}"))));
        }
    }
}
