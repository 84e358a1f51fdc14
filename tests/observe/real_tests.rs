//! Programs as they are: shells, Python, make, gcc, git, perl and others.

use crate::compare::{Steady, compare};
use crate::runner::Test;
use std::fs::write;
use std::path::Path;

fn sh(name: &str, steady: Steady, shell: &str, script: &str) {
    compare(name, steady, |_| {}, &[shell, "-c", script]);
}

fn python(name: &str, script: &str) {
    // Not the name on the PATH: a shim that looks for the right Python would be observed too.
    let found =
        std::process::Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let found =
        String::from_utf8(found.expect("python3 is there (a Debian package)").stdout).expect("a path");
    let prepare = |folder: &Path| write(folder.join("it.py"), script).expect("a file");
    compare(name, Steady::ButForWaits, prepare, &[found.trim(), "-S", "it.py"]);
}

const WORK: &str = "
import multiprocessing as m, os
def f(x): return x * x
def g(q): q.put(os.getppid() > 0)
if __name__ == '__main__':
    c = m.get_context('METHOD')
    q = c.SimpleQueue()
    p = c.Process(target=g, args=(q,))
    p.start(); print(q.get()); p.join(); print(p.exitcode)
";

const POOL: &str = "
import multiprocessing as m
def f(x): return x * x
if __name__ == '__main__':
    with m.get_context('fork').Pool(2) as p:
        print(p.map(f, range(50)))
        p.close(); p.join()
";

const SUBPROCESS: &str = "
import subprocess, signal, os
print(subprocess.run(['echo', 'a b'], capture_output=True, text=True).stdout)
print(subprocess.run('exit 3', shell=True).returncode)
p = subprocess.Popen(['sleep', '100']); p.terminate(); print(p.wait())
try: subprocess.run(['/no/such/program'])
except FileNotFoundError as e: print(e.errno)
print(os.waitstatus_to_exitcode(os.system('kill -TERM $$')))
print(os.posix_spawn('/bin/true', ['true'], os.environ) > 0, os.wait()[1])
";

fn makefile(folder: &Path, goals: usize) {
    let mut text =
        format!("all: {}\n\t@echo done\n", (0..goals).map(|n| format!("o{n}")).collect::<Vec<_>>().join(" "));
    for n in 0..goals {
        text.push_str(&format!("o{n}: i{n}\n\t@cat i{n} > o{n}; test -s o{n}\n"));
        write(folder.join(format!("i{n}")), "x").expect("a file");
    }
    write(folder.join("Makefile"), text).expect("a file");
}

fn source(folder: &Path) {
    write(folder.join("a.c"), "#include <stdio.h>\nint main(void) { return puts(\"made\") < 0; }\n")
        .expect("a file");
}

const GIT: &str = "git init -q . && git config user.email a@b && git config user.name a && echo 1 > f && git add f && \
    GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' git commit -q -m one && \
    git -c core.pager=cat log --oneline | wc -l && git status --short && git branch other";

const PERL: &str = "$| = 1; my $p = fork; if (!$p) { exec 'echo', 'from perl' } waitpid $p, 0; print $? >> 8, qq(\n); \
    $SIG{USR1} = sub { print qq(handled\n) }; kill 'USR1', $$; my $o = `echo captured`; print $o; \
    if (!fork) { kill 'KILL', $$; sleep 10 } wait; print $? & 127, qq(\n); system('exit 4'); print $? >> 8, qq(\n);";

const PERL_STOP: &str = "$| = 1; my $p = fork; if (!$p) { kill 'STOP', $$; exit 3 } waitpid $p, WUNTRACED; print WSTOPSIG($?), qq(\n); \
    kill 'CONT', $p; waitpid $p, 0; print $? >> 8, qq(\n);";

pub const TESTS: &[Test] = &[
    ("dash_pipeline", || {
        sh(
            "dash_pipeline",
            Steady::ButForWaits,
            "dash",
            "echo a b c | tr ' ' '\\n' | sort -r | head -2; echo $?",
        )
    }),
    ("bash_pipeline", || {
        sh(
            "bash_pipeline",
            Steady::ButForWaits,
            "bash",
            "seq 100 | grep 7 | tail -n 3 | cat; echo ${PIPESTATUS[@]}",
        )
    }),
    ("dash_loop", || {
        sh("dash_loop", Steady::Whole, "dash", "i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i+1)); done")
    }),
    ("dash_trap", || {
        sh(
            "dash_trap",
            Steady::ButForWaits,
            "dash",
            "trap 'echo got' USR1; kill -USR1 $$; trap '' TERM; kill -TERM $$; echo on",
        )
    }),
    ("dash_background", || {
        sh(
            "dash_background",
            Steady::ButForWaits,
            "dash",
            "sh -c 'exit 5' & wait $!; echo $?; sh -c 'kill -9 $$' & wait $!; echo $?",
        )
    }),
    ("dash_subshells", || {
        sh(
            "dash_subshells",
            Steady::ButForWaits,
            "dash",
            "(exit 3); echo $?; x=$(echo in; (echo deeper)); echo $x; exec echo last",
        )
    }),
    ("bash_jobs", || {
        sh(
            "bash_jobs",
            Steady::ButForWaits,
            "bash",
            "set -m; sleep 0.01 & wait %1; echo $?; (exit 7) & wait; echo done",
        )
    }),
    ("perl_stop", || {
        compare("perl_stop", Steady::ButForWaits, |_| {}, &["perl", "-MPOSIX", "-e", PERL_STOP])
    }),
    ("bash_substitution", || {
        sh(
            "bash_substitution",
            Steady::ButForWaits,
            "bash",
            // Whom it does not wait for it may leave at its end, or not.
            "exec 3< <(echo one); cat <&3; wait $!; cat <(echo two); wait $!; read x < <(echo three); wait $!; echo $x",
        )
    }),
    ("bash_coproc", || {
        sh(
            "bash_coproc",
            Steady::ButForWaits,
            "bash",
            "coproc cat; echo hi >&${COPROC[1]}; read x <&${COPROC[0]}; echo $x; eval \"exec ${COPROC[1]}>&-\"; wait",
        )
    }),
    ("python_fork", || python("python_fork", &WORK.replace("METHOD", "fork"))),
    ("python_spawn", || python("python_spawn", &WORK.replace("METHOD", "spawn"))),
    ("python_forkserver", || python("python_forkserver", &WORK.replace("METHOD", "forkserver"))),
    ("python_pool", || python("python_pool", POOL)),
    ("python_subprocess", || python("python_subprocess", SUBPROCESS)),
    ("make_one", || compare("make_one", Steady::ButForWaits, |folder| makefile(folder, 10), &["make"])),
    ("make_two", || {
        compare("make_two", Steady::ButForWaits, |folder| makefile(folder, 10), &["make", "-j2"])
    }),
    ("gcc", || compare("gcc", Steady::ButForWaits, source, &["sh", "-c", "gcc -pipe -o a a.c && ./a"])),
    ("git", || sh("git", Steady::ButForWaits, "sh", GIT)),
    ("perl", || compare("perl", Steady::ButForWaits, |_| {}, &["perl", "-e", PERL])),
    ("xargs", || sh("xargs", Steady::ButForWaits, "sh", "seq 6 | xargs -n 2 echo")),
    ("find_exec", || {
        sh(
            "find_exec",
            Steady::ButForWaits,
            "sh",
            "mkdir d; touch d/a d/b; find d -type f -exec test -f {} \\; -print | sort",
        )
    }),
    ("timeout_kills", || {
        sh(
            "timeout_kills",
            Steady::ButForWaits,
            "sh",
            "timeout 0.05 sleep 100; echo $?; timeout -s KILL 0.05 sleep 100; echo $?",
        )
    }),
    ("setsid", || sh("setsid", Steady::ButForWaits, "sh", "setsid -w sh -c 'exit 6'; echo $?")),
    ("nohup_env_nice", || {
        sh("nohup_env_nice", Steady::ButForWaits, "sh", "env A=1 nice -n 1 sh -c 'echo $A'")
    }),
    ("awk_system", || {
        sh(
            "awk_system",
            Steady::ButForWaits,
            "sh",
            "echo 1 | awk '{ system(\"exit 2\"); \"echo x\" | getline y; print y }'",
        )
    }),
    ("tar_gzip", || {
        sh("tar_gzip", Steady::ButForWaits, "sh", "echo hi > f; tar czf f.tgz f && tar xzOf f.tgz")
    }),
    ("sigpipe_yes", || {
        sh("sigpipe_yes", Steady::ButForWaits, "bash", "yes | head -1; echo ${PIPESTATUS[0]}")
    }),
    ("not_there", || sh("not_there", Steady::ButForWaits, "dash", "no-such-program; /etc/passwd; echo $?")),
];
