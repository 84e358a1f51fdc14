//! `proctor doctor` says what this machine offers, and what is said where namespaces are not to be had.

use super::keeper::runner::{Test, left_out};
use std::process::{Command, Output};

pub const TESTS: [Test; 4] = [
    ("the_doctor_tells_what_works_and_the_level", works),
    ("without_namespaces_the_doctor_says_host_and_what_to_do", without),
    ("without_namespaces_a_contained_run_is_refused_in_words", refused),
    ("a_contained_run_is_pid_two_below_init", pids),
];

fn proctor(before: &str, arguments: &[&str]) -> Output {
    let script = format!("{before} exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_proctor")]).args(arguments);
    command.output().expect("it can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn works() {
    let output = proctor("", &["doctor", "--message-format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(0), "{value}");
    assert_ne!(value["level"], "host", "{value}");
    for finding in value["findings"].as_array().expect("findings") {
        let is_good = finding["good"].as_bool().expect("good");
        assert_eq!(is_good, finding["advice"].is_null(), "{finding}");
        assert!(is_good || finding["needed_for"] != "contained", "{finding}");
    }
    let drawn = text(&proctor("", &["doctor"]).stdout);
    assert!(drawn.contains("Landlock") && drawn.contains("This machine reaches the level"), "{drawn}");
}

/// In a namespace in which there may be no others: None where that cannot be had.
fn in_a_narrow_machine(arguments: &[&str]) -> Option<Output> {
    let script = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "sh", "-c", script, env!("CARGO_BIN_EXE_proctor")])
        .args(arguments);
    let output = command.output().expect("unshare");
    if text(&output.stderr).contains("unshare failed")
        || text(&output.stderr).contains("max_user_namespaces:")
    {
        left_out("no namespace can be made in which there are no others");
        return None;
    }
    Some(output)
}

fn without() {
    let Some(output) = in_a_narrow_machine(&["doctor"]) else { return };
    let drawn = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{drawn}");
    assert!(drawn.contains("This machine reaches the level host"), "{drawn}");
    assert!(drawn.contains("what to do: user namespaces") && drawn.contains("ENOSPC"), "{drawn}");
}

fn refused() {
    let Some(output) = in_a_narrow_machine(&["run", "--contained", "-e", "print 1"]) else { return };
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(3), ""), "{said}");
    assert!(said.contains("the run cannot be contained") && said.contains("proctor doctor"), "{said}");
}

fn pids() {
    let scenario = "print pid(), ppid()\nspawn p { print pid(), ppid() }\njoin p\n";
    let output = proctor("", &["run", "--contained", "-e", scenario]);
    assert_eq!(text(&output.stdout), "2 1\n3 2\n", "{}", text(&output.stderr));
    let output = proctor("", &["run", "--contained", "--message-format", "json", "-e", "exit 7"]);
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));
}
