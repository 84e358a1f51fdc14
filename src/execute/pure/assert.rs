//! `assert_eq`.

use crate::source::Code;
use crate::value::compare;
use crate::value::text::{brief, display};
use crate::value::{Trouble, Value, ValueResult};

/// How much of a value its message shows, in bytes.
const SHOWN: usize = 400;

pub(super) fn equal(left: &Value, right: &Value, why: Option<&Value>) -> ValueResult<Value> {
    if compare::equal(left, right)? {
        return Ok(Value::None);
    }
    let difference = if left.type_name() == right.type_name() {
        format!("{} is not equal to {}", brief(left, SHOWN), brief(right, SHOWN))
    } else {
        let kinds = (left.type_name(), right.type_name());
        format!("{} ({}) is not equal to {} ({})", brief(left, SHOWN), kinds.0, brief(right, SHOWN), kinds.1)
    };
    let message = match why {
        Some(why) => format!("{}: {difference}", display(why)),
        None => difference,
    };
    Err(Trouble::new(Code::ASSERT, message))
}
