//! What came of a run of many tests, as text for people and for machines. What a test printed may be anything: nothing of it
//! breaks out of its place in a report.

mod console;
mod details;
mod subject;

pub use console::{draw_list, draw_results, draw_tested, test_label};
pub use details::draw_details;
pub use subject::Subject;
