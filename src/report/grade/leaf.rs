//! A student's results as a page without a script: whatever stands in it is text, for the template escapes all that is put into it, and
//! the page allows nothing to be run or loaded.

use super::paper::Paper;
use super::sheet::Sheet;
use crate::report::template::{Script, page};
use crate::suite::grade::{Class, Student};
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};

const PAGE: &str = include_str!("leaf.html");

#[derive(Serialize)]
struct Page<'a> {
    sheet: &'a Sheet,
    not_final: Option<String>,
    version: &'static str,
}

/// What this student may see.
///
/// # Errors
/// Where the template does not fit what is put into it, in words.
pub fn student_html(class: &Class, student: &Student) -> Result<String, String> {
    let sheet = Sheet::of(&Paper::of(class), student);
    // It marks the page's own style. There is no script that it would allow.
    let mut hasher = DefaultHasher::new();
    (&sheet.rubric, &sheet.name, class.seed).hash(&mut hasher);
    let nonce = format!("{:016x}", hasher.finish());
    let whole = Page { sheet: &sheet, not_final: sheet.not_final(), version: env!("CARGO_PKG_VERSION") };
    page(PAGE, &nonce, Script::None, &whole).map_err(|error| error.to_string())
}
