//! Numbers of chance, from a seed that a failing test shows.

/// SplitMix64, as in Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// With `PROCTOR_TEST_SEED`, or a seed from the clock.
    pub fn new() -> Self {
        let given = std::env::var("PROCTOR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        Self(given.unwrap_or_else(|| proctor::process::clock::monotonic().cast_unsigned()))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Below the limit, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
