//! Many tests, at once, again and again, in other orders; and the bar on a terminal.

use super::stage::Stage;
use std::fmt::Write as _;
use std::io::Read;
use std::num::NonZero;

#[test]
fn two_hundred_tests_of_one_file_eight_at_once() {
    let mut text = "let base = 1\ndef child(n) { exit n }\n".to_owned();
    for number in 0..200 {
        let expected = if number % 50 == 7 { number + 1 } else { number };
        let _ = writeln!(
            text,
            "test \"number {number}\" {{ spawn p child({number}); join p; print p.pid; expect p.exitcode == {expected} * base }}"
        );
    }
    let stage = Stage::new(&[("a.proc", &text)]);
    let said = stage.run(&["test", "-j8", "--report-json", "out.json"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("200 tests: 196 ok, 4 FAILED"), "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&stage.read("out.json")).expect("JSON");
    let tests = report["tests"].as_array().expect("tests");
    assert_eq!(tests.len(), 200);
    for (number, test) in tests.iter().enumerate() {
        assert_eq!(test["name"], format!("number {number}"));
        assert_eq!(test["verdict"], if number % 50 == 7 { "failed" } else { "passed" });
    }
}

/// The names of the tests in the order in which they ended.
fn order(stdout: &str) -> Vec<String> {
    stdout.lines().filter_map(|line| line.strip_prefix("ok       a.proc: ")).map(str::to_owned).collect()
}

#[test]
fn the_seed_decides_the_order_and_the_numbers() {
    let mut text = String::new();
    for number in 0..20 {
        let _ = writeln!(
            text,
            "test \"{number}\" {{ write_file(\"drawn-{number}\", str(randint(1, 1000000000))); expect true }}"
        );
    }
    let stage = Stage::new(&[("a.proc", &text)]);
    let mut seen = Vec::new();
    for seed in ["1", "1", "2"] {
        let said = stage.run(&["test", "-j1", "--shuffle", "--stable", "--seed", seed]);
        assert_eq!(said.code, 0, "{said:?}");
        let drawn: Vec<String> = (0..20).map(|number| stage.read(&format!("drawn-{number}"))).collect();
        seen.push((order(&said.stdout), drawn));
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0].0, seen[2].0);
    assert_ne!(seen[0].1, seen[2].1);
    let said = stage.run(&["test", "--shuffle"]);
    assert!(said.stdout.contains("\nseed: "), "{said:?}");
}

#[test]
fn stress_disturbs_and_what_is_right_holds() {
    let text = "
test \"stops and states are the scenario's own\" {
    spawn p { sleep 1000 }
    expect p.state == \"sleeping\" within 60s
    stop p
    expect p.state == \"stopped\" within 60s
    resume p
    expect p.state == \"sleeping\" within 60s
    terminate p
    expect (join p) == -15
}
test \"a queue hands over all\" {
    let q = queue()
    spawn a { for i in 0..50 { q.put(i) } }
    spawn b { for i in 0..50 { q.put(i) } }
    let sum = 0
    for i in 0..100 { sum += q.get() within 60s }
    join a, b
    expect sum == 2450
}
test \"programs\" {
    spawn p sh(\"for i in 1 2 3; do echo $i; done\") with {capture: true}
    join p
    expect p.stdout == \"1\\n2\\n3\\n\"
}
";
    let stage = Stage::new(&[("a.proc", text)]);
    let said = stage.run(&["test", "-j2", "--stress=12", "--seed", "5", "--timeout", "200s"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("passed 12 of 12 times"), "{said:?}");
    assert!(said.stdout.contains("seed: 5 "), "{said:?}");
}

#[test]
fn stress_finds_a_race_that_is_there() {
    // The child is to write before its parent looks: nothing makes it, but mostly it does.
    let text = "
test \"race\" {
    let x = shared(0)
    spawn p { x.value = 1 }
    sleep 15ms
    let seen = x.value
    join p
    expect seen == 1
}
";
    let stage = Stage::new(&[("a.proc", text)]);
    let said = stage.run(&["test", "-j2", "--stress=200", "--timeout", "200s"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("FAILED   a.proc: race"), "{said:?}");
}

#[test]
fn a_terminal_has_a_bar_and_keeps_the_lines() {
    let text = "test \"one\" { expect true }\ntest \"two\" { expect false }\n";
    let stage = Stage::new(&[("a.proc", text)]);
    let (master, name) = super::pty::open();
    let mut command = stage.command(&["test", "-j1"]);
    super::pty::lead(&mut command, &name);
    command.env("TERM", "xterm");
    let mut child = command.spawn().expect("proctor can be started");
    // It holds the other side: else its end would not be ours.
    drop(command);
    let mut screen =
        vt100::Parser::new(NonZero::new(40).expect("rows"), NonZero::new(100).expect("columns"), 0);
    let mut file = std::fs::File::from(master);
    let mut buffer = [0; 4096];
    let mut raw = Vec::new();
    while let Ok(length) = file.read(&mut buffer) {
        if length == 0 {
            break;
        }
        raw.extend_from_slice(&buffer[..length]);
        screen.process(&buffer[..length]);
    }
    child.wait().expect("our child");
    let shown = screen.screen().contents();
    assert!(shown.contains("ok       a.proc: one") && shown.contains("FAILED   a.proc: two"), "{shown}");
    assert!(shown.contains("2 tests: 1 ok, 1 FAILED"), "{shown}");
    assert!(!shown.contains("━"), "the bar is gone at the end: {shown}");
    assert!(String::from_utf8_lossy(&raw).contains("/2"), "there was a bar");
}
