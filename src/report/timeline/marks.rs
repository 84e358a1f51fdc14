//! The moments of a life that a picture marks.

use crate::event::{History, Life, What};

/// What a mark stands for, the one that matters most first: where several fall into one place, that one is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Broken,
    Signal,
    Exec,
    Join,
    Held,
    Print,
}

impl Mark {
    pub const ALL: [Self; 6] = [Self::Broken, Self::Signal, Self::Exec, Self::Join, Self::Held, Self::Print];

    /// One column in a terminal; in Unicode or in ASCII.
    #[must_use]
    pub fn glyph(self, unicode: bool) -> char {
        match self {
            Self::Broken if unicode => '✗',
            Self::Broken => 'X',
            Self::Signal => '!',
            Self::Exec => 'e',
            Self::Join => 'j',
            Self::Held if unicode => '✓',
            Self::Held => 'v',
            Self::Print => 'p',
        }
    }

    /// For the legend.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Broken => "expectation broken",
            Self::Held => "expectation held",
            other => other.word(),
        }
    }

    /// For a style sheet's class.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Signal => "signal",
            Self::Exec => "exec",
            Self::Join => "join",
            Self::Held => "held",
            Self::Print => "print",
        }
    }
}

/// The moments to mark on a life's row, each with its time and its event: what happened to it, and whom it joined.
pub fn marks<'a>(history: &'a History, life: &'a Life) -> impl Iterator<Item = (i64, Mark, usize)> + 'a {
    let own = life.events.iter().filter_map(move |index| {
        let event = history.events().get(*index)?;
        let mark = match &event.what {
            What::Signalled { error: None, .. } | What::Delivered { .. } => Mark::Signal,
            What::Executed { .. } => Mark::Exec,
            What::Printed { .. } => Mark::Print,
            What::Expected { held: true, .. } => Mark::Held,
            What::Expected { held: false, .. } => Mark::Broken,
            _ => return None,
        };
        Some((event.time, mark, *index))
    });
    let joins = life.deeds.iter().filter_map(move |index| {
        let event = history.events().get(*index)?;
        matches!(event.what, What::Reaped { .. }).then_some((event.time, Mark::Join, *index))
    });
    own.chain(joins)
}
