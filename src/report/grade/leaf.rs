//! A student's results as a page without a script: whatever stands in it is text, for the template escapes all that is put into it, and
//! the page allows nothing to be run or loaded.

use super::sheet::{Item, Sheet};
use crate::suite::grade::{Class, Student};
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};

const PAGE: &str = include_str!("leaf.html");

#[derive(Serialize)]
struct Page<'a> {
    nonce: &'a str,
    rubric: &'a str,
    name: &'a str,
    points: &'a str,
    not_final: Option<String>,
    refused: Option<&'a str>,
    items: Vec<Row<'a>>,
    hidden: Option<&'a str>,
    version: &'static str,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    state: &'static str,
    points: &'a str,
    words: &'a str,
    why: Option<&'a str>,
    awards: &'a [(String, String)],
    feedback: &'a [String],
    broken: Option<&'a str>,
    output: &'a [String],
}

/// What this student may see.
///
/// # Errors
/// Where the template does not fit what is put into it, in words.
pub fn student_html(class: &Class, student: &Student) -> Result<String, String> {
    let sheet = Sheet::of(class, student);
    // It marks the page's own style. There is no script that it would allow.
    let mut hasher = DefaultHasher::new();
    (&sheet.rubric, &sheet.name, class.seed).hash(&mut hasher);
    let nonce = format!("{:016x}", hasher.finish());
    let page = Page {
        nonce: &nonce,
        rubric: &sheet.rubric,
        name: &sheet.name,
        points: &sheet.points,
        not_final: sheet.not_final(),
        refused: sheet.refused.as_deref(),
        items: sheet.items.iter().map(row).collect(),
        hidden: sheet.hidden.as_deref(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut environment = Environment::new();
    environment.add_template("leaf.html", PAGE).map_err(|error| error.to_string())?;
    let template = environment.get_template("leaf.html").map_err(|error| error.to_string())?;
    template.render(Value::from(Serde(&page))).map_err(|error| error.to_string())
}

fn row(item: &Item) -> Row<'_> {
    Row {
        name: &item.name,
        state: item.state.name(),
        points: &item.points,
        words: &item.words,
        why: item.why.as_deref(),
        awards: &item.awards,
        feedback: &item.feedback,
        broken: item.broken.as_deref(),
        output: &item.output,
    }
}
