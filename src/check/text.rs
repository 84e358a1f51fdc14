//! String literals.

use crate::syntax::tree::{Expr, ExprKind, StrPart};

/// The text of a string literal that holds no interpolation.
pub(super) fn literal_text(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Str(parts) => match parts.as_slice() {
            [] => Some(""),
            [StrPart::Text(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}
