//! What the folder of a student's reports is called: it depends on the student's name and on nobody else's, and no two students have
//! the same, also where large and small letters or the forms of an accent do not count.

use crate::suite::hash::Hash;

/// Bytes of what is kept of a name.
const LONGEST: usize = 80;
/// Names that some systems have for devices; those with a number are COM1 to COM9 and LPT1 to LPT9.
const DEVICES: [&str; 4] = ["con", "nul", "aux", "prn"];

/// The name of a file or folder for a student. A name of small letters, digits and the usual marks stays as it is. `~` and a number
/// behind it say which of its letters are large; `~x` and a longer one stand behind a name of which something else could not stay,
/// or could be mistaken elsewhere.
#[must_use]
pub fn folder_name(student: &str) -> String {
    let safe = safe(student);
    if safe != student || !student.chars().all(is_plain) {
        return format!("{safe}~x{:012x}", fingerprint(student));
    }
    match capitals(student) {
        0 => safe,
        which => format!("{safe}~{which:x}"),
    }
}

/// As much of it as can stand in a path anywhere.
fn safe(name: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '@' | '+' | ',');
    let mut safe: String = name.chars().map(|c| if kept(c) { c } else { '_' }).collect();
    safe.truncate(safe.floor_char_boundary(LONGEST));
    let trimmed = safe.trim().trim_end_matches(['.', ' ']);
    if trimmed.is_empty() || trimmed.starts_with(['.', '-']) || is_device(trimmed) {
        format!("_{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

/// With or without an ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |stem: &str| {
        let rest = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
        rest.is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    DEVICES.contains(&&*stem) || numbered(&stem)
}

/// What has one form everywhere, but for its case: of what is no ASCII, the unified ideographs of Chinese.
fn is_plain(c: char) -> bool {
    c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A bit for each letter that is a large one, the first one the lowest: no more letters than `LONGEST`.
fn capitals(name: &str) -> u128 {
    let letters = name.chars().filter(char::is_ascii_alphabetic).enumerate();
    letters.filter(|(_, c)| c.is_ascii_uppercase()).fold(0, |which, (at, _)| which | 1 << at)
}

/// 48 bits that differ where names do, unless somebody has sought for two that do not.
fn fingerprint(name: &str) -> u64 {
    let mut hash = Hash::default();
    hash.add(name.as_bytes());
    let hash = hash.value();
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash ^ (hash >> 29)) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn usual_names_stay_as_they_are() {
        for name in ["ada", "ada.lovelace", "a_b-c,d", "s123456", "ada@uni.edu", "李明", "a b"] {
            assert_eq!(folder_name(name), name);
        }
        assert_eq!(folder_name("Smith_John"), "Smith_John~21");
        assert_eq!(folder_name("SMITH"), "SMITH~1f");
        let kept = |name: &str| folder_name(name).split('~').next().map(str::to_owned).expect("a part");
        for (name, part) in [
            ("José", "José"),
            ("a/b", "a_b"),
            ("../../etc", "_.._.._etc"),
            ("x.", "x"),
            ("con.py", "_con.py"),
        ] {
            assert_eq!(kept(name), part, "{name}");
            assert!(folder_name(name).contains("~x"), "{name}");
        }
    }

    /// As the most forgetful file system would have it.
    fn forgetful(name: &str) -> String {
        name.to_lowercase().chars().filter(|c| is_plain(*c)).collect()
    }

    #[test]
    fn those_that_look_alike_are_told_apart() {
        let alike = [
            "a/b",
            "a_b",
            "A_B",
            "a:b",
            "a_B",
            "a b",
            "a b ",
            " a b",
            "a b.",
            "..",
            "",
            ".",
            "-rf",
            "_-rf",
            "con",
            "CON",
            "con.",
            "_con",
            "com1",
            "a\nb",
            "é",
            "e\u{301}",
            "É",
            "E\u{301}",
            "straße",
            "strasse",
            "STRASSE",
            "\u{212a}",
            "k",
            "K",
            "\u{17f}",
            "s",
            "ada",
            "Ada",
            "ADA",
            "ada~1",
            "Ada~1",
            "ada~",
            "Ⅷ",
            "viii",
            "ﬁ",
            "fi",
            "\u{f900}",
            "\u{8c48}",
            "x\u{200b}",
            "x",
        ];
        let long =
            ["n".repeat(80), "n".repeat(81), "n".repeat(300), "N".repeat(80), "é".repeat(41), "é".repeat(42)];
        let all: Vec<&str> = alike.into_iter().chain(long.iter().map(String::as_str)).collect();
        let mut seen = BTreeMap::new();
        for name in all {
            if let Some(other) = seen.insert(forgetful(&folder_name(name)), name) {
                panic!("{other:?} and {name:?} are both {}", folder_name(name));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn distinct_names_have_distinct_safe_folders(
            one in "[aAbBkK_/:~1xé李ß .\u{301}\u{212a}\u{17f}-]{0,5}|.{0,100}",
            other in "[aAbBkK_/:~1xé李ß .\u{301}\u{212a}\u{17f}-]{0,5}|.{0,100}",
        ) {
            let (first, second) = (folder_name(&one), folder_name(&other));
            prop_assert_eq!(one == other, forgetful(&first) == forgetful(&second), "{} {}", first, second);
            for name in [first, second] {
                prop_assert!(!name.is_empty() && name.len() <= 120, "{}", name);
                prop_assert!(!name.starts_with(['.', '-', ' ']) && !name.ends_with(['.', ' ']), "{}", name);
                prop_assert!(!name.contains(|c: char| c == '/' || c == '\\' || c.is_control()), "{}", name);
            }
        }
    }
}
