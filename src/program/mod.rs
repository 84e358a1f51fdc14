//! The contract between the towers: the resolved program, and the tables of everything that has a name in the language.
//!
//! `check` makes a [`Program`] from a tree; `execute` runs it. Neither sees the other.

mod attribute;
mod conflict;
mod function;
mod method;
mod op;
mod option;
mod shape;
mod state;
mod verb;

pub use attribute::{ATTRIBUTES, Attribute, AttributeRow, attribute};
pub use conflict::{NICE, PIPED_HELP, Piped, Way, conflict, conflict_with_pipe};
pub use function::{BUILTINS, Builtin, BuiltinRow, builtin};
pub use method::{METHODS, Method, MethodRow, Receiver, methods_named};
pub use op::{NO_REG, NO_TARGET, Op, Reg};
pub use option::{Expected, LIMITS, OPTIONS, OptionRow, SpawnOption, option};
pub use shape::{
    CaptureFrom, ExpectSite, FunctionCode, Moment, Part, Program, SpawnSite, SpawnTarget, TestSite,
};
pub use state::{STATES, StateRow};
pub use verb::{VERBS, Verb, VerbRow};

pub use crate::value::signal::{SIGNALS, SignalRow, signal_name, signal_named};
