//! Heads: of keys that are bytes, eight bytes of each in the node itself, as big-endian numbers. A search compares heads
//! in vectors, and follows to their bytes only keys whose heads are equal to the sought one's (decision 0090).
//!
//! ```text
//! key     user:7f3a91c0   user:7f3a91c8   user:7f3b0000          cut = 8: all begin with `user:7f3`
//! head             a91c0           a91c8           b0000         the bytes from the cut on, with zeros behind the end
//! ```
//!
//! Of a leaf the heads are those of its keys, of a branch those of the first keys of the leaves that are its separators.
//! Lanes `0..len` are exactly that, with a cut that all those keys share; lanes from `len` on are the greatest number.
//! Orders are compared as if zeros followed every key, and where that leaves two equal, by their bytes in full.
//! A key changed in place and forgotten leaves heads that lie: then keys are not found, and nothing else happens, for
//! every position is clamped.

use core::cmp::Ordering;

use super::bytes::bytes_of;
use super::probe::{ByLanes, Probe};

/// The heads of a node, to be searched.
#[derive(Clone, Copy)]
pub(super) struct Heads<'n> {
    /// One for each place of the node.
    lanes: &'n [u64],
    /// How many bytes the keys share, and heads leave out.
    cut: usize,
    /// Keys of the node, at most its places.
    len: usize,
}

/// The heads of a node, to be kept in step with its keys.
pub(super) struct HeadsMut<'n> {
    lanes: &'n mut [u64],
    cut: &'n mut u64,
}

/// Lanes that a node of `cap` places has for heads: the last one is the cut.
pub(super) const fn lanes_for(cap: usize) -> usize {
    cap + 1
}

/// The head of a key that begins with `cut` bytes as all of its node do.
#[inline(always)]
fn head_at(bytes: &[u8], cut: usize) -> u64 {
    let Some(rest) = bytes.get(cut..) else { return 0 };
    match (rest.first_chunk(), bytes.last_chunk()) {
        (Some(head), _) => u64::from_be_bytes(*head),
        (None, _) if rest.is_empty() => 0,
        // The last eight bytes, those before the cut shifted out.
        (None, Some(tail)) => u64::from_be_bytes(*tail) << (8 * (8 - rest.len())),
        (None, None) => rest.iter().rev().fold(0, |head, byte| head >> 8 | u64::from(*byte) << 56),
    }
}

/// How many bytes two keys begin with in common.
fn shared(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Whether two keys begin with the same `cut` bytes.
fn share(a: &[u8], b: &[u8], cut: usize) -> bool {
    matches!((a.get(..cut), b.get(..cut)), (Some(a), Some(b)) if a == b)
}

/// A key that is sought by its bytes.
#[derive(Clone, Copy)]
pub(super) struct ByHeads<'q, I> {
    sought: &'q [u8],
    /// How many bytes it is known to share with all keys below the node that the search has come to.
    shared: usize,
    isa: I,
}

impl<'q, I> ByHeads<'q, I> {
    pub(super) fn new(sought: &'q [u8], isa: I) -> Self {
        Self { sought, shared: 0, isa }
    }
}

impl<K, I: Copy> Probe<K> for ByHeads<'_, I>
where
    ByLanes<u64, I>: Probe<u64>,
{
    #[inline]
    fn lower(self, keys: &[K]) -> (usize, bool) {
        match keys.binary_search_by(|key| bytes_of(key).unwrap_or_default().cmp(self.sought)) {
            Ok(index) => (index, true),
            Err(index) => (index, false),
        }
    }

    #[inline]
    fn upper(self, keys: &[K]) -> usize {
        keys.partition_point(|key| self.not_before(key))
    }

    #[inline]
    fn not_before(self, key: &K) -> bool {
        bytes_of(key).unwrap_or_default() <= self.sought
    }

    #[inline]
    fn is_after(self, key: &K) -> bool {
        bytes_of(key).unwrap_or_default() < self.sought
    }

    const HEADS: bool = true;

    #[inline]
    fn seek<'k>(&mut self, heads: Heads<'_>, key: impl Fn(usize) -> &'k [u8]) -> (usize, bool) {
        let Heads { lanes, cut, len } = heads;
        if len == 0 {
            return (0, false);
        }
        if cut > self.shared {
            match self.order_to(key(0), cut) {
                Ordering::Less => return (0, false),
                Ordering::Greater => return (len, false),
                Ordering::Equal => {}
            }
        }
        let head = ByLanes { sought: head_at(self.sought, cut), isa: self.isa };
        let (mut from, equal) = head.lower(lanes);
        if !equal || from >= len {
            return (from.min(len), false);
        }
        let mut to = from + 1;
        if lanes.get(to) == Some(&head.sought) {
            to = head.upper(lanes).min(len);
        }
        while from < to {
            let middle = (from + to) / 2;
            match key(middle).cmp(self.sought) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return (middle, true),
                Ordering::Greater => to = middle,
            }
        }
        (from, false)
    }

    /// A key between two separators shares what these share.
    #[inline(always)]
    fn descend(&mut self, heads: Heads<'_>, slot: usize) {
        if slot > 0 && slot < heads.len {
            let differ = heads.lanes[slot - 1] ^ heads.lanes[slot];
            self.shared = self.shared.max(heads.cut + differ.leading_zeros() as usize / 8);
        }
    }
}

impl<I> ByHeads<'_, I> {
    /// How the sought key stands to all keys that begin as `key` does with its first `cut` bytes.
    #[inline]
    fn order_to(&self, key: &[u8], cut: usize) -> Ordering {
        let cut = cut.min(key.len());
        self.sought[..cut.min(self.sought.len())].cmp(&key[..cut])
    }
}

impl<'n> Heads<'n> {
    /// Of `len` keys, in lanes that end with the cut.
    #[inline(always)]
    pub(super) fn new(lanes: &'n [u64], len: usize) -> Self {
        let (cut, lanes) = lanes.split_last().expect("the last lane is the cut");
        Self { lanes, cut: *cut as usize, len }
    }

    /// Whether these are the heads of `keys`, for `validate`.
    pub(super) fn are_of<'k>(self, key: impl Fn(usize) -> &'k [u8]) -> bool {
        let (used, free) = self.lanes.split_at(self.len);
        used.iter()
            .enumerate()
            .all(|(i, head)| share(key(i), key(0), self.cut) && *head == head_at(key(i), self.cut))
            && free.iter().all(|lane| *lane == u64::MAX)
    }
}

impl<'n> HeadsMut<'n> {
    #[inline(always)]
    pub(super) fn new(lanes: &'n mut [u64]) -> Self {
        let (cut, lanes) = lanes.split_last_mut().expect("the last lane is the cut");
        Self { lanes, cut }
    }

    fn cut(&self) -> usize {
        *self.cut as usize
    }

    /// Takes up that key `index` came in, as one of `len`.
    pub(super) fn insert<'k>(&mut self, index: usize, len: usize, key: impl Fn(usize) -> &'k [u8]) {
        self.lanes.copy_within(index..len - 1, index + 1);
        self.set(index, len, key);
    }

    /// Takes up that key `index` of `len` is another.
    pub(super) fn set<'k>(&mut self, index: usize, len: usize, key: impl Fn(usize) -> &'k [u8]) {
        let neighbour = if index > 0 { index - 1 } else { len - 1 };
        let (new, cut) = (key(index), self.cut());
        if len == 1 || cut > 0 && !share(new, key(neighbour), cut) {
            return self.cut_anew(len, key);
        }
        let head = head_at(new, cut);
        self.lanes[index] = head;
        let is_after = index > 0 && self.lanes[index - 1] == head;
        let is_before = index + 1 < len && self.lanes[index + 1] == head;
        if is_after || is_before {
            self.tell_apart(len, key);
        }
    }

    /// Takes up that key `index` of `len` went.
    pub(super) fn remove(&mut self, index: usize, len: usize) {
        self.lanes.copy_within(index + 1..len, index);
        self.lanes[len - 1] = u64::MAX;
    }

    /// Takes up that `count` keys of `len` from `from` on went.
    pub(super) fn remove_range(&mut self, from: usize, count: usize, len: usize) {
        self.lanes.copy_within(from + count..len, from);
        self.lanes[len - count..len].fill(u64::MAX);
    }

    /// The heads of keys `from..from + len` of another node, for an empty one.
    pub(super) fn take_over(&mut self, other: &Self, from: usize, len: usize) {
        *self.cut = *other.cut;
        self.lanes[..len].copy_from_slice(&other.lanes[from..from + len]);
    }

    /// Cuts more off if heads are equal that can be told apart so.
    pub(super) fn sharpen<'k>(&mut self, len: usize, key: impl Fn(usize) -> &'k [u8]) {
        if self.lanes[..len].windows(2).any(|pair| pair[0] == pair[1]) {
            self.tell_apart(len, key);
        }
    }

    fn tell_apart<'k>(&mut self, len: usize, key: impl Fn(usize) -> &'k [u8]) {
        if shared(key(0), key(len - 1)) > self.cut() {
            self.cut_anew(len, key);
        }
    }

    /// Cuts off all that the keys, which ascend, have in common.
    #[inline(never)]
    pub(super) fn cut_anew<'k>(&mut self, len: usize, key: impl Fn(usize) -> &'k [u8]) {
        let cut = if len > 1 { shared(key(0), key(len - 1)) } else { 0 };
        *self.cut = cut as u64;
        for (index, lane) in self.lanes[..len].iter_mut().enumerate() {
            *lane = head_at(key(index), cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::head_at;

    #[test]
    fn heads_are_the_bytes_from_the_cut_on_and_zeros() {
        for text in [&b""[..], b"a", b"abc", b"abcdefgh", b"abcdefghijk", b"abcdefghijklmnopqrstuvw"] {
            for cut in 0..text.len() + 3 {
                let mut expected = [0; 8];
                for (to, from) in expected.iter_mut().zip(text.iter().skip(cut)) {
                    *to = *from;
                }
                assert_eq!(head_at(text, cut), u64::from_be_bytes(expected), "{text:?} from {cut}");
            }
        }
    }
}
