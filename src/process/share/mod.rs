//! The objects that processes of a run talk through, in the memory they share: the names and meanings are those of
//! Python's multiprocessing.

mod arena;
pub mod barrier;
pub mod cell;
pub mod connection;
pub mod event;
pub mod lock;
pub mod origin;
pub mod queue;
pub mod semaphore;
mod trouble;

pub use trouble::{ShareError, ShareResult};
