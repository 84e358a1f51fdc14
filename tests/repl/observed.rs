//! What is observed and recorded, at the prompt.

use super::terminal::Terminal;

#[test]
fn an_observed_process_that_is_stopped_is_news() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p exec(\"sleep\", \"1000\") with {observe: true}");
    terminal.entry("spawn q { spawn r exec(\"sleep\", \"1000\") with {observe: true}; join r }");
    terminal.see("3 alive");
    terminal.entry("stop p");
    terminal.see("[p was stopped by SIGSTOP]");
    terminal.see("3 alive, 1 of them stopped");
    assert_eq!(terminal.entry("p.state").lines().next(), Some("\"stopped\""));
    terminal.entry("resume p");
    terminal.see("[p goes on]");
    // One that is no child of the session's.
    terminal.entry("for c in q.children { stop c }");
    terminal.see("[r was stopped by SIGSTOP]");
    terminal.entry("for c in q.children { resume c }");
    terminal.see("[r goes on]");
    terminal.wait_for("no stop", |sight| sight.is_prompt() && sight.has("3 alive\nproctor> "));
    terminal.entry("kill p");
    terminal.see("[p ended: killed by SIGKILL");
}

#[test]
fn a_stop_of_the_tracer_is_none() {
    let terminal = Terminal::repl();
    terminal
        .entry("spawn busy exec(\"sh\", \"-c\", \"while :; do /bin/true; cd /; done\") with {observe: true}");
    // Each has the session look at all of them again, at whatever moment of the busy one.
    terminal.entry("for i in 0..40 { spawn { sleep 2ms }; sleep 5ms }");
    for _ in 0..20 {
        terminal.entry("join all within 1ms else { }; spawn s { }");
    }
    let all = terminal.everything();
    assert!(!all.contains("busy was stopped") && !all.contains("of them stopped"), "{all}");
    terminal.entry("kill busy");
    terminal.see("[busy ended: killed by SIGKILL");
}

/// Such a process is a zombie for its tracer first, and then for its parent.
#[test]
fn the_end_of_each_is_told() {
    let terminal = Terminal::repl();
    for number in 0..25 {
        terminal.entry(&format!("spawn p{number} exec(\"sleep\", \"100\") with {{observe: true}}"));
        terminal.entry(&format!("kill p{number}"));
        terminal.see(&format!("[p{number} ended: killed by SIGKILL"));
    }
}

#[test]
fn the_record_is_at_hand() {
    let terminal = Terminal::repl();
    terminal.entry("spawn p exec(\"sh\", \"-c\", \"/bin/true; exit 4\") with {observe: true}");
    assert_eq!(terminal.entry("join p").lines().next(), Some("4"));
    let says = |entry: &str, expected: &str| {
        let said = terminal.entry(entry);
        assert_eq!(said.lines().next(), Some(expected), "{entry}: {said}");
    };
    says("events().filter(|e| e.kind == \"spawn\").map(|e| e.name)", "[\"main\", \"p\"]");
    says("events().filter(|e| e.kind == \"exit\" and e.pid == p.pid).len()", "1");
    says("p.processes.len() >= 1", "true");
    says("p.processes[0].exitcode", "4");
    let said = terminal
        .entry("expect never {kind: \"print\"} between {kind: \"spawn\"}, {kind: \"exit\"} in events(p)");
    assert!(!said.contains("error"), "{said}");
    let said = terminal.entry("expect never {kind: \"exec\"} between {kind: \"spawn\"}, {kind: \"exit\"}");
    assert!(said.contains("error"), "{said}");
}
