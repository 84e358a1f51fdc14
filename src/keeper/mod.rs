//! The guardian: nothing that a scenario started outlives it, and nothing else is ever touched.
//!
//! # Theory of operation
//!
//! Three processes stand between the shell and what a scenario starts:
//!
//! ```text
//! shell ── guard ── keeper ── scenario ── whatever it starts
//! ```
//!
//! * The **guard** is what the shell started: it has the visible pid and stays in the shell's process group, so
//!   that the terminal, Ctrl-Z and `fg` work as for any program. It passes signals on, holds the deadline, and
//!   says how the run ended.
//! * The **keeper** has a process group of its own, so that nothing that is aimed at the guard's group reaches it,
//!   and takes no signal but the two that nobody can refuse. It adopts and reaps orphans as init would.
//! * The **scenario** runs the program, in the guard's process group.
//!
//! Guard and keeper are both child subreapers (`PR_SET_CHILD_SUBREAPER`, prctl(2)). Whatever loses its parent
//! therefore becomes a child of the keeper; and if the keeper itself is gone, of the guard. Each of the two learns
//! of the other's death from the kernel, and then kills and reaps *its own children* until wait says that there are
//! none. That is the whole method, and it needs no guess about who belongs to the run: a process is killed because
//! it is our child, is not reaped, and so cannot be anybody else. setsid, double forks, stopped processes and ignored
//! signals make no difference to it.
//!
//! Only when guard and keeper are killed at the very same moment is nobody left to do it. For that there is a record
//! on disk ([`sweep`]), and a mark that every process of the run inherits.
//!
//! `docs/reliability.md` says what is promised, and what is not.

mod budget;
mod children;
mod clear;
mod contain;
mod demand;
mod disturb;
mod ended;
mod examine;
mod fault;
mod guard;
mod keep;
mod lender;
mod mark;
mod options;
mod orphans;
mod proxy;
mod record;
mod scenario;
mod signals;
mod start;
mod strain;
mod sweep;
mod switch;
mod wire;

pub use budget::{Bounds, Budget, Spent};
pub use contain::{Contain, Level};
pub use demand::{Allowance, Demand, Offer, Part, Plan, plan, try_observe, try_run};
pub use ended::{Ended, Outcome};
pub use examine::{Examination, Finding, examine};
pub use fault::Fault;
pub use guard::guard;
pub use options::GuardOptions;
pub use orphans::{adopt_orphans, end_orphans};
pub use start::run_name;
pub use strain::{Slice, Strain, in_doubt};
pub use sweep::{Swept, sweep};
