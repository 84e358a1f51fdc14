//! Program and processes to events: the machine that runs a program on the kernel.

mod arrange;
mod attribute;
mod block;
mod builtin;
mod chance;
mod dispatch;
mod disturb;
mod earn;
mod expect;
mod facts;
mod failure;
mod fifo;
mod file;
mod finish;
mod flow;
mod foreground;
mod handlers;
mod happened;
mod history;
mod join;
mod kill;
mod lent;
mod look;
mod machine;
mod member;
mod nested;
mod observe;
mod on;
mod option;
mod origin;
mod program;
mod prompt;
mod protect;
mod protection;
pub mod pure;
mod record;
mod refusal;
mod relay;
mod sequence;
mod session;
mod share;
mod spawn;
mod stop;
mod stream;
mod streams;
mod suite;
mod talk;
mod tally;
mod unmet;
mod verb;
mod world;

pub use history::events;
pub use nested::{COMMAND, Order, RECORD, Told};
pub use prompt::{Editor, Prompt};
pub use session::{Ended, Ran, Seen, Session, Usage, Woken};
pub use stop::{Call, Stop};
pub use world::{Setting, Work, World};

use crate::process::{Run, Waiter, deadlock, note_children};
use crate::program::Program;
use crate::value::ProcessRef;
use std::rc::Rc;

/// Runs a program as the main process of a run; its children run in copies of this process.
///
/// Gives the exit code of the run: 0 where everything held, 1 where an expectation broke, 3 after an error that nobody
/// caught, N after `exit N`.
#[must_use]
pub fn run(program: Program, run: Run, setting: Setting) -> u8 {
    crate::process::small::begin();
    note_children(&run);
    let row = run.enter_main("main");
    let me = ProcessRef::new(crate::process::pid(), row.index, row.generation, Rc::from("main"));
    let world = World::new(run, Waiter::new(run, row, Some(deadlock::stuck)), Rc::new(me), row, setting);
    let mut machine = machine::Machine::new(Rc::new(program), world);
    let result = machine.run_top_level();
    machine.finish(result)
}
