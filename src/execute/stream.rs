//! The streams of a child: captured output, standard input that is fed, a pty.

use super::Stop;
use super::block::fault;
use super::machine::Machine;
use super::option::{Options, Stream};
use super::streams::{Feed, Streams, Wiring};
use crate::process::{self, CaptureId, Captured, DEFAULT_CAP, Setup, pty};
use crate::value::ProcessRef;
use std::path::PathBuf;

impl Machine {
    /// Connects the three streams as the options and the pipeline say.
    pub(super) fn connect(
        &mut self,
        options: &Options,
        wiring: Wiring,
        setup: &mut Setup,
    ) -> Result<Option<Streams>, Stop> {
        let mut ours = Streams::default();
        let cap = options.limits.output.and_then(|cap| usize::try_from(cap).ok());
        let cap = cap.unwrap_or(DEFAULT_CAP);
        if options.pty {
            self.connect_pty(cap, setup, &mut ours)?;
        }
        setup.stdin = match (&options.input, wiring.stdin, &options.stdin) {
            (Some(input), _, _) => process::Stream::Fd(opened(process::input_file(input.as_bytes()))?),
            (None, Some(pipe), _) => process::Stream::Fd(pipe),
            (None, None, Stream::Pipe) => {
                let (read, write) = opened(process::pipe())?;
                ours.stdin = Feed::Open(write);
                process::Stream::Fd(read)
            }
            (None, None, stream) => plain(stream),
        };
        setup.stdout = match (wiring.stdout, &options.stdout) {
            (Some(pipe), Stream::Inherit) => process::Stream::Fd(pipe),
            (_, Stream::Capture) if !options.pty => self.catch_stream(cap, &mut ours.stdout)?,
            (_, stream) => plain(stream),
        };
        setup.stderr = match &options.stderr {
            Stream::Capture if !options.pty => self.catch_stream(cap, &mut ours.stderr)?,
            stream => plain(stream),
        };
        ours.merged = options.stderr == Stream::Stdout;
        let any = ours.writer().is_some() || ours.stdout.is_some() || ours.stderr.is_some() || ours.merged;
        Ok(any.then_some(ours))
    }

    fn connect_pty(&mut self, cap: usize, setup: &mut Setup, ours: &mut Streams) -> Result<(), Stop> {
        let pair = opened(pty::open())?;
        let writer = pair.master.try_clone().map_err(|error| super::file::io("cannot use a pty", &error))?;
        let id = self.world.waiter.captures.add(opened(Captured::new(pair.master, cap))?);
        setup.pty = Some(pair.slave);
        *ours = Streams {
            stdin: Feed::Open(writer),
            stdout: Some(id),
            stderr: Some(id),
            pty: true,
            merged: false,
        };
        Ok(())
    }

    fn catch_stream(&mut self, cap: usize, id: &mut Option<CaptureId>) -> Result<process::Stream, Stop> {
        let (read, write) = opened(process::pipe())?;
        *id = Some(self.world.waiter.captures.add(opened(Captured::new(read, cap))?));
        Ok(process::Stream::Fd(write))
    }

    /// A child has ended: what it wrote is all there now. Whoever still holds its pipe is not waited for, and the end of
    /// the pipe is kept for what they write. Nobody reads the child's input any more, and its terminal goes with it, as a
    /// window closes once its shell has ended.
    pub(super) fn finish_streams(&mut self, process: &ProcessRef) {
        let Some(streams) = process::Row::of(process).and_then(|row| self.world.streams.get_mut(&row)) else {
            return;
        };
        streams.close_writer();
        for id in [streams.stdout, streams.stderr].into_iter().flatten() {
            if streams.pty {
                self.world.waiter.captures.finish(id);
            } else {
                self.world.waiter.captures.drain_now(id);
            }
        }
    }

    /// Gives up the streams of a child that nobody can ask for any more.
    pub(super) fn forget_streams_of(&mut self, process: &ProcessRef) {
        let Some(streams) = process::Row::of(process).and_then(|row| self.world.streams.remove(&row)) else {
            return;
        };
        for id in [streams.stdout, streams.stderr].into_iter().flatten() {
            self.world.waiter.captures.remove(id);
        }
    }
}

fn plain(stream: &Stream) -> process::Stream {
    match stream {
        Stream::Inherit | Stream::Pipe | Stream::Capture => process::Stream::Inherit,
        Stream::Null => process::Stream::Null,
        Stream::Stdout => process::Stream::StdoutDup,
        Stream::File { path, append } => process::Stream::File { path: PathBuf::from(path), append: *append },
    }
}

fn opened<T>(result: Result<T, process::Errno>) -> Result<T, Stop> {
    result.map_err(|errno| fault(&errno).into())
}
