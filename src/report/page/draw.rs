//! The page: skeleton, looks, scripts and data in one text.

use super::data::Data;
use super::setting::PageSetting;
use crate::event::History;
use crate::report::visible::visible_line;
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
    let data = Data::of(history, setting);
    // Serialising strings and numbers to a string does not fail; without data the page says that there is none.
    let data = embeddable(&serde_json::to_string(&data).unwrap_or_default());
    let script = format!("\"use strict\";\n{}", SCRIPTS.join("\n"));
    let nonce = nonce(&data);
    fill(SKELETON, |mark| match mark {
        "nonce" => nonce.clone(),
        "version" => env!("CARGO_PKG_VERSION").to_owned(),
        "title" => markup(&visible_line(setting.title)),
        "style" => STYLE.to_owned(),
        "script" => script.clone(),
        "data" => data.clone(),
        _ => String::new(),
    })
}

/// JSON that can stand in a `script` element: nothing in it ends the element or begins a comment.
fn embeddable(json: &str) -> String {
    // Outside of strings JSON has no `<`, and in a string the escape means the same.
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
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

fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The text with each mark in double braces replaced, in one pass: what is put in is not looked at again.
fn fill(skeleton: &str, put: impl Fn(&str) -> String) -> String {
    let mut page = String::with_capacity(skeleton.len());
    let mut rest = skeleton;
    while let Some((before, marked)) = rest.split_once("{{") {
        let Some((mark, after)) = marked.split_once("}}") else { break };
        page.push_str(before);
        page.push_str(&put(mark));
        rest = after;
    }
    page.push_str(rest);
    page
}

#[cfg(test)]
mod tests {
    use super::{embeddable, fill};

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let page = fill("a{{one}}b{{two}}c", |mark| format!("<{mark} {{{{one}}}}>"));
        assert_eq!(page, "a<one {{one}}>b<two {{one}}>c");
    }

    #[test]
    fn data_cannot_end_its_element() {
        let data = embeddable(r#"["</script><!--<script>"]"#);
        assert!(!data.contains('<'));
        let back: Vec<String> = serde_json::from_str(&data).expect("it is still JSON");
        assert_eq!(back, ["</script><!--<script>"]);
    }
}
