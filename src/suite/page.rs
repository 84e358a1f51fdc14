//! The names of the pages with the timelines of trials.

/// Of each name so many characters are shown.
const SHOWN: usize = 40;

/// A name that can be read, and, by the number of its own, is no other trial's.
#[must_use]
pub fn page(whose: &str, test: &str, number: u64) -> String {
    let plain = |name: &str| -> String {
        name.chars().map(|each| if each.is_alphanumeric() { each } else { '_' }).take(SHOWN).collect()
    };
    format!("{}-{}-{number:016x}.html", plain(whose), plain(test))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        assert_eq!(page("../a b", "\u{4e2d}/\0<i>", 10), "___a_b-\u{4e2d}___i_-000000000000000a.html");
        // The longest name that a file can have is 255 bytes.
        assert!(page(&"\u{4e2d}".repeat(500), &"b".repeat(500), u64::MAX).len() <= 255);
    }
}
