//! `proctor sweep`: ends what is left of runs whose own processes were all killed at once.

use super::exit;
use super::output::to_stdout;
use crate::keeper;

/// Sweeps and says what was found; gives the exit code.
#[must_use]
pub fn sweep() -> u8 {
    let swept = keeper::sweep();
    to_stdout(&match (swept.processes, swept.runs) {
        (0, 0) => "nothing was left behind\n".to_owned(),
        (processes, runs) => {
            format!(
                "ended {} that {} had left behind\n",
                number(processes, "process", "processes"),
                number(runs, "run", "runs")
            )
        }
    });
    exit::HELD
}

fn number(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
