//! How to draw: with colours or without, in Unicode or in ASCII, for how wide a terminal.

use std::ffi::OsString;

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Where the output is a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    Always,
    Never,
}

/// What may be used for drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Escape sequences for colours.
    pub color: bool,
    /// Characters outside ASCII for frames and marks. What is quoted keeps its own characters in any case.
    pub unicode: bool,
    /// Columns of the terminal, at whose end our own sentences are broken between words; 0 where it is none: then lines are as long as
    /// they are.
    pub columns: usize,
}

impl Style {
    /// Neither colours nor frames: for files and for tests.
    pub const PLAIN: Self = Self { color: false, unicode: false, columns: 0 };

    /// For no terminal of any width as yet. Decides by the option, by whether the output is a terminal, and by the environment:
    /// `NO_COLOR` (<https://no-color.org>), `CLICOLOR_FORCE` and `CLICOLOR` (<https://bixense.com/clicolors>),
    /// `TERM=dumb`; and for Unicode the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set, see locale(7).
    #[must_use]
    pub fn choose(
        choice: ColorChoice,
        is_terminal: bool,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR").is_some() => false,
            ColorChoice::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto => {
                is_terminal
                    && set("TERM").is_none_or(|value| value != "dumb")
                    && set("CLICOLOR").is_none_or(|value| value != "0")
            }
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
        let locale = locale.to_string_lossy().to_lowercase();
        Self { color, unicode: locale.contains("utf-8") || locale.contains("utf8"), columns: 0 }
    }

    /// The same for a terminal of so many columns; 0 where it is none.
    #[must_use]
    pub fn within(self, columns: usize) -> Self {
        Self { columns, ..self }
    }

    /// What stands where something was cut off.
    #[must_use]
    pub fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    #[must_use]
    pub fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    #[must_use]
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    #[must_use]
    pub fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    #[must_use]
    pub fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// In the colour of one of many: neighbours in the count differ. Red and the faint ones mean something else.
    #[must_use]
    pub fn of_many(self, index: usize, text: &str) -> String {
        const CODES: [&str; 9] = ["36", "33", "32", "35", "34", "96", "92", "95", "94"];
        self.paint(CODES[index % CODES.len()], text)
    }

    /// Select Graphic Rendition, see console_codes(4).
    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, Style};

    fn color(choice: ColorChoice, terminal: bool, environment: &[(&str, &str)]) -> bool {
        Style::choose(choice, terminal, |name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
        })
        .color
    }

    #[test]
    fn the_option_goes_before_the_environment_and_that_before_the_terminal() {
        use ColorChoice::{Always, Auto, Never};
        assert!(color(Auto, true, &[]));
        assert!(!color(Auto, false, &[]));
        assert!(!color(Auto, true, &[("NO_COLOR", "1")]));
        assert!(color(Auto, true, &[("NO_COLOR", "")]));
        assert!(color(Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!color(Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!color(Auto, false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(!color(Auto, true, &[("TERM", "dumb")]));
        assert!(!color(Auto, true, &[("CLICOLOR", "0")]));
        assert!(color(Always, false, &[("NO_COLOR", "1")]));
        assert!(!color(Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn the_locale_says_whether_frames_are_unicode() {
        let unicode = |environment: &[(&str, &str)]| {
            Style::choose(ColorChoice::Never, true, |name| {
                environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
            })
            .unicode
        };
        assert!(unicode(&[("LANG", "zh_CN.UTF-8")]));
        assert!(unicode(&[("LANG", "C.utf8")]));
        assert!(!unicode(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]));
        assert!(!unicode(&[]));
    }
}
