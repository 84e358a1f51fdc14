//! Text from outside as text of XML and HTML, whatever it holds.

use super::visible::visible_line;

/// Appends the text so that it says itself between tags and in quotes: what is hidden as an escape, what would be
/// markup as an entity. Characters that XML forbids are replaced; see <https://www.w3.org/TR/xml/#charsets>.
pub(super) fn push_text(into: &mut String, text: &str) {
    let text = visible_line(text);
    let mut rest = &*text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '\u{fffe}', '\u{ffff}']) {
        let (before, from) = rest.split_at(at);
        into.push_str(before);
        let mut characters = from.chars();
        into.push_str(match characters.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            Some('\'') => "&#39;",
            _ => "\u{fffd}",
        });
        rest = characters.as_str();
    }
    into.push_str(rest);
}

/// JSON that can stand in a `script` element: nothing in it ends the element or begins a comment.
pub(super) fn embeddable(json: &str) -> String {
    // Outside of strings JSON has no `<`, and in a string the escape means the same.
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::{embeddable, push_text};
    use proptest::prelude::*;

    #[test]
    fn markup_and_controls_are_text() {
        let mut text = String::new();
        push_text(&mut text, "</title><script>&'\"\0\x1b\n\u{ffff}");
        assert_eq!(text, "&lt;/title&gt;&lt;script&gt;&amp;&#39;&quot;\\x00\\x1b\\n\u{fffd}");
    }

    #[test]
    fn data_cannot_end_its_element() {
        let data = embeddable(r#"["</script><!--<script>"]"#);
        assert!(!data.contains('<'));
        let back: Vec<String> = serde_json::from_str(&data).expect("it is still JSON");
        assert_eq!(back, ["</script><!--<script>"]);
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place(text in any::<String>()) {
            let mut escaped = String::new();
            push_text(&mut escaped, &text);
            let left = escaped.contains(['<', '>', '"', '\'', '\n', '\0', '\u{fffe}', '\u{ffff}']);
            prop_assert!(!left);
        }
    }
}
