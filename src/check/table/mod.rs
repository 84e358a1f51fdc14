//! Errors against the tables of the language: options, attributes, methods, states, tests. One file a table.

mod attribute;
mod method;
mod option;
mod state;
mod test;

pub(super) use attribute::{check_attribute, check_set};
pub(super) use method::check_method;
pub(super) use option::check_options;
pub(super) use state::wrong_states;
pub(super) use test::check_tests;
