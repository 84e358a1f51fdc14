//! A program that gains a privilege, traced by a user who has none.

use super::stranger::{Place, estrange};
use super::{PROCTOR, err};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn as_stranger(place: &Place, args: &[&str]) -> Output {
    let program = place.copy(Path::new(PROCTOR), "proctor");
    let mut command = Command::new(program);
    estrange(&mut command, place).args(args).stdin(Stdio::null()).output().expect("it starts")
}

#[test]
fn a_program_that_would_lose_its_privilege_is_refused_with_its_reason() {
    let place = Place::new();
    let program = place
        .privileged()
        .expect("root makes one; elsewhere the system has one (a Debian package: passwd or mount)");
    let path = program.to_str().expect("UTF-8");
    let output = as_stranger(&place, &["trace", "--quiet", "--", path, "--version"]);
    let text = err(&output);
    assert_eq!(output.status.code(), Some(126), "{text}");
    assert!(text.contains("cannot be executed: the system refuses it (EPERM)"), "{text}");
    assert!(text.contains("is it set-user-id"), "{text}");
    assert!(output.stdout.is_empty(), "{text}");
    let text =
        format!("spawn p exec({path:?}, \"--version\") with {{observe: true}}\njoin p\nprint(p.exitcode)");
    let output = as_stranger(&place, &["run", "-e", &text]);
    let text = err(&output);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "126\n", "{text}");
    assert!(text.contains("is it set-user-id"), "{text}");
}
