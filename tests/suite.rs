//! `proctor test` from outside: every option, what it reports, what becomes of what it started.

#[path = "bar/mod.rs"]
mod bar;
#[path = "suite/bar.rs"]
mod bar_tests;
#[path = "browser/mod.rs"]
mod browser;
#[path = "bystander/mod.rs"]
mod bystander;
#[path = "suite/cases.rs"]
mod cases;
#[path = "suite/docs.rs"]
mod docs;
#[path = "expectation/mod.rs"]
mod expectation;
#[path = "suite/faults.rs"]
mod faults;
#[path = "suite/hostile.rs"]
mod hostile;
#[path = "suite/level.rs"]
mod level;
#[path = "grade/machine.rs"]
mod machine;
#[path = "suite/many.rs"]
mod many;
#[path = "suite/page.rs"]
mod page;
#[path = "pty/mod.rs"]
mod pty;
#[path = "suite/reports.rs"]
mod reports;
#[path = "sarif/mod.rs"]
mod sarif;
#[path = "suite/scan.rs"]
mod scan;
#[path = "suite/schema.rs"]
mod schema;
#[path = "browser/screen.rs"]
mod screen;
#[path = "suite/stage.rs"]
mod stage;
#[path = "suite/tap.rs"]
mod tap;
#[path = "suite/watch.rs"]
mod watch;
