//! A C program for each corner, dynamic and static.

use crate::compare::{Steady, compare, folder, observed};
use crate::deeds::of_events;
use crate::runner::Test;
use proctor::event::What;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Compiled once, into the folder of the build.
fn program(is_static: bool) -> &'static str {
    static BUILT: [OnceLock<String>; 2] = [const { OnceLock::new() }; 2];
    BUILT[usize::from(is_static)].get_or_init(|| {
        let name = if is_static { "observe-corners-static" } else { "observe-corners" };
        let to = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let from = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/observe/corners.c");
        let mut gcc = Command::new("gcc");
        gcc.args(["-O1", "-Wall", "-Werror", "-pthread", "-o"]).arg(&to).arg(from);
        if is_static {
            gcc.arg("-static");
        }
        assert!(
            gcc.status().expect("gcc is there (a Debian package)").success(),
            "the corners cannot be compiled"
        );
        to.to_string_lossy().into_owned()
    })
}

fn corner(name: &str, steady: Steady) {
    compare(name, steady, |_| {}, &[program(false), name]);
    compare(name, steady, |_| {}, &[program(true), name]);
}

/// Who asks for children that are not traced gets away from strace, and not from us.
fn nobody_gets_away() {
    for is_static in [false, true] {
        let folder = folder();
        let (output, events) =
            observed(&[program(is_static).to_owned(), "untraced".to_owned()], folder.path());
        assert!(output.status.success());
        let tree = of_events(&events);
        let acts = |name: &str| tree.get(name).map_or_else(Vec::new, |deeds| deeds.acts.clone());
        assert_eq!(acts("0")[1..], ["clone 0.0", "clone3 0.1", "exit 0"]);
        assert_eq!(acts("0.0"), ["exec /bin/true [\"true\"] ok", "exit 0"]);
        assert_eq!(acts("0.1"), ["exit 33"]);
        assert_eq!(tree["0"].waits, ["wait4 0.0", "wait4 0.1"]);
    }
}

/// Also where the wait does not say whom it gave, or its thread is gone.
fn who_reaped_is_known() {
    for name in ["waitid_null", "exec_over_wait"] {
        let folder = folder();
        let (output, events) = observed(&[program(false).to_owned(), name.to_owned()], folder.path());
        assert!(output.status.success());
        let root = events.first().map_or(0, |event| event.pid);
        let reaped = events.iter().filter(|event| matches!(event.what, What::Reaped { .. }));
        let children: Vec<_> = reaped.filter(|event| event.pid != root).collect();
        assert!(children.len() >= 2, "{name}: {events:?}");
        assert!(children.iter().all(|event| event.actor == root), "{name}: {children:?}");
    }
}

macro_rules! corners {
    ($($name:ident $steady:ident)*) => {
        pub const TESTS: &[Test] = &[
            $((concat!("corner_", stringify!($name)), || corner(stringify!($name), Steady::$steady)),)*
            ("corner_untraced", nobody_gets_away),
            ("corner_reaped_by_its_parent", who_reaped_is_known),
        ];
    };
}

corners! {
    vfork Whole
    posix_spawn Whole
    threads ButForWaits
    exec_thread Whole
    thread_exits Whole
    leader_ends Whole
    double_fork ButForWaits
    setsid Whole
    orphan ButForWaits
    zombie Whole
    stopped ButForWaits
    stopped_threads ButForWaits
    killed Whole
    faults Whole
    exec_chain Whole
    cloexec Whole
    ignored_sigchld ButForWaits
    realtime Whole
    alarm Whole
    sigpipe Whole
    clone_parent ButForWaits
    pidfd Whole
    sigtrap Whole
    restart ButForWaits
    thread_kill ButForWaits
    group ButForWaits
    handled Whole
    many Whole
    crowd ButForWaits
    unminded ButForWaits
    unminded_limit ButForWaits
    unminded_write ButForWaits
    unminded_after_stop ButForWaits
    waitid_null ButForWaits
    pidfd_targets Whole
    own_filter Whole
}
