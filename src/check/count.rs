//! Numbers of arguments in words.

use crate::program::BuiltinRow;

/// So many arguments, in words.
pub(super) fn counted(count: usize) -> String {
    match count {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        _ => format!("{count} arguments"),
    }
}

/// How many are given, behind "but" and before "given".
pub(super) fn are(count: usize) -> String {
    match count {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        _ => format!("{count} are"),
    }
}

/// How many arguments a row of a table allows, in words.
pub(super) fn expected(fewest: u8, most: u8) -> String {
    let few = usize::from(fewest);
    match most {
        BuiltinRow::ANY => format!("at least {}", counted(few)),
        most if most == fewest => counted(few),
        most => format!("{fewest} to {}", counted(usize::from(most))),
    }
}
