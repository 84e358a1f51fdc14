//! What completion offers: texts to put in, as a list that is filtered and in order.

/// One way to complete a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What replaces the word.
    pub text: String,
    /// What a list shows.
    pub shown: String,
    /// One line about it; may be empty.
    pub doc: String,
}

/// Candidates as they are found: the more useful groups first.
#[derive(Debug, Default)]
pub(super) struct Offers {
    rows: Vec<Candidate>,
}

impl Offers {
    /// `text` and `shown` are the same.
    pub fn add(&mut self, text: impl Into<String>, doc: impl Into<String>) {
        let text = text.into();
        self.rows.push(Candidate { shown: text.clone(), text, doc: doc.into() });
    }

    pub fn add_as(&mut self, text: impl Into<String>, shown: impl Into<String>, doc: impl Into<String>) {
        self.rows.push(Candidate { text: text.into(), shown: shown.into(), doc: doc.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Those that begin with the word, each once; where none does, those that do so in other letters.
    pub fn beginning_with(self, word: &str) -> Vec<Candidate> {
        let folded = word.to_lowercase();
        let exact: Vec<&Candidate> = self.rows.iter().filter(|row| row.text.starts_with(word)).collect();
        let near = |row: &&Candidate| row.text.to_lowercase().starts_with(&folded);
        let found = if exact.is_empty() { self.rows.iter().filter(near).collect() } else { exact };
        let mut seen = std::collections::HashSet::new();
        // A name of the session hides a function of the language, so the first stays.
        let name = |row: &Candidate| row.text.trim_end_matches(['(', ')', ' ', ':']).to_owned();
        found.into_iter().filter(|row| seen.insert(name(row))).cloned().collect()
    }
}
