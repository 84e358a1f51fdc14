//! Whether a text is well-formed XML, as far as a picture can go wrong: tags that close, attributes in quotes, no stray characters.

/// The names of the elements that are open, the innermost last, as a reader meets the tags.
pub fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('<') {
        assert_text(before);
        let (tag, after) = from.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "what is closed is open");
            continue;
        }
        let empty = tag.strip_suffix('/');
        let (name, attributes) = empty.unwrap_or(tag).split_once(' ').unwrap_or((empty.unwrap_or(tag), ""));
        assert!(name.chars().all(|c| c.is_ascii_alphabetic()), "{name} is no name");
        assert_attributes(attributes);
        if empty.is_none() {
            open.push(name);
        }
    }
    assert_text(rest);
    assert!(open.is_empty(), "{open:?} are left open");
}

fn assert_attributes(text: &str) {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, from) = rest.split_once("=\"").expect(rest);
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name} is no name");
        let (value, after) = from.split_once('"').expect("a value ends");
        assert_text(value);
        rest = after.trim_start();
    }
}

fn assert_text(text: &str) {
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split_once(';').map(|(entity, _)| entity);
        assert!(matches!(entity, Some("amp" | "lt" | "gt" | "quot" | "#39")), "{entity:?} is no entity");
    }
    let forbidden = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!text.contains(forbidden), "{text:?} has a character that XML forbids");
}
