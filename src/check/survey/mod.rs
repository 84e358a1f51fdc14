//! The one walk after resolving: asks every check that needs the tree.

mod expression;
mod goes;
mod statement;
mod surveyor;

pub(super) use surveyor::survey;
