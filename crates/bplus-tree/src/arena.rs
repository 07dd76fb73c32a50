//! Where nodes live: chunks of one node size, bumped through and then recycled by a free list.
//!
//! ```text
//! chunk   | node | node | node | ... | holders, bytes, align |          one allocation
//! node    | parent, len, cap, home | ...     home: distance to the chunk's end part in 64-byte lines; 0: no chunk
//! ```
//!
//! A chunk begins with its nodes, so that those of a kibibyte lie on multiples of it: in one page each, and in whole
//! pairs of lines, which the processor fetches together (decision 0099).
//!
//! A chunk counts its holders: one for each node that a tree has or keeps in its free list, one for the pool that
//! still bumps through it. The count is atomic because `split_off` gives nodes of one chunk to two trees, which may
//! end on two threads. Whoever lets the last holder go frees the chunk; so moving subtrees between trees costs
//! nothing, and a dropped half gives its chunks back.

#![allow(unsafe_code, reason = "the allocator; chunks instead of malloc: decision 0042")]

use alloc::alloc::{alloc, dealloc, handle_alloc_error};
use core::alloc::Layout;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering, fence};

use crate::node::{Header, Node};

/// Every node starts on a cache line.
pub(crate) const LINE: usize = 64;

/// The largest chunk: one huge page.
const CHUNK_BYTES_MAX: usize = 2 << 20;

/// From so many huge pages on, all chunks are huge pages where the feature asks for them (decision 0096).
const HUGE_FROM: usize = 16;

/// What a chunk ends with.
#[repr(C, align(64))]
struct Chunk {
    holders: AtomicUsize,
    layout: Layout,
}

/// The greatest alignment that nodes are given for their size alone.
const PAGE: usize = 4096;

/// Allocates nodes of one size. It does not own the nodes handed out; its tree does.
pub(crate) struct Pool {
    /// Linked by `parent`; every node in it is dead but still a holder of its chunk.
    free: Option<Node>,
    free_len: usize,
    /// Nodes handed out and neither freed nor released.
    live: usize,
    chunk: Option<NonNull<Chunk>>,
    /// Offset in `chunk` of the first node never handed out.
    bump: usize,
}

impl Pool {
    pub(crate) const fn new() -> Self {
        Self { free: None, free_len: 0, live: 0, chunk: None, bump: 0 }
    }

    /// Nodes in the free list.
    pub(crate) fn spare(&self) -> usize {
        self.free_len
    }

    /// A dead node of `layout`, the same at every call on this pool; its `home` is set, all else is uninitialised.
    #[inline]
    pub(crate) fn alloc(&mut self, layout: Layout) -> Node {
        self.live += 1;
        if let Some(node) = self.free {
            self.free = node.parent();
            self.free_len -= 1;
            return node;
        }
        self.bump(layout)
    }

    fn bump(&mut self, layout: Layout) -> Node {
        self.try_bump(layout).unwrap_or_else(|whole| out_of_memory(whole))
    }

    /// The next node never handed out, or the layout of the chunk that there is no memory for.
    fn try_bump(&mut self, layout: Layout) -> Result<Node, Layout> {
        let chunk = match self.chunk {
            Some(chunk) if self.bump + layout.size() <= end_part(chunk_layout(chunk)) => chunk,
            _ => self.grow(layout, 1)?,
        };
        // Relaxed: this pool is a holder, so the count cannot reach zero meanwhile.
        holders(&chunk).fetch_add(1, Ordering::Relaxed);
        debug_assert!(layout.size().is_multiple_of(LINE), "a node is whole lines");
        let distance = end_part(chunk_layout(chunk)) - self.bump;
        // SAFETY: `bump + size` is not behind the end part by the match above (`grow` makes room for a node), so the
        // node is in the same allocation, before it.
        let node = unsafe { chunk.cast::<Header>().byte_sub(distance) };
        let home = u32::try_from(distance / LINE).expect("a chunk has fewer than 2^32 lines");
        self.bump += layout.size();
        // SAFETY: the memory from `bump` on belongs to no node yet, and has room for a header.
        Ok(unsafe { Node::init(node, home) })
    }

    /// Sees to it that the next `nodes` calls of [`Pool::alloc`] find memory, in the free list or in the chunk.
    ///
    /// # Errors
    /// With the layout that there is no memory for.
    pub(crate) fn try_reserve(&mut self, nodes: usize, layout: Layout) -> Result<(), Layout> {
        let room = match self.chunk {
            Some(chunk) => (end_part(chunk_layout(chunk)) - self.bump) / layout.size(),
            None => 0,
        };
        let missing = nodes.saturating_sub(self.free_len + room);
        if missing == 0 {
            return Ok(());
        }
        // The rest of the chunk is kept, for the pool bumps through one only.
        for _ in 0..room {
            let node = self.try_bump(layout)?;
            self.keep(node);
        }
        self.grow(layout, missing).map(|_| ())
    }

    /// Puts a dead node into the free list.
    fn keep(&mut self, node: Node) {
        node.set_parent(self.free);
        self.free = Some(node);
        self.free_len += 1;
    }

    /// Takes a new chunk for `least` nodes or more: a 128th of what is there, so that little is wasted, up to a huge page.
    ///
    /// # Errors
    /// With the layout that there is no memory for.
    #[cold]
    fn grow(&mut self, layout: Layout, least: usize) -> Result<NonNull<Chunk>, Layout> {
        let own = 1 << layout.size().trailing_zeros();
        let align = layout.align().max(if own < PAGE { own } else { PAGE });
        let end = size_of::<Chunk>();
        let nodes_max = (CHUNK_BYTES_MAX - end) / layout.size();
        let wanted = (self.live / 128).max(if layout.size() > 4096 { 1 } else { 4 });
        let is_large = cfg!(feature = "hugepages") && self.live >= nodes_max.saturating_mul(HUGE_FROM);
        let bytes = if (is_large || wanted >= nodes_max) && nodes_max > 0 {
            CHUNK_BYTES_MAX
        } else {
            wanted.min(nodes_max.max(1)) * layout.size() + end
        };
        let bytes =
            least.checked_mul(layout.size()).map_or(usize::MAX, |least| bytes.max(least.saturating_add(end)));
        let align = if bytes >= CHUNK_BYTES_MAX { align.max(CHUNK_BYTES_MAX) } else { align };
        // What `home` can count, and a layout.
        let whole = Layout::from_size_align(bytes, align).map_err(|_| layout)?;
        if bytes.div_ceil(LINE) > u32::MAX as usize {
            return Err(whole);
        }
        // SAFETY: `bytes` is at least an end part.
        let memory = NonNull::new(unsafe { alloc(whole) }).ok_or(whole)?;
        self.leave_chunk();
        advise_huge(memory, bytes);
        // SAFETY: the end part is within the allocation.
        let chunk = unsafe { memory.byte_add(end_part(whole)) }.cast::<Chunk>();
        // SAFETY: fresh memory with the size of an end part, on a line: so many lines from the start, which is on one.
        unsafe { chunk.write(Chunk { holders: AtomicUsize::new(1), layout: whole }) };
        self.chunk = Some(chunk);
        self.bump = 0;
        Ok(chunk)
    }

    /// Keeps a dead node for the next [`Pool::alloc`], or gives all spare nodes back when they outnumber the live.
    ///
    /// # Safety
    /// - `node` came from a pool of the same layout and is not used again.
    pub(crate) unsafe fn free(&mut self, node: Node) {
        self.live = self.live.saturating_sub(1);
        self.keep(node);
        if self.free_len > self.live + 64 {
            self.release_spare();
        }
    }

    /// Counts the live nodes of `other` as this pool's: their tree was joined to this one's. Only a guide for growth.
    pub(crate) fn adopt(&mut self, other: &mut Self) {
        self.live += core::mem::take(&mut other.live);
    }

    /// Gives the free list back to the chunks.
    pub(crate) fn release_spare(&mut self) {
        let mut releaser = Releaser::new();
        while let Some(node) = self.free {
            self.free = node.parent();
            // SAFETY: nodes in the free list came from `bump` of some pool, are dead, and this one leaves the list.
            unsafe { releaser.release(node) };
        }
        self.free_len = 0;
    }

    fn leave_chunk(&mut self) {
        if let Some(chunk) = self.chunk.take() {
            // SAFETY: the pool was a holder since `grow`, and no longer has the pointer.
            unsafe { let_go(chunk, 1) };
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.release_spare();
        self.leave_chunk();
    }
}

// SAFETY: a pool is the only one to reach its free nodes and to bump its chunk; holders are counted atomically.
unsafe impl Send for Pool {}
// SAFETY: `&Pool` gives out nothing but numbers.
unsafe impl Sync for Pool {}

/// Gives dead nodes back to their chunks, one atomic subtraction for each run of nodes in one chunk.
pub(crate) struct Releaser {
    chunk: Option<NonNull<Chunk>>,
    nodes: usize,
}

impl Releaser {
    pub(crate) fn new() -> Self {
        Self { chunk: None, nodes: 0 }
    }

    /// Lets the chunk of a dead node go.
    ///
    /// # Safety
    /// - `node` came from a pool (its home is not 0) and is not used again.
    pub(crate) unsafe fn release(&mut self, node: Node) {
        // SAFETY: `home` is the distance in lines to the end part of the same allocation.
        let chunk = unsafe { node.as_ptr().byte_add(node.home() as usize * LINE) }.cast::<Chunk>();
        if self.chunk != Some(chunk) {
            self.flush();
            self.chunk = Some(chunk);
        }
        self.nodes += 1;
    }

    fn flush(&mut self) {
        if let Some(chunk) = self.chunk.take() {
            // SAFETY: each of the `nodes` was a holder of this chunk, and is dead.
            unsafe { let_go(chunk, self.nodes) };
        }
        self.nodes = 0;
    }
}

impl Drop for Releaser {
    fn drop(&mut self) {
        self.flush();
    }
}

/// A node in an allocation of its own: home 0, all else but that uninitialised.
pub(crate) fn alloc_alone(layout: Layout) -> Node {
    try_alloc_alone(layout).unwrap_or_else(|layout| out_of_memory(layout))
}

/// As [`alloc_alone`], or the layout that there is no memory for.
pub(crate) fn try_alloc_alone(layout: Layout) -> Result<Node, Layout> {
    // SAFETY: a node has at least a header, so `layout` has a size.
    let memory = NonNull::new(unsafe { alloc(layout) }).ok_or(layout)?;
    // SAFETY: fresh memory with room and alignment for a header.
    Ok(unsafe { Node::init(memory.cast(), 0) })
}

/// Frees a node of [`alloc_alone`].
///
/// # Safety
/// - `node` came from `alloc_alone` with the same `layout` and is not used again.
pub(crate) unsafe fn free_alone(node: Node, layout: Layout) {
    // SAFETY: the caller's promise.
    unsafe { dealloc(node.as_ptr().cast().as_ptr(), layout) };
}

/// Ends the process: nodes are allocated in the middle of splits and cuts, when the tree is not whole. Without std, or
/// with a hook of nightly's, `handle_alloc_error` may unwind; from here that is an abort.
#[cold]
fn out_of_memory(layout: Layout) -> ! {
    struct NoUnwinding;
    impl Drop for NoUnwinding {
        fn drop(&mut self) {
            panic!("out of memory in a tree that is not whole"); // the second panic: aborts
        }
    }
    let _guard = NoUnwinding;
    handle_alloc_error(layout)
}

fn holders(chunk: &NonNull<Chunk>) -> &AtomicUsize {
    // SAFETY: callers are holders of the chunk, so it is allocated, and its header was written by `grow`.
    unsafe { &(*chunk.as_ptr()).holders }
}

fn chunk_layout(chunk: NonNull<Chunk>) -> Layout {
    // SAFETY: as in `holders`.
    unsafe { (*chunk.as_ptr()).layout }
}

/// Where the end part of a chunk begins: on the last whole line, counted from the start.
fn end_part(chunk: Layout) -> usize {
    (chunk.size() - size_of::<Chunk>()) / LINE * LINE
}

/// Takes `count` holders away, and frees the chunk if they were the last.
///
/// # Safety
/// - The caller is `count` of the chunk's holders and uses it no more.
unsafe fn let_go(chunk: NonNull<Chunk>, count: usize) {
    let layout = chunk_layout(chunk);
    // Release: what was done with these nodes comes before the free, pairs with the fence below.
    if holders(&chunk).fetch_sub(count, Ordering::Release) == count {
        // Acquire: pairs with every other holder's Release above.
        fence(Ordering::Acquire);
        // SAFETY: `grow` put the end part so far behind the start of the allocation.
        let memory = unsafe { chunk.byte_sub(end_part(layout)) };
        // SAFETY: allocated by `grow` with this layout, and nobody holds it any more.
        unsafe { dealloc(memory.cast().as_ptr(), layout) };
    }
}

/// Asks for huge pages where the feature `hugepages` is on and the chunk is one.
#[inline]
fn advise_huge(chunk: NonNull<u8>, bytes: usize) {
    #[cfg(all(feature = "hugepages", target_os = "linux"))]
    if bytes >= CHUNK_BYTES_MAX {
        // SAFETY: the range is one allocation of ours, and the advice changes no contents; a refusal changes nothing.
        unsafe { libc::madvise(chunk.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE) };
    }
    #[cfg(not(all(feature = "hugepages", target_os = "linux")))]
    let _ = (chunk, bytes);
}
