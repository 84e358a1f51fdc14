//! What tells one text from another: FNV-1a of 64 bits. It is no defence against somebody who wants two to be the same.

/// A hash that is being made.
#[derive(Debug, Clone, Copy)]
pub struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Hash {
    /// One of many: each number makes another hash of the same bytes.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ number)
    }

    /// A part, told from what comes behind it.
    pub fn add(&mut self, bytes: &[u8]) {
        self.add_raw(bytes);
        self.add_raw(&bytes.len().to_le_bytes());
    }

    /// More of a part.
    pub fn add_raw(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}
