//! Grading as a teacher does it: real assignments, works that attack whoever grades them, whole classes, and the same verdict every time.

#[path = "grading/assignments.rs"]
mod assignments;
#[path = "grading/attackers.rs"]
mod attackers;
#[path = "grading/classes.rs"]
mod classes;
#[path = "grading/desk.rs"]
mod desk;
#[path = "grading/hostile.rs"]
mod hostile;
#[path = "patience/mod.rs"]
mod patience;
#[path = "grading/traces.rs"]
mod traces;
