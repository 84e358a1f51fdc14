//! First pass over a file: what each name means, and which variables outlive or leave their frame.

mod declare;
mod expression;
mod missing;
mod resolver;
mod statement;

pub(super) use resolver::{Imports, Resolver};
