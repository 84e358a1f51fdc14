//! Warnings: what a program can hardly mean. One file a lint.

mod allow;
mod always_false;
mod daemon_spawns;
mod duplicate_key;
mod reach;
mod test_without_expect;
mod unbounded_spawn;
mod unjoined_child;
mod unreachable;
mod unused_name;

pub(super) use allow::Allows;
pub(super) use always_false::always_false;
pub(super) use daemon_spawns::DaemonSpawns;
pub(super) use duplicate_key::duplicate_keys;
pub(super) use reach::{Node, Reach};
pub(super) use test_without_expect::TestWithoutExpect;
pub(super) use unbounded_spawn::UnboundedSpawn;
pub(super) use unjoined_child::UnjoinedChild;
pub(super) use unreachable::unreachable;
pub(super) use unused_name::{unused_function, unused_variable};
