//! What a process has that runs behind a prompt, beside what every process has.

use crate::process::{Relay, clock};
use std::rc::Rc;

/// Two Ctrl-C within this time mean the second one, whatever the scenario does about the first.
const INSISTENT: i64 = clock::SECOND;

/// The other side of the prompt, which has the keyboard and the screen.
pub trait Editor {
    /// Shows a question and gives the answer, without its newline; None where there is none.
    fn ask(&self, question: &str) -> Option<String>;

    /// A process is about to have the terminal: nobody else writes meanwhile.
    fn lend(&self);

    /// It has it no more.
    fn take_back(&self, left: Left);
}

/// How a process left the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Left {
    InOrder,
    /// It was ended in the middle of its work: nobody knows what is on the screen, and where the cursor is.
    InDisorder,
}

/// The prompt, as the processes behind it know it.
#[derive(Clone)]
pub struct Prompt {
    pub relay: Rc<Relay>,
    pub editor: Rc<dyn Editor>,
}

/// A process's own part.
pub(super) struct Behind {
    pub relay: Rc<Relay>,
    /// None where what processes print is collected and nobody types.
    pub editor: Option<Rc<dyn Editor>>,
    /// This is the process that runs the entries, not a child of it.
    pub is_session: bool,
    /// An entry runs: nobody types.
    pub runs: bool,
    /// The program of a `run` that has the terminal: it has no name by which it could be resumed.
    pub nameless: Option<i32>,
    /// When Ctrl-C came last.
    interrupted: i64,
}

impl Behind {
    pub(super) fn session(prompt: Prompt) -> Self {
        let Prompt { relay, editor } = prompt;
        let editor = Some(editor);
        Self { relay, editor, is_session: true, runs: false, nameless: None, interrupted: i64::MIN }
    }

    pub(super) fn collected(relay: Rc<Relay>) -> Self {
        Self { relay, editor: None, is_session: false, runs: false, nameless: None, interrupted: i64::MIN }
    }

    /// Whether this process has a terminal to lend: the session alone, and not while a line is typed.
    pub(super) fn may_lend(&self) -> bool {
        self.is_session && self.runs
    }

    /// Whether a Ctrl-C interrupts what runs. One that the scenario has a block for does not, but a second one soon after.
    pub(super) fn interrupts(&mut self, has_block: bool) -> bool {
        let now = clock::monotonic();
        let again = self.interrupted > now - INSISTENT;
        self.interrupted = now;
        self.is_session && (again || !has_block)
    }
}
