//! What an entry is: a command of the prompt, or words for the session.

use super::command::{Command, parse};
use super::editor::Prompting;
use super::help::help;
use super::screen::write;
use super::wire::Request;
use crate::execute::Left;
use crate::process::terminal;
use crate::report::visible_line;
use std::os::fd::AsFd;
use std::path::Path;

/// Entries that `:history` lists.
const LISTED: usize = 1000;

impl Prompting {
    /// Does what the editor can do by itself; gives what is for the session.
    pub(super) fn act(&mut self, text: String) -> Option<Request> {
        let home = std::env::var_os("HOME");
        let command = match parse(&text, home.as_deref().map(Path::new)) {
            None => return Some(Request::Entry(text)),
            Some(Ok(command)) => command,
            Some(Err(wrong)) => {
                self.say(&wrong);
                return None;
            }
        };
        match command {
            Command::Help(topic) => match help(topic.as_deref()) {
                Ok(page) => write(&page),
                Err(wrong) => self.say(&wrong),
            },
            Command::History => self.list_history(),
            Command::Watch => self.watch(),
            Command::Edit => return self.edit(),
            Command::Load(path) => return Some(Request::Load(path.to_string_lossy().into_owned())),
            Command::Save(path) => {
                let name = path.to_string_lossy().into_owned();
                return self.may_write(&path).then_some(Request::Save(name));
            }
            Command::Vars => return Some(Request::Vars),
            Command::Time { statement, .. } => return Some(Request::Time(statement)),
            Command::Reset => {
                self.again = true;
                return Some(Request::Quit { sure: true });
            }
            Command::Quit => return Some(Request::Quit { sure: false }),
        }
        None
    }

    /// Asks before a file is written over.
    fn may_write(&mut self, path: &Path) -> bool {
        if !path.exists() {
            return true;
        }
        let question =
            format!("{} is there already: write over it? [y/N] ", visible_line(&path.to_string_lossy()));
        self.answer(&question).is_ok_and(|answer| matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    fn say(&self, sentence: &str) {
        write(&format!("{}\n", self.style.yellow(sentence)));
    }

    fn list_history(&self) {
        let newest: Vec<&str> = self.lines.history().newest().take(LISTED).collect();
        let mut text = String::new();
        for entry in newest.into_iter().rev() {
            text.push_str(entry);
            text.push('\n');
        }
        write(&text);
    }

    /// The last entry in the user's editor, and then to the session.
    fn edit(&mut self) -> Option<Request> {
        let last = self
            .lines
            .history()
            .newest()
            .find(|entry| !entry.starts_with(':'))
            .unwrap_or_default()
            .to_owned();
        match self.edited(&last) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => {
                let text = text.trim_end();
                let _ = rustyline::history::History::add(self.lines.history_mut(), text);
                write(&format!("{text}\n"));
                Some(Request::Entry(text.to_owned()))
            }
            Err(wrong) => {
                self.say(&wrong);
                None
            }
        }
    }

    fn edited(&self, text: &str) -> Result<String, String> {
        let chosen = ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok());
        let editor = chosen.filter(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned());
        self.screen.hold(true);
        let result = self.draft.edited(text, &editor);
        // Whoever is killed in the middle of its work leaves the modes that it works with.
        let is_put_back =
            terminal::modes(std::io::stdin().as_fd()).is_ok_and(|now| now.edits_like(&self.modes));
        self.screen.come_back(&self.modes, if is_put_back { Left::InOrder } else { Left::InDisorder });
        result
    }
}
