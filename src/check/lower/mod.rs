//! Second pass over a file: its tree into instructions.

mod assign;
mod block;
mod call;
mod control;
mod expect;
mod expression;
mod frame;
mod function;
mod literal;
mod lowering;
mod name;
mod operator;
mod spawn;
mod statement;
mod verb;

pub(super) use lowering::lower_file;
