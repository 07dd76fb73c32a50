//! The first two words of a bucket: its header and its tags.

use crate::sync::weakened;

/// A bucket's first word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header(pub(super) u64);

impl Header {
    const LIVE: u64 = 0x7f;
    const LOCK: u64 = 1 << 7;
    const DEPTH_SHIFT: u32 = 8;
    const DEPTH: u64 = 31 << Self::DEPTH_SHIFT;
    const LINK_SHIFT: u32 = 13;
    const LINK: u64 = ((1 << 19) - 1) << Self::LINK_SHIFT;
    const VERSION_SHIFT: u32 = 32;

    /// The first header of a bucket.
    pub(super) fn born(depth: u32) -> Self {
        Self(1 << Self::VERSION_SHIFT).with_depth(depth)
    }

    #[inline]
    pub(crate) fn live(self) -> u64 {
        self.0 & Self::LIVE
    }

    #[inline]
    pub(crate) fn is_locked(self) -> bool {
        self.0 & Self::LOCK != 0
    }

    #[inline]
    pub(crate) fn is_born(self) -> bool {
        self.0 >> Self::VERSION_SHIFT != 0
    }

    #[inline]
    pub(crate) fn depth(self) -> u32 {
        ((self.0 & Self::DEPTH) >> Self::DEPTH_SHIFT) as u32
    }

    #[inline]
    pub(crate) fn has_chain(self) -> bool {
        self.0 & Self::LINK != 0
    }

    /// The next version, with these slots live; the rest stays.
    #[inline]
    pub(super) fn next(self, live: u64) -> Self {
        let version = (self.0 >> Self::VERSION_SHIFT) as u32;
        let version = if weakened("version") { version } else { version.wrapping_add(1).max(1) };
        let rest = self.0 & (Self::LOCK | Self::DEPTH | Self::LINK);
        Self(u64::from(version) << Self::VERSION_SHIFT | rest | live)
    }

    pub(super) fn with_depth(self, depth: u32) -> Self {
        Self(self.0 & !Self::DEPTH | u64::from(depth) << Self::DEPTH_SHIFT)
    }

    pub(super) fn with_link(self, link: u32) -> Self {
        Self(self.0 & !Self::LINK | u64::from(link >> Tags::LINK_BITS) << Self::LINK_SHIFT)
    }

    #[inline]
    pub(super) fn locked(self) -> Self {
        Self(self.0 | Self::LOCK)
    }

    #[inline]
    pub(super) fn unlocked(self) -> Self {
        Self(self.0 & !Self::LOCK)
    }
}

/// A bucket's second word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tags(pub(super) u64);

impl Tags {
    const ONES: u64 = 0x0001_0101_0101_0101;
    const LOWS: u64 = 0x007f_7f7f_7f7f_7f7f;
    const FILTER: u64 = 0x0080_8080_8080_8080;
    /// Times a live mask: the bit of slot `i` becomes the highest one of byte `i`, and other bits fall elsewhere.
    const SPREAD: u64 = 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28 | 1 << 35 | 1 << 42 | 1 << 49;
    pub(super) const LINK_BITS: u32 = 8;
    const LINK_SHIFT: u32 = 56;

    /// The live slots whose tag is `tag`, but for its highest bit.
    #[inline]
    pub(crate) fn candidates(self, header: Header, tag: u8) -> Candidates {
        let differences = (self.0 ^ u64::from(tag).wrapping_mul(Self::ONES)) & Self::LOWS;
        // No carry leaves its byte; the highest bit stays zero where nothing differs.
        let differ = differences + Self::LOWS;
        Candidates(!differ & header.live().wrapping_mul(Self::SPREAD) & Self::FILTER)
    }

    /// Whether an entry with this tag may be in the chain, if there is one.
    #[inline]
    pub(crate) fn chain_may_have(self, tag: u8) -> bool {
        self.0 & Self::filter(tag) != 0
    }

    /// One of seven bits.
    #[inline]
    pub(super) fn filter(tag: u8) -> u64 {
        0x80 << (((u32::from(tag) * 7) >> 8) << 3)
    }

    pub(super) fn with_filter(self, tag: u8) -> Self {
        Self(self.0 | Self::filter(tag))
    }

    pub(super) fn without_filter(self) -> Self {
        Self(self.0 & !Self::FILTER)
    }

    #[inline]
    pub(super) fn tag(self, slot: u32) -> u8 {
        (self.0 >> (slot * 8)) as u8
    }

    #[inline]
    pub(super) fn with_tag(self, slot: u32, tag: u8) -> Self {
        let shift = slot * 8;
        Self(self.0 & !(0x7f << shift) | u64::from(tag & 0x7f) << shift)
    }

    pub(super) fn with_link(self, link: u32) -> Self {
        Self(self.0 & !(0xff << Self::LINK_SHIFT) | u64::from(link) << Self::LINK_SHIFT)
    }
}

/// Slots to look at, lowest first: the high bit of each one's byte.
#[derive(Clone, Copy)]
pub(crate) struct Candidates(u64);

impl Iterator for Candidates {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() / 8;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

/// The slots of a live mask, lowest first.
#[inline]
pub(crate) fn slots_of(mut live: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let slot = (live != 0).then(|| live.trailing_zeros())?;
        live &= live - 1;
        Some(slot)
    })
}

/// The first node of a bucket's chain, 0 if there is none.
pub(crate) fn link(header: Header, tags: Tags) -> u32 {
    let high = ((header.0 & Header::LINK) >> Header::LINK_SHIFT) as u32;
    if high == 0 { 0 } else { high << Tags::LINK_BITS | (tags.0 >> Tags::LINK_SHIFT) as u32 }
}
