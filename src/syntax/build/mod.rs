//! pest's pairs → the owned tree. It never fails: what is wrong becomes a diagnostic and a placeholder.
//!
//! The recursion here goes as deep as the brackets of the text, which the layout has limited. Chains
//! (`a + b + …`, `- - x`, `a.b.c…`) are built by loops, and limited in [`Builder::limit`], because
//! every later pass, and `Drop`, walks down the tree they make.

mod builder;
mod climb;
mod control;
mod literal;
mod number;
mod operand;
mod statement;
mod string;
mod values;

pub(crate) use builder::Builder;
