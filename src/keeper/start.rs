//! What guard, keeper and scenario know of each other as they start.

/// What the scenario's process needs to know.
#[derive(Debug)]
pub struct Start {
    /// The run's name.
    pub run: String,
    /// The guard's process group.
    pub group: i32,
}
