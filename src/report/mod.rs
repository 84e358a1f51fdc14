//! Data to text: diagnostics and failures for people and machines, tables, trees, the outcome of tests.
//!
//! Whatever is drawn here may come from a hostile program: no control character of it reaches the terminal raw, and
//! no text is drawn at a length that its author chooses.

mod diagnostic;
mod difference;
mod duration;
mod earned;
mod excerpt;
mod failure;
pub mod grade;
mod hang;
mod json;
mod leftovers;
mod log;
mod markup;
mod notice;
mod page;
mod place;
mod sarif;
mod sentence;
mod style;
pub mod suite;
mod table;
mod template;
pub mod timeline;
mod tree;
mod verdict;
mod visible;
mod width;
mod wrap;

pub use diagnostic::{DRAWN, draw_diagnostic, draw_diagnostics};
pub use difference::draw_difference;
pub use duration::brief;
pub use earned::{draw_award, draw_feedback};
pub use failure::draw_failure;
pub use hang::{draw_hang, hang_json};
pub use json::{diagnostic_json, failure_json, leftovers_json};
pub use leftovers::draw_leftovers;
pub use log::Log;
pub use notice::{Notice, draw_notice, notice_json};
pub use page::{PageSetting, draw_page};
pub use place::{Place, Places};
pub use sarif::check_sarif;
pub use style::{ColorChoice, Style};
pub use table::{draw_columns, draw_table};
pub use tree::draw_tree;
pub use verdict::{Summary, draw_outcome};
pub use visible::{is_hidden, shorten, visible, visible_line};
pub use width::{clusters, cut, missing, width};
pub use wrap::wrap;
