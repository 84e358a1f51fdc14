//! Checking and lowering: golden cases, and properties of everything that is lowered.

#[path = "check/cases.rs"]
mod cases;
#[path = "check/disassemble.rs"]
mod disassemble;
#[path = "expectation/mod.rs"]
mod expectation;
#[path = "check/properties.rs"]
mod properties;
#[path = "check/scenario.rs"]
mod scenario;
#[path = "check/validate.rs"]
mod validate;
