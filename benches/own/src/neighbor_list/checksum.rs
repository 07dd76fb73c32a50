//! An answer that all engines share, whatever the order of their pairs.

/// The sum of one hash a pair, and the number of pairs.
///
/// The Python runners compute the same number (`benches/foreign/python/neighbor_list.py`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairSum {
    /// Pairs seen.
    pub pairs: u64,
    sum: u64,
}

impl PairSum {
    /// Adds pair `i -> j` whose second atom stands `shift` cells away.
    #[inline]
    pub fn add(&mut self, i: u64, j: u64, shift: [i32; 3]) {
        self.pairs += 1;
        self.sum = self.sum.wrapping_add(mix((i << 32 | j) ^ mix(pack(shift))));
    }

    /// Adds the pair as the half list that has `i < j`, or the positive of two opposite shifts, would name it.
    #[inline]
    pub fn add_half(&mut self, i: u64, j: u64, shift: [i32; 3]) {
        if (i, [0; 3]) <= (j, if i == j { shift } else { [0; 3] }) {
            self.add(i, j, shift);
        } else {
            self.add(j, i, shift.map(i32::wrapping_neg));
        }
    }

    /// The checksum of a METRIC line.
    pub fn finish(self) -> u64 {
        mix(self.sum ^ mix(self.pairs))
    }
}

/// Three shifts in 21 bits each: no system here comes near two million cells.
#[inline]
fn pack(shift: [i32; 3]) -> u64 {
    shift.iter().fold(0, |packed, &s| packed << 21 | u64::from(s.cast_unsigned() & 0x1f_ffff))
}

/// The finalizer of splitmix64.
#[inline]
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::PairSum;

    #[test]
    fn order_does_not_matter_but_every_part_of_a_pair_does() {
        let sum = |pairs: &[(u64, u64, [i32; 3])]| {
            let mut sum = PairSum::default();
            pairs.iter().for_each(|&(i, j, shift)| sum.add(i, j, shift));
            sum.finish()
        };
        let (a, b) = ((1, 2, [0, 0, -1]), (2, 1, [0, 0, 1]));
        assert_eq!(sum(&[a, b]), sum(&[b, a]));
        for other in [(2, 1, [0, 0, -1]), (1, 3, [0, 0, -1]), (1, 2, [0, -1, 0])] {
            assert_ne!(sum(&[a, b]), sum(&[other, b]));
        }
    }

    #[test]
    fn mirrored_pairs_are_one_half_pair() {
        let half = |i, j, shift| {
            let mut sum = PairSum::default();
            sum.add_half(i, j, shift);
            sum
        };
        assert_eq!(half(4, 1, [1, 0, -2]), half(1, 4, [-1, 0, 2]));
        assert_eq!(half(3, 3, [-1, 0, 2]), half(3, 3, [1, 0, -2]));
    }
}
