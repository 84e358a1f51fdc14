//! Grades: the tests of one rubric, run for each of many submissions, and what came of them.
//!
//! ```text
//! submission ── work ──▶ grading ══ trials ══▶ marking ──▶ store ──▶ class
//!               unpack
//! ```

mod class;
mod desk;
mod diff;
mod folder_name;
mod forget;
mod grading;
mod hidden;
mod links;
mod litter;
mod marking;
mod merge;
mod pupil;
mod schema;
mod setting;
mod site;
mod store;
mod submission;
mod summary;
mod task;
mod unpack;
mod untar;
mod unzip;
mod work;

pub use class::{Award, Class, Criterion, Mark, Rubric, Student, Total};
pub use desk::Desk;
pub use diff::{Change, Side, TestChange, Went, diff};
pub use folder_name::folder_name;
pub use forget::{Forgotten, forget};
pub use grading::{Graded, Tally, Watcher, grade};
pub use hidden::{Secret, covers};
pub use merge::merge;
pub use setting::{Ground, Setting, ground, rubric};
pub use site::{Caps, Trouble};
pub use store::{Beginning, Results, Store, Which};
pub use submission::{Folders, Intake, Kind, Slice, Submission, submissions};
pub use summary::{Share, Summary};
pub use unpack::Packing;
pub use work::{Work, prepare};
