//! Where a hash lies. Windows of its bits that do not overlap and that growth does not move:
//!
//! ```text
//! 63      56 55                          30                    0
//! ┌─────────┬────────────────────────────┬─────────────────────┐
//! │   tag   │           unused           │       bucket        │
//! └─────────┴────────────────────────────┴─────────────────────┘
//! ```
//!
//! A third window, for the slot where an insertion begins to look for room, was given up: the lowest free slot is nearer
//! to the header (decision 0054).
//!
//! The table is a linear hash table: with `n` buckets, `2^(k-1) < n <= 2^k`, a hash belongs to bucket `hash mod
//! 2^k` if there is such a bucket yet, else to `hash mod 2^(k-1)`. Growing by one splits one bucket in place
//! and moves no other. A bucket of *depth* `d` holds the hashes that agree with its index in `d` low bits.

/// Buckets that an index may have; the bucket window is this wide.
pub(crate) const BUCKETS_MAX: usize = 1 << 31;

/// The eight bits that stand for a key in its bucket's tag word.
#[inline]
pub(crate) fn tag(hash: u64) -> u8 {
    (hash >> 56) as u8
}

/// Whether a bucket of this index and depth is where `hash` belongs.
#[inline]
pub(crate) fn owns(bucket: usize, depth: u32, hash: u64) -> bool {
    (hash ^ bucket as u64) & low_bits(depth) == 0
}

/// The bucket of `hash` among `2^depth` buckets.
#[inline]
pub(crate) fn bucket_at(hash: u64, depth: u32) -> usize {
    (hash & low_bits(depth)) as usize
}

/// The bucket that `child` is split from; `child` is not 0.
#[inline]
pub(crate) fn parent(child: usize) -> usize {
    child & !(1 << level(child))
}

/// The depth that the parent of `child` has just before the two are split; `child` is not 0.
#[inline]
pub(crate) fn level(child: usize) -> u32 {
    child.ilog2()
}

#[inline]
fn low_bits(depth: u32) -> u64 {
    (1 << depth) - 1
}

/// The depth of `bucket` in a table of exactly `count` buckets.
pub(crate) fn natural_depth(bucket: usize, count: usize) -> u32 {
    let depth = count.ilog2();
    let full = 1 << depth;
    let split = count - full;
    if bucket >= full || bucket < split { depth + 1 } else { depth }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_hash_has_one_owner() {
        for count in 1..40 {
            for hash in 0..200_u64 {
                let owners = (0..count).filter(|&bucket| owns(bucket, natural_depth(bucket, count), hash));
                assert_eq!(owners.count(), 1, "{hash} among {count}");
            }
        }
    }

    #[test]
    fn a_split_divides_what_the_parent_owned() {
        for child in 1..64_usize {
            let (parent, level) = (parent(child), level(child));
            assert_eq!(natural_depth(parent, child), level);
            for hash in 0..500 {
                let halves =
                    u32::from(owns(parent, level + 1, hash)) + u32::from(owns(child, level + 1, hash));
                assert_eq!(halves, u32::from(owns(parent, level, hash)));
            }
        }
    }
}
