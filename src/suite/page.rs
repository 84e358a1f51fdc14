//! The names of the pages with the timelines of trials.

use super::seed::{Use, seed};

/// Of each name so many characters are shown.
const SHOWN: usize = 40;

/// The name of the page of a trial of `whose` test, which is shown as `shown`. It is not of the run's seed: the next run's pages take
/// the place of these.
#[must_use]
pub fn page(shown: &str, whose: &str, test: &str, repetition: usize, attempt: usize) -> String {
    name(shown, test, seed(0, Use::Page, whose, test, repetition, attempt))
}

/// A name that can be read, and, by the number of its own, is no other trial's.
fn name(shown: &str, test: &str, number: u64) -> String {
    let plain = |name: &str| -> String {
        name.chars().map(|each| if each.is_alphanumeric() { each } else { '_' }).take(SHOWN).collect()
    };
    format!("{}-{}-{number:016x}.html", plain(shown), plain(test))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        assert_eq!(name("../a b", "\u{4e2d}/\0<i>", 10), "___a_b-\u{4e2d}___i_-000000000000000a.html");
        // The longest name that a file can have is 255 bytes.
        assert!(name(&"\u{4e2d}".repeat(500), &"b".repeat(500), u64::MAX).len() <= 255);
    }
}
