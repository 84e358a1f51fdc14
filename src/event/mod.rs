//! What happened, as data: events of processes, the lives that they add up to, and messages that are told at once.

mod failure;
mod gather;
pub mod hang;
mod history;
mod life;
mod look;
mod message;
mod pack;
mod steps;
mod verdict;
mod what;
mod wire;

pub use failure::{Actor, Difference, Failure, Frame, PartValue};
pub use history::History;
pub use life::{Adoption, Birth, Life, Phase, Reap, Span, Who};
pub use look::{ProcessRow, TreeRow};
pub use message::{Message, Reporter};
pub use pack::{cut, pack, unpack};
pub use verdict::{TestOutcome, Verdict};
pub use what::{Effect, End, Event, Place, What};
pub use wire::{Header, NoRecord, read_lines, write_event, write_header, write_lines};
