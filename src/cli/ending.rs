//! What is said of a run's end that the scenario itself could not say.

use super::console::Console;
use super::exit;
use crate::event::{Actor, Message, Reporter};
use crate::keeper::{Ended, Outcome};
use crate::report::Notice;
use crate::source::Severity;

/// Says it, and gives the exit code.
pub fn tell(ended: Ended, mut console: Console) -> u8 {
    let code = ended.exit_code();
    outcome(&ended, &console);
    stuck(&ended, &console);
    unrecorded(&ended, &console);
    // After an error, what was still alive is no news: nobody had the time to join it.
    if ended.outcome == Outcome::Exited(exit::HELD) && !ended.leftovers.is_empty() {
        console.report(Message::LeftBehind(ended.leftovers, ended.unnamed));
    }
    code
}

fn outcome(ended: &Ended, console: &Console) {
    let code = match ended.outcome {
        Outcome::TimedOut => "timed_out",
        Outcome::Spent(_) => "spent",
        Outcome::Crashed(_) => "crashed",
        Outcome::KeeperLost(_) => "keeper_lost",
        Outcome::Killed(_) => "killed",
        Outcome::Exited(_) | Outcome::Interrupted(_) => return,
    };
    let Some(message) = ended.message() else { return };
    console.say(&Notice {
        code,
        severity: Severity::Error,
        message: if console.is_stable() { "the run was ended" } else { &message },
        help: None,
        run: Some(&ended.run),
        processes: &ended.leftovers,
        unnamed: ended.unnamed,
    });
}

/// Those that SIGKILL has not ended yet.
fn stuck(ended: &Ended, console: &Console) {
    let count = ended.stuck.len();
    if count == 0 {
        return;
    }
    let message = if count == 1 {
        "1 process of the run could not be killed".to_owned()
    } else {
        format!("{count} processes of the run could not be killed")
    };
    warn(
        ended,
        console,
        "stuck",
        &message,
        "the kernel holds it (state D in ps), or another program traces or freezes it; it ends as soon as it is let go",
        &ended.stuck,
    );
}

/// No record on disk: what a double kill would leave could not be found.
fn unrecorded(ended: &Ended, console: &Console) {
    let Some(why) = &ended.unrecorded else { return };
    warn(
        ended,
        console,
        "unrecorded",
        &format!("the run could not be recorded on disk: {why}"),
        "had all of proctor's own processes been killed at once, `proctor sweep` would not have found what was left; \
         $XDG_RUNTIME_DIR/proctor or /tmp/proctor-UID must be a directory of yours, closed to others, with room in it",
        &[],
    );
}

fn warn(
    ended: &Ended,
    console: &Console,
    code: &'static str,
    message: &str,
    help: &'static str,
    processes: &[Actor],
) {
    console.say(&Notice {
        code,
        severity: Severity::Warning,
        message,
        help: Some(help),
        run: Some(&ended.run),
        processes,
        unnamed: 0,
    });
}
