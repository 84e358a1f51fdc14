//! The other part that the test binary plays: it observes a program and writes the events as JSON lines.

use proctor::event::Event;
use proctor::observe::{Around, Observed, Pause};
use proctor::process::{Command, Setup};
use std::fs::File;
use std::io::{BufWriter, Write};

/// `observe FILE PROGRAM ARGS…` as arguments: the events go to the file.
pub const WORD: &str = "observe";

/// Ends as the program does: with its exit code, or by its signal's number beyond 128.
pub fn play(arguments: &[String]) -> ! {
    let [file, program @ ..] = arguments else { std::process::exit(100) };
    let mut out = BufWriter::new(File::create(file).expect("the file can be written"));
    let command = Command::new(program, &[], 0).expect("a command");
    let setup = Setup::default().prepare().expect("a setup");
    let mut events: Vec<Event> = Vec::new();
    let sink = |event: Event| events.push(event);
    let mut code = 101;
    {
        let mut observed =
            Observed::start(&command, &setup, &[], Around::default(), sink).expect("it can be observed");
        loop {
            match observed.work(None).expect("the tracer works") {
                Pause::Ended(end) => code = end,
                Pause::Over => break,
                other => panic!("{other:?}"),
            }
        }
    }
    for event in events {
        serde_json::to_writer(&mut out, &event).expect("an event can be written");
        out.write_all(b"\n").expect("the file can be written");
    }
    out.flush().expect("the file can be written");
    std::process::exit(if code < 0 { 128 - code } else { code })
}
