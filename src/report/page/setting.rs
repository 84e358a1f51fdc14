//! What a page shows beside the history.

use crate::source::SourceMap;

/// What the page shows beside the history.
#[derive(Debug, Clone, Copy)]
pub struct PageSetting<'a> {
    /// The headline: the scenario's file, or the name of a test.
    pub title: &'a str,
    /// The texts that the places of the events lie in.
    pub sources: &'a SourceMap,
    /// The history's times are steps and no nanoseconds; see [`crate::event::History::in_steps`].
    pub steps: bool,
}
