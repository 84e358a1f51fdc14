//! Text, positions in it, and what can be said about it: diagnostics as plain data.

mod code;
mod diagnostic;
mod span;
mod suggest;
mod text;
mod word;

pub use code::{Code, all_codes, find_code, warning_codes};
pub use diagnostic::{Diagnostic, Label, Severity};
pub use span::{Location, SourceId, Span};
pub use suggest::did_you_mean;
pub use text::{LoadError, Source, SourceMap, Sources};
pub use word::{RESERVED, is_reserved};
