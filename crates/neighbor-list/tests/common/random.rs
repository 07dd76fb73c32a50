//! Seeded random structures.

use super::Structure;
use neighbor_list::Cell;

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// Atoms spread evenly over the cell and a little beyond it.
pub(crate) fn liquid(seed: u64, atoms: usize, cell: Cell) -> Structure {
    let mut random = Random(seed);
    let [a, b, c] = cell.vectors();
    let positions = (0..atoms)
        .map(|_| {
            let f = [(); 3].map(|()| random.between(-0.3, 1.3));
            core::array::from_fn(|x| f[0] * a[x] + f[1] * b[x] + f[2] * c[x])
        })
        .collect();
    Structure { positions, cell }
}
