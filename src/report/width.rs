//! How many columns a text takes on a terminal, and fitting it into so many.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that the text takes; the text is [`super::visible_line`] already.
#[must_use]
pub fn width(text: &str) -> usize {
    clusters(text).map(UnicodeWidthStr::width).sum()
}

/// Splits a text into what is drawn as one: a character with its marks and modifiers, and what is joined to it.
pub fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (cluster, after) = rest.split_at(first_cluster(rest));
        rest = after;
        (!cluster.is_empty()).then_some(cluster)
    })
}

/// Bytes of the first cluster: a character, then marks that take no column, and emoji that are joined to it or
/// modify it, so that all together take no more columns.
fn first_cluster(text: &str) -> usize {
    const JOINER: char = '\u{200d}';
    /// Longer sequences of emoji do not exist; measuring each prefix of a longer one would take its square in time.
    const LONGEST: usize = 64;
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else { return 0 };
    let mut before = first;
    for (at, character) in characters {
        let mark = character.width() == Some(0);
        let modifies = before == JOINER || matches!(character, '\u{1f3fb}'..='\u{1f3ff}');
        let end = at + character.len_utf8();
        let together = modifies && at < LONGEST && text[..end].width() <= text[..at].width();
        if !(mark || together) {
            return at;
        }
        before = character;
    }
    text.len()
}

/// The text in at most so many columns: what does not fit gives way to `mark`.
#[must_use]
pub fn cut(text: &str, columns: usize, mark: &str) -> String {
    // A cluster can hold any number of marks that take no column.
    const BYTES_A_COLUMN: usize = 16;
    if text.len() <= columns || (text.len() <= columns * BYTES_A_COLUMN && width(text) <= columns) {
        return text.to_owned();
    }
    let most = columns.saturating_sub(width(mark));
    let mut shown = String::new();
    let mut taken = 0;
    for cluster in clusters(text) {
        taken += cluster.width();
        if taken > most || shown.len() + cluster.len() > columns * BYTES_A_COLUMN {
            break;
        }
        shown.push_str(cluster);
    }
    shown.push_str(mark);
    shown
}

/// Spaces that are missing to so many columns.
#[must_use]
pub fn missing(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(width(text)))
}

#[cfg(test)]
mod tests {
    use super::{clusters, cut, width};
    use proptest::prelude::*;

    #[test]
    fn wide_and_joined_characters_count_as_they_are_drawn() {
        assert_eq!(width("任务"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("👩\u{200d}🔬!"), 3);
        assert_eq!(width("👍🏽"), 2);
        assert_eq!(width("ａ"), 2);
        assert_eq!(width("🇨🇳"), 2);
    }

    #[test]
    fn cutting_never_splits_a_wide_character() {
        assert_eq!(cut("任务任务", 5, "…"), "任务…");
        assert_eq!(cut("任务任务", 6, "…"), "任务…");
        assert_eq!(cut("任务任务", 8, "…"), "任务任务");
        assert_eq!(cut("abcdef", 4, "..."), "a...");
    }

    proptest! {
        #[test]
        fn clusters_are_the_whole_text(text in any::<String>()) {
            prop_assert_eq!(clusters(&text).collect::<String>(), text);
        }

        #[test]
        fn what_is_cut_fits(text in "\\PC{0,40}", columns in 1_usize..30) {
            prop_assert!(width(&cut(&text, columns, "…")) <= columns);
        }
    }
}
