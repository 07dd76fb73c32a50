//! Overflow nodes: entries for which their bucket has no slot.
//!
//! ```text
//! ┌──────┬─────────┬─────────┬─────────┐
//! │ meta │ entry 0 │ entry 1 │ entry 2 │      meta: 58 link 32 │ 31 tags 8 │ 7 unused 3 │ 2 live 0
//! └──────┴─────────┴─────────┴─────────┘
//! ```
//!
//! A node is half a bucket, because it is rarely full. It belongs to one bucket and changes under that bucket's
//! lock. A node that was taken out of its chain is reused, but never freed: a reader that still looks at it
//! reads words of another bucket's entries, and then finds its own bucket changed.

use super::store::{AllocError, Store, Width};
use super::{Entry, Header, Locked, Shape, Spot, Tags, link, slots_of};
use crate::few::Few;
use crate::sync::{AtomicU64, AtomicUsize, Ordering, linger, weakened};

/// Slots of a node.
pub(crate) const SLOTS: u32 = 3;

const FULL: u64 = (1 << SLOTS) - 1;

/// A node's first word.
#[derive(Clone, Copy)]
struct Meta(u64);

impl Meta {
    const LINK_SHIFT: u32 = 32;

    fn live(self) -> u64 {
        self.0 & FULL
    }

    fn tag(self, slot: u32) -> u8 {
        (self.0 >> (8 + 8 * slot)) as u8
    }

    fn link(self) -> u32 {
        (self.0 >> Self::LINK_SHIFT) as u32
    }

    fn with_entry(self, slot: u32, tag: u8) -> Self {
        let shift = 8 + 8 * slot;
        Self(self.0 & !(0xff << shift) | u64::from(tag) << shift | 1 << slot)
    }

    fn without_entry(self, slot: u32) -> Self {
        Self(self.0 & !(1 << slot))
    }

    fn with_link(self, link: u32) -> Self {
        Self(self.0 & u64::from(u32::MAX) | u64::from(link) << Self::LINK_SHIFT)
    }
}

/// An overflow node.
pub(crate) struct Node<'t, L> {
    words: &'t [AtomicU64],
    shape: std::marker::PhantomData<L>,
}

impl<L> Clone for Node<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Node<'_, L> {}

impl<'t, L: Shape> Node<'t, L> {
    fn new(words: &'t [AtomicU64]) -> Self {
        Self { words, shape: std::marker::PhantomData }
    }

    /// Pairs with the Release store in [`Node::set_meta`]: the entries of its live slots are seen.
    fn meta(self) -> Meta {
        linger();
        Meta(self.words[0].load(L::LOAD))
    }

    fn set_meta(self, meta: Meta) {
        linger();
        let order = if weakened("meta") { Ordering::Relaxed } else { Ordering::Release };
        self.words[0].store(meta.0, order);
    }

    pub(crate) fn entry(self, slot: u32) -> Entry<'t> {
        let first = 1 + slot as usize * L::ENTRY;
        &self.words[first..first + L::ENTRY]
    }

    pub(crate) fn live(self) -> u64 {
        self.meta().live()
    }

    pub(crate) fn tag(self, slot: u32) -> u8 {
        self.meta().tag(slot)
    }
}

/// Nodes that came out of a chain: given back after the commit.
pub(crate) type Freed = Few<u32, 4>;

struct NodeWidth<L>(std::marker::PhantomData<L>);

impl<L: Shape> Width for NodeWidth<L> {
    const WORDS: usize = L::NODE;
}

/// All nodes of a table, and the free ones among them: a stack whose links lie in the nodes' meta words, and
/// whose head counts its changes beside the top, so that it never comes back.
pub(crate) struct Nodes<L> {
    store: Store<NodeWidth<L>>,
    /// Nodes handed out so far.
    used: AtomicUsize,
    free: AtomicU64,
}

impl<L: Shape> Nodes<L> {
    /// The id of the first node; below it, the high part of a link would be zero.
    const FIRST: usize = 1 << Tags::LINK_BITS;
    /// Links have 27 bits.
    const LIMIT: usize = (1 << 27) - Self::FIRST;

    pub(crate) fn new() -> Self {
        Self { store: Store::new(), used: AtomicUsize::new(0), free: AtomicU64::new(0) }
    }

    /// The node of a link that was read; none only if the link was torn from two states.
    pub(crate) fn get(&self, id: u32) -> Option<Node<'_, L>> {
        self.store.get((id as usize).checked_sub(Self::FIRST)?).map(Node::new)
    }

    fn own(&self, id: u32) -> Node<'_, L> {
        self.get(id).expect("nodes of a locked chain exist")
    }

    /// A node that no chain has.
    pub(crate) fn allocate(&self) -> Result<u32, AllocError> {
        let mut head = self.free.load(Ordering::Acquire);
        while let Some(node) = self.get(head as u32).filter(|_| head as u32 != 0) {
            // Acquire pairs with the Release exchange of `free`.
            let below = u64::from(node.meta().link()) | Self::recount(head);
            match self.free.compare_exchange_weak(head, below, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => {
                    node.set_meta(Meta(0));
                    return Ok(head as u32);
                }
                Err(now) => head = now,
            }
        }
        let mut next = self.used.load(Ordering::Relaxed);
        loop {
            if next >= Self::LIMIT {
                return Err(AllocError);
            }
            self.store.ensure(next)?;
            match self.used.compare_exchange_weak(next, next + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok((next + Self::FIRST) as u32),
                Err(now) => next = now,
            }
        }
    }

    /// Takes a node back that is in no chain any more; its bucket's header must tell so already.
    pub(crate) fn free(&self, id: u32) {
        let node = self.own(id);
        let mut head = self.free.load(Ordering::Relaxed);
        loop {
            node.set_meta(Meta(0).with_link(head as u32));
            let top = u64::from(id) | Self::recount(head);
            // Release pairs with the Acquire exchange of `allocate`: who reuses the node has seen our bucket's
            // new header, and so has every reader who sees what is written to the node then.
            let order = if weakened("free") { Ordering::Relaxed } else { Ordering::Release };
            match self.free.compare_exchange_weak(head, top, order, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    pub(crate) fn free_all(&self, freed: &Freed) {
        freed.iter().for_each(|&id| self.free(id));
    }

    fn recount(head: u64) -> u64 {
        (head >> 32).wrapping_add(1) << 32
    }

    pub(crate) fn bytes(&self) -> usize {
        self.store.bytes()
    }
}

/// A walk along a bucket's chain, by readers and by the lock's holder.
pub(crate) struct Chain<'t, L> {
    nodes: &'t Nodes<L>,
    next: u32,
    /// Nodes passed.
    steps: usize,
    /// A torn link could lead in circles; a chain is never longer than all nodes together.
    limit: usize,
}

impl<'t, L: Shape> Chain<'t, L> {
    #[inline]
    pub(crate) fn new(nodes: &'t Nodes<L>, header: Header, tags: Tags) -> Self {
        Self::from(nodes, link(header, tags))
    }

    fn from(nodes: &'t Nodes<L>, next: u32) -> Self {
        Self { nodes, next, steps: 0, limit: 0 }
    }

    /// Whether the walk has passed as many nodes as there are. Asked anew when the limit that was known is reached:
    /// a chain may have got nodes since the walk began, under a lock whose holder has not committed yet, and who
    /// stopped at the old limit would miss what was always there.
    #[inline]
    fn is_circular(&mut self) -> bool {
        if self.steps == self.limit && !(weakened("limit") && self.limit > 0) {
            // As new as the links that were read: each was Acquired from a store after its node was allocated.
            self.limit = self.nodes.used.load(Ordering::Relaxed);
        }
        self.steps >= self.limit
    }

    /// The entry's spot and words that `is` accepts.
    pub(crate) fn find(self, tag: u8, is: impl Fn(Entry<'t>) -> bool) -> Option<(Spot, Entry<'t>)> {
        for (id, node) in self {
            let meta = node.meta();
            for slot in slots_of(meta.live()) {
                if meta.tag(slot) == tag && is(node.entry(slot)) {
                    return Some((Spot::new(id, slot), node.entry(slot)));
                }
            }
        }
        None
    }

    /// A free slot in one of the nodes.
    pub(crate) fn room(self) -> Option<Spot> {
        for (id, node) in self {
            let free = !node.live() & FULL;
            if free != 0 {
                return Some(Spot::new(id, free.trailing_zeros()));
            }
        }
        None
    }
}

impl<'t, L: Shape> Iterator for Chain<'t, L> {
    type Item = (u32, Node<'t, L>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == 0 || self.is_circular() {
            return None;
        }
        let id = self.next;
        let node = self.nodes.get(id)?;
        self.next = node.meta().link();
        self.steps += 1;
        Some((id, node))
    }
}

impl<'t, L: Shape> Locked<'t, L> {
    /// The words of an entry under the lock.
    #[inline]
    pub(crate) fn entry(&self, nodes: &'t Nodes<L>, spot: Spot) -> Entry<'t> {
        if spot.node() == 0 {
            self.bucket.entry(spot.slot())
        } else {
            nodes.own(spot.node()).entry(spot.slot())
        }
    }

    /// Fills a free place; to be followed by [`Locked::commit`] or [`Locked::step`].
    #[inline]
    pub(crate) fn fill_spot(
        &mut self,
        nodes: &'t Nodes<L>,
        spot: Spot,
        tag: u8,
        write: impl FnOnce(Entry<'t>),
    ) {
        if spot.node() == 0 {
            return self.fill(spot.slot(), tag, write);
        }
        self.fill_in_chain(nodes, spot, tag, write);
    }

    #[inline(never)]
    fn fill_in_chain(&mut self, nodes: &'t Nodes<L>, spot: Spot, tag: u8, write: impl FnOnce(Entry<'t>)) {
        let node = nodes.own(spot.node());
        // Before the entry: who sees that in the chain would not look for it without its bit.
        if !weakened("filter") {
            self.set_tags(self.tags.with_filter(tag));
        }
        write(node.entry(spot.slot()));
        node.set_meta(node.meta().with_entry(spot.slot(), tag));
        if weakened("filter") {
            self.set_tags(self.tags.with_filter(tag));
        }
        self.touch();
    }

    /// Adds a node that holds nothing yet to the chain.
    pub(crate) fn append(&mut self, nodes: &'t Nodes<L>, id: u32) {
        let first = self.link();
        if first == 0 {
            nodes.own(id).set_meta(Meta(0));
            return self.set_link(id);
        }
        let first = nodes.own(first);
        nodes.own(id).set_meta(Meta(0).with_link(first.meta().link()));
        first.set_meta(first.meta().with_link(id));
        self.touch();
    }

    /// Takes an entry away. Nodes that come out of the chain are pushed to `freed`, to be given back to
    /// [`Nodes::free`] after the commit.
    #[inline]
    pub(crate) fn kill_spot(&mut self, nodes: &'t Nodes<L>, spot: Spot, freed: &mut Freed) {
        if spot.node() == 0 {
            return self.kill(spot.slot());
        }
        let node = nodes.own(spot.node());
        let meta = node.meta().without_entry(spot.slot());
        node.set_meta(meta);
        self.touch();
        if meta.live() == 0 {
            self.prune(nodes, freed);
        }
        self.narrow_filter(nodes);
    }

    /// Takes the whole chain away.
    pub(crate) fn end_chain(&mut self, nodes: &'t Nodes<L>, freed: &mut Freed) {
        self.chain(nodes).for_each(|(id, _)| freed.push(id));
        self.set_link(0);
    }

    /// Takes the bits from the filter that no entry of the chain needs any more.
    fn narrow_filter(&mut self, nodes: &'t Nodes<L>) {
        let mut tags = self.tags.without_filter();
        for (_, node) in self.chain(nodes) {
            for slot in slots_of(node.live()) {
                tags = tags.with_filter(node.tag(slot));
            }
        }
        self.set_tags(tags);
    }

    /// Takes empty nodes out of the chain: all but the first, and the first if it is the last.
    fn prune(&mut self, nodes: &'t Nodes<L>, freed: &mut Freed) {
        let first = nodes.own(self.link());
        let mut last = first;
        for (id, node) in Chain::from(nodes, first.meta().link()) {
            if node.live() == 0 {
                last.set_meta(last.meta().with_link(node.meta().link()));
                freed.push(id);
            } else {
                last = node;
            }
        }
        if first.live() == 0 && first.meta().link() == 0 {
            freed.push(self.link());
            self.set_link(0);
        }
    }

    /// The chain's nodes.
    pub(crate) fn chain(&self, nodes: &'t Nodes<L>) -> Chain<'t, L> {
        Chain::from(nodes, self.link())
    }

    /// A free slot in the chain's nodes.
    pub(crate) fn room_in_chain(&self, nodes: &'t Nodes<L>) -> Option<Spot> {
        self.chain(nodes).room()
    }

    /// Moves entries from the chain to free slots of the bucket.
    pub(crate) fn pull_up(&mut self, nodes: &'t Nodes<L>, freed: &mut Freed) {
        let (mut pulled, mut count) = ([Spot::default(); 7], 0);
        let mut free = !self.header.live() & L::FULL;
        for (id, node) in self.chain(nodes) {
            for slot in slots_of(node.live()) {
                if free == 0 {
                    break;
                }
                self.fill(free.trailing_zeros(), node.tag(slot), |to| copy(node.entry(slot), to));
                free &= free - 1;
                pulled[count] = Spot::new(id, slot);
                count += 1;
            }
        }
        if count > 0 {
            self.step();
        }
        for &spot in &pulled[..count] {
            self.kill_spot(nodes, spot, freed);
        }
    }
}

/// Copies an entry that cannot change, because its bucket is locked.
pub(crate) fn copy(from: &[AtomicU64], to: &[AtomicU64]) {
    linger();
    for (from, to) in from.iter().zip(to) {
        to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
