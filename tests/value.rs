//! The operations on values and the functions and methods that only compute: tables with the hard cases first,
//! and properties over arbitrary values.

#[path = "value/arith.rs"]
mod arith;
#[path = "value/compare.rs"]
mod compare;
#[path = "value/encode.rs"]
mod encode;
#[path = "value/format.rs"]
mod format;
#[path = "value/index.rs"]
mod index;
#[path = "value/pure.rs"]
mod pure;
#[path = "value/robust.rs"]
mod robust;
#[path = "value/text.rs"]
mod text;
#[path = "value/values.rs"]
mod values;
