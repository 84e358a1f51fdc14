//! What is said when proctor itself is wrong: a panic ends the process that it happens in, and names the run.

use super::output::to_stderr;
use crate::keeper;
use crate::report::{Notice, notice_json, shorten, visible_line};
use crate::source::Severity;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether messages are for machines.
static JSON: AtomicBool = AtomicBool::new(false);

/// In which form a crash is told from here on.
pub fn speak(json: bool) {
    JSON.store(json, Relaxed);
}

/// From here on a panic is reported in one write and aborts. Nothing of the scenario is cleared up by this process:
/// that is the business of the guard and the keeper, which see it die.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        report(&place, &message);
        std::process::abort();
    }));
}

fn report(place: &str, message: &str) {
    let run = keeper::run_name();
    let first = format!(
        "proctor crashed: this is a bug in proctor {}, not in your scenario",
        env!("CARGO_PKG_VERSION")
    );
    let message = shorten(message, 1000);
    if JSON.load(Relaxed) {
        return to_stderr(&notice_json(&Notice {
            code: "panic",
            severity: Severity::Error,
            message: &format!("{first}: at {place}: {message}"),
            help: None,
            run: run.as_deref(),
            processes: &[],
            unnamed: 0,
        }));
    }
    let run = run.map(|run| format!("  run: {run}\n")).unwrap_or_default();
    to_stderr(&format!(
        "{first}\n  at {place}: {}\n{run}  everything that the run has started is being ended\n",
        visible_line(&message),
    ));
}
