//! The default hasher: fast, and seeded once per process.

use core::hash::BuildHasher;

use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;

/// Hashes with foldhash under a seed that is drawn once per process.
///
/// All maps with this state hash alike, so any two of them can be combined and compared node by node. The seed is out of an
/// attacker's sight, but foldhash is not a cryptographic hash: use a keyed one, such as std's, where answers or
/// timings of colliding keys can be observed and fed back.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomState;

impl BuildHasher for RandomState {
    type Hasher = FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> FoldHasher<'static> {
        FoldHasher::with_seed(0x243f_6a88_85a3_08d3, SharedSeed::global_random())
    }
}
