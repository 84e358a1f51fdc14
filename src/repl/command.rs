//! The commands of the prompt, which begin with a colon: one table, and how a line becomes one of them.

use crate::source::did_you_mean;
use std::path::{Path, PathBuf};

/// A row of the table of commands.
#[derive(Debug)]
pub struct CommandRow {
    /// Without the colon.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    pub takes: Takes,
    /// What it does: one sentence.
    pub doc: &'static str,
    /// What more there is to know, in lines of at most 76 columns.
    pub more: &'static str,
}

/// What stands behind the name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// A topic, or nothing.
    Topic,
    /// A file name.
    File,
    /// A statement of the language.
    Statement,
}

/// A command that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help(Option<String>),
    Watch,
    Load(PathBuf),
    Save(PathBuf),
    Edit,
    Vars,
    /// The statement, and where it begins in the line, in bytes.
    Time {
        statement: String,
        at: usize,
    },
    History,
    Reset,
    Quit,
}

/// Every command, in the order of the overview.
pub const COMMANDS: &[CommandRow] = &[
    CommandRow {
        name: "help",
        usage: ":help [TOPIC]",
        takes: Takes::Topic,
        doc: "Explains a topic, or gives an overview.",
        more: "A topic is a word of the language (:help kill, :help SIGTERM),\n\
               a command (:help :save), or an idea (:help zombie).",
    },
    CommandRow {
        name: "watch",
        usage: ":watch",
        takes: Takes::Nothing,
        doc: "Shows the processes live until a key is pressed.",
        more: "A table with the state, age, processor time, memory and exit of each, and\n\
               the tree. The processes go on; a zombie stays until its parent joins it.",
    },
    CommandRow {
        name: "load",
        usage: ":load FILE",
        takes: Takes::File,
        doc: "Runs a file as if it had been typed.",
        more: "Its names, functions and processes stay. A name with spaces may stand in\n\
               quotes, and ~/ is your home.",
    },
    CommandRow {
        name: "save",
        usage: ":save FILE",
        takes: Takes::File,
        doc: "Writes the session as a scenario file that runs.",
        more: "Entries that failed are left out. Only statements are saved, no output.",
    },
    CommandRow {
        name: "edit",
        usage: ":edit",
        takes: Takes::Nothing,
        doc: "Opens the last entry in your editor, then runs it.",
        more: "The editor is $VISUAL, else $EDITOR, else vi. An empty text runs nothing.",
    },
    CommandRow {
        name: "vars",
        usage: ":vars",
        takes: Takes::Nothing,
        doc: "Lists the names of the session with their values.",
        more: "Processes are shown as one-line cards, functions as they are called.",
    },
    CommandRow {
        name: "time",
        usage: ":time STATEMENT",
        takes: Takes::Statement,
        doc: "Runs a statement and says how long it took.",
        more: "As in :time join p",
    },
    CommandRow {
        name: "history",
        usage: ":history",
        takes: Takes::Nothing,
        doc: "Lists what was typed so far, the newest last.",
        more: "Ctrl-R searches it, the arrow keys walk through it, and it lasts from\n\
               session to session. An entry that begins with a space is not kept.",
    },
    CommandRow {
        name: "reset",
        usage: ":reset",
        takes: Takes::Nothing,
        doc: "Ends every process of the session and forgets all names.",
        more: "They are killed as at the end of a session, and a new one begins. The\n\
               history stays.",
    },
    CommandRow {
        name: "quit",
        usage: ":quit",
        takes: Takes::Nothing,
        doc: "Ends the session and its processes, as Ctrl-D does.",
        more: "Where processes are alive it names them and asks once.",
    },
];

/// The row of the command that this word means: its name, or how it begins. Where several begin so, the
/// first of the table is meant.
///
/// # Errors
/// Says why the word means no command.
pub fn named(word: &str) -> Result<&'static CommandRow, String> {
    if word.is_empty() {
        return Err("a command follows the colon: `:help` lists them".to_owned());
    }
    let found = COMMANDS.iter().find(|row| row.name.starts_with(word));
    found.ok_or_else(|| match did_you_mean(word, COMMANDS.iter().map(|row| row.name)) {
        Some(name) => format!("there is no command `:{word}`: did you mean `:{name}`?"),
        None => format!("there is no command `:{word}`: `:help` lists them"),
    })
}

/// Reads a line as a command. `None` where it is none: where it does not begin with a colon.
/// `home` is what `~/` stands for.
///
/// # Errors
/// Says in words for the user what is wrong with the command.
#[must_use]
pub fn parse(line: &str, home: Option<&Path>) -> Option<Result<Command, String>> {
    let blank = line.len() - line.trim_start().len();
    let rest = line[blank..].strip_prefix(':')?;
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, argument) = rest.split_at(length);
    let at = line.len() - argument.trim_start().len();
    Some(named(word).and_then(|row| command(row, argument.trim(), at, home)))
}

fn command(row: &CommandRow, argument: &str, at: usize, home: Option<&Path>) -> Result<Command, String> {
    match row.takes {
        Takes::Nothing if !argument.is_empty() => {
            return Err(format!("`:{}` takes nothing, and `{argument}` stands behind it", row.name));
        }
        Takes::File if argument.is_empty() => {
            return Err(format!("`:{}` needs a file name: `{}`", row.name, row.usage));
        }
        Takes::Statement if argument.is_empty() => {
            return Err(format!("`:{}` needs a statement: `:time join p`", row.name));
        }
        _ => {}
    }
    Ok(match row.name {
        "help" => Command::Help((!argument.is_empty()).then(|| argument.to_owned())),
        "load" => Command::Load(file(row, argument, home)?),
        "save" => Command::Save(file(row, argument, home)?),
        "time" => Command::Time { statement: argument.to_owned(), at },
        "watch" => Command::Watch,
        "edit" => Command::Edit,
        "vars" => Command::Vars,
        "history" => Command::History,
        "reset" => Command::Reset,
        _ => Command::Quit,
    })
}

/// A file name as it is typed: without quotes it is all that stands there, and in quotes a backslash stands
/// before a quote or a backslash of the name. `~/` stands for the home, but not in quotes.
fn file(row: &CommandRow, argument: &str, home: Option<&Path>) -> Result<PathBuf, String> {
    let quote = argument.chars().next().filter(|first| matches!(first, '"' | '\''));
    let name = match quote {
        Some(quote) => quoted(&argument[1..], quote).map_err(|what| format!("`:{}`: {what}", row.name))?,
        None => argument.to_owned(),
    };
    if name.is_empty() {
        return Err(format!("`:{}` needs a file name: `{}`", row.name, row.usage));
    }
    if name.contains('\0') {
        return Err("a file name cannot hold a NUL character".to_owned());
    }
    match name.strip_prefix("~/").or((name == "~").then_some("")) {
        Some(rest) if quote.is_none() => match home {
            Some(home) => Ok(home.join(rest)),
            None => Err("`~/` stands for your home, but the variable HOME is not set".to_owned()),
        },
        _ => Ok(PathBuf::from(name)),
    }
}

/// The text up to the closing quote, behind which nothing may stand.
fn quoted(text: &str, quote: char) -> Result<String, String> {
    let mut name = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quote == '"' => match letters.next() {
                Some(next @ ('"' | '\\')) => name.push(next),
                Some(next) => name.extend(['\\', next]),
                None => name.push('\\'),
            },
            _ if letter == quote => {
                let behind = letters.as_str();
                return match behind.is_empty() {
                    true => Ok(name),
                    false => {
                        Err(format!("one file name is wanted, and `{}` stands behind it", behind.trim()))
                    }
                };
            }
            _ => name.push(letter),
        }
    }
    Err(format!("the file name has no closing `{quote}`"))
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, Command, named, parse};
    use std::path::{Path, PathBuf};

    fn parsed(line: &str) -> Option<Result<Command, String>> {
        parse(line, Some(Path::new("/home/ann")))
    }

    #[test]
    fn a_line_with_a_colon_is_a_command() {
        let file = |name: &str| PathBuf::from(name);
        for (line, expected) in [
            (":help", Command::Help(None)),
            ("  :h  kill ", Command::Help(Some("kill".to_owned()))),
            (":help signal group", Command::Help(Some("signal group".to_owned()))),
            (":w", Command::Watch),
            (":load a b.proc ", Command::Load(file("a b.proc"))),
            (":save \"a \\\"b\\\" \\n\"", Command::Save(file("a \"b\" \\n"))),
            (":save 'a\\'", Command::Save(file("a\\"))),
            (":l ~/x", Command::Load(file("/home/ann/x"))),
            (":l '~/x'", Command::Load(file("~/x"))),
            (":l 任务.proc", Command::Load(file("任务.proc"))),
            (":e", Command::Edit),
            (":v", Command::Vars),
            (":time  sleep 1", Command::Time { statement: "sleep 1".to_owned(), at: 7 }),
            (":history", Command::History),
            (":reset", Command::Reset),
            (":q", Command::Quit),
        ] {
            assert_eq!(parsed(line), Some(Ok(expected)), "{line:?}");
        }
        assert_eq!(parsed("print 1"), None);
        assert_eq!(parsed(""), None);
    }

    #[test]
    fn what_is_wrong_with_a_command_is_said() {
        for (line, expected) in [
            (":", "a command follows the colon"),
            (":hlep", "did you mean `:help`?"),
            (":xyz", "there is no command `:xyz`: `:help` lists them"),
            (":quit now", "`:quit` takes nothing, and `now` stands behind it"),
            (":load", "`:load` needs a file name: `:load FILE`"),
            (":load \"\"", "`:load` needs a file name"),
            (":save \"a", "has no closing `\"`"),
            (":save 'a' b", "`b` stands behind it"),
            (":time", "needs a statement"),
        ] {
            let said = parsed(line).expect("it is a command").expect_err("it is wrong");
            assert!(said.contains(expected), "{line:?}: {said}");
        }
        let said = parse(":load ~/x", None).expect("it is a command").expect_err("there is no home");
        assert!(said.contains("HOME"), "{said}");
    }

    #[test]
    fn each_command_is_known_by_its_first_letters() {
        for row in COMMANDS {
            assert_eq!(named(row.name).map(|found| found.name), Ok(row.name));
            assert!(row.usage.starts_with(&format!(":{}", row.name)));
            assert!(row.doc.ends_with('.'));
            assert!(row.more.lines().all(|line| line.chars().count() <= 76), "{}", row.name);
        }
        // `:h` is `:help`, though `:history` begins so too.
        assert_eq!(named("h").map(|found| found.name), Ok("help"));
    }
}
