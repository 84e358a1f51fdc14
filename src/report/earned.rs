//! What a test says of the work that it tests: parts of its worth that were earned, and lines for whoever did the work.

use super::diagnostic::section;
use super::style::Style;
use crate::value::Points;

/// `  awarded: 2 points: the workers overlap`, ending in a newline.
#[must_use]
pub fn draw_award(points: Points, why: &str, style: Style) -> String {
    let unit = if points == Points::ONE { "point" } else { "points" };
    section("awarded", &format!("{points} {unit}: {why}"), style)
}

/// `  feedback: look at join again`, ending in a newline.
#[must_use]
pub fn draw_feedback(line: &str, style: Style) -> String {
    section("feedback", line, style)
}

#[cfg(test)]
mod tests {
    use super::{draw_award, draw_feedback};
    use crate::report::{ColorChoice, Style};
    use crate::value::Points;

    #[test]
    fn nothing_in_them_is_raw() {
        let style = Style::choose(ColorChoice::Never, false, |_| None);
        assert_eq!(draw_award(Points::ONE, "a\x1b[2J", style), "  awarded: 1 point: a\\x1b[2J\n");
        assert_eq!(draw_award(Points::from_hundredths(250), "b", style), "  awarded: 2.5 points: b\n");
        assert_eq!(draw_feedback("x\ny", style), "  feedback: x\n            y\n");
    }
}
