//! Texts that are none, and texts that are too much: exit code 2 with a few diagnostics.

use crate::bench::{Ended, fails, run, run_by};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// The end of a run of a file with these bytes.
#[track_caller]
fn run_file(bytes: &[u8]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.proc");
    std::fs::write(&path, bytes).expect("it can be written");
    run_by("exec \"$@\"", &["run", path.to_str().expect("a plain name")])
}

#[test]
fn what_is_no_text() {
    fails(&run_file(b"print \"\xe9\"\n"), 2, "not_utf8");
    fails(&run_file(b"print 1\n\0"), 2, "nul_byte");
    fails(&run_by("exec \"$@\"", &["run", "/"]), 2, "cannot_read");
    fails(&run_by("exec \"$@\"", &["run", "/no/such/file.proc"]), 2, "cannot_read");
}

#[test]
fn a_file_that_may_not_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("proctor");
    // By another process: while one that another thread has just forked holds our descriptor, the copy could not be executed (ETXTBSY).
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_proctor")).arg(&program).status();
    assert!(copied.expect("cp").success(), "a copy that others can reach");
    let path = folder.path().join("secret.proc");
    std::fs::write(&path, "print 1\n").expect("it can be written");
    let mode = |path: &std::path::Path, bits| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).expect("it is ours");
    };
    mode(folder.path(), 0o755);
    mode(&path, 0o000);
    // Root may read everything: there, somebody else has to try. Its owner has to otherwise.
    let other = format!(
        "if [ \"$(id -u)\" = 0 ]; then exec setpriv --reuid 65534 --clear-groups '{}' run '{}'; fi; exec \"$@\"",
        program.display(),
        path.display()
    );
    fails(&run_by(&other, &["run", path.to_str().expect("a plain name")]), 2, "cannot_read");
}

#[test]
fn garbage() {
    let size = if cfg!(debug_assertions) { 5 << 20 } else { 50 << 20 };
    let mut state = 1_u64;
    let mut any = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    let letters: Vec<u8> = b"(){}[]|\"'#=+-.,:; \nab1\\".to_vec();
    let ascii: Vec<u8> = (0..size).map(|_| letters[any() as usize % letters.len()]).collect();
    assert_eq!(run_file(&ascii).code, 2);
    let bytes: Vec<u8> = (0..size).map(|_| any()).collect();
    assert_eq!(run_file(&bytes).code, 2);
    assert_eq!(run_file("a ".repeat(size / 2).as_bytes()).code, 2);
}

/// Each child has every page of its parent's memory: what reading a long text has used must not be among them.
#[test]
fn what_a_long_text_has_used_is_given_back() {
    let functions = (0..1500).map(|i| {
        format!("def f{i}(a, b) {{ let c = a + b * {i}; if c > 10 {{ print c, \"{i} {{c}}\" }}; return {{x: c, y: [a]}} }}\n")
    });
    let status = "read_file(\"/proc/self/status\").lines().filter(|line| line.starts_with(\"RssAnon\"))";
    let text = format!("{}let rows = {status}\nprint rows[0].split()[1]\n", functions.collect::<String>());
    let ended = run_file(text.as_bytes());
    let used: usize = ended.stdout.trim().parse().unwrap_or_else(|_| panic!("{}", ended.stderr));
    assert!(used * 1024 < 30 * text.len(), "{used} KiB for {} bytes of text", text.len());
}

#[test]
fn what_is_nested_too_deeply() {
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{a: ", "1", "}"),
        ("if true { ", "print 1", " }"),
        ("spawn { ", "print 1", " }"),
        ("|x| ", "1", ""),
        ("-", "1", ""),
        ("not ", "true", ""),
        ("f(", "1", ")"),
        ("2 ** ", "2", ""),
        ("join ", "1", ""),
        ("\"{", "1", "}\""),
    ] {
        for whole in [true, false] {
            let close = if whole { close.repeat(100_000) } else { String::new() };
            let start = if open.starts_with("if") || open.starts_with("spawn") { "" } else { "let x = " };
            let text = format!("{start}{}{inner}{close}\n", open.repeat(100_000));
            let ended = run_file(text.as_bytes());
            assert_eq!(ended.code, 2, "{open}: {}", ended.stderr);
        }
    }
}

#[test]
fn chains_without_end() {
    let many = format!("let x = 1\nif x == 0 {{ }}{}\n", " else if x == 2 { }".repeat(100_000));
    fails(&run_file(many.as_bytes()), 2, "too_deep");
    for joint in [" + 1", ".a", "[0]", "()", " and true", " | f()", ", 1", "\nprint 1"] {
        let ended = run_file(format!("let x = f{}\n", joint.repeat(100_000)).as_bytes());
        assert_eq!(ended.code, 2, "{joint}: {}", ended.stderr);
    }
    fails(&run_file(format!("print \"{}\"\n", "x".repeat(1 << 20)).as_bytes()), 2, "too_long");
    assert_eq!(run("print \"never ended").code, 2);
}
