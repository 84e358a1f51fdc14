//! The parser from outside: golden cases, hostile texts, and properties that hold for every text.

#[path = "syntax/dump.rs"]
mod dump;
#[path = "expectation/mod.rs"]
mod expectation;
#[path = "syntax/golden.rs"]
mod golden;
#[path = "syntax/hostile.rs"]
mod hostile;
#[path = "syntax/properties.rs"]
mod properties;
