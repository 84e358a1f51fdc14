//! What of the shared objects belongs to one process: the descriptors of connections, and the mappings of queues. Both are
//! inherited by a fork, and by nothing else.

use std::collections::HashMap;
use std::os::fd::OwnedFd;

/// The objects that this process can reach.
#[derive(Debug, Default)]
pub struct Reached {
    /// Both ends of each connection, as far as they are open here.
    pub(in crate::process) ends: HashMap<u32, [Option<OwnedFd>; 2]>,
    /// Where each queue's messages are mapped; 0: not here.
    pub(in crate::process) areas: Vec<usize>,
}

impl Reached {
    pub(in crate::process) fn set_area(&mut self, index: u32, address: usize) {
        let index = index as usize;
        if self.areas.len() <= index {
            self.areas.resize(index + 1, 0);
        }
        self.areas[index] = address;
    }
}
