//! What `:help` says: an overview, the rows of the language's tables, and a page for each idea.

use super::command::{COMMANDS, CommandRow};
use super::keyword::{CONTEXTUAL, KEYWORDS};
use crate::program::{ATTRIBUTES, BUILTINS, LIMITS, METHODS, OPTIONS, SIGNALS, STATES, VERBS};
use crate::source::{did_you_mean, find_code};
use std::fmt::Write as _;

/// A page about an idea, for those who meet it the first time. Its first line says what it is in one sentence;
/// what stands indented behind `Try it:` is a scenario that runs.
#[derive(Debug)]
pub struct Concept {
    pub name: &'static str,
    pub page: &'static str,
}

impl Concept {
    /// The first line, without the name.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        let first = self.page.lines().next().unwrap_or_default();
        first.split_once(": ").map_or(first, |(_, doc)| doc)
    }
}

macro_rules! concepts {
    ($($name:literal)*) => {
        /// The ideas that have a page.
        pub const CONCEPTS: &[Concept] =
            &[$(Concept { name: $name, page: include_str!(concat!("help/", $name, ".txt")) }),*];
    };
}

concepts! { "process" "fork" "exec" "join" "zombie" "orphan" "daemon" "signal" "group" "pipe" "lock" "queue" }

/// A word that `:help` explains, and what it says in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    pub name: &'static str,
    pub doc: &'static str,
}

/// Every topic, ideas first; a word that means several things is there several times.
pub fn topics() -> impl Iterator<Item = Topic> {
    let topic = |name, doc| Topic { name, doc };
    let concepts = CONCEPTS.iter().map(move |row| topic(row.name, row.doc()));
    let verbs = VERBS.iter().map(move |row| topic(row.name, row.doc));
    let keywords = KEYWORDS.iter().map(move |row| topic(row.name, row.doc));
    let contextual = CONTEXTUAL.iter().map(move |row| topic(row.name, row.doc));
    let builtins = BUILTINS.iter().map(move |row| topic(row.name, row.doc));
    let attributes = ATTRIBUTES.iter().map(move |row| topic(row.name, row.doc));
    let options = OPTIONS.iter().map(move |row| topic(row.name, row.doc));
    let methods = METHODS.iter().map(move |row| topic(row.name, row.doc));
    let limits = LIMITS.iter().map(move |(name, doc)| topic(name, doc));
    let states = STATES.iter().map(move |row| topic(row.name, row.doc));
    let signals = SIGNALS.iter().map(move |row| topic(row.name, row.doc));
    let commands = COMMANDS.iter().map(move |row| topic(command_name(row), row.doc));
    concepts
        .chain(verbs)
        .chain(keywords)
        .chain(contextual)
        .chain(builtins)
        .chain(attributes)
        .chain(options)
        .chain(methods)
        .chain(limits)
        .chain(states)
        .chain(signals)
        .chain(commands)
}

/// With its colon, as it begins its usage.
fn command_name(row: &'static CommandRow) -> &'static str {
    row.usage.split(' ').next().unwrap_or(row.usage)
}

/// The text for a topic, or the overview; it ends with a newline.
///
/// # Errors
/// Where there is no such topic: a sentence that says so, with the nearest one.
pub fn help(topic: Option<&str>) -> Result<String, String> {
    let Some(typed) = topic.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(overview()) };
    let spelt = spelling(typed);
    let sections = sections(&spelt);
    if !sections.is_empty() {
        return Ok(sections.join("\n"));
    }
    if let Some(code) = find_code(&spelt) {
        return Ok(format!("{}\n", code.page().trim_end()));
    }
    let names = topics().map(|topic| topic.name);
    Err(match did_you_mean(&spelt, names) {
        Some(near) => format!("there is no topic `{typed}`: did you mean `{near}`?"),
        None => format!("there is no topic `{typed}`: `:help` says what there is"),
    })
}

/// A topic may be written as it stands in a text: `exec()`, `p.exitcode`, `.exitcode`.
fn spelling(typed: &str) -> String {
    let word = typed.split('(').next().unwrap_or(typed);
    let word = word.rsplit('.').next().unwrap_or(word).trim();
    let upper = word.to_ascii_uppercase();
    let signal = SIGNALS.iter().find(|row| row.name == upper || (upper == word && row.name[3..] == upper));
    match signal {
        Some(row) => row.name.to_owned(),
        None => word.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// What the tables say of a word.
fn sections(word: &str) -> Vec<String> {
    let mut all = Vec::new();
    for concept in CONCEPTS.iter().filter(|concept| concept.name == word) {
        all.push(format!("{}\n", concept.page.trim_end()));
    }
    for row in VERBS.iter().filter(|row| row.name == word || row.name.split(' ').any(|part| part == word)) {
        all.push(entry(row.usage, "verb", row.doc));
    }
    for row in KEYWORDS.iter().filter(|row| row.name == word) {
        all.push(entry(row.usage, "keyword", row.doc));
    }
    for row in CONTEXTUAL.iter().filter(|row| row.name == word) {
        all.push(entry(row.usage, "word", row.doc));
    }
    for row in BUILTINS.iter().filter(|row| row.name == word) {
        let what = if row.is_value() { "value" } else { "function" };
        all.push(entry(row.usage, what, row.doc));
    }
    for row in METHODS.iter().filter(|row| row.name == word) {
        all.push(entry(row.usage, &format!("method of {}", row.receiver.name()), row.doc));
    }
    for row in ATTRIBUTES.iter().filter(|row| row.name == word) {
        all.push(entry(&format!("p.{}", row.name), &format!("attribute: {}", row.gives), row.doc));
    }
    for row in OPTIONS.iter().filter(|row| row.name == word) {
        let doc = format!("{} It takes {}.", row.doc, row.expected.words());
        all.push(entry(&format!("with {{{}: …}}", row.name), "option of spawn", &doc));
    }
    for (name, doc) in LIMITS.iter().filter(|(name, _)| *name == word) {
        all.push(entry(&format!("with {{limits: {{{name}: …}}}}"), "limit", &sentence(doc)));
    }
    for row in STATES.iter().filter(|row| row.name == word) {
        all.push(entry(&format!("p.state == \"{}\"", row.name), "state", row.doc));
    }
    for row in SIGNALS.iter().filter(|row| row.name == word) {
        all.push(signal(row.name, row.number, row.doc));
    }
    for row in COMMANDS.iter().filter(|row| row.name == word || command_name(row) == word) {
        all.push(format!(
            "{}    {}\n",
            entry(row.usage, "command", row.doc),
            row.more.replace('\n', "\n    ")
        ));
    }
    all
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn signal(name: &str, number: u8, doc: &str) -> String {
    let caught = match name {
        "SIGKILL" | "SIGSTOP" => "It can be neither caught nor ignored.".to_owned(),
        _ => format!(
            "`on {name} {{ … }}` catches it, `ignore {name}` lets it pass, `default {name}` undoes both."
        ),
    };
    entry(
        name,
        &format!("signal {number}"),
        &format!("{} `signal p {name}` sends it. {caught} See `:help signal`.", sentence(doc)),
    )
}

const COLUMNS: usize = 80;
const INDENT: &str = "    ";

/// `usage … what`, and below it the sentence, indented and wrapped.
fn entry(usage: &str, what: &str, doc: &str) -> String {
    let taken = usage.chars().count() + what.chars().count();
    let gap = COLUMNS.saturating_sub(taken).max(2);
    let mut text = format!("{usage}{}{what}\n{INDENT}", " ".repeat(gap));
    let mut column = INDENT.len();
    for (index, word) in doc.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > COLUMNS {
            text.push('\n');
            text.push_str(INDENT);
            column = INDENT.len();
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
    text
}

fn overview() -> String {
    let mut text = "\
Type a statement and press Enter: the processes that it starts are real ones.

  spawn p { sleep 1; exit 3 }         starts a process and calls it p
  ps    tree    p.state    p.fds      look at processes
  stop p    resume p    kill p        signal them
  join p                              waits for its end and reaps it

"
    .to_owned();
    for row in COMMANDS {
        // A String can always be written to.
        let _ = writeln!(text, "  {:<16}{}", row.usage, row.doc);
    }
    text.push_str("\nTopics are all words of the language (`:help spawn`), and these ideas:\n");
    let names: Vec<&str> = CONCEPTS.iter().map(|concept| concept.name).collect();
    let _ = writeln!(text, "  {}", names.join(" "));
    text.push_str("Tab completes, Ctrl-R searches what was typed, Ctrl-C clears the line.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{CONCEPTS, help, topics};

    #[test]
    fn the_overview_fits_a_small_screen() {
        let text = help(None).expect("there is an overview");
        assert!(text.lines().count() <= 24, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(help(Some("  ")), Ok(text));
    }

    #[test]
    fn every_topic_has_a_text_that_fits() {
        for topic in topics() {
            let text = help(Some(topic.name)).unwrap_or_else(|error| panic!("{}: {error}", topic.name));
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", topic.name);
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{}: {line}", topic.name);
            }
            assert!(!topic.doc.is_empty() && !topic.doc.contains('\n'), "{}", topic.name);
        }
    }

    #[test]
    fn a_page_about_an_idea_is_short_and_has_an_example() {
        for concept in CONCEPTS {
            assert!(concept.page.lines().count() <= 20, "{}", concept.name);
            assert!(concept.page.contains("\nTry it:\n    "), "{}", concept.name);
            assert!(concept.page.to_lowercase().starts_with(concept.name), "{}", concept.name);
            assert!(concept.doc().ends_with('.'), "{}", concept.name);
        }
    }

    #[test]
    fn a_topic_may_be_written_as_in_a_text() {
        for (typed, expected) in [
            ("kill", "Sends SIGKILL"),
            ("exec()", "execvp(3)"),
            ("p.exitcode", "attribute: int or none"),
            (".exitcode", "attribute"),
            ("capture", "option of spawn"),
            ("zombie", "p.state == \"zombie\""),
            ("signal  group", "process group"),
            ("sigterm", "signal 15"),
            ("TERM", "signal 15"),
            (":save", ":save FILE"),
            ("save", ":save FILE"),
            ("join", "xs.join(separator)"),
            ("join", "join all"),
            ("file_size", "limit"),
            ("not_a_child", "not_a_child"),
            ("for", "for x in xs"),
        ] {
            let text = help(Some(typed)).unwrap_or_else(|error| panic!("{typed}: {error}"));
            assert!(text.contains(expected), "{typed}: {text}");
        }
        assert_eq!(help(Some("zombi")), Err("there is no topic `zombi`: did you mean `zombie`?".to_owned()));
        assert!(help(Some("gargoyle")).is_err_and(|error| error.contains("`:help` says")));
    }
}
