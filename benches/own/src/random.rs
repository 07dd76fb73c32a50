//! Seeded random numbers: the same workload on every machine and every run.

use rand::SeedableRng;
pub use rand::{Rng, RngExt, seq::SliceRandom};
pub use rand_xoshiro::Xoshiro256PlusPlus;

/// A generator for the workload called `name`; `seed` varies it without touching any other workload.
pub fn generator(name: &str, seed: u64) -> Xoshiro256PlusPlus {
    // FNV-1a of the name, so that two workloads with one seed do not share a stream.
    let named = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Xoshiro256PlusPlus::seed_from_u64(named ^ seed)
}
