//! The levels above the keeper's own (docs/reliability.md): the keeper's tests once more with runs in namespaces, and what only those
//! promise. As there, each promise has a control, which must see what it prevents.
//!
//! The test binary plays parts: a guarded program, as in the keeper's tests, and a program that means harm.

#[path = "bystander/mod.rs"]
mod bystander;
#[path = "contain/deadline.rs"]
mod deadline;
#[path = "contain/doctor.rs"]
mod doctor;
#[path = "contain/fence.rs"]
mod fence;
#[path = "contain/gate.rs"]
mod gate;
#[path = "keeper.rs"]
mod keeper;
#[path = "contain/limits.rs"]
mod limits;
#[path = "contain/part.rs"]
mod part;
#[path = "contain/secrets.rs"]
mod secrets;
#[path = "contain/signals.rs"]
mod signals;
#[path = "contain/thief.rs"]
mod thief;
#[path = "contain/traces.rs"]
mod traces;

use keeper::{
    bombs, ends, exits, jobs, kills, level, outside, role, runner, siblings, strangers, terminal, whole,
};

/// Tests of the keeper's that are about what is not there in namespaces: guard and keeper as subreapers, and the sweep.
const NOT_HERE: [&str; 4] = [
    "killing_guard_and_keeper_at_once_is_swept_at_the_next_start",
    "a_pid_that_came_back_is_nobody_of_ours",
    "a_pid_that_a_program_reaped_is_nobody_of_ours",
    "a_sweep_touches_only_what_is_proven_to_be_ours",
];

fn main() {
    part::play();
    if std::env::var_os(role::VARIABLE).is_some() {
        keeper::main();
    }
    // SAFETY: there is one thread as yet.
    unsafe { std::env::set_var(level::VARIABLE, "contained") };
    let lists: [&[runner::Test]; 10] = [
        &ends::TESTS,
        &kills::TESTS,
        &bombs::TESTS,
        &terminal::TESTS,
        &jobs::TESTS,
        &exits::TESTS,
        &strangers::TESTS,
        &whole::TESTS,
        &outside::TESTS,
        &siblings::TESTS,
    ];
    // A control of the keeper's switches off what does the work there; here the kernel does it.
    let of_keeper = lists
        .concat()
        .into_iter()
        .filter(|(name, _)| !name.starts_with("control_") && !NOT_HERE.contains(name));
    let mut tests: Vec<runner::Test> = of_keeper.collect();
    tests.extend(gate::TESTS);
    tests.extend(signals::TESTS);
    tests.extend(deadline::TESTS);
    tests.extend(limits::TESTS);
    tests.extend(fence::TESTS);
    tests.extend(secrets::TESTS);
    tests.extend(traces::TESTS);
    tests.extend(doctor::TESTS);
    let code = runner::run_all(&tests);
    part::leave();
    std::process::exit(code)
}
