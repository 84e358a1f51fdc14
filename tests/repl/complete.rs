//! Completion: what is offered where, and that no place makes it fail.

use proctor::repl::complete::{Candidate, complete};
use proctor::repl::{Known, Name};
use proptest::prelude::*;

fn known() -> Known {
    let name = |name: &str, kind: &str, about: &str| Name {
        name: name.to_owned(),
        kind: kind.to_owned(),
        about: about.to_owned(),
    };
    Known {
        names: vec![
            name("p1", "process", "pid 4211 · sleeping"),
            name("任务", "process", "pid 4212 · zombie"),
            name("task", "function", "task(name, second)"),
            name("xs", "list", "[1, 2]"),
            name("text", "string", "\"abc\""),
            name("q", "queue", "queue()"),
            name("n", "int", "3"),
        ],
    }
}

fn files(folder: &str) -> Vec<(String, bool)> {
    let of =
        |names: &[(&str, bool)]| names.iter().map(|(name, folder)| ((*name).to_owned(), *folder)).collect();
    match folder {
        "" => of(&[
            ("src", true),
            ("a file.proc", false),
            ("sa{y}\"s.txt", false),
            (".hidden", false),
            ("it's", false),
        ]),
        "src/" | "~/" => of(&[("main.rs", false), ("sub", true)]),
        _ => Vec::new(),
    }
}

/// The text has a `‸` where the cursor is. Gives what the line becomes with each candidate.
fn lines(text: &str) -> Vec<String> {
    let (text, pos, start, found) = found(text);
    found.iter().map(|candidate| format!("{}{}{}", &text[..start], candidate.text, &text[pos..])).collect()
}

fn found(text: &str) -> (String, usize, usize, Vec<Candidate>) {
    let pos = text.find('‸').expect("the cursor is marked");
    let text = text.replacen('‸', "", 1);
    let (start, found) = complete(&text, pos, &known(), &files);
    (text, pos, start, found)
}

fn texts(text: &str) -> Vec<String> {
    found(text).3.into_iter().map(|candidate| candidate.text).collect()
}

#[track_caller]
fn assert_lines(text: &str, expected: &[&str]) {
    assert_eq!(lines(text), expected, "{text}");
}

#[track_caller]
fn assert_has(text: &str, has: &[&str], has_not: &[&str]) {
    let all = texts(text);
    for one in has {
        assert!(all.iter().any(|text| text == one), "{text} lacks {one}: {all:?}");
    }
    for one in has_not {
        assert!(!all.iter().any(|text| text == one), "{text} has {one}: {all:?}");
    }
}

#[test]
fn where_a_statement_begins_names_verbs_and_functions_are_offered() {
    assert_lines("spa‸", &["spawn "]);
    assert_lines("term‸", &["terminate "]);
    assert_has("‸", &["spawn ", "let ", "p1", "ps", "tree", "break"], &["else ", "and ", "SIGTERM", "len("]);
    assert_has(
        "t‸",
        &["task(", "text", "terminate ", "test ", "tree", "try ", "type(", "temp_dir()"],
        &["true"],
    );
    assert_lines("if n { prin‸ }", &["if n { print }", "if n { print_error( }"]);
    assert_lines("任‸", &["任务"]);
    assert_lines("let x = 1; kil‸", &["let x = 1; kill "]);
}

#[test]
fn where_a_value_stands_names_come_first() {
    let all = texts("print ‸");
    assert_eq!(all[..3], ["n", "p1", "q"]);
    assert_has("print s‸", &["self", "sorted(", "spawn "], &["sleep ", "stop "]);
    assert_has("print SIGT‸", &["SIGTERM", "SIGTSTP"], &["SIGINT"]);
    assert_lines("print sigte‸", &["print SIGTERM"]);
    assert_lines("print now‸", &["print now()"]);
    assert_lines("print ta‸(1)", &["print task(1)"]);
    assert_lines("print \"a {tas‸}\"", &["print \"a {task(}\""]);
}

#[test]
fn behind_a_verb_processes_come_first() {
    for verb in ["join", "kill", "terminate", "stop", "resume", "signal"] {
        assert_eq!(texts(&format!("{verb} ‸"))[..2], ["p1", "任务"], "{verb}");
    }
    assert_has("join ‸", &["all", "xs", "children()"], &["print ", "any"]);
    assert_eq!(texts("wait ‸"), ["p1", "任务", "any"]);
    assert_has("signal ‸", &["group "], &[]);
    assert_eq!(texts("signal group ‸")[0], "p1");
    assert_eq!(texts("kill p1, ‸")[0], "p1");
    assert_has("let c = join p‸", &["p1", "processes("], &["print "]);
}

#[test]
fn signals_are_offered_where_one_stands() {
    assert_eq!(texts("signal p1 ‸")[0], "SIGHUP");
    assert_lines("on SIGUSR‸", &["on SIGUSR1", "on SIGUSR2"]);
    assert_lines("ignore sigw‸", &["ignore SIGWINCH"]);
    assert_lines("on SIGK‸", &[]);
    assert_lines("signal p1 SIGK‸", &["signal p1 SIGKILL"]);
    assert_lines("signal group p1 SIGQ‸", &["signal group p1 SIGQUIT"]);
}

#[test]
fn members_are_those_of_the_kind() {
    assert_has("print p1.‸", &["exitcode", "state", "write(", "read_line()"], &["upper()", "push("]);
    assert_has("print 任务.s‸", &["state", "stdout"], &["split("]);
    assert_has("self.p‸", &["pid", "ppid"], &["push("]);
    assert_lines("q.qs‸", &["q.qsize()"]);
    assert_has("text.‸", &["upper()", "split("], &["pid", "push("]);
    assert_has("p1.stdout.l‸", &["lines()", "len()"], &["last()"]);
    assert_has("p1.parent.‸", &["pid"], &["lines()"]);
    assert_has("'a'.‸", &["upper()"], &["pid"]);
    assert_has("f().‸", &["upper()", "pid", "put("], &[]);
    assert_eq!(texts("n.‸"), Vec::<String>::new());
    assert_eq!(texts("1.‸"), Vec::<String>::new());
    assert_has("spawn new { }\nnew.st‸", &["state", "started"], &["starts_with("]);
    assert_has("let l = lock()\nl.‸", &["acquire()", "release()"], &["put("]);
}

#[test]
fn options_their_values_and_limits_are_offered() {
    assert_lines("spawn p f() with {ca‸", &["spawn p f() with {capture: "]);
    assert_has("spawn p f() with {pty: true, ‸", &["name: ", "stdout: "], &["pty: "]);
    assert_eq!(texts("spawn p f() with {stdin: ‸"), ["\"inherit\"", "\"null\"", "\"pipe\"", "{path: \""]);
    assert_lines("spawn f() with {stderr: \"st‸", &["spawn f() with {stderr: \"stdout\""]);
    assert_lines("spawn f() with {stdin: \"p‸\"}", &["spawn f() with {stdin: \"pipe\"}"]);
    assert_eq!(texts("spawn p f() with {capture: ‸}"), ["true", "false"]);
    assert_eq!(texts("spawn f() with {group: ‸")[..2], ["true", "p1"]);
    assert_has("spawn f() with {limits: {‸", &["cpu: ", "file_size: "], &["name: "]);
    assert_lines(
        "spawn f() with {limits: {cpu: 1, fi‸",
        &["spawn f() with {limits: {cpu: 1, files: ", "spawn f() with {limits: {cpu: 1, file_size: "],
    );
    assert_lines("spawn f() with {stdout: {pa‸", &["spawn f() with {stdout: {path: "]);
    assert_lines(
        "spawn f() with {stdout: {path: \"src/m‸",
        &["spawn f() with {stdout: {path: \"src/main.rs\""],
    );
    assert_lines("spawn f() with {nam‸: \"x\"}", &["spawn f() with {name: \"x\"}"]);
}

#[test]
fn states_and_files_are_offered_in_strings() {
    assert_lines("expect p1.state == \"zo‸", &["expect p1.state == \"zombie\""]);
    assert_lines("expect p1.state != \"st‸\"", &["expect p1.state != \"stopped\""]);
    assert_lines("expect p1.state in [\"running\", 'sl‸", &["expect p1.state in [\"running\", 'sleeping'"]);
    assert_lines("read_file(\"s‸", &["read_file(\"sa{{y}}\\\"s.txt\"", "read_file(\"src/"]);
    assert_lines("read_file(\"sa{{‸", &["read_file(\"sa{{y}}\\\"s.txt\""]);
    assert_lines("read_file('a‸')", &["read_file('a file.proc')"]);
    assert_lines("read_file('i‸", &[]);
    assert_lines("read_file(\"src/‸", &["read_file(\"src/main.rs\"", "read_file(\"src/sub/"]);
    assert_lines(
        "read_file(\"‸\")",
        &[
            "read_file(\"a file.proc\")",
            "read_file(\"it's\")",
            "read_file(\"sa{{y}}\\\"s.txt\")",
            "read_file(\"src/\")",
        ],
    );
    assert_lines("read_file(\".h‸", &["read_file(\".hidden\""]);
    assert_lines("sh(\"cat src/m‸", &["sh(\"cat src/main.rs"]);
    assert_lines("print \"{n}s‸", &[]);
    assert_lines("print re\"s‸", &[]);
    assert_lines("spawn f() with {name: \"s‸", &[]);
    assert_lines("print \"s\"‸", &[]);
}

#[test]
fn behind_a_value_operators_are_offered() {
    assert_has("print n ‸", &["and ", "or ", "in ", "contains "], &["p1", "print "]);
    assert_has("spawn p f() w‸", &["with "], &[]);
    assert_has("expect n ‸", &["within ", "for ", "and "], &[]);
    assert_has("if n { } e‸", &["else "], &["exit "]);
    assert_has("test \"a\" w‸", &["worth ", "within "], &[]);
    assert_has("expect error no‸", &["not_a_child"], &["now()"]);
    assert_lines("let na‸", &[]);
    assert_lines("def f(a‸", &[]);
    assert_lines("spawn p ta‸", &["spawn p task("]);
    assert_lines("spawn p ex‸", &["spawn p exec("]);
}

#[test]
fn commands_and_their_arguments_are_offered() {
    assert_lines(":l‸", &[":load "]);
    assert_lines(":h‸", &[":help ", ":history"]);
    assert_has(":‸", &[":help ", ":quit"], &[]);
    assert_has(":help zom‸", &["zombie"], &[]);
    assert_lines(":help signal g‸", &[":help signal group"]);
    assert_lines(":load src/m‸", &[":load src/main.rs"]);
    assert_lines(":save ~/m‸", &[":save ~/main.rs"]);
    assert_lines(":load \"a f‸", &[":load \"a file.proc\""]);
    assert_lines(":load a f‸", &[":load a file.proc"]);
    assert_lines(":time jo‸", &[":time join "]);
    assert_lines(":t‸", &[":time "]);
    assert_lines(":xyz a‸", &[]);
    assert_lines(":quit a‸", &[]);
}

#[test]
fn each_candidate_is_there_once_and_says_what_it_is() {
    for text in ["‸", "print ‸", "print s‸", "p1.‸", "f().‸", "signal p1 ‸", ":‸", ":help ‸", "kill ‸"]
    {
        let all = found(text).3;
        assert!(!all.is_empty(), "{text}");
        for (index, one) in all.iter().enumerate() {
            assert!(!one.doc.is_empty() && !one.doc.contains('\n'), "{text}: {one:?}");
            assert!(!all[..index].iter().any(|other| other.text == one.text), "{text}: {one:?} twice");
        }
    }
    let about = found("print p‸").3;
    assert_eq!(about[0].doc, "pid 4211 · sleeping");
}

#[test]
fn a_name_of_the_session_hides_a_function_of_the_language() {
    let names = vec![Name { name: "len".to_owned(), kind: "int".to_owned(), about: "5".to_owned() }];
    let (_, found) = complete("print le", 8, &Known { names }, &files);
    assert_eq!(found.iter().map(|one| one.doc.as_str()).collect::<Vec<_>>(), ["5"]);
}

proptest! {
    #[test]
    fn any_place_in_any_text_is_answered(
        text in "([a-c 1.\n(){}\\[\\]\"';#:,|=+\\\\/任é]|re\"|\"\"\"|SIG|spawn |with \\{|limits: \\{|p1\\.|:time |:load |:help |state == \"){0,24}",
        pos in 0_usize..80,
    ) {
        let (start, found) = complete(&text, pos, &known(), &files);
        prop_assert!(start <= text.len());
        if text.is_char_boundary(pos) {
            prop_assert!(start <= pos && text.is_char_boundary(start), "{start} {pos}");
        } else {
            prop_assert!(found.is_empty());
        }
    }
}
