//! The prompt: how many processes there are, above the line that is typed.

use super::wire::Counts;
use crate::report::Style;
use std::sync::{Arc, Mutex, PoisonError};

/// What stands before the line.
const MARK: &str = "proctor> ";

/// The numbers of processes, which change while a line is typed.
#[derive(Debug, Clone, Default)]
pub struct Numbers(Arc<Mutex<Counts>>);

impl Numbers {
    pub fn set(&self, counts: Counts) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = counts;
    }

    fn get(&self) -> Counts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The prompt in plain letters, which says how many rows and columns it takes. A row of numbers stands above the mark
    /// where there are processes; its numbers may change, but not that it is there.
    #[must_use]
    pub fn plain(&self) -> String {
        if self.get() == Counts::default() { MARK.to_owned() } else { format!("-\n{MARK}") }
    }

    /// The prompt as it is drawn, for the plain one.
    #[must_use]
    pub fn drawn(&self, plain: &str, style: Style, held: bool) -> String {
        let mark = if held { style.green(MARK.trim_end()) } else { style.red(MARK.trim_end()) };
        let row =
            if plain.contains('\n') { format!("{}\n", style.dim(&words(self.get()))) } else { String::new() };
        format!("{row}{mark} ")
    }
}

/// `3 alive, 1 of them stopped, 2 zombies`.
fn words(counts: Counts) -> String {
    let mut words = vec![format!("{} alive", counts.alive)];
    if counts.stopped > 0 {
        words.push(format!("{} of them stopped", counts.stopped));
    }
    match counts.zombies {
        0 => {}
        1 => words.push("1 zombie".to_owned()),
        many => words.push(format!("{many} zombies")),
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Counts, Numbers};
    use crate::report::Style;

    #[test]
    fn numbers_stand_above_the_mark() {
        let numbers = Numbers::default();
        assert_eq!(numbers.plain(), "proctor> ");
        numbers.set(Counts { alive: 3, stopped: 1, zombies: 2 });
        let plain = numbers.plain();
        assert_eq!(
            numbers.drawn(&plain, Style::PLAIN, true),
            "3 alive, 1 of them stopped, 2 zombies\nproctor> "
        );
    }
}
