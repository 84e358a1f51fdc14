//! A class as a page for its teacher, one file that needs no network: `--report-html`. Texts reach it as data and become text, never
//! markup, and the page allows no script but its own. What is to be read of a student is drawn when it is asked for.

use super::data::{Overview, Row, section};
use super::paper::Paper;
use crate::report::json::printable;
use crate::report::markup::embeddable;
use crate::report::template::{Script, page};
use crate::suite::grade::Student;
use serde::Serialize;
use std::borrow::Borrow;
use std::io::{self, Write};

const SKELETON: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// In this order: a file uses at its loading only what stands in those before it.
const SCRIPTS: &[&str] = &[
    include_str!("model.js"),
    include_str!("glance.js"),
    include_str!("matrix.js"),
    include_str!("section.js"),
    include_str!("app.js"),
];

/// Bytes that all students' sections have together, and that one has at least and at most.
const ROOM: usize = 24 << 20;
const LEAST: usize = 4 << 10;
const MOST: usize = 128 << 10;

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    style: &'a str,
    script: &'a str,
    data: &'a str,
    sections: &'a str,
}

pub fn write<S: Borrow<Student>>(
    paper: &Paper<'_>,
    students: impl Iterator<Item = S>,
    nonce: &str,
    into: &mut impl Write,
) -> io::Result<()> {
    let mut overview = Overview::of(paper);
    let count = students.size_hint().0.max(paper.class.students.len()).max(1);
    let room = (ROOM / count).clamp(LEAST, MOST);
    let mut sections = String::new();
    for (number, student) in students.enumerate() {
        let student = student.borrow();
        overview.students.push(Row::of(paper, student));
        let text = section(paper, student, room);
        let text = embeddable(&printable(&text));
        sections.push_str(&format!("<script type=\"application/json\" id=\"s{number}\">{text}</script>\n"));
    }
    let data = serde_json::to_string(&overview).map_err(io::Error::other)?;
    let data = embeddable(&printable(&data));
    let script = format!("\"use strict\";\n{}", SCRIPTS.join("\n"));
    let whole =
        Page { title: &overview.title, style: STYLE, script: &script, data: &data, sections: &sections };
    let text = page(SKELETON, nonce, Script::Own, &whole).map_err(io::Error::other)?;
    into.write_all(text.as_bytes())
}
