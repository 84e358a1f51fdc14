//! What the comparison operators ask of two values.

mod fit;
mod member;
mod order;
mod unmatched;

pub use fit::{Fit, fit};
pub use member::{contains, in_any_order, matches};
pub use order::{equal, greater, greater_equal, less, less_equal, order, position};
pub use unmatched::unmatched;
