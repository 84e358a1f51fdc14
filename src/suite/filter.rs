//! Which tests are meant: `--filter`.
//!
//! A filter is terms with spaces between them, all of which must hold; of several filters one is enough.
//! A term is a text that the test's name or its file's contains; or `name:TEXT`, `file:TEXT`, `tag:TAG`; or `name=TEXT`, `file=TEXT`
//! for the whole of it. A `!` before it turns it round. A text with spaces stands in quotes: `name:"a child"`.

use super::file::{File, Test};

/// One filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    field: Field,
    text: String,
    /// It must be the whole, not a part.
    whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Any,
    Name,
    File,
    Tag,
}

/// How a term may begin.
const FIELDS: [(&str, Field, bool); 6] = [
    ("name:", Field::Name, false),
    ("name=", Field::Name, true),
    ("file:", Field::File, false),
    ("file=", Field::File, true),
    ("tag:", Field::Tag, true),
    ("tag=", Field::Tag, true),
];

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (term, behind) = Term::parse(rest)?;
            terms.push(term);
            rest = behind.trim_start();
        }
        if terms.is_empty() {
            Err("a filter of nothing means no test".to_owned())
        } else {
            Ok(Self { terms })
        }
    }

    /// Whether it means this test.
    #[must_use]
    pub fn means(&self, file: &File, test: &Test) -> bool {
        self.terms.iter().all(|term| term.holds(&file.name, test) != term.negated)
    }
}

impl Term {
    fn parse(text: &str) -> Result<(Self, &str), String> {
        let (negated, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let found = FIELDS
            .iter()
            .find_map(|(prefix, field, whole)| Some((*field, *whole, text.strip_prefix(prefix)?)));
        let (field, whole, text) = found.unwrap_or((Field::Any, false, text));
        let (word, behind) = match text.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or("a `\"` that is not closed")?,
            None => text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())),
        };
        if word.is_empty() {
            return Err(
                "a term without a text: write it as `name:TEXT`, `file:TEXT`, `tag:TAG` or TEXT".to_owned()
            );
        }
        Ok((Self { negated, field, text: word.to_owned(), whole }, behind))
    }

    fn holds(&self, file: &str, test: &Test) -> bool {
        let is = |text: &str| if self.whole { text == self.text } else { text.contains(&self.text) };
        match self.field {
            Field::Any => is(&test.name) || is(file),
            Field::Name => is(&test.name),
            Field::File => is(file),
            Field::Tag => test.tags.iter().any(|tag| is(tag)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use crate::suite::{File, Test};

    fn means(filter: &str) -> bool {
        let file = File { name: "dir/a.proc".into(), ..File::default() };
        let test = Test { name: "a child: ends".into(), tags: vec!["slow".into()], ..Test::default() };
        Filter::parse(filter).expect(filter).means(&file, &test)
    }

    #[test]
    fn all_terms_must_hold() {
        for yes in [
            "child",
            "dir/",
            "name:child",
            "file:a.proc",
            "tag:slow",
            "!tag:fast",
            "name=\"a child: ends\"",
            "child tag:slow !file:b",
            "\"a child\"",
            "file=dir/a.proc",
        ] {
            assert!(means(yes), "{yes}");
        }
        for no in
            ["name:dir", "file:child", "tag:slo", "!child", "child tag:fast", "name=child", "file=a.proc"]
        {
            assert!(!means(no), "{no}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for wrong in ["", "  ", "name:", "!", "\"", "name:\"x", "tag: slow"] {
            assert!(Filter::parse(wrong).is_err(), "{wrong}");
        }
    }
}
