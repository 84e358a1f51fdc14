//! No operation panics, whatever the values are.

use crate::pure::Caller;
use crate::values::any_value;
use proctor::execute::Stop;
use proctor::execute::pure::{builtin, method};
use proctor::program::{BUILTINS, METHODS};
use proctor::value::format::{FormatSpec, format};
use proctor::value::{Value, arith, compare, encode, index, text, time};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn operators(a in any_value(), b in any_value(), c in any_value()) {
        let arithmetic = [
            arith::add, arith::subtract, arith::multiply, arith::divide, arith::floor_divide, arith::remainder,
            arith::power, index::get_index,
        ];
        for operation in arithmetic {
            // A product may be as large as the limit: it is dropped here.
            drop(operation(&a, &b));
        }
        for question in [
            compare::equal, compare::less, compare::less_equal, compare::greater, compare::greater_equal,
            compare::contains, compare::matches, compare::in_any_order,
        ] {
            drop(question(&a, &b));
        }
        drop((arith::negate(&a), arith::not(&a), time::to_duration(&a), index::elements(&a), compare::order(&a, &b)));
        drop((text::display(&a), text::literal(&a), text::brief(&a, 5), encode::encode(&a)));
        drop(index::set_index(&a, &b, c.clone()));
        let mut target = a.clone();
        drop(arith::add_assign(&mut target, &b));
    }

    #[test]
    fn formats(value in any_value(), spec in "[*任]?[<>=^]?[-+ ]?0?[0-9]{0,2},?(\\.[0-9]{1,2})?[dxXobefgs%q]?") {
        if let Ok(spec) = FormatSpec::parse(&spec) {
            drop(format(&value, &spec));
        }
    }

    #[test]
    fn arbitrary_formats(spec in any::<String>()) {
        drop(FormatSpec::parse(&spec));
    }

    #[test]
    fn functions_and_methods(args in prop::collection::vec(any_value(), 1..4), given in any_value()) {
        let mut call = Caller(|args: &[Value]| match args {
            [Value::Int(int), ..] if int % 5 == 0 => Err(Stop::Exit(1)),
            _ => Ok(given.clone()),
        });
        for row in BUILTINS {
            drop(builtin(row.builtin, &args, &mut call));
        }
        for row in METHODS {
            drop(method(&args[0], row.method, &args[1..], &mut call));
        }
    }
}
