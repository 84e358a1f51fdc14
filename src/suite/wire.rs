//! What a trial tells the process that schedules: JSON over a channel that no program of the scenario inherits.

use crate::event::{Actor, Difference, Failure, Message};
use crate::keeper::{self, Ended, Strain};
use crate::process::{Channel, Errno, Received};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One thing that a trial tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Word {
    /// The scenario's main process has this pid.
    Begun(i32),
    /// From any process of the scenario.
    Told(Box<Message>),
    /// Its timeline is drawn, into this file; or why it is not.
    Drawn(Result<PathBuf, String>),
    /// The guard's last word: nothing of the scenario is left.
    Over(Over),
    /// It could not be run, and why.
    NotRun(String),
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    pub outcome: keeper::Outcome,
    /// Alive at its end, and killed; and how many more.
    pub leftovers: Vec<Actor>,
    pub unnamed: u32,
    /// Adopted and reaped; and how many more.
    pub orphans: Vec<Actor>,
    pub unnamed_orphans: u32,
    /// What others kept from it, as far as that is known.
    pub strain: Option<Strain>,
    /// It was refused something by a limit of its own.
    pub at_its_ceiling: bool,
    /// A time that its text gives was over, whoever dealt with it.
    pub ran_out: bool,
}

impl From<Ended> for Over {
    fn from(ended: Ended) -> Self {
        Self {
            ran_out: ended.memory.has_run_out(),
            outcome: ended.outcome,
            leftovers: ended.leftovers,
            unnamed: ended.unnamed,
            orphans: ended.orphans,
            unnamed_orphans: ended.unnamed_orphans,
            strain: ended.strain,
            at_its_ceiling: ended.at_its_ceiling,
        }
    }
}

/// Characters that a message keeps of one text where all of it cannot be sent.
const TEXT: usize = 2000;
/// Parts and calls that it keeps then.
const PARTS: usize = 4;

/// Sends a word; where the memory for a long message is not to be had, with its texts cut. Whoever schedules may be gone:
/// then there is nobody to tell.
pub fn send(channel: &Channel, word: &Word) {
    let Ok(bytes) = serde_json::to_vec(word) else { return };
    match channel.send(&bytes) {
        Ok(()) | Err(Errno::EPIPE) => {}
        Err(_) => {
            if let Word::Told(message) = word
                && let Ok(bytes) = serde_json::to_vec(&Word::Told(Box::new(cut(Message::clone(message)))))
            {
                let _ = channel.send(&bytes);
            }
        }
    }
}

/// Waits for a word.
///
/// # Errors
/// In words: there is none, or what came is none.
pub fn receive<T: DeserializeOwned>(channel: &Channel) -> Result<T, String> {
    match channel.receive(true).map_err(|errno| errno.to_string())? {
        Received::Message(bytes) => read(&bytes),
        Received::Nothing | Received::End => Err("nobody says anything".to_owned()),
    }
}

/// Whether these bytes tell of an award or of feedback.
pub fn is_earned(bytes: &[u8]) -> bool {
    [&b"{\"Told\":{\"Awarded\":"[..], b"{\"Told\":{\"Feedback\":"]
        .iter()
        .any(|begin| bytes.starts_with(begin))
}

/// The word that these bytes are.
///
/// # Errors
/// In words: they are none.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

fn cut(mut message: Message) -> Message {
    match &mut message {
        Message::Failed(failure) | Message::Broken(failure) => cut_failure(failure),
        Message::Listed(rows) => rows.truncate(PARTS),
        Message::Drawn(rows) => rows.truncate(PARTS),
        Message::LeftBehind(actors, _) => actors.truncate(PARTS),
        Message::Awarded { why: text, .. } | Message::Feedback(text) => {
            text.truncate(text.floor_char_boundary(TEXT))
        }
        Message::TestEnded(_) => {}
    }
    message
}

fn cut_failure(failure: &mut Failure) {
    let cut = |text: &mut String| text.truncate(text.floor_char_boundary(TEXT));
    cut(&mut failure.message);
    failure.help.as_mut().map(cut);
    failure.parts.truncate(PARTS);
    failure.parts.iter_mut().for_each(|part| cut(&mut part.value));
    failure.chain.truncate(PARTS);
    match &mut failure.difference {
        Some(Difference::Lines { expected, actual }) => {
            cut(expected);
            cut(actual);
        }
        Some(Difference::AnyOrder { missing, extra }) => {
            for lines in [missing, extra] {
                lines.truncate(PARTS);
                lines.iter_mut().for_each(cut);
            }
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Word, is_earned};
    use crate::event::Message;
    use crate::value::Points;

    #[test]
    fn what_was_earned_is_known_by_its_first_bytes() {
        let told =
            |message| serde_json::to_vec(&Word::Told(Box::new(message))).expect("a word can be written");
        assert!(is_earned(&told(Message::Awarded { points: Points::ONE, why: "x".into() })));
        assert!(is_earned(&told(Message::Feedback("x".into()))));
        assert!(!is_earned(&told(Message::LeftBehind(Vec::new(), 0))));
    }
}
