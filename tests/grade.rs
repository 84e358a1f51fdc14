//! `proctor grade` and `proctor grades`: works of strangers, results that stay, and what is done with them.

#[path = "grade/archives.rs"]
mod archives;
#[path = "bar/mod.rs"]
mod bar;
#[path = "grade/bar.rs"]
mod bar_tests;
#[path = "grade/bounds.rs"]
mod bounds;
#[path = "grade/course.rs"]
mod course;
#[path = "grade/docs.rs"]
mod docs;
#[path = "grade/forget.rs"]
mod forget;
#[path = "grade/kills.rs"]
mod kills;
#[path = "grade/load.rs"]
mod load;
#[path = "grade/machine.rs"]
mod machine;
#[path = "grade/names.rs"]
mod names;
#[path = "grade/neighbours.rs"]
mod neighbours;
#[path = "patience/mod.rs"]
mod patience;
#[path = "grade/places.rs"]
mod places;
#[path = "pty/mod.rs"]
mod pty;
#[path = "grade/results.rs"]
mod results;
#[path = "grade/rubrics.rs"]
mod rubrics;
#[path = "grade/stage.rs"]
mod stage;
#[path = "grade/unobserved.rs"]
mod unobserved;
