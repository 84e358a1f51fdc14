//! The page: skeleton, looks, scripts and data in one text.

use super::data::Data;
use super::setting::PageSetting;
use crate::event::History;
use crate::report::markup::{embeddable, push_text};
use std::hash::{DefaultHasher, Hash, Hasher};

const SKELETON: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// In this order: a file uses at its loading only what stands in those before it.
const SCRIPTS: &[&str] = &[
    include_str!("kinds.js"),
    include_str!("model.js"),
    include_str!("time.js"),
    include_str!("rows.js"),
    include_str!("theme.js"),
    include_str!("chart.js"),
    include_str!("head.js"),
    include_str!("list.js"),
    include_str!("names.js"),
    include_str!("lay.js"),
    include_str!("forest.js"),
    include_str!("player.js"),
    include_str!("panel.js"),
    include_str!("tooltip.js"),
    include_str!("pointer.js"),
    include_str!("keys.js"),
    include_str!("app.js"),
];

/// A whole HTML document that shows the history. It loads nothing, sends nothing, and is the same for the same history.
#[must_use]
pub fn draw_page(history: &History, setting: &PageSetting<'_>) -> String {
    // Serialising strings and numbers to a string does not fail; without data the page says that there is none.
    let data = embeddable(&serde_json::to_string(&Data::of(history, setting)).unwrap_or_default());
    let script = format!("\"use strict\";\n{}", SCRIPTS.join("\n"));
    let nonce = nonce(&data);
    let mut title = String::new();
    push_text(&mut title, setting.title);
    fill(SKELETON, |mark| match mark {
        "nonce" => &nonce,
        "version" => env!("CARGO_PKG_VERSION"),
        "title" => &title,
        "style" => STYLE,
        "script" => &script,
        "data" => &data,
        _ => "",
    })
}

/// A word that only the page's own script and style have. Whoever would write it into the data would have to know the hash of
/// what they write.
fn nonce(data: &str) -> String {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    let first = hasher.finish();
    "proctor".hash(&mut hasher);
    format!("{first:016x}{:016x}", hasher.finish())
}

/// The text with each mark in double braces replaced, in one pass: what is put in is not looked at again.
fn fill<'a>(skeleton: &str, put: impl Fn(&str) -> &'a str) -> String {
    let mut page = String::with_capacity(skeleton.len());
    let mut rest = skeleton;
    while let Some((before, marked)) = rest.split_once("{{") {
        let Some((mark, after)) = marked.split_once("}}") else { break };
        page.push_str(before);
        page.push_str(put(mark));
        rest = after;
    }
    page.push_str(rest);
    page
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let put = |mark: &str| if mark == "one" { "<{{two}} {{one}}>" } else { "<{{one}}>" };
        assert_eq!(fill("a{{one}}b{{two}}c", put), "a<{{two}} {{one}}>b<{{one}}>c");
    }
}
