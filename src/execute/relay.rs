//! Behind a prompt: what goes to the editor, and what to the terminal itself.

use super::Stop;
use super::block::fault;
use super::machine::Machine;
use super::option::Options;
use crate::process::{self, Diverted, Setup, terminal};
use crate::source::Code;
use crate::value::{Trouble, Value};

impl Machine {
    /// Output that a new process would inherit: that of a program goes to the editor by a pipe of its own; whoever has the
    /// terminal writes to it.
    pub(super) fn relay_output(
        &mut self,
        name: &str,
        options: &Options,
        is_task: bool,
        setup: &mut Setup,
    ) -> Result<(), Stop> {
        let Some(behind) = &self.world.behind else { return Ok(()) };
        let relay = &behind.relay;
        let goes =
            |stream: &process::Stream, fd| matches!(stream, process::Stream::Inherit) && relay.carries(fd);
        let goes = [goes(&setup.stdout, 1), goes(&setup.stderr, 2)];
        if setup.pty.is_some() || goes == [false; 2] || (is_task && !options.foreground) {
            return Ok(());
        }
        let [stdout, stderr] = if options.foreground {
            let open = |goes: bool| goes.then(terminal::open).transpose();
            [open(goes[0]).map_err(refused)?, open(goes[1]).map_err(refused)?]
        } else {
            relay.program(name, goes).map_err(refused)?
        };
        setup.stdout = stdout.map_or_else(|| std::mem::take(&mut setup.stdout), process::Stream::Fd);
        setup.stderr = stderr.map_or_else(|| std::mem::take(&mut setup.stderr), process::Stream::Fd);
        Ok(())
    }

    /// The same for a program that this process becomes; undone where the result is dropped.
    pub(super) fn divert_output(&self) -> Result<Option<Diverted>, Stop> {
        let Some(behind) = &self.world.behind else { return Ok(None) };
        if behind.is_session {
            let message = "at the prompt, exec would replace the session itself";
            return Err(Trouble::new(Code::EXEC, message)
                .help("`spawn p exec(…) with {foreground: true}` starts a program that has the terminal until it ends")
                .into());
        }
        behind.relay.divert(&self.world.name).map(Some).map_err(refused)
    }

    /// `input()` at the prompt: the editor has the keyboard.
    pub(super) fn ask(&self, question: &str) -> Option<Value> {
        let behind = self.world.behind.as_ref().filter(|behind| behind.is_session)?;
        Some(behind.editor.as_ref()?.ask(question).map_or(Value::None, Value::str))
    }
}

fn refused(errno: process::Errno) -> Stop {
    fault(&errno).into()
}
