//! `proctor grade` and `proctor grades`: works of strangers, results that stay, and what is done with them.

#[path = "grade/archives.rs"]
mod archives;
#[path = "grade/docs.rs"]
mod docs;
#[path = "grade/kills.rs"]
mod kills;
#[path = "grade/names.rs"]
mod names;
#[path = "patience/mod.rs"]
mod patience;
#[path = "grade/results.rs"]
mod results;
#[path = "grade/rubrics.rs"]
mod rubrics;
#[path = "grade/stage.rs"]
mod stage;
