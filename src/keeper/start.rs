//! What keeper and scenario are told of the run that begins.

/// A run, as all of its own processes know it.
#[derive(Debug)]
pub struct Start {
    /// The run's name.
    pub run: String,
    /// The guard's process group.
    pub group: i32,
}
