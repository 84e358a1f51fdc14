//! Numbers of arguments, and the row of the table for a method.

use crate::program::{BuiltinRow, METHODS, Method, MethodRow, Receiver};
use crate::source::Code;
use crate::value::{Trouble, ValueResult};

/// Checks a number of arguments against a row of the tables.
///
/// # Errors
/// `argument_count`, with the row's usage as help.
#[inline]
pub fn check_count(usage: &str, fewest: u8, most: u8, given: usize) -> ValueResult<()> {
    if given >= usize::from(fewest) && (most == BuiltinRow::ANY || given <= usize::from(most)) {
        return Ok(());
    }
    Err(wrong_count(usage, fewest, most, given))
}

#[cold]
fn wrong_count(usage: &str, fewest: u8, most: u8, given: usize) -> Trouble {
    let name = usage.split('(').next().unwrap_or(usage);
    let plural = |count: u8| if count == 1 { "" } else { "s" };
    let wanted = match (fewest, most) {
        (0, 0) => "no arguments".to_owned(),
        (fewest, most) if fewest == most => format!("{fewest} argument{}", plural(fewest)),
        (fewest, BuiltinRow::ANY) => format!("at least {fewest} argument{}", plural(fewest)),
        (0, most) => format!("at most {most} argument{}", plural(most)),
        (fewest, most) => format!("{fewest} to {most} arguments"),
    };
    let message = format!("{name} takes {wanted}, not {given}");
    Trouble::new(Code::ARGUMENT_COUNT, message).help(format!("it is called so: {usage}"))
}

const RECEIVERS: usize = Receiver::Shared as usize + 1;
const NAMES: usize = Method::Add as usize + 1;
const NO_ROW: u8 = u8::MAX;

/// Where the row of each pair stands in [`METHODS`]: found without a search.
const PLACES: [[u8; NAMES]; RECEIVERS] = {
    assert!(METHODS.len() < NO_ROW as usize);
    let mut places = [[NO_ROW; NAMES]; RECEIVERS];
    let mut place = 0;
    while place < METHODS.len() {
        places[METHODS[place].receiver as usize][METHODS[place].method as usize] = place as u8;
        place += 1;
    }
    places
};

/// The row of a type's method, where the type has it.
#[inline]
#[must_use]
pub fn method_row(receiver: Receiver, method: Method) -> Option<&'static MethodRow> {
    match PLACES[receiver as usize][method as usize] {
        NO_ROW => None,
        place => Some(&METHODS[usize::from(place)]),
    }
}
