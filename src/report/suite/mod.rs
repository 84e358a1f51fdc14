//! What came of a run of many tests, as text for people and for machines. What a test printed may be anything: nothing of it
//! breaks out of its place in a report.

mod console;
mod ctrf;
mod details;
mod github;
mod html;
mod json;
mod junit;
mod link;
mod plain;
mod sarif;
mod subject;
mod tap;

pub use console::{draw_lacks, draw_list, draw_results, draw_tested, test_label};
pub use ctrf::suite_ctrf;
pub use details::draw_details;
pub use github::{github_resume, github_stop, suite_github};
pub use html::suite_html;
pub use json::suite_json;
pub use junit::suite_junit;
pub use link::link;
pub use sarif::suite_sarif;
pub use subject::Subject;
pub use tap::suite_tap;

/// What the reports of a class share with these.
pub(super) use details::{draw_leaks, draw_messages, lines};
pub(super) use json::{head, sandbox, trial};
pub(super) use junit::{status, time, written};
pub(super) use plain::{STYLE, document, line, name, printed, text, timestamp};
pub(super) use subject::reason;
pub(super) use tap::{block, description};
