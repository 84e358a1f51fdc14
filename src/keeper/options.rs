//! How a run is guarded.

use super::budget::Bounds;
use super::contain::Contain;

/// How a run is guarded.
#[derive(Debug, Clone)]
pub struct GuardOptions {
    /// Nanoseconds after which the run is ended.
    pub timeout: Option<i64>,
    /// How many processes of the scenario may be alive at once.
    pub max_processes: u32,
    /// A prompt is behind it: SIGINT interrupts what runs there and does not end the run; and the run ends with the process
    /// that started this one, which has the terminal.
    pub interactive: bool,
    /// In namespaces of its own; none: among the machine's processes.
    pub contain: Option<Contain>,
    /// What the run may use where it is not contained.
    pub bounds: Bounds,
    /// The timing of the run's processes is disturbed, from this seed.
    pub disturbance: Option<u64>,
    /// The run ends with the process that has this pid and started this one, also where it is killed.
    pub follows: Option<i32>,
    /// Whether others kept processors from it is looked at while it runs.
    pub measured: bool,
    /// What happens is recorded in the run's memory.
    pub record: bool,
    /// It is a part of another run, which looks after what runs before have left, and after this one.
    pub nested: bool,
    /// The run of nothing by which is found out what can be had. Whoever is told to end meanwhile ends, as soon as nothing of it is left:
    /// it is no answer, and there is something to do behind it.
    pub probe: bool,
}

impl Default for GuardOptions {
    fn default() -> Self {
        Self {
            timeout: None,
            max_processes: 4096,
            interactive: false,
            contain: None,
            bounds: Bounds::default(),
            disturbance: None,
            follows: None,
            measured: false,
            record: true,
            nested: false,
            probe: false,
        }
    }
}
