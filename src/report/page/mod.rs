//! The timeline as a page for a browser: one file, which needs nothing but itself.
//!
//! The skeleton (`page.html`), its looks (`page.css`) and its scripts stand beside this file; what happened is put between
//! them as data. A script never makes markup of a text, and the page's own policy forbids it to load or to send anything.

mod data;
mod draw;
mod setting;
mod word;

pub use draw::draw_page;
pub use setting::PageSetting;
