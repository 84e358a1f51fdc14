//! What is said when proctor itself is wrong: a panic ends the process that it happens in, and names the run.

use super::output::to_stderr;
use crate::report::{shorten, visible_line};

/// The environment variable that holds the name of the run.
const RUN: &str = "PROCTOR_RUN";

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
        let run =
            std::env::var(RUN).map(|run| format!("  run: {}\n", visible_line(&run))).unwrap_or_default();
        to_stderr(&format!(
            "proctor crashed: this is a bug in proctor {}, not in your scenario\n  at {place}: {}\n{run}  \
             everything that the run has started is being ended\n",
            env!("CARGO_PKG_VERSION"),
            visible_line(&shorten(&message, 1000)),
        ));
        std::process::abort();
    }));
}
