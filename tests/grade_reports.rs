//! The reports of a class and of each student: what they look like, and that nothing breaks or forges them.

#[path = "browser/mod.rs"]
mod browser;
#[path = "expectation/mod.rs"]
mod expectation;
#[path = "grade_reports/goldens.rs"]
mod goldens;
#[path = "grade_reports/hostile.rs"]
mod hostile;
#[path = "grade_reports/page.rs"]
mod page;
#[path = "grade_reports/reader.rs"]
mod reader;
#[path = "grade_reports/sample.rs"]
mod sample;
#[path = "suite/schema.rs"]
mod schema;
#[path = "browser/screen.rs"]
mod screen;
#[path = "grade_reports/size.rs"]
mod size;
#[path = "grade_reports/subtests.rs"]
mod subtests;
#[path = "suite/tap.rs"]
mod tap;
#[path = "grade_reports/withheld.rs"]
mod withheld;
