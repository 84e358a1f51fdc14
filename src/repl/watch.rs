//! `:watch`: the processes as they are, drawn again and again until a key is pressed.

use super::collect::Told;
use super::editor::Prompting;
use super::reset::is_dumb;
use super::screen::write;
use super::wire::{Frame, Reply, Request};
use crate::process::{Watch, terminal};
use crate::report::cut;
use std::io::Read;
use std::os::fd::AsFd;

/// Milliseconds between two frames.
const PAUSE: u64 = 250;

impl Prompting {
    pub(super) fn watch(&mut self) {
        if is_dumb() {
            return self.look_once();
        }
        let stdin = std::io::stdin();
        let Ok(modes) = terminal::keys(stdin.as_fd()) else { return };
        self.screen.hold(true);
        // The other screen of the terminal, without a cursor: what was there comes back afterwards.
        write("\x1b[?1049h\x1b[?25l");
        self.frames();
        write("\x1b[?25h\x1b[?1049l");
        let _ = terminal::restore(stdin.as_fd(), &modes);
        self.screen.hold(false);
    }

    /// On a terminal that cannot draw anew: the table and the tree as they are now.
    fn look_once(&mut self) {
        if let Some(frame) = self.frame() {
            write(&format!("{}\n{}", frame.table, frame.tree));
        }
    }

    /// Asks for a frame; none where something else was told, or the session is gone.
    fn frame(&mut self) -> Option<Frame> {
        self.shared.send(&Request::Look);
        match self.told.recv() {
            Ok(Told::Reply(Reply::Frame(frame))) => return Some(frame),
            Ok(Told::Reply(_)) => {}
            Ok(Told::Ended) | Err(_) => self.gone = true,
        }
        None
    }

    fn frames(&mut self) {
        let stdin = std::io::stdin();
        let Ok(mut keys) = Watch::new() else { return };
        if keys.add(stdin.as_fd(), 0).is_err() {
            return;
        }
        loop {
            if let Some(frame) = self.frame() {
                write(&self.drawn(&frame));
            }
            if self.gone {
                return;
            }
            if keys.wait(Some(PAUSE)).is_ok_and(|ready| !ready.is_empty()) {
                let _ = stdin.lock().read(&mut [0; 64]);
                return;
            }
        }
    }

    /// A frame as it fits the screen: the table, and the tree where there is room for it.
    fn drawn(&self, frame: &Frame) -> String {
        let (columns, rows) = terminal::room(std::io::stdout());
        let title = self.style.dim("processes of the session; any key goes back to the prompt");
        let table: Vec<&str> = frame.table.lines().collect();
        let tree: Vec<&str> = frame.tree.lines().collect();
        let room = rows.saturating_sub(2);
        let mut lines = vec![title, String::new()];
        let for_table = room.min(table.len());
        lines.extend(table[..for_table].iter().map(|line| (*line).to_owned()));
        if table.len() > for_table {
            let more = format!("{} more", table.len() - for_table + 1);
            lines.pop();
            lines.push(self.style.dim(&more));
        } else if room > for_table + 2 {
            lines.push(String::new());
            lines.extend(tree.iter().take(room - for_table - 1).map(|line| (*line).to_owned()));
        }
        let drawn: String = lines
            .iter()
            .take(rows)
            .map(|line| format!("{}\x1b[K\r\n", cut(line, columns, self.style.ellipsis())))
            .collect();
        format!("\x1b[H{}\x1b[J", drawn.trim_end_matches("\r\n"))
    }
}
