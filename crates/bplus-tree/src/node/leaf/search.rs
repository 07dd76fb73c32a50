//! Searching a leaf, and asking for its lines ahead.

use core::slice;

use simd_kernels::prefetch;

use super::Leaf;
use crate::arena::LINE;
use crate::node::plain::lead;
use crate::node::probe::{BLOCK, Probe};
use crate::shape::Shape;

/// Lines of a block of keys, the header included, and keys of eight bytes in a line.
const LINES: usize = BLOCK / LANES;
const LANES: usize = LINE / 8;

impl<K, V> Leaf<K, V> {
    /// The number of keys less than the probe's, and whether the next is equal to it.
    #[inline(always)]
    pub(in crate::node) fn lower<S: Shape, P: Probe<K>>(self, probe: &mut P) -> (usize, bool) {
        let full = const { Self::full_cap::<S>() };
        if P::HEADS {
            let cap = if self.cap() == full { full } else { self.cap() };
            return probe.seek(self.heads(cap), |index| self.key_bytes(index));
        }
        if !P::WHOLE || const { Self::full_cap::<S>() + lead::<K>() > BLOCK } || self.cap() != full {
            return probe.lower(self.keys());
        }
        // SAFETY: where a probe wants whole blocks, keys are lanes, initialised up to the capacity (invariant 2).
        let block = unsafe { slice::from_raw_parts(self.key_ptr(0), full) };
        let (index, hit) = probe.lower(block);
        (index, hit && index < self.len())
    }

    /// Whether leaves are searched line by line: their keys are lanes of eight bytes that fill all lines of a block.
    const fn by_lines<S: Shape, P: Probe<K>>() -> bool {
        P::WHOLE && size_of::<K>() == 8 && Self::full_cap::<S>() + lead::<K>() == BLOCK
    }

    /// Asks for the lines that [`Leaf::narrow`] reads.
    #[inline(always)]
    pub(in crate::node) fn prefetch_to_narrow<S: Shape, P: Probe<K>>(self) {
        if const { Self::by_lines::<S, P>() } {
            for line in (0..LINES).step_by(2) {
                prefetch(self.node.at(line * LINE));
            }
        } else {
            for line in 0..Self::keys_end::<S>().div_ceil(LINE).min(2 * LINES) {
                prefetch(self.node.at(line * LINE));
            }
        }
    }

    /// Which pair of lines [`Leaf::lower_in`] has to search: every other line is looked at with one key, and the line
    /// behind the last that is before the probe is asked for. So of eight lines five are fetched (decision 0092).
    #[inline(always)]
    pub(in crate::node) fn narrow<S: Shape, P: Probe<K>>(self, probe: P) -> usize {
        if !const { Self::by_lines::<S, P>() } || self.cap() != const { Self::full_cap::<S>() } {
            return 0;
        }
        // SAFETY: keys are lanes, initialised up to the capacity (invariant 2), which is the full one.
        let block = unsafe { slice::from_raw_parts(self.key_ptr(0), const { Self::full_cap::<S>() }) };
        let firsts = (2..LINES).step_by(2).map(|line| &block[line * LANES - lead::<K>()]);
        let pair = firsts.map(|first| usize::from(probe.is_after(first))).sum();
        prefetch(self.node.at((2 * pair + 1) * LINE));
        pair
    }

    /// As [`Leaf::lower`], in the lines that [`Leaf::narrow`] gave.
    #[inline(always)]
    pub(in crate::node) fn lower_in<S: Shape, P: Probe<K>>(
        self,
        pair: usize,
        probe: &mut P,
    ) -> (usize, bool) {
        if !const { Self::by_lines::<S, P>() } || self.cap() != const { Self::full_cap::<S>() } {
            return self.lower::<S, P>(probe);
        }
        // SAFETY: as in `narrow`.
        let block = unsafe { slice::from_raw_parts(self.key_ptr(0), const { Self::full_cap::<S>() }) };
        // The first pair of lines lacks the lanes of the header; it is searched with as many behind it.
        let from = (2 * LANES * pair).saturating_sub(lead::<K>());
        let index = from + probe.lower(&block[from..from + 2 * LANES]).0;
        // It may be the first key behind these lines. No key before it is equal, so the next is if it is not greater.
        (index, index < self.len() && probe.not_before(&block[index]))
    }

    /// Asks for the lines of one entry, if the leaf has full size, and for the header.
    #[inline(always)]
    pub(in crate::node) fn prefetch_entry<S: Shape>(self, index: usize) {
        let parts = Self::parts_of(const { Self::full_cap::<S>() });
        prefetch(self.node.at(0));
        prefetch(self.node.at(parts.keys + index * size_of::<K>()));
        prefetch(self.node.at(parts.values + index * size_of::<V>()));
    }

    /// Asks for the lines that hold entries, and for the links.
    #[inline]
    pub(in crate::node) fn prefetch_used(self) {
        const LINES_MAX: usize = 16;
        let len = self.len();
        let ask = |from: usize, to: usize| {
            for line in (from / LINE..to.div_ceil(LINE)).take(LINES_MAX) {
                prefetch(self.node.at(line * LINE));
            }
        };
        let parts = Self::parts_of(self.cap());
        ask(parts.keys.max(LINE), parts.keys + len * size_of::<K>());
        ask(parts.values, parts.values + len * size_of::<V>());
        ask(parts.links, parts.links + 1);
    }
}
