//! Under load: what others have of the machine decides no grade.

use super::machine::{as_nobody, is_root};
use super::stage::{Said, Stage, said};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One after the other: each of them is the others' load.
static ONE: Mutex<()> = Mutex::new(());

fn one() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const RUBRIC: &str = "test \"it\" within 4s {\n    spawn p exec(\"python3\", submission)\n    join p\n    expect p.exitcode == 0\n}\n";
/// It needs a half of its time of one processor. Five that want all of two have two fifths each.
const HONEST: &str = "import time\nwhile time.process_time() < 2:\n    pass\n";
/// So many processes spin until they are ended: on two processors, two of these leave the honest one a twentieth of its time.
const SPINNERS: usize = 12;
/// As many as are alive at its end, and nobody else's: they end with the run.
const HOSTILE: &str =
    "import os\nfor _ in range(11):\n    if os.fork() == 0:\n        break\nwhile True:\n    pass\n";
const SLEEPER: &str = "import time\ntime.sleep(1000)\n";

/// A verdict, why, and whether it is that of a second try, alone.
type Found = (String, String, bool);

fn found(stage: &Stage, student: &str) -> Found {
    let said = stage.run(&["grades", "export", "--report-json", "/dev/stdout"]);
    let report: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    let students = report["students"].as_array().expect("students");
    let one = students.iter().find(|one| one["name"] == student).expect("the student");
    let test = &one["tests"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&test["verdict"]), text(&test["reason"]), test["trial"]["alone"] == true)
}

/// What others of this machine do meanwhile may keep anybody from a result, but gives nobody a wrong one.
#[track_caller]
fn no_fault_of_the_student(found: &Found) {
    let (verdict, why, alone) = found;
    match verdict.as_str() {
        "passed" => {}
        "tool_failed" => {
            assert!(*alone && why.contains("`--resume` grades it when they are gone"), "{found:?}")
        }
        _ => panic!("{found:?}"),
    }
}

/// Programs outside of the grader that use up the machine.
struct Load(Vec<Child>);

impl Load {
    fn new() -> Self {
        // Not for ever, should this test be killed.
        let spin = "i=0; while [ $i -lt 300000000 ]; do i=$((i+1)); done";
        let start = |_| {
            let mut command = Command::new("sh");
            // In a session of its own: the kernel may share processors out by session (sched_autogroup, sched(7)).
            // SAFETY: one system call, which is async-signal-safe.
            unsafe { command.pre_exec(|| rustix::process::setsid().map(drop).map_err(Into::into)) };
            command.args(["-c", spin]).stdin(Stdio::null()).spawn().expect("sh")
        };
        Self((0..2 * SPINNERS).map(start).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// `proctor grade r.proc class`, with or without the rule that a time says nothing that was hit while others had the machine.
fn grade(stage: &Stage, doubt: bool, jobs: &str) -> Said {
    let mut command = stage.command(&["grade", "r.proc", "class", "--stable", jobs]);
    if doubt {
        command.env_remove("PROCTOR_DEBUG_OFF");
    }
    said(command.output().expect("proctor can be started"))
}

#[test]
fn works_that_use_up_the_machine_cost_others_nothing() {
    let _one = one();
    let hostile = ["bob", "eve", "ned", "tom"];
    let mut works = vec![("ada.py", HONEST)];
    works.extend([("bob.py", HOSTILE), ("eve.py", HOSTILE), ("ned.py", HOSTILE), ("tom.py", HOSTILE)]);
    let stage = Stage::class(RUBRIC, &works);
    let said = grade(&stage, true, "-j5");
    no_fault_of_the_student(&found(&stage, "ada"));
    for hostile in hostile {
        // It has as much of the machine as it likes once it is alone, but for other tests.
        let (verdict, why, alone) = found(&stage, hostile);
        assert!(verdict == "limit_hit" || (verdict == "tool_failed" && alone), "{hostile}: {why}: {said:?}");
    }
    // The control: where nobody asks who had the machine, it is the student's fault.
    let off = grade(&stage, false, "-j5");
    assert_eq!(off.code, 0, "{off:?}");
    let (verdict, ..) = found(&stage, "ada");
    assert_eq!(verdict, "limit_hit");
}

#[test]
fn its_own_load_is_its_own() {
    let _one = one();
    let stage = Stage::class(RUBRIC, &[("eve.py", HOSTILE)]);
    // Other tests run beside it, which may have the machine now and then, but not each time.
    let mut all = Vec::new();
    for _ in 0..6 {
        grade(&stage, true, "-j1");
        all.push(found(&stage, "eve"));
        if all.iter().any(|(verdict, _, alone)| verdict == "limit_hit" && !alone) {
            return;
        }
    }
    panic!("its own load keeps it from its verdict: {all:?}");
}

#[test]
fn who_sleeps_was_not_kept_waiting() {
    let _one = one();
    // Long enough that its start matters little, however busy the machine is with other tests.
    let stage = Stage::class(&RUBRIC.replace("4s", "20s"), &[("ada.py", SLEEPER)]);
    let said = grade(&stage, true, "-j1");
    let (verdict, why, _) = found(&stage, "ada");
    assert_eq!(verdict, "limit_hit", "{why}: {said:?}");
}

#[test]
fn what_runs_outside_of_the_grader_is_nobodys_fault() {
    let _one = one();
    let stage = Stage::class(RUBRIC, &[("ada.py", HONEST)]);
    let load = Load::new();
    let said = grade(&stage, true, "-j1");
    no_fault_of_the_student(&found(&stage, "ada"));
    // The control.
    let off = grade(&stage, false, "-j1");
    assert_eq!(off.code, 0, "{said:?} {off:?}");
    assert_eq!(found(&stage, "ada").0, "limit_hit");
    drop(load);
}

#[test]
fn times_of_the_rubric_are_no_others() {
    let _one = one();
    // Whether it is an error, or is asked about.
    let forms = [
        "join p within 4s",
        "join p within 4s else { expect not p.alive }",
        "within 4s { join p } else {}\n    expect not p.alive",
        "expect not p.alive within 4s",
    ];
    let load = Load::new();
    for (at, form) in forms.into_iter().enumerate() {
        let rubric =
            format!("test \"it\" within 60s {{\n    spawn p exec(\"python3\", submission)\n    {form}\n}}\n");
        let stage = Stage::class(&rubric, &[("ada.py", HONEST)]);
        grade(&stage, true, "-j1");
        no_fault_of_the_student(&found(&stage, "ada"));
        // The control.
        if at == 1 {
            grade(&stage, false, "-j1");
            assert_eq!(found(&stage, "ada").0, "failed");
        }
    }
    drop(load);
}

/// Somebody who may have no more processes on this machine, which is no limit of the test's own.
#[test]
fn what_the_machine_is_out_of_is_nobodys_fault() {
    let _one = one();
    if !is_root() {
        eprintln!("left out: who is no root has processes already, and nobody knows how many");
        return;
    }
    let rubric = "test \"it\" {\n    for i in 0..60 {\n        spawn { sleep 1s }\n    }\n    join all\n    expect true\n}\n";
    let stage = Stage::class(rubric, &[("ada.py", SLEEPER)]);
    let grade = |most: Option<u64>| {
        let args = ["grade", "r.proc", "class", "--stable", "-j1", "--sandbox", "none"];
        let mut command = as_nobody(&stage, &args);
        if let Some(most) = most {
            // SAFETY: one system call, which is async-signal-safe.
            unsafe { command.pre_exec(move || limit_processes(most)) };
        }
        let said = said(command.output().expect("proctor can be started"));
        (said, found(&stage, "ada"))
    };
    let (said, (verdict, why, _)) = grade(Some(30));
    assert_eq!((said.code, &*verdict), (4, "tool_failed"), "{why}: {said:?}");
    // The control: it is nothing else that fails.
    let (said, (verdict, why, _)) = grade(None);
    assert_eq!((said.code, &*verdict), (0, "passed"), "{why}: {said:?}");
}

fn limit_processes(most: u64) -> std::io::Result<()> {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: `limit` is valid for reading.
    if unsafe { libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit) } == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}
