//! Somebody who stands by while others kill what they can.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// Says what it is told for as long as it lives.
pub struct Bystander(pub Child);

impl Bystander {
    /// As the user, and in the group, that `dress` makes it.
    pub fn start(dress: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        dress(&mut command);
        Self(command.spawn().expect("a bystander"))
    }

    /// Whether it still answers: one that a deadly signal waits for never does, even where it has not got to dying yet.
    pub fn lives(&mut self) -> bool {
        let (Some(mut ear), Some(mouth)) = (self.0.stdin.take(), self.0.stdout.take()) else { return false };
        // Who is gone cannot be told anything, which is an answer too.
        let _ = ear.write_all(b"there?\n");
        let mut answer = String::new();
        BufReader::new(mouth).read_line(&mut answer).is_ok_and(|_| answer == "there?\n")
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
