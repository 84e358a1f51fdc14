//! Many runs: tests are found, each is run in a scenario of its own, some at once, and what came of them is data.
//!
//! ```text
//! find ── file ── schedule ──▶ attempt ══ a process of its own ══ play ──▶ guard ── keeper ── scenario
//!                     ▲            │
//!                  result ◀── case ◀── judge ◀── outcome
//! ```
//!
//! The process that schedules has threads, and so never runs a scenario. Each trial is a child process: this very program, which
//! is told over a socket what to run and tells what happens.

mod alone;
mod attempt;
mod case;
mod collect;
mod file;
mod filter;
mod find;
mod footing;
pub mod grade;
mod hash;
mod judge;
mod outcome;
mod page;
mod plan;
mod play;
mod result;
mod schedule;
mod seed;
mod standing;
mod trial;
mod update;
mod wire;
mod workers;

pub use attempt::{Ending, attempt};
pub use file::{File, Read, Test, open};
pub use filter::Filter;
pub use find::{Found, find, folders, is_scenario};
pub use footing::{Footing, footing};
pub use outcome::{Leaks, Outcome, Output, Piece};
pub use plan::{LeakRule, Plan};
pub use play::{Draw, Played, play};
pub use result::{Results, Tested};
pub use schedule::{Observer, run};
pub use standing::Standing;
pub use trial::{Enclosure, Limits, Text, Trial};
pub use update::{Edit, apply, edits};
pub use workers::ENDS;
