//! What lies in a class and is no student's work: what systems and editors leave, a README, and what the teacher leaves out.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;

/// As in a .gitignore, in large and small letters alike. None of it is a name that a student has.
const LITTER: [&str; 17] = [
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "$RECYCLE.BIN",
    "System Volume Information",
    "__MACOSX",
    "@eaDir",
    "lost+found",
    "*~",
    "~$*",
    "README",
    "README.txt",
    "README.md",
    "README.rst",
    "README.pdf",
    "README.htm",
    "README.html",
];

/// What is left out of a class.
#[derive(Debug)]
pub struct Sieve {
    litter: Gitignore,
    own: Gitignore,
}

impl Sieve {
    /// With what the teacher leaves out, each as a line of a .gitignore: `*.pdf`, or `!README` for what is a work after all.
    ///
    /// # Errors
    /// In words: one of them is no pattern.
    pub fn new(own: &[String]) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new("");
        for line in own {
            let wrong =
                |why: &str| format!("`--exclude {}` is no pattern of names: {why}", line.escape_debug());
            if line.trim().is_empty() || line.starts_with('#') || line.trim_start_matches('!').contains('/') {
                return Err(wrong("write it as '*.pdf'"));
            }
            builder.add_line(None, line).map_err(|error| wrong(&error.to_string()))?;
        }
        let own = builder.build().map_err(|error| format!("--exclude: {error}"))?;
        let mut builder = GitignoreBuilder::new("");
        let known = builder.case_insensitive(true).map(|_| ());
        let lines = LITTER.iter().try_for_each(|line| builder.add_line(None, line).map(|_| ()));
        let litter = known.and(lines).and_then(|()| builder.build());
        Ok(Self { litter: litter.map_err(|error| error.to_string())?, own })
    }

    /// Whether something of this name is no work.
    #[must_use]
    pub fn leaves_out(&self, name: &Path, is_folder: bool) -> bool {
        match self.own.matched(name, is_folder) {
            Match::Ignore(_) => true,
            Match::Whitelist(_) => false,
            Match::None => self.litter.matched(name, is_folder).is_ignore(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sieve;
    use std::path::Path;

    fn left_out<'a>(own: &[&str], names: &[&'a str]) -> Vec<&'a str> {
        let own: Vec<String> = own.iter().map(|line| (*line).to_owned()).collect();
        let sieve = Sieve::new(&own).expect("they are patterns");
        names.iter().copied().filter(|name| sieve.leaves_out(Path::new(name), false)).collect()
    }

    #[test]
    fn litter_is_left_out_and_students_are_not() {
        let litter = [
            "Thumbs.db",
            "THUMBS.DB",
            "desktop.ini",
            "readme.md",
            "README",
            "ada.py~",
            "~$ada.docx",
            "$RECYCLE.BIN",
        ];
        assert_eq!(left_out(&[], &litter), litter);
        let students = ["ada.py", "readme.py", "readmeyer", "thumbs.py", "db", "Icon", "x.rar", "README.zip"];
        assert_eq!(left_out(&[], &students), [""; 0]);
    }

    #[test]
    fn the_teacher_has_the_last_word() {
        let names = ["ada.py", "ada.pdf", "README.md", "solution.py", "Thumbs.db"];
        assert_eq!(
            left_out(&["*.pdf", "solution.*"], &names),
            ["ada.pdf", "README.md", "solution.py", "Thumbs.db"]
        );
        assert_eq!(left_out(&["!README.md"], &names), ["Thumbs.db"]);
        assert_eq!(left_out(&["*.py", "!ada.py"], &names), ["README.md", "solution.py", "Thumbs.db"]);
        for wrong in ["", " ", "#x", "a/b", "!a/b", "[z-a]", "{a"] {
            let why = Sieve::new(&[wrong.to_owned()]).expect_err(wrong);
            assert!(why.contains("--exclude"), "{why}");
        }
    }
}
