//! Trials of work that is not trusted, from inside the process that schedules: each is run by this very binary, kept inside as
//! `proctor grade` does it, with real programs that mean harm. See docs/reliability.md, rows 16, 17 and 19.

#[path = "runner/mod.rs"]
mod runner;

use proctor::event::{Message, Verdict};
use proctor::keeper::{Allowance, Budget, Demand, Offer, Part, plan};
use proctor::process::sandbox::View;
use proctor::suite::{Enclosure, Limits, Outcome, Text, Trial, attempt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static OFFER: OnceLock<Offer> = OnceLock::new();

/// Nanoseconds.
const SECOND: i64 = 1_000_000_000;

fn main() -> std::process::ExitCode {
    // As the program itself would: a trial is this binary once more, and so is a scenario in a scenario.
    if std::env::args().nth(1).is_some_and(|word| word == "trial" || word == "scenario") {
        return proctor::cli::main();
    }
    // It must be looked at by a process with one thread.
    let _ = OFFER.set(Offer::look());
    runner::run(&[
        ("four_outcomes_are_never_mixed", || inside(outcomes)),
        ("awards_told_before_a_kill_stay", || inside(awards)),
        ("a_program_reaches_nothing_of_the_rubric", || inside(secrets)),
        ("control_without_an_enclosure_it_reads_the_rubric", control_secrets),
        ("nothing_is_left_for_the_next_trial", || inside(carried)),
        ("programs_are_observed_and_named_where_work_is_tested", || inside(observed)),
        ("a_scenario_that_means_harm_is_a_value", || inside(hostile_scenarios)),
    ]);
}

/// A test that needs all that keeps work inside.
fn inside(test: fn()) {
    let offer = OFFER.get().expect("it was looked at");
    match [Part::Namespaces, Part::Landlock, Part::Filter].iter().find_map(|part| offer.of(*part).err()) {
        None => test(),
        Some(why) => runner::left_out(&format!("this machine cannot keep work inside: {why}")),
    }
}

/// A folder with the files of a submission, removed when it goes.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("proctor-trial-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        for (file, text) in files {
            std::fs::write(path.join(file), text).expect("a file");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn enclosure(folder: &Path) -> Enclosure {
    let offer = OFFER.get().expect("it was looked at");
    let view = View { from: Some(folder.to_owned()), room: 16 << 20, show: Vec::new(), ..View::default() };
    let budget = Budget { alive: Some(64), ..Budget::default() };
    let plan = plan(Demand::Required, offer, view, &Allowance { budget, ..Allowance::default() });
    let plan = plan.unwrap_or_else(|missing| panic!("this machine cannot keep work inside: {missing:?}"));
    Enclosure { contain: plan.contain, bounds: plan.bounds, fence: plan.fence }
}

fn trial(text: &str, submission: Option<&str>, enclosure: Enclosure, time: i64) -> Outcome {
    let text = Text { name: "rubric.proc".into(), path: None, text: text.into() };
    let trial = Trial {
        texts: [text].into(),
        test: Some(0),
        limits: Limits { time, processes: 64, output: 1 << 16 },
        seed: 7,
        disturbance: None,
        args: Vec::new(),
        timeline: None,
        scheduler: proctor::process::pid(),
        submission: submission.map(str::to_owned),
        enclosure,
    };
    attempt(trial, |_| {}).outcome()
}

/// A trial of a submission that is one file, kept inside.
fn graded(name: &str, file: (&str, &str), text: &str, time: i64) -> Outcome {
    let folder = Folder::new(name, &[file]);
    trial(text, Some(&format!("/work/{}", file.0)), enclosure(&folder.0), time)
}

fn assert_verdict(outcome: &Outcome, verdict: Verdict) {
    assert_eq!(outcome.verdict, verdict, "{outcome:#?}");
}

fn awarded(outcome: &Outcome) -> Vec<(String, String)> {
    let award = |message: &Message| match message {
        Message::Awarded { points, why } => Some((points.to_string(), why.clone())),
        _ => None,
    };
    outcome.messages.iter().filter_map(award).collect()
}

fn outcomes() {
    let program = "exit ${1:-0}";
    let of = |name: &str, text: &str| graded(name, ("a.sh", program), text, 60 * SECOND);
    let run = r#"let r = run("sh", submission, 3)"#;
    let passed = of("passed", &format!("test \"t\" {{ {run}; expect r.exitcode == 3 }}"));
    assert_verdict(&passed, Verdict::Passed);
    let failed = of("failed", &format!("test \"t\" {{ {run}; expect r.exitcode == 0 }}"));
    assert_verdict(&failed, Verdict::Failed);
    let late = of("late", "test \"t\" within 300ms { run(\"sleep\", 1000); expect true }");
    assert_verdict(&late, Verdict::LimitHit);
    let wrong = of("wrong", "test \"t\" { expect submission + 1 == 2 }");
    assert_verdict(&wrong, Verdict::Wrong);
    let too_much = of("too_much", "test \"t\" worth 1 { award 2, \"all\"; expect true }");
    assert_verdict(&too_much, Verdict::Wrong);
    // What is to be seen is not there: nothing is known of the work.
    let gone = PathBuf::from("/nowhere/at/all");
    let failed = trial("test \"t\" { expect true }", None, enclosure(&gone), 60 * SECOND);
    assert!(matches!(failed.verdict, Verdict::ToolFailed(_)), "{failed:#?}");
    // A scenario that has no work is wrong, not the work.
    let folder = Folder::new("none", &[]);
    let none = trial("test \"t\" { expect exists(submission) }", None, enclosure(&folder.0), 60 * SECOND);
    assert_verdict(&none, Verdict::Wrong);
}

fn awards() {
    let text = "test \"t\" worth 4 within 500ms {
        let r = run(\"echo\", \"hello\")
        award 1.5, \"it speaks\"
        feedback \"and then?\"
        run(\"sleep\", 1000)
        award 2.5, \"it ends\"
        expect r.exitcode == 0
    }";
    let late = graded("late_award", ("a", ""), text, 60 * SECOND);
    assert_verdict(&late, Verdict::LimitHit);
    assert_eq!(awarded(&late), [("1.5".to_owned(), "it speaks".to_owned())]);
    assert!(late.messages.contains(&Message::Feedback("and then?".to_owned())), "{late:#?}");
    let killed = graded(
        "killed_award",
        ("a", ""),
        "test \"t\" worth 4 { award 1, \"so far\"; kill self; expect true }",
        60 * SECOND,
    );
    assert_verdict(&killed, Verdict::Failed);
    assert_eq!(awarded(&killed), [("1".to_owned(), "so far".to_owned())]);
    // A loop without an end says no more than is kept.
    let text = "test \"t\" within 2s { while true { feedback \"again\" }; expect true }";
    let endless = graded("endless_feedback", ("a", ""), text, 60 * SECOND);
    assert_verdict(&endless, Verdict::LimitHit);
    let said = endless.messages.iter().filter(|message| matches!(message, Message::Feedback(_))).count();
    assert_eq!(said, 201, "the last one says that there was more");
    // Not one is lost among what else is told.
    let text = "test \"t\" worth 100 {
        for i in 0..100 { award 1, \"{i}\" }
        let all = []
        for i in 0..300 { all.push(spawn { expect 1 == 2 }) }
        for p in all { join p }
        expect true
    }";
    let many = graded("many_awards", ("a", ""), text, 120 * SECOND);
    assert_eq!(awarded(&many).len(), 100, "{:?}", many.verdict);
}

/// Looks for what the rubric has, and tries to harm it; says what it could do.
const THIEF: &str = r#"
for file in environ mem maps; do
    head -c 100000 "/proc/$PPID/$file" >/dev/null 2>&1 && echo "read $file"
done
for fd in 0 1 2 3 4 5 6 7 8 9 10; do
    readlink "/proc/$PPID/fd/$fd" >/dev/null 2>&1 && echo "saw a descriptor"
done
kill -0 "$PPID" 2>/dev/null && echo "could signal it"
kill -9 -1 2>/dev/null
for fd in 3 4 5 6 7 8 9; do
    [ -e "/proc/self/fd/$fd" ] && [ -S "/proc/self/fd/$fd" ] && echo "has socket $fd"
done
cat "/proc/$PPID/cmdline" 2>/dev/null | tr '\0' ' ' | grep -q secret && echo "read the command line"
grep -rqs "the secret answe[r]" /work /tmp /home /etc/proctor* && echo "found the answer"
echo done
"#;

const RUBRIC: &str = r#"
let answer = "the secret answer"
test "t" {
    let r = run("sh", submission)
    expect r.stdout == "done\n"
    expect answer.len() > 0
}
"#;

fn secrets() {
    let outcome = graded("thief", ("thief.sh", THIEF), RUBRIC, 60 * SECOND);
    assert_verdict(&outcome, Verdict::Passed);
    // A task that becomes the program is no other case.
    let text = "test \"t\" {
        spawn p { exec(\"sh\", submission) } with {capture: true}
        join p
        expect p.stdout == \"done\\n\"
    }";
    assert_verdict(&graded("task", ("thief.sh", THIEF), text, 60 * SECOND), Verdict::Passed);
}

fn control_secrets() {
    // Without the blow that would hit everybody.
    let thief = THIEF.replace("kill -9 -1", "true");
    let folder = Folder::new("control", &[("thief.sh", &thief)]);
    let submission = folder.0.join("thief.sh");
    let outcome = trial(RUBRIC, submission.to_str(), Enclosure::default(), 60 * SECOND);
    assert_verdict(&outcome, Verdict::Failed);
    let failure = format!("{:?}", outcome.last_failure());
    assert!(failure.contains("could signal it") && failure.contains("read environ"), "{failure}");
}

fn carried() {
    let leave = r#"
for place in /tmp /work /home /dev/shm /var/tmp; do
    [ -e "$place/left" ] && echo "found in $place"
    echo left > "$place/left" && echo "left in $place"
done
echo left 2>/dev/null > /etc/left && echo "left in /etc"
echo left 2>/dev/null > /usr/left && echo "left in /usr"
setsid sleep 1000 &
exit 0
"#;
    let folder = Folder::new("carried", &[("a.sh", leave)]);
    let places = ["/tmp", "/work", "/home", "/dev/shm", "/var/tmp"];
    // What is one place under two names is found there.
    let lines: String = places
        .iter()
        .map(|place| match *place {
            "/var/tmp" => "found in /var/tmp\\nleft in /var/tmp\\n".to_owned(),
            place => format!("left in {place}\\n"),
        })
        .collect();
    let text = format!("test \"t\" {{ let r = run(\"sh\", submission); expect r.stdout == \"{lines}\" }}");
    for _ in 0..2 {
        let outcome = trial(&text, Some("/work/a.sh"), enclosure(&folder.0), 60 * SECOND);
        assert_verdict(&outcome, Verdict::Passed);
        assert_eq!(outcome.leaks.lines().len(), 1, "the sleeper was seen: {:?}", outcome.leaks);
    }
    assert!(!folder.0.join("left").exists(), "the submission itself is as it was");
}

fn observed() {
    let program = "sh -c 'exit 3' & sh -c 'exit 4' & wait; exec sh -c 'kill -SEGV $$'";
    let text = r#"test "t" {
        spawn p exec("sh", submission) with {capture: true}
        join p
        expect p.processes.len() == 3
        let born = p.processes.filter(|one| one.ppid == p.pid)
        expect sorted(born.map(|one| one.exitcode)) == [3, 4]
        expect born.all(|one| one.reaped_by == "p" and not one.orphaned and one.zombie_for < 30s)
        expect p.ending contains "killed by SIGSEGV"
    }"#;
    assert_verdict(&graded("observed", ("a.sh", program), text, 60 * SECOND), Verdict::Passed);
    let unobserved = text.replace("{capture: true}", "{capture: true, observe: false}");
    let outcome = graded("unobserved", ("a.sh", program), &unobserved, 60 * SECOND);
    assert!(outcome.verdict != Verdict::Passed, "the option is heeded");
}

fn hostile_scenarios() {
    let of = |name: &str, script: &str, expected: &str| {
        let text = format!(
            "test \"t\" {{ let r = run_scenario(submission) within 20s\n    {expected}\n    expect children() == [] }}"
        );
        let outcome = graded(name, ("a.proc", script), &text, 120 * SECOND);
        assert_verdict(&outcome, Verdict::Passed);
    };
    of(
        "honest",
        "spawn p { exit 3 }\njoin p\nprint \"ok\"",
        "expect r.exitcode == 0 and r.stdout == \"ok\\n\" and r.errors == [] and r.processes.len() == 2 and r.processes[1].exitcode == 3",
    );
    of(
        "keeper",
        "spawn p exec(\"sh\", \"-c\", \"kill -9 -1; kill -9 $PPID; kill -9 2 3 4; echo alive\")\njoin p\nprint \"ok\"",
        "expect r.exitcode == 0 and r.stdout == \"alive\\nok\\n\"",
    );
    of(
        "forged",
        "for fd in 0..20 { for whose in [\"self\", str(ppid()), \"1\", \"2\", \"3\", \"4\", \"5\"] {\n if whose != \"self\" and whose != str(pid()) { try { print \"got\", read_file(\"/proc/{whose}/fd/{fd}\").len() } catch { } }\n try { write_file(\"/proc/{whose}/fd/{fd}\", \"forged\", true) } catch { } } }",
        "expect r.exitcode == 0 and not (r.stdout contains \"got\")\n    expect r.processes.len() == 1 and r.events.len() > 0 and r.events.all(|e| e.name == \"main\")",
    );
    of(
        "loud",
        "for i in 0..40 { print \"x\".repeat(1_000_000) }",
        "expect r.exitcode == 0 and r.stdout.len() < 40_000_000",
    );
    of("texts", "let = ", "expect r.exitcode == 2 and r.errors.len() > 0 and r.events == []");
    // What it starts is too much for it, or for all of the trial: both say so, and neither is our fault.
    let text = "test \"t\" { expect run_scenario(submission).exitcode != 0 }";
    let bomb = graded("bomb", ("a.proc", "while true { fork() }"), text, 120 * SECOND);
    assert!(matches!(bomb.verdict, Verdict::Passed | Verdict::LimitHit), "{bomb:#?}");
    // It is given up with all that it has, and the test goes on.
    let text = "test \"t\" {
        run_scenario(submission) within 1s else { feedback \"too long\" }
        expect children() == []
    }";
    let script = "spawn p exec(\"sh\", \"-c\", \"trap '' TERM; setsid sleep 1000 & sleep 1000\")\non SIGTERM { }\njoin p";
    let endless = graded("endless", ("a.proc", script), text, 120 * SECOND);
    assert_verdict(&endless, Verdict::Passed);
    assert!(endless.messages.contains(&Message::Feedback("too long".to_owned())), "{endless:#?}");
    assert!(endless.leaks.alive.is_empty(), "{:?}", endless.leaks);
}
