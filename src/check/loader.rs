//! Where used files come from.

use crate::source::Source;
use std::path::Path;

/// Finds the texts that `use` names.
pub trait Loader {
    /// Reads the file at `path`, which is relative to the file `from`.
    ///
    /// # Errors
    /// Says in a few words why it cannot be read.
    fn load(&mut self, path: &str, from: Option<&Path>) -> Result<Source, String>;
}
