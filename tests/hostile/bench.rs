//! Runs proctor with a bound on its memory and a generous deadline, and says how it ended.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// After this long a run counts as hanging.
const DEADLINE: Duration = Duration::from_secs(120);
/// KiB of address space that a run may have: far below what an input of these could fill.
const MEMORY: &str = "4000000";
/// Bytes that a run may say on standard error.
const MOST_SAID: usize = 256 << 10;

/// How a run ended.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// `proctor ARGS`, by a shell that has said `before` first: `ulimit`, a redirection …
pub fn proctor(before: &str, args: &[&str]) -> Command {
    let mut command = Command::new("/bin/sh");
    let script = format!("ulimit -v {MEMORY}; ulimit -c 0; {before}");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_proctor"), "--color", "never"]).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a scenario to its end.
#[track_caller]
pub fn run(text: &str) -> Ended {
    run_by("exec \"$@\"", &["run", "--stable", "-e", text])
}

#[track_caller]
pub fn run_by(before: &str, args: &[&str]) -> Ended {
    finish(proctor(before, args).spawn().expect("a shell can be started"))
}

/// Waits for its end; past the deadline it is killed and the test fails.
#[track_caller]
pub fn finish(child: Child) -> Ended {
    let output = wait(child);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.len() <= MOST_SAID, "{} bytes of diagnostics", stderr.len());
    assert!(!stderr.contains("panicked") && !stderr.contains("error[internal]"), "{stderr}");
    let code = output.status.code();
    let code = code.unwrap_or_else(|| panic!("ended by the signal {:?}: {stderr}", output.status.signal()));
    Ended { code, stdout, stderr }
}

#[track_caller]
fn wait(mut child: Child) -> Output {
    let readers = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    let (done, all) = channel();
    for (place, reader) in readers.into_iter().enumerate() {
        let done = done.clone();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = reader.map(|mut reader| reader.read_to_end(&mut bytes));
            let _ = done.send((place, bytes));
        });
    }
    let mut said = [Vec::new(), Vec::new()];
    for _ in 0..2 {
        let Ok((place, bytes)) = all.recv_timeout(DEADLINE) else {
            let _ = child.kill();
            panic!("it hangs; so far: {}", String::from_utf8_lossy(&said[1]));
        };
        said[place] = bytes;
    }
    let status = child.wait().expect("it is our child");
    let [stdout, stderr] = said;
    Output { status, stdout, stderr }
}

/// A run that fails with this error and exit code.
#[track_caller]
pub fn fails(ended: &Ended, code: i32, kind: &str) {
    assert_eq!(ended.code, code, "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("error[{kind}]")), "{}", ended.stderr);
}
