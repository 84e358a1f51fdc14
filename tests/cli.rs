//! The command line from outside: what is printed where, and the exit codes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn proctor(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proctor"));
    command.args(args).stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    for locale in ["LC_ALL", "LC_CTYPE"] {
        command.env_remove(locale);
    }
    command.env("LANG", "C.UTF-8");
    command
}

/// Exit code, standard output and standard error.
#[track_caller]
fn outcome(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8 is written");
    (output.status.code().expect("it exits"), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn run(args: &[&str]) -> (i32, String, String) {
    outcome(proctor(args).output().expect("proctor can be started"))
}

/// Runs with this text on standard input.
#[track_caller]
fn run_with(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = proctor(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("proctor can be started");
    child.stdin.take().expect("it is piped").write_all(input).expect("it is read");
    outcome(child.wait_with_output().expect("it ends"))
}

#[test]
fn what_cannot_be_read_is_one_diagnostic_and_exit_code_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path.to_str().expect("a plain name").to_owned()
    };
    let latin = file("latin.proc", b"print 1\nprint \"\xe9\"\n");
    let nul = file("nul.proc", b"print 1\n\0");
    let sparse = folder.path().join("large.proc");
    std::fs::File::create(&sparse).and_then(|file| file.set_len((256 << 20) + 1)).expect("a sparse file");
    let cases = [
        (latin, "error[not_utf8]", "byte 0xe9 at offset 15, in line 2"),
        (nul, "error[nul_byte]", "a NUL byte at offset 8, in line 2"),
        (folder.path().to_string_lossy().into_owned(), "error[cannot_read]", "it is a directory"),
        (
            folder.path().join("latim.proc").to_string_lossy().into_owned(),
            "error[cannot_read]",
            "latin.proc`?",
        ),
        (format!("{}/nul.proc/x", folder.path().display()), "error[cannot_read]", "not a directory"),
        (sparse.to_string_lossy().into_owned(), "error[too_long]", "larger than 256 MiB"),
    ];
    for (file, code, reason) in &cases {
        for command in ["run", "check"] {
            let (exit, stdout, stderr) = run(&[command, file]);
            assert_eq!((exit, stdout.as_str()), (2, ""), "{stderr}");
            assert!(stderr.starts_with(code) && stderr.contains(reason), "{stderr}");
            assert_eq!(stderr.matches("error[").count(), 1, "{stderr}");
        }
    }
    let (exit, _, stderr) = run_with(&["run", "-"], b"print \"\xff\"\n");
    assert!(exit == 2 && stderr.starts_with("error[not_utf8]: cannot read standard input"), "{stderr}");
}

#[test]
fn a_used_file_is_found_beside_the_one_that_uses_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("lib")).expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it can be written");
    write("main.proc", "use \"lib/one.proc\"\nprint one\n");
    write("lib/one.proc", "use \"two.proc\"\nlet one = two\n");
    write("lib/two.proc", "let two = 2\n");
    let main = folder.path().join("main.proc");
    let (exit, _, stderr) = run(&["check", main.to_str().expect("a plain name")]);
    assert_eq!((exit, stderr.as_str()), (0, ""));
    write("lib/two.proc", "let two = = 2\n");
    let (exit, _, stderr) = run(&["check", main.to_str().expect("a plain name")]);
    assert!(exit == 2 && stderr.contains("two.proc:1:"), "{stderr}");
}

#[test]
fn findings_are_text_or_json() {
    let (exit, stdout, stderr) = run_with(&["check", "-"], b"print cuont\n");
    assert_eq!((exit, stdout.as_str()), (2, ""));
    assert!(stderr.contains("error[undefined_name]") && stderr.contains("<stdin>:1:7"), "{stderr}");
    let (exit, _, stderr) = run_with(&["check", "--message-format", "json", "-"], b"print cuont\nbreak\n");
    let codes: Vec<String> = stderr
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("one object a line"))
        .map(|object| object["code"].as_str().expect("a code").to_owned())
        .collect();
    assert_eq!((exit, codes), (2, vec!["undefined_name".to_owned(), "outside_loop".to_owned()]));
}

#[test]
fn colors_follow_the_option_and_the_environment() {
    let colored = |args: &[&str], variable: Option<(&str, &str)>| {
        let mut command = proctor(&[&["check", "--color"], args, &["/nonexistent"]].concat());
        command.envs(variable);
        outcome(command.output().expect("proctor can be started")).2.contains('\x1b')
    };
    assert!(!colored(&["auto"], None));
    assert!(colored(&["auto"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(colored(&["always"], Some(("NO_COLOR", "1"))));
    assert!(!colored(&["never"], Some(("CLICOLOR_FORCE", "1"))));
}

#[test]
fn a_code_is_explained_and_a_slip_is_put_right() {
    let (exit, stdout, _) = run(&["explain", "undefined_name"]);
    assert!(exit == 0 && stdout.starts_with("# undefined_name\n"), "{stdout}");
    let (exit, stdout, _) = run(&["explain", "error[exec]"]);
    assert!(exit == 0 && stdout.starts_with("# exec\n"), "{stdout}");
    let (exit, stdout, stderr) = run(&["explain", "undefind_name\x1b[2J"]);
    assert_eq!((exit, stdout.as_str()), (2, ""));
    assert!(stderr.contains("\\x1b[2J") && !stderr.contains('\x1b'), "{stderr}");
    assert!(run(&["explain", "undefind_name"]).2.contains("did you mean `undefined_name`?"));
    let (exit, stdout, _) = run(&["explain", "--list"]);
    assert_eq!((exit, stdout.lines().count()), (0, proctor::source::all_codes().len()));
}

#[test]
fn wrong_usage_is_exit_code_2_and_help_is_0() {
    for args in
        [&["run"][..], &["fly"], &["run", "--timeout", "soon", "-"], &["run", "--max-procs", "0", "-"]]
    {
        let (exit, stdout, stderr) = run(args);
        assert_eq!((exit, stdout.as_str()), (2, ""), "{args:?}");
        assert!(!stderr.is_empty());
    }
    for args in [
        &["--help"][..],
        &["run", "--help"],
        &["check", "--help"],
        &["explain", "--help"],
        &["sweep", "--help"],
    ] {
        let (exit, stdout, _) = run(args);
        assert!(exit == 0 && stdout.contains("Examples:"), "{args:?}: {stdout}");
    }
    assert!(run(&["--version"]).1.starts_with("proctor "));
}

#[test]
fn a_file_in_the_place_of_a_command_gets_a_hint() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let (exit, _, stderr) = run(&[manifest.to_str().expect("a plain name")]);
    assert!(exit == 2 && stderr.contains("proctor run FILE"), "{stderr}");
}

#[test]
fn nobody_reading_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = proctor(&["explain", "--list"]);
    command.stdout(writer.try_clone().expect("a second end")).stderr(writer);
    assert_eq!(command.status().expect("proctor can be started").code(), Some(0));
}

/// The list of commands and the help of each say the same of it; also where it takes its arguments from several places.
#[test]
fn the_help_of_a_command_begins_with_what_the_list_says_of_it() {
    let (_, list, _) = run(&["--help"]);
    let rows =
        list.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut seen = 0;
    for row in rows {
        let (name, what) = row.trim().split_once("  ").expect("a name and what it does");
        if name == "help" {
            continue;
        }
        let (code, text, _) = run(&[name, "--help"]);
        assert_eq!((code, text.lines().next()), (0, Some(what.trim())), "{name}");
        seen += 1;
    }
    assert!(seen >= 10, "{list}");
}
