//! Where a spawned process goes, as a value.

use crate::syntax::tree::Name;

#[derive(Clone, Copy)]
pub(super) enum Goes<'n> {
    /// Only into the NAME of the spawn, if there is one.
    Nowhere,
    /// Into the names of a `let`.
    Into(&'n [Name]),
    /// Into anything else, which may join it.
    Somewhere,
}
