//! The one way in which a program blocks: until what it waits for, a deadline, a signal with a handler,
//! or the discovery that nobody is left to wake it.

use super::Stop;
use super::machine::Machine;
use crate::event::What;
use crate::process::{
    Blocked, BlockedKind, Errno, ProcessEvents, Standard, Waited, Waiter, Waiting, clock, room,
};
use crate::source::Code;
use crate::value::{Blame, Trouble, Value, text};

/// A wait as the record tells it.
pub(super) struct Wait<'a, T> {
    pub call: &'static str,
    /// What is waited for, in words: asked only where it is waited.
    pub on: &'a dyn Fn(&Machine) -> String,
    /// What came of it, where there is more to say than that it is over.
    pub result: fn(&T) -> String,
}

/// What a socket takes at once that can be written to at all.
const PIECE: usize = 4096;

impl Machine {
    /// Waits by an operation that is tried again after each signal. Past the deadline of a `within` around
    /// it, that deadline's stop; past the operation's own, `until`, none.
    pub(super) fn block<T>(
        &mut self,
        until: Option<i64>,
        wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<T>, Errno>,
    ) -> Result<Option<T>, Stop> {
        self.block_io(until, wait)?.map_err(|errno| fault(&errno).into())
    }

    /// [`Self::block`] for an operation whose errors mean something.
    pub(super) fn block_io<T, E>(
        &mut self,
        until: Option<i64>,
        wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<T>, E>,
    ) -> Result<Result<Option<T>, E>, Stop> {
        self.block_until(until, wait, &mut |_| {})
    }

    /// [`Self::block_io`] that is recorded where it really has to wait.
    pub(super) fn block_noted<T, E>(
        &mut self,
        noted: &Wait<'_, T>,
        until: Option<i64>,
        mut wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<T>, E>,
    ) -> Result<Result<Option<T>, E>, Stop> {
        if !self.is_recorded() {
            return self.block_io(until, wait);
        }
        let mut blocked = false;
        let waited = self.block_until(
            until,
            |waiter, deadline| {
                waiter.ask_before_sleep(!blocked);
                let waited = wait(waiter, deadline);
                blocked |= waiter.has_asked();
                waited
            },
            &mut |machine| {
                let _ =
                    machine.note_own(What::Blocked { call: noted.call.to_owned(), on: (noted.on)(machine) });
            },
        );
        self.world.waiter.ask_before_sleep(false);
        if blocked {
            let result = match &waited {
                Ok(Ok(Some(done))) => (noted.result)(done),
                Ok(Ok(None)) | Err(Stop::Deadline(_)) => "timeout".to_owned(),
                Ok(Err(_)) | Err(Stop::Failed(_) | Stop::Trouble(_)) => "error".to_owned(),
                Err(_) => "interrupted".to_owned(),
            };
            let _ = self.note_own(What::Woken { call: noted.call.to_owned(), result });
        }
        waited
    }

    /// Until it is done. `about` is called where the operation has come back because it is about to sleep.
    fn block_until<T, E>(
        &mut self,
        until: Option<i64>,
        mut wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<T>, E>,
        about: &mut dyn FnMut(&mut Self),
    ) -> Result<Result<Option<T>, E>, Stop> {
        loop {
            let deadline = match (self.deadline(), until) {
                (Some(around), Some(own)) => Some(around.min(own)),
                (around, own) => around.or(own),
            };
            self.look_at_foreground()?;
            let look = self.foreground_look();
            let deadline = match (deadline, look) {
                (Some(deadline), Some(look)) => Some(deadline.min(look)),
                (deadline, look) => deadline.or(look),
            };
            let waited = match wait(&mut self.world.waiter, deadline) {
                Ok(waited) => waited,
                Err(error) => return Ok(Err(error)),
            };
            match waited {
                Waited::Done(value) => return Ok(Ok(Some(value))),
                Waited::Interrupted if self.world.waiter.has_asked() => {
                    self.world.waiter.ask_before_sleep(false);
                    about(self);
                }
                Waited::Interrupted => self.run_handlers()?,
                Waited::Deadlock(waiting) => return Err(self.deadlock(&waiting).into()),
                Waited::TimedOut => {
                    let now = clock::monotonic();
                    if let Some(stop) = self.deadline_over(now) {
                        return Err(stop);
                    }
                    if until.is_some_and(|own| own <= now) {
                        return Ok(Ok(None));
                    }
                }
            }
        }
    }

    /// [`Self::block`] without a time of its own.
    pub(super) fn block_for<T>(
        &mut self,
        wait: impl FnMut(&mut Waiter, Option<i64>) -> Result<Waited<T>, Errno>,
    ) -> Result<T, Stop> {
        match self.block(None, wait)? {
            Some(value) => Ok(value),
            None => Err(Trouble::new(Code::INTERNAL, "a wait without an end ended").into()),
        }
    }

    /// The `sleep` of a program.
    pub(super) fn sleep_for(&mut self, length: i64) -> Result<(), Stop> {
        let until = clock::monotonic().saturating_add(length);
        let on = |_: &Self| text::display(&Value::Duration(length));
        let noted = Wait { call: "sleep", on: &on, result: |()| String::new() };
        while clock::monotonic() < until {
            self.block_noted(&noted, Some(until), |waiter, deadline| {
                waiter.sleep_until(deadline.unwrap_or(until))
            })?
            .map_err(|errno| fault(&errno))?;
            if let Some(stop) = self.deadline_over(clock::monotonic()) {
                return Err(stop);
            }
        }
        Ok(())
    }

    /// Waits until something happens to a process or a stream; false where the time came before.
    pub(super) fn wait_for_event(&mut self, until: Option<i64>) -> Result<bool, Stop> {
        let mut events = self.world.events.take().unwrap_or_else(ProcessEvents::watch);
        let event = self.block(until, |waiter, deadline| waiter.process_event(&mut events, deadline));
        self.world.events = Some(events);
        Ok(event?.is_some())
    }

    fn deadlock(&self, waiting: &[Waiting]) -> Trouble {
        let titles: Vec<String> = waiting.iter().map(|one| self.title_of_wait(one.on)).collect();
        let line = |(one, title): (&Waiting, &String)| {
            // Two objects may be called the same, where a loop makes them.
            let same =
                |(other, called): (&Waiting, &String)| called == title && other.on.index != one.on.index;
            let title = match waiting.iter().zip(&titles).any(same) {
                true => format!("{title} ({})", one.on.index),
                false => title.clone(),
            };
            format!("{} {}", text::visible(&one.name), doing(one.on, &title, one.whom.as_deref()))
        };
        let lines: Vec<String> = waiting.iter().zip(&titles).map(line).collect();
        let message = format!("no process is left that could wake another: {}", lines.join("; "));
        let locks = waiting.iter().any(|one| one.on.kind == BlockedKind::Lock);
        Trouble::new(Code::DEADLOCK, message).help(if locks {
            "take locks in the same order everywhere, or give a wait a time with `within`"
        } else {
            "let somebody do what is waited for, also where something fails before; or give a wait a time with `within`"
        })
    }
}

/// What a process waits for, in words; `title` is the shared object's.
pub(super) fn doing(on: Blocked, title: &str, whom: Option<&str>) -> String {
    let whom = whom.map(text::visible);
    match on.kind {
        BlockedKind::Join => format!("joins {}", whom.as_deref().unwrap_or("a child")),
        BlockedKind::AnyChild => "waits for any child to end".to_owned(),
        BlockedKind::Lock => match whom {
            Some(holder) => format!("waits for {title}, which {holder} holds"),
            None => format!("waits for {title}"),
        },
        BlockedKind::Semaphore => format!("waits for {title}"),
        BlockedKind::Event => format!("waits for {title} to be set"),
        BlockedKind::Barrier => format!("waits at {title}"),
        BlockedKind::Get => format!("waits for {title}, which is empty"),
        BlockedKind::Put => format!("waits for {title}, which is full"),
        BlockedKind::Receive => format!("waits to receive from {title}"),
        BlockedKind::Send => format!("waits to send to {title}"),
    }
}

/// A trouble out of an error that only a fault of the system, or ours, explains.
pub(super) fn fault(errno: &Errno) -> Trouble {
    explained(Trouble::new(Code::IO, format!("the kernel refused: {errno}")), *errno)
}

/// With the limit that is reached where files are too many: its value, and how to raise it.
pub(super) fn explained(trouble: Trouble, errno: Errno) -> Trouble {
    let obstacle = room::explain_files(errno).or_else(|| room::explain_memory(errno));
    named(trouble, matches!(errno, Errno::ENOMEM | Errno::ENFILE), obstacle)
}

/// With this limit. Where something is out that all on the machine share, that is said too, unless it is a limit of the run's own.
pub(super) fn named(trouble: Trouble, shared: bool, obstacle: Option<room::Obstacle>) -> Trouble {
    let own = obstacle.as_ref().is_some_and(|obstacle| obstacle.own);
    let trouble = if shared && !own { trouble.blame(Blame::Machine) } else { trouble };
    let Some(room::Obstacle { limit, value, used, raise, .. }) = obstacle else { return trouble };
    let message = format!("{}: {limit} is {value}, and {used} are in use", trouble.message);
    Trouble { message, ..trouble }.help(format!("a larger limit: {raise}"))
}

impl Machine {
    /// Writes values as one line, in one write; what is longer than a pipe takes in one go follows whole.
    pub(super) fn print_to(&mut self, stream: Standard, values: &[Value]) -> Result<Value, Stop> {
        let mut line = String::new();
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                line.push(' ');
            }
            crate::value::text::append(&mut line, value)?;
        }
        line.push('\n');
        // Before the writing: who reads it does so later.
        let noted = self.note_print(if stream == Standard::Output { "stdout" } else { "stderr" }, &line);
        let written = self.write_out(stream, line.as_bytes());
        if let (Err(_), Some(noted)) = (&written, noted) {
            self.world.run.log().take_back(noted);
        }
        written.map(|()| Value::None)
    }

    pub(super) fn write_out(&mut self, stream: Standard, bytes: &[u8]) -> Result<(), Stop> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut piece = rest;
            if self.foreground_look().is_some() {
                // Nobody reads it while a child has the terminal, which nobody but us takes back: this must not wait for that.
                self.block_for(|waiter, deadline| waiter.writable(stream.fd(), deadline))?;
                piece = &rest[..rest.len().min(PIECE)];
            }
            match stream.write(piece) {
                Ok(written) => rest = &rest[written..],
                Err(Errno::EINTR) => self.breathe()?,
                Err(Errno::EAGAIN) => {
                    self.block_for(|waiter, deadline| waiter.writable(stream.fd(), deadline))?;
                }
                Err(errno) => return Err(Trouble::new(Code::IO, format!("cannot print: {errno}")).into()),
            }
        }
        Ok(())
    }
}
