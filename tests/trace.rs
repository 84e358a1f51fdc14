//! `proctor trace`: homework that hangs and is interrupted, exit codes, streams, jobs, daemons, and what is left behind.

#[path = "trace/deaths.rs"]
mod deaths;
#[path = "trace/heard.rs"]
mod heard;
#[path = "hang/homework.rs"]
mod homework;
#[cfg(target_arch = "x86_64")]
#[path = "trace/narrow.rs"]
mod narrow;
#[path = "patience/mod.rs"]
mod patience;
#[path = "trace/privilege.rs"]
mod privilege;
#[path = "pty/mod.rs"]
mod pty;
#[path = "stranger/mod.rs"]
mod stranger;
#[path = "trace/terminal.rs"]
mod terminal;
#[path = "trace/width.rs"]
mod width;

use homework::{all, numbered, ready};
use proctor::event::{What, read_lines};
use proctor::observe::hang::{examine, family};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::tempdir;
use terminal::Terminal;

const PROCTOR: &str = env!("CARGO_BIN_EXE_proctor");

/// `proctor trace ARGS`, without a terminal.
fn trace(args: &[&str]) -> Output {
    command(args).output().expect("it runs")
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(PROCTOR);
    command.arg("trace").args(args).stdin(Stdio::null());
    command
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The number behind the word in the first line that has both this word and `what`: `sh 4212  starts`.
fn pid_of(text: &str, what: &str) -> Option<i32> {
    let line = text.lines().find(|line| line.contains(what))?;
    line.split(what).next()?.split_whitespace().last()?.parse().ok()
}

/// What the diagnosis says of a program now, as the tests of `hang` have it; and its processes.
fn said(root: i32) -> (String, Vec<i32>) {
    let hang = examine(&family(root, 100), &());
    (homework::said(&hang), hang.processes.iter().map(|standing| standing.who.pid).collect())
}

/// Those that wait as well as those that are told of: it hangs as it does unobserved, and Ctrl-C says so before it dies.
#[test]
fn homework_that_hangs_is_explained_at_ctrl_c() {
    // What the observer has seen beside is another test's.
    let others =
        ["signal_came_early", "semaphore_never_raised", "no_message", "stopped_child", "nobody_joined"];
    let programs: Vec<_> = all()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .filter(|path| !others.iter().any(|other| path.file_stem().is_some_and(|stem| stem == *other)))
        .collect();
    assert!(programs.len() >= 20, "the homework is not where it is looked for");
    for source in programs {
        let folder = tempdir().expect("a folder");
        let (program, _) = ready(&source, folder.path());
        let golden = std::fs::read_to_string(source.with_extension("txt")).expect("its expectation");
        let args = ["trace", "--color", "never", "--no-picture", "--", &*program.to_string_lossy()];
        let terminal = Terminal::start(PROCTOR, &args, folder.path());
        let root = terminal.until("the start", |text| pid_of(text, "  starts"));
        let place = folder.path().canonicalize().expect("a path");
        let name = terminal.name().to_owned();
        let stable = |text: &str, pids: &[i32]| {
            let text = text.replace(&*place.to_string_lossy(), "FOLDER").replace(&name, "TERMINAL");
            numbered(&text, pids)
        };
        // A tracer's own stops and those that it watches over look the same from outside.
        let pids = if golden.contains("is stopped by") {
            terminal.sees("is stopped by");
            said(root).1
        } else {
            let mut last = String::new();
            let hangs = patience::look(|| {
                let (text, pids) = said(root);
                last = stable(&text, &pids);
                (last == golden).then_some(pids)
            });
            let wrong = || format!("{}:\n{golden}but\n{last}{}", source.display(), terminal.text());
            hangs.unwrap_or_else(|| panic!("{}", wrong()))
        };
        terminal.press("\x03");
        let (_, text) = terminal.end();
        let text = stable(&text, &pids);
        for line in golden.lines() {
            let line = line.replace("advice: ", "help: ");
            assert!(text.contains(&line), "{}: it does not say\n{line}\nbut\n{text}", source.display());
        }
        assert!(text.contains("proctor: after "), "{text}");
    }
}

#[test]
fn a_signal_that_came_too_early_was_seen_to_come() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hang/homework/signal_came_early.c");
    let folder = tempdir().expect("a folder");
    let (program, _) = ready(&source, folder.path());
    let args = ["trace", "--color", "never", "--", &*program.to_string_lossy()];
    let terminal = Terminal::start(PROCTOR, &args, folder.path());
    let root = terminal.until("the start", |text| pid_of(text, "  starts"));
    let waits = patience::look(|| said(root).0.contains("sigsuspend()").then_some(()));
    assert!(waits.is_some(), "it does not come to its wait: {}", terminal.text());
    terminal.press("\x03");
    let (status, text) = terminal.end();
    assert_eq!(status.code(), Some(130), "{text}");
    for words in [
        "waits in sigsuspend() for SIGUSR1; SIGUSR1 came already, before it began to wait",
        "help: it came before signal_came_early",
        "block SIGUSR1 with sigprocmask() before fork()",
        "gets SIGUSR1 (user-defined signal 1): its handler runs",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // The diagnosis is the last thing that is shown.
    let last = text.lines().rev().take_while(|line| !line.starts_with("proctor: after")).count();
    assert!(last < 6, "{text}");
}

#[test]
fn a_time_that_is_over_ends_all_and_says_where_it_hung() {
    let output = trace(&["--timeout", "1s", "--quiet", "--", "sh", "-c", "cat & sleep 1000 | sort; wait"]);
    let text = err(&output);
    assert_eq!(output.status.code(), Some(124), "{text}");
    assert!(text.starts_with("proctor: still running after 1"), "{text}");
    assert!(text.contains("waits in wait4()"), "{text}");
    assert!(text.contains("waits in read(fd 0) on a pipe whose write end is held by sleep (pid "), "{text}");
}

#[test]
fn the_exit_code_is_the_programs() {
    for (script, code) in
        [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill -TERM $$", 143), ("exit 255", 255)]
    {
        let output = trace(&["--", "sh", "-c", script]);
        assert_eq!(output.status.code(), Some(code), "{script}: {}", err(&output));
    }
    let output = trace(&["--", "/nosuch/program"]);
    assert_eq!(output.status.code(), Some(127), "{}", err(&output));
    assert!(
        err(&output).contains("proctor: /nosuch/program cannot be executed: there is no such program"),
        "{}",
        err(&output)
    );
    let output = trace(&["--quiet", "--", "/etc/passwd"]);
    assert_eq!(output.status.code(), Some(126), "{}", err(&output));
    assert!(
        err(&output).contains("proctor: /etc/passwd cannot be executed: it may not be"),
        "{}",
        err(&output)
    );
    assert_eq!(trace(&[]).status.code(), Some(2));
    let output = trace(&["--events", "forks", "--", "true"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("did you mean `fork`?"), "{}", err(&output));
    assert_eq!(trace(&["--output", "-", "--", "true"]).status.code(), Some(3));
}

#[test]
fn the_programs_streams_are_its_own() {
    let script = "cat; echo oops >&2; ls /proc/self/fd";
    let alone = Command::new("sh").args(["-c", script]).stdin(Stdio::null()).output().expect("it runs");
    let mut child = command(&["--", "sh", "-c", script]);
    let mut child =
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), b"hello\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    // The same descriptors too.
    let expected = format!("hello\n{}", String::from_utf8_lossy(&alone.stdout));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    assert!(err(&output).contains("\noops\n"), "{}", err(&output));
}

#[test]
fn the_log_tells_each_process_and_is_filtered_by_kind() {
    let text = err(&trace(&["--no-picture", "--", "sh", "-c", "ls /nosuch 2>/dev/null; true | cat; exit 4"]));
    for words in [
        "  starts\n",
        "  executes /",
        "/sh -c 'ls /nosuch 2>/dev/null; true | cat; exit 4'\n",
        "  forks sh ",
        "/ls /nosuch\n",
        "  ends: exit 2\n",
        "  has waited for ls ",
        " the write end of pipe ",
        "  ends: exit 4\n",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let text = err(&trace(&["--no-picture", "--events", "fork,exit", "--", "sh", "-c", "true | cat"]));
    assert!(text.lines().all(|line| line.contains("  forks ") || line.contains("  ends: exit 0")), "{text}");
    assert_eq!(text.lines().count(), 5, "{text}");
    assert_eq!(err(&trace(&["--quiet", "--", "sh", "-c", "true | cat"])), "");
}

#[test]
fn the_pictures_follow_the_log() {
    let text = err(&trace(&["--", "sh", "-c", "true; sleep 0.05 & wait"]));
    assert!(text.contains("BORN") && text.contains("alive"), "{text}");
    assert!(!text.contains("proctor"), "its own processes are in no picture: {text}");
    let text = err(&trace(&["--quiet", "--tree", "--", "sh", "-c", "true; sleep 0.05 & wait"]));
    assert!(text.trim_start().starts_with("BORN"), "{text}");
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("life.svg");
    let option = format!("--timeline={}", file.display());
    assert_eq!(err(&trace(&["--quiet", &option, "--", "sh", "-c", "true; true"])), "");
    assert!(std::fs::read_to_string(file).expect("it is there").starts_with("<svg"));
}

#[test]
fn events_are_written_as_they_happen_and_can_be_read_again() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("events.jsonl");
    let output =
        trace(&["--quiet", "--output", &file.to_string_lossy(), "--", "sh", "-c", "/bin/true; kill -9 $$"]);
    assert_eq!((output.status.code(), err(&output)), (Some(137), String::new()));
    let text = std::fs::read_to_string(&file).expect("the events");
    let (header, events) = read_lines(&text).expect("they are events");
    assert_eq!(header.version, 1);
    let kinds: BTreeSet<&str> = events.iter().map(|event| event.what.kind()).collect();
    for kind in ["spawn", "exec", "fork", "exit", "reap", "signal"] {
        assert!(kinds.contains(kind), "{kind}: {text}");
    }
    assert!(matches!(events[0].what, What::Spawned { ref name, .. } if name == "sh"), "{text}");
    assert!(text.contains(r#""process":"sh""#) && text.contains(r#""process":"true""#), "{text}");
    // The same as the log, one object a line, and no pictures among them.
    let options = ["--message-format", "json", "--tree", "--timeline", "--timeout", "500ms"];
    let output = trace(&[&options[..], &["--", "sleep", "1000"]].concat());
    let text = err(&output);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let hang = lines.iter().find(|line| line["kind"] == "hang").expect("a diagnosis");
    assert_eq!(
        (hang["why"].as_str(), hang["processes"][0]["call"].as_str()),
        (Some("timeout"), Some("nanosleep"))
    );
    assert!(lines.iter().any(|line| line["kind"] == "exec" && line["process"] == "sleep"), "{text}");
}

#[test]
fn who_is_traced_already_is_told_so() {
    let scenario = "spawn p exec(\"true\") with {observe: true}; join p";
    for inner in [&["run", "-e", scenario][..], &["trace", "true"]] {
        let text = err(&trace(&[&["--quiet", "--", PROCTOR][..], inner].concat()));
        assert!(text.contains("is traced already"), "{text}");
    }
}

fn is_there(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Somebody else has to reap it.
#[track_caller]
fn gone(pid: i32) {
    assert!(patience::look(|| (!is_there(pid)).then_some(())).is_some(), "process {pid} is left");
}

#[test]
fn what_outlives_the_program_is_named_and_ended_or_watched_to_its_end() {
    let output = trace(&["--until-exit", "--no-picture", "--", "sh", "-c", "setsid sleep 1000 & exit 5"]);
    let text = err(&output);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("warning: the program has ended (5), and sleep (pid "), "{text}");
    assert!(text.contains("has outlived it: proctor ends it now (--until-exit)"), "{text}");
    let sleeper =
        text.lines().find(|line| line.contains("executes") && line.contains("sleep 1000")).expect("its line");
    let pid =
        sleeper.split("executes").next().and_then(|before| before.split_whitespace().last()?.parse().ok());
    gone(pid.expect("a pid"));
    // An orphan goes on as it would unobserved, and its adoption is told.
    let text = err(&trace(&["--no-picture", "--", "sh", "-c", "(sleep 0.5; exit 7) & exit 0"]));
    assert!(text.contains("is adopted by init "), "{text}");
    assert!(text.contains("ends: exit 7"), "{text}");
    assert!(text.contains("proctor watches them to the end"), "{text}");
}

#[test]
fn ctrl_c_ends_what_has_outlived_the_program() {
    let folder = tempdir().expect("a folder");
    let args = ["trace", "--color", "never", "--no-picture", "--", "sh", "-c", "setsid sleep 1000 & exit 5"];
    let terminal = Terminal::start(PROCTOR, &args, folder.path());
    terminal.sees("Ctrl-C ends it");
    terminal.press("\x03");
    let (status, text) = terminal.end();
    assert_eq!(status.code(), Some(5), "{text}");
}

#[test]
fn ctrl_c_is_the_programs_and_three_of_them_are_not() {
    let folder = tempdir().expect("a folder");
    let handler = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.1; done";
    let args = ["trace", "--color", "never", "--no-picture", "--", "sh", "-c", handler];
    let terminal = Terminal::start(PROCTOR, &args, folder.path());
    terminal.sees("\nready\n");
    terminal.press("\x03");
    let (status, text) = terminal.end();
    assert_eq!(status.code(), Some(9), "{text}");
    assert!(text.contains("caught"), "{text}");
    let stubborn = "trap '' INT; echo ready; sleep 1000; sleep 1000";
    let args = ["trace", "--color", "never", "--quiet", "--", "sh", "-c", stubborn];
    let terminal = Terminal::start(PROCTOR, &args, folder.path());
    terminal.sees("ready\n");
    terminal.press("\x03");
    terminal.sees("proctor: after ");
    terminal.press("\x03");
    terminal.sees("press once more to end it");
    terminal.press("\x03");
    let (status, text) = terminal.end();
    assert_eq!(status.code(), Some(130), "{text}");
}

/// Of a line that begins with these words and ends with the number.
fn number_behind(text: &str, words: &str) -> Option<i32> {
    let ended = text.get(..text.rfind('\n')?)?;
    ended.lines().find_map(|line| line.strip_prefix(words)?.parse().ok())
}

fn is_asleep(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'))
}

#[test]
fn a_shell_inside_has_its_jobs() {
    let folder = tempdir().expect("a folder");
    let args = ["trace", "--color", "never", "--quiet", "--", "bash", "--norc", "--noprofile", "-i"];
    let terminal = Terminal::start(PROCTOR, &args, folder.path());
    terminal.sees("shell> ");
    terminal.press("echo shell $$\n");
    let shell = terminal.until("its pid", |text| number_behind(text, "shell "));
    terminal.until("the second prompt", |text| (text.matches("shell> ").count() >= 2).then_some(()));
    // Between its prompt and its read(2) a bash takes no notice of Ctrl-C, also where nobody traces it.
    patience::look(|| is_asleep(shell).then_some(())).expect("it waits for its user");
    // At its prompt it waits for its user: nothing to explain.
    terminal.press("\x03");
    terminal.until("the prompt again", |text| (text.matches("shell> ").count() >= 3).then_some(()));
    terminal.press("echo one$((1 + 1))\n");
    terminal.sees("one2");
    assert!(!terminal.text().contains("proctor: after"), "{}", terminal.text());
    terminal.press("sh -c 'echo begun $$; exec sleep 1000'\n");
    let job = terminal.until("its start", |text| number_behind(text, "begun "));
    terminal.press("\x1a");
    terminal.sees("Stopped");
    terminal.press("fg\n");
    // The shell tells of it before it lets it go on.
    patience::look(|| is_asleep(job).then_some(())).expect("the job goes on");
    let prompts = terminal.text().matches("shell> ").count();
    terminal.press("\x03");
    terminal.until("the prompt again", |text| (text.matches("shell> ").count() > prompts).then_some(()));
    terminal.press("echo status $((100 + $?))\n");
    terminal.sees("status 230");
    terminal.press("exit 6\n");
    let (status, text) = terminal.end();
    assert_eq!(status.code(), Some(6), "{text}");
}

#[test]
fn it_is_a_job_of_the_shell_that_started_it() {
    let folder = tempdir().expect("a folder");
    let terminal = Terminal::start("bash", &["--norc", "--noprofile", "-i"], folder.path());
    terminal.sees("shell> ");
    terminal.press(&format!(
        "{PROCTOR} trace --color never --no-picture -- sh -c 'echo begun; exec sleep 1000'\n"
    ));
    let root = terminal.until("the start", |text| pid_of(text, "  starts"));
    terminal.sees("\nbegun\n");
    terminal.press("\x1a");
    terminal.sees("Stopped");
    terminal.sees("is stopped by SIGTSTP");
    terminal.press("fg\n");
    terminal.sees("  goes on\n");
    let prompts = terminal.text().matches("shell> ").count();
    terminal.press("\x03");
    terminal.until("the prompt again", |text| (text.matches("shell> ").count() > prompts).then_some(()));
    terminal.press("echo status $((100 + $?))\n");
    terminal.sees("status 230");
    assert!(terminal.text().contains("proctor: after "), "{}", terminal.text());
    gone(root);
    terminal.press("exit\n");
    terminal.end();
}

/// The programs of the page are compiled, its commands are run, and what they say is what stands there: but for pids, which
/// count from the first, and times.
#[test]
fn the_page_shows_what_is_said() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/trace.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let folder = tempdir().expect("a folder");
    let blocks = |word: &str| -> Vec<String> {
        let fence = format!("```{word}\n");
        page.split(&fence)
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
            .collect()
    };
    for program in blocks("c") {
        let name = program.lines().next().and_then(|line| line.strip_prefix("// ")).expect("its name");
        std::fs::write(folder.path().join(name), &program).expect("it can be written");
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let ours = Path::new(PROCTOR).parent().expect("a folder").to_string_lossy();
    let mut commands = 0;
    for block in blocks("console") {
        for shown in block.split("$ ").skip(1) {
            let (command, expected) = shown.split_once('\n').expect("a command");
            let output = Command::new("sh")
                .args(["-c", &format!("{command} 2>&1")])
                .current_dir(folder.path())
                .env("PATH", format!("{ours}:{path}"))
                .output()
                .expect("it runs");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(comparable(&said), comparable(expected), "{command}\n{said}");
            commands += 1;
        }
    }
    assert_eq!(commands, 4, "the page has its commands");
}

/// Pids by their order, times as `T`, one space for many.
fn comparable(text: &str) -> String {
    let mut pids: Vec<String> = Vec::new();
    let mut word = |word: &str| -> String {
        let bare = word.trim_end_matches([':', ',', ')']);
        let rest = &word[bare.len()..];
        let number = bare.strip_suffix('s').unwrap_or(bare);
        if bare.ends_with('s') && number.parse::<f64>().is_ok() {
            return format!("T{rest}");
        }
        if bare.parse::<u32>().is_ok_and(|number| number > 99) {
            let known = pids.iter().position(|known| known == bare);
            let index = known.unwrap_or_else(|| {
                pids.push(bare.to_owned());
                pids.len() - 1
            });
            return format!("P{index}{rest}");
        }
        word.to_owned()
    };
    let line = |line: &str| line.split_whitespace().map(&mut word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The kernel takes it from the keeper, who comes first among those that want a processor; whoever it forks has what it had before.
#[test]
fn sleeps_end_as_late_as_without_it() {
    let show = ["python3", "-c", "import ctypes; print(ctypes.CDLL(None).prctl(30, 0, 0, 0, 0))"];
    let alone = Command::new(show[0]).args(&show[1..]).output().expect("python3").stdout;
    assert_ne!(alone, b"0\n", "it has a slack");
    for _ in 0..20 {
        let output = trace(&[&["-q", "--"][..], &show].concat());
        assert_eq!(output.stdout, alone, "{}", err(&output));
    }
}
