//! Programs that gain a privilege, observed by a user who has none: refused, in the program itself and further down; and nothing
//! else is.

use crate::compare::observed_by;
use crate::runner::{Test, left_out};
use crate::stranger::{Place, estrange};
use proctor::event::{Event, What};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub const TESTS: &[Test] = &[
    ("who_gains_a_privilege_is_refused", who_gains_a_privilege_is_refused),
    ("who_gains_none_is_not_refused", who_gains_none_is_not_refused),
];

/// Observes these words as the stranger; gives the exit code, the standard output, and the errors of executing this program.
fn observe(place: &Place, words: &[&str], program: &Path) -> (Option<i32>, String, Vec<Option<String>>) {
    let me = place.copy(&std::env::current_exe().expect("our own path"), "observer");
    let folder = place.path().join("run");
    let _ = std::fs::create_dir(&folder);
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let (output, events) = observed_by(&me, &words, &folder, |command| _ = estrange(command, place));
    let results = events.into_iter().filter_map(|Event { what, .. }| match what {
        What::Executed { path, error, .. } => (Path::new(&path) == program).then_some(error),
        _ => None,
    });
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), results.collect())
}

fn who_gains_a_privilege_is_refused() {
    let place = Place::new();
    let Some(program) = place.privileged() else { return left_out("no set-user-id program is here") };
    let path = program.to_str().expect("UTF-8");
    let refused = vec![Some("EPERM".to_owned())];
    assert_eq!(observe(&place, &[path, "--version"], &program), (Some(126), String::new(), refused.clone()));
    let script = format!("{path} --version 2>/dev/null; echo $?");
    let seen = observe(&place, &["sh", "-c", &script], &program);
    assert_eq!(seen, (Some(0), "126\n".to_owned(), refused));
}

/// Not an ordinary program, nor a script with the bit, which the kernel does not heed.
fn who_gains_none_is_not_refused() {
    let place = Place::new();
    let program = place.copy(Path::new("/bin/true"), "ordinary");
    let path = program.to_str().expect("UTF-8");
    assert_eq!(observe(&place, &[path], &program), (Some(0), String::new(), vec![None]));
    let script = place.path().join("script");
    std::fs::write(&script, "#!/bin/sh\necho ran\n").expect("a file");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o4755)).expect("our own file");
    let path = script.to_str().expect("UTF-8");
    assert_eq!(observe(&place, &[path], &script), (Some(0), "ran\n".to_owned(), vec![None]));
}
