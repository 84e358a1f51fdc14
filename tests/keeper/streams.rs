//! Scenarios of `proctor run` whose streams somebody holds, nobody reads, or everybody floods (rows 12 and 13).

use super::herd::Member;
use super::runner::Test;
use super::stage::{LONG, SECOND, Times};
use super::whole::{known_by, new_nonce, run};
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

pub const TESTS: [Test; 7] = [
    ("whoever_holds_the_stream_does_not_hold_the_join", whoever_holds_the_stream),
    ("control_a_reader_to_the_end_of_the_stream_waits", control_reader),
    ("input_that_nobody_reads_blocks_nobody", input_that_nobody_reads),
    ("a_fifo_that_nobody_opens_ends_with_the_time", a_fifo_that_nobody_opens),
    ("captured_output_is_capped", captured_output_is_capped),
    ("control_without_the_cap_captured_output_grows", control_cap),
    ("what_a_scenario_leaves_is_named", what_a_scenario_leaves_is_named),
];

fn holds(text: &str) {
    let output = run(text, &[]);
    assert_eq!(output.code, Some(0), "{text}: {output:?}");
}

/// What row 12 promises of the time from the end of what is waited for to the return of the wait.
const PROMISE: Duration = Duration::from_millis(200);

/// Runs a scenario that prints how many nanoseconds late each wait came back, again and again; each must have waited so often.
#[track_caller]
fn come_back_in_time(what: &str, text: &str, waits: usize) {
    let mut times = Times::of(1).within(PROMISE);
    for _ in 0..10 {
        let output = run(text, &[]);
        assert_eq!(output.code, Some(0), "{what}: {output:?}");
        let late: Vec<f64> =
            output.out.lines().filter_map(|line| line.strip_prefix("late ")?.parse().ok()).collect();
        assert_eq!(late.len(), waits, "{what}: {output:?}");
        late.into_iter().for_each(|nanoseconds| times.add(Duration::from_nanos(nanoseconds as u64)));
    }
    times.assert_promise(what);
}

/// The grandchild sleeps for an hour: it holds the stream when the wait is over.
fn whoever_holds_the_stream() {
    let text = r#"
        def is_over(p, holder) {
            print "late", (now() - p.ended) / 1ns
            expect run("kill", "-0", holder()).exitcode == 0, "it holds the stream"
        }
        spawn p sh("sleep NONCE & echo $!") with {capture: true}
        join p
        is_over(p, || p.stdout.trim())
        spawn t sh("trap '' HUP; sleep NONCE & echo $!") with {pty: true}
        wait any
        is_over(t, || t.stdout.trim())
        spawn e sh("sleep NONCE & echo $! >&2") with {stderr: "capture", stdout: "null"}
        expect not e.alive within 60s
        is_over(e, || e.stderr.trim())
        join e
        "#;
    come_back_in_time("a wait for one whose stream is held", text, 3);
    // Who holds it is named at the run's end, being still there.
    let output =
        run(r#"spawn p sh("sleep NONCE & echo hi") with {capture: true}; join p; print p.stdout"#, &[]);
    assert_eq!((output.code, output.out.as_str()), (Some(0), "hi\n\n"), "{output:?}");
    assert!(
        output.err.contains("1 process was still there") && output.err.contains("sleep (pid "),
        "{output:?}"
    );
    // What waits for the program's whole pipeline says at the time's end who was alive.
    let output = run(r#"run("sh", "-c", "sleep NONCE | cat")"#, &["--timeout", "1s"]);
    assert_eq!(output.code, Some(124), "{output:?}");
    assert!(output.err.contains("sleep"), "it says who was alive: {output:?}");
}

/// The same program and a plain reader, which reads to the end of the stream: the program has ended and been reaped, and
/// the reader still waits, until the grandchild that holds the stream is ended.
fn control_reader() {
    let nonce = new_nonce();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("sleep {nonce} & echo hi")]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut shell = shell.spawn().expect("a shell");
    let mut stream = shell.stdout.take().expect("a pipe");
    assert!(shell.wait().expect("our child").success());
    let (say, said) = channel();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("a pipe");
        let _ = say.send(text);
    });
    assert!(said.recv_timeout(SECOND).is_err(), "the test does not see that a reader waits");
    known_by(&nonce).iter().for_each(Member::end);
    assert_eq!(said.recv_timeout(LONG).as_deref(), Ok("hi\n"));
    reader.join().expect("it has read");
}

fn input_that_nobody_reads() {
    let text = r#"
        spawn p exec("sleep", "0.1") with {input: "x".repeat(1048576)}
        join p
        print "late", (now() - p.ended) / 1ns
        expect p.exitcode == 0
        "#;
    come_back_in_time("a wait for one that reads no input", text, 1);
}

/// Whoever waits for it: the program that opens it, or the new process that is to have it as a stream.
fn a_fifo_that_nobody_opens() {
    let text = r#"
        let path = "{temp_dir()}/fifo"
        run("mkfifo", path)
        let start = now()
        within 100ms { spawn p exec("cat", path); join p } else { }
        print "late", (now() - start - 100ms) / 1ns
        start = now()
        within 100ms { spawn p exec("cat") with {stdin: {path: path}}; join p } else { }
        print "late", (now() - start - 100ms) / 1ns
        "#;
    come_back_in_time("a deadline at a FIFO that nobody opens", text, 2);
    // And it is said who waits, for whom.
    let text = r#"
        let path = "{temp_dir()}/fifo"
        run("mkfifo", path)
        spawn p exec("cat", path)
        join p"#;
    let output = run(text, &["--timeout", "500ms"]);
    assert_eq!(output.code, Some(124), "{output:?}");
    assert!(output.err.contains("(p ") || output.err.contains("p ("), "it says who waits: {output:?}");
    let output = run(&format!("{text} within 300ms"), &[]);
    assert_eq!(output.code, Some(3), "{output:?}");
    for said in ["to open the FIFO", "/fifo for reading, until another opens it for writing"] {
        assert!(output.err.contains(said), "{said}: {output:?}");
    }
}

fn captured_output_is_capped() {
    holds(
        r#"
        let mark = "[proctor: output cut at 4096 bytes]"
        let writers = []
        for i in 0..50 { writers.push(spawn exec("yes") with {capture: true, limits: {output: 4KiB}}) }
        for w in writers { expect w.stdout.len() >= 4096 within 20s }
        for w in writers {
            kill w
            join w
            expect w.stdout[0..4096] == "y\n".repeat(2048)
            expect w.stdout.trim().ends_with(mark)
        }
        spawn big sh("head -c 1073741824 /dev/zero | tr '\\0' x") with {capture: true, limits: {output: 1MiB}}
        join big
        expect big.exitcode == 0
        expect big.stdout.len() < 1MiB + 100
        expect self.rss < 64MiB
        "#,
    );
}

/// The cap out of the way: all of it is kept, and the process grows by it, past what it has with the cap.
fn control_cap() {
    holds(
        r#"
        spawn big sh("head -c 134217728 /dev/zero | tr '\\0' x") with {capture: true, limits: {output: 1GiB}}
        join big
        expect big.exitcode == 0
        expect big.stdout.len() == 134217728
        expect self.rss > 128MiB
        "#,
    );
}

fn what_a_scenario_leaves_is_named() {
    let output = run(r#"spawn p { spawn q { sleep 1h }; exit 0 }; join p"#, &[]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.err.contains("1 process was still there") && output.err.contains("q (pid "), "{output:?}");
}
