//! Descriptors over a long run: however a process is started, and whether it comes to be or not, the scenario holds as many
//! afterwards as before.

use crate::bench::run_by;

/// Some of everything by which a process is started, joined at the end of each round: 25 processes.
const ROUND: &str = r#"
def round(dir) {
    spawn c exec("echo", "out") with {capture: true}
    spawn e sh("echo err >&2") with {stderr: "capture", stdout: "null"}
    spawn m { print "both" } with {capture: true, stderr: "stdout"}
    spawn t exec("echo", "shown") with {pty: true}
    spawn k { print input() } with {pty: true}
    k.write("typed\n")
    spawn d exec("cat") with {stdin: "pipe", capture: true}
    d.write("to cat\n")
    d.close_stdin()
    spawn n exec("true") with {stdin: "pipe"}
    spawn l { } with {stdin: "pipe", stdout: {path: "{dir}/out", append: true}, stderr: {path: "{dir}/err"}}
    spawn i exec("cat") with {input: "a text", capture: true}
    spawn f exec("cat") with {stdin: {path: "{dir}/in"}, stdout: {path: "{dir}/out"}}
    spawn o { } with {env: {A: "1"}, cwd: dir, nice: 1, session: true, limits: {files: 50, cpu: 10s}}
    spawn g { } with {group: true, name: "g"}
    spawn w exec("echo", "x") | exec("cat") | { while input() != none { } } with {capture: true}
    let held = [c, e, m, t, k, d, n, l, i, f, o, g]
    join held
    join w
    expect [c.stdout, i.stdout, d.stdout, t.stdout] == ["out\n", "a text", "to cat\n", "shown\r\n"]
    expect k.stdout.lines().last() == "typed"
    expect run("echo", "ran").stdout == "ran\n"
    let copy = fork()
    if copy == 0 { exit 0 }
    join copy
    let codes = []
    for bad in [{cwd: "/no/such", capture: true}, {stdin: {path: "/no/such"}, stdout: "capture"}, {cwd: "/no/such", pty: true},
                {limits: {files: -1}}, {capture: true, stdin: "zzz"}, {stdin: "pipe", stdout: {path: "/no/such/file"}}] {
        try { spawn b exec("true") with bad; join b } catch e { codes.push(e.kind) }
        try { spawn b { } with bad; join b } catch e { codes.push(e.kind) }
        try { spawn b exec("echo") | exec("cat") with bad; join b } catch e { codes.push(e.kind) }
    }
    expect codes.len() >= 12
    join all
}
"#;

#[test]
fn no_way_of_starting_a_process_keeps_a_descriptor() {
    let text = format!(
        "{ROUND}
let dir = temp_dir()
write_file(\"{{dir}}/in\", \"text\")
round(dir)
let before = self.fds.len()
for _ in 0..60 {{ round(dir) }}
for _ in 0..80 {{ join (0..100).map(|_| spawn {{ }}) }}
for _ in 0..500 {{ join (spawn {{ }} with {{capture: true, stdin: \"pipe\"}}) }}
for _ in 0..300 {{ join (spawn {{ }} with {{pty: true}}) }}
expect self.fds.len() == before, \"{{self.fds}}\"
print \"done\""
    );
    let ended = run_by("exec \"$@\" 2>/dev/null", &["run", "-e", &text]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "done\n"),
        "{}",
        run_by("exec \"$@\"", &["run", "-e", &text]).stderr
    );
}
