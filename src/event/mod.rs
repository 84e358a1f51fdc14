//! What happened, as data: events of processes, the lives that they add up to, and messages that are told at once.

mod failure;
pub mod hang;
mod look;
mod message;
mod verdict;
mod what;

pub use failure::{Actor, Difference, Failure, Frame, PartValue};
pub use look::{ProcessRow, TreeRow};
pub use message::{Message, Reporter};
pub use verdict::{TestOutcome, Verdict};
pub use what::{Effect, End, Event, Place, What};
