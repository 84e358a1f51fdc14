//! A 32-bit program, whose calls have other numbers.

use super::PROCTOR;
use std::process::{Command, Stdio};
use tempfile::tempdir;

/// Without a library, so that a compiler for 64 bits is enough. Its pause(2) has the number of shmget(2) of 64 bits.
const PROGRAM: &str = r#"
void _start(void) {
    for (;;) __asm__ volatile("int $0x80" ::"a"(29));
}
"#;

#[test]
fn the_sleep_of_a_32_bit_program_has_no_name_of_another_call() {
    let folder = tempdir().expect("a folder");
    let (source, program) = (folder.path().join("narrow.c"), folder.path().join("narrow"));
    std::fs::write(&source, PROGRAM).expect("a file");
    let mut gcc = Command::new("gcc");
    gcc.args(["-m32", "-O1", "-nostdlib", "-static", "-o"]).args([&program, &source]);
    assert!(gcc.status().expect("gcc is there (a Debian package)").success(), "it cannot be compiled");
    // Some kernels are built without such programs: there nobody can sleep in one.
    let Ok(mut child) = Command::new(&program).spawn() else { return };
    child.kill().expect("our child");
    child.wait().expect("our child");
    let text = format!(
        "spawn p exec({:?}) with {{observe: true}}
         let sleeps = {{kind: \"wait\", pid: p.pid, call: \"a call of a 32-bit program\"}}
         expect events contains sequence [sleeps] within 60s
         kill p",
        program.to_str().expect("UTF-8")
    );
    let mut command = Command::new(PROCTOR);
    let output = command.args(["run", "-e", &text]).stdin(Stdio::null()).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
