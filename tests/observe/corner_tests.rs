//! A C program for each corner, dynamic and static.

use crate::compare::{Steady, compare};
use crate::runner::Test;
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

macro_rules! corners {
    ($($name:ident $steady:ident)*) => {
        pub const TESTS: &[Test] = &[$((concat!("corner_", stringify!($name)), || corner(stringify!($name), Steady::$steady))),*];
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
}
