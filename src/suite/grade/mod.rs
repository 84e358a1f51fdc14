//! Grades: the tests of one rubric, run for each of many submissions, and what came of them.

mod class;

pub use class::{Award, Class, Criterion, Mark, Rubric, Standing, Student, Total};
