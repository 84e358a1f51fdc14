//! What happened, as pictures: timelines in a terminal and for programs that show them, and the tree as it grew.

mod axis;
mod cells;
mod chart;
mod chrome;
mod growth;
mod lines;
mod marks;
mod rows;
mod svg;
mod words;

pub use axis::Clock;
pub use chart::{Canvas, draw_timeline};
pub use chrome::chrome_trace;
pub use growth::draw_growth;
pub use svg::draw_svg;
