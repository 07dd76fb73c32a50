//! A table of nodes: one key and value each, reached by address, freed when nobody can see them any more.
//!
//! Invariants, on which every `unsafe` here rests:
//!
//! 1. An entry is one word. That of a slot which is live under a header that was loaded is the address of a node of
//!    this table, made by [`Unpublished::new`] and stored by [`Unpublished::publish`]: that of the header's entry, or
//!    of one stored since, if the bucket has changed.
//! 2. A node leaves its slot (for another node, or by a header without that slot) under the bucket's lock, by the
//!    thread that then retires it, once. One that moves has left its old slot before the lock is released: an overflow
//!    node by its meta word too, because a torn link leads to any of them.
//! 3. Headers, chains and words are loaded with `SeqCst` under a guard of this table's collector, as `seize` asks of
//!    the loads that it protects. So who enters after a node left does not find it, and who entered before keeps
//!    it alive. [`Pinned`] is the only way to such loads, and has its table's guard.
#![allow(unsafe_code, reason = "nodes are shared by address and freed by a collector; see docs/UNSAFE.md")]

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::ptr::{self, NonNull};
use std::sync::Arc;

use seize::{Collector, Guard, LocalGuard};

use crate::bucket::{AllocError, Entry, Shape};
use crate::iter::Walk;
use crate::sync::Ordering;
use crate::table::{Seen, Table};

/// Entries that are the address of a node.
pub(crate) struct Pointers;

impl Shape for Pointers {
    const ENTRY: usize = 1;
    const KEY: usize = 1;
    const IN_PLACE: bool = true;
    const LOAD: Ordering = Ordering::SeqCst;
}

/// A key, its value and its hash; immutable.
pub(crate) struct Node<K, V> {
    pub(crate) hash: u64,
    pub(crate) key: K,
    pub(crate) value: V,
}

/// A node that is in no table yet; dropped like a box.
pub(crate) struct Unpublished<K, V>(NonNull<Node<K, V>>);

impl<K, V> Unpublished<K, V> {
    pub(crate) fn new(hash: u64, key: K, value: V) -> Self {
        Self(NonNull::from(Box::leak(Box::new(Node { hash, key, value }))))
    }

    /// Takes the node of a word back from its table.
    ///
    /// # Safety
    ///
    /// The word was stored by [`Unpublished::publish`], it has left its slot and is not retired, and nobody else sees it.
    unsafe fn from_word(word: u64) -> Self {
        Self(NonNull::new(pointer(word)).expect("nodes have addresses"))
    }

    fn get(&self) -> &Node<K, V> {
        // SAFETY: made in `new` and owned by `self`.
        unsafe { self.0.as_ref() }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.get().hash
    }

    pub(crate) fn key(&self) -> &K {
        &self.get().key
    }

    /// The word under which the node is found.
    fn word(&self) -> u64 {
        self.0.as_ptr().expose_provenance() as u64
    }

    /// Gives the node to the table, whose slot has its word, and which will retire it.
    fn publish<'g>(self, _: &'g LocalGuard<'_>) -> &'g Node<K, V> {
        let node = self.0;
        std::mem::forget(self);
        // SAFETY: made in `new`; whoever retires it from now on, the guard was there before (invariant 3).
        unsafe { node.as_ref() }
    }

    /// The key and the value.
    pub(crate) fn into_parts(self) -> (K, V) {
        let node = self.0;
        std::mem::forget(self);
        // SAFETY: made in `new` by leaking a box; `self` owned it and is forgotten.
        let node = unsafe { Box::from_raw(node.as_ptr()) };
        (node.key, node.value)
    }
}

impl<K, V> Drop for Unpublished<K, V> {
    fn drop(&mut self) {
        // SAFETY: made in `new` by leaking a box, and neither published nor taken apart: both forget `self`.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

fn pointer<K, V>(word: u64) -> *mut Node<K, V> {
    ptr::with_exposed_provenance_mut(word as usize)
}

/// The node that was put into the table, or the one given back because its bucket has changed.
pub(crate) type Put<'g, K, V> = Result<&'g Node<K, V>, Unpublished<K, V>>;

/// A table of nodes and the collector of those that left it.
pub(crate) struct NodeTable<K, V> {
    pub(crate) table: Table<Pointers>,
    collector: Collector,
    nodes: PhantomData<Nodes<K, V>>,
}

/// What a table of nodes is to the compiler. Sharing a table shares its nodes, and lets any thread free them: an `Arc`.
/// Entries are put in by `&self`, so a table of longer lifetimes is not one of shorter ones: the function.
type Nodes<K, V> = (Arc<(K, V)>, fn((K, V)) -> (K, V));

impl<K, V> NodeTable<K, V> {
    pub(crate) fn new(table: Table<Pointers>) -> Self {
        Self { table, collector: Collector::new(), nodes: PhantomData }
    }

    #[inline]
    pub(crate) fn pin(&self) -> Pinned<'_, K, V> {
        Pinned { nodes: self, guard: self.collector.enter() }
    }

    /// Takes every node out of the table.
    pub(crate) fn take(&mut self, mut each: impl FnMut(Unpublished<K, V>)) {
        self.table.clear_mut(|_, words| {
            for &word in words {
                // SAFETY: by invariant 1 a node of this table; it was in one slot and is in none now, by us and not by
                // someone who retires it. Nobody has a guard, for the table is borrowed mutably.
                each(unsafe { Unpublished::from_word(word) });
            }
        });
    }

    /// Moves all nodes to the new table, which is empty. Leaves everything as it is if there is no memory.
    pub(crate) fn rehouse(&mut self, table: Table<Pointers>) -> Result<(), AllocError> {
        let pinned = self.pin();
        let (mut walk, mut bucket) = (Walk::new(&self.table), Vec::new());
        while pinned.next_bucket(&mut walk, &mut bucket) {
            for node in bucket.drain(..) {
                let word = ptr::from_ref::<Node<K, V>>(node).expose_provenance() as u64;
                loop {
                    let Some(seen) = table.seek(node.hash, |_| false, Some) else {
                        table.plant()?;
                        continue;
                    };
                    if table.insert(seen, node.hash, |entry| entry[0].store(word, Ordering::Release))? {
                        break;
                    }
                }
                table.population.add(1);
            }
        }
        drop(pinned);
        self.table = table;
        Ok(())
    }
}

impl<K, V> Drop for NodeTable<K, V> {
    fn drop(&mut self) {
        // Every node that is in the table goes now, those that left it with the collector.
        let mut panicked: Option<Box<dyn Any + Send>> = None;
        self.take(|node| {
            // One destructor's panic must not leak the nodes after it.
            let freed = panic::catch_unwind(AssertUnwindSafe(|| drop(node)));
            panicked = panicked.take().or(freed.err());
        });
        if let Some(payload) = panicked.filter(|_| !std::thread::panicking()) {
            panic::resume_unwind(payload);
        }
    }
}

/// A table of nodes under a guard: what is found lives as long as this.
pub(crate) struct Pinned<'m, K, V> {
    pub(crate) nodes: &'m NodeTable<K, V>,
    guard: LocalGuard<'m>,
}

/// What a search found in a table of nodes; true as long as the bucket stays.
pub(crate) struct SeenNode<'g, 'm, K, V> {
    pinned: &'g Pinned<'m, K, V>,
    seen: Seen<'g, Pointers>,
    hash: u64,
    pub(crate) node: Option<&'g Node<K, V>>,
}

impl<'m, K, V> Pinned<'m, K, V> {
    /// The node of a slot that the table found live, since this guard was entered.
    #[inline]
    fn node(&self, entry: Entry<'_>) -> &Node<K, V> {
        // Pairs with the Release stores of words: who finds the address finds the node's contents.
        let node = pointer(entry[0].load(Ordering::SeqCst));
        // SAFETY: the table calls back with live slots only, so it is a node by invariant 1; invariant 3 keeps it.
        unsafe { &*node }
    }

    #[inline]
    pub(crate) fn find(&self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&Node<K, V>> {
        let is = |entry: Entry<'_>| {
            let node = self.node(entry);
            node.hash == hash && is(&node.key)
        };
        self.nodes.table.find(hash, is, |entry| self.node(entry))
    }

    /// As [`Table::seek`]; plants the root of an empty table.
    #[inline]
    pub(crate) fn seek<'g>(
        &'g self,
        hash: u64,
        is: impl Fn(&K) -> bool,
    ) -> Result<SeenNode<'g, 'm, K, V>, AllocError> {
        let is = |entry: Entry<'_>| {
            let node = self.node(entry);
            node.hash == hash && is(&node.key)
        };
        loop {
            if let Some(seen) = self.nodes.table.seek(hash, is, Some) {
                let node = seen.spot.map(|(_, entry)| self.node(entry));
                // Between the search and this load, another key's node could have come into the slot.
                if node.is_none() || seen.bucket.unchanged(seen.header) {
                    return Ok(SeenNode { pinned: self, seen, hash, node });
                }
            } else {
                self.nodes.table.plant()?;
            }
        }
    }

    pub(crate) fn next_bucket<'g>(&'g self, walk: &mut Walk, bucket: &mut Vec<&'g Node<K, V>>) -> bool {
        let hash = |entry: Entry<'_>| self.node(entry).hash;
        walk.next_bucket(&self.nodes.table, bucket, |entry| Some(self.node(entry)), hash)
    }

    pub(crate) fn clear(&self) {
        let hash = |entry: Entry<'_>| self.node(entry).hash;
        self.nodes.table.clear(hash, |_, words| words.iter().for_each(|&word| self.retire(word)));
    }

    pub(crate) fn reserve(&self, entries: usize) -> Result<(), AllocError> {
        self.nodes.table.reserve(entries, |entry| self.node(entry).hash)
    }

    /// Has the node freed that this thread took out of its slot, under the lock, a moment ago.
    fn retire(&self, word: u64) {
        // SAFETY: by invariant 2 it left its slot, is retired once, and whoever enters from now on does not find it;
        // `free_node` frees what `Unpublished::new` made.
        unsafe { self.guard.defer_retire(pointer::<K, V>(word), free_node) };
    }
}

impl<'g, K, V> SeenNode<'g, '_, K, V> {
    /// Inserts a node where none was found. Gives it back if the bucket has changed, or, as the outer error, if there
    /// is no memory.
    pub(crate) fn insert(&self, node: Unpublished<K, V>) -> Result<Put<'g, K, V>, Unpublished<K, V>> {
        let put = self.insert_reserved(node);
        if let Ok(Ok(_)) = put {
            self.pinned.nodes.table.room.take(1);
        }
        put
    }

    /// [`SeenNode::insert`] of a node whose room was reserved.
    pub(crate) fn insert_reserved(
        &self,
        node: Unpublished<K, V>,
    ) -> Result<Put<'g, K, V>, Unpublished<K, V>> {
        let (pinned, table) = (self.pinned, &self.pinned.nodes.table);
        let word = node.word();
        match table.insert(self.seen, self.hash, |entry| entry[0].store(word, Ordering::Release)) {
            Ok(true) => {}
            Ok(false) => return Ok(Err(node)),
            Err(AllocError) => return Err(node),
        }
        let node = node.publish(&pinned.guard);
        table.added_to_reserve(|entry| pinned.node(entry).hash);
        Ok(Ok(node))
    }

    /// Replaces the node that was found by one with the same key. Gives it back if that is not there any more.
    pub(crate) fn replace(&self, node: Unpublished<K, V>) -> Put<'g, K, V> {
        let Some((locked, entry, old)) = self.lock_found() else { return Err(node) };
        // Release pairs with the load in `Pinned::node`.
        entry[0].store(node.word(), Ordering::Release);
        locked.commit();
        self.pinned.retire(old);
        Ok(node.publish(&self.pinned.guard))
    }

    /// Takes the node out that was found; false if it is not there any more.
    pub(crate) fn remove(&self) -> bool {
        let Some((locked, _, old)) = self.lock_found() else { return false };
        let (spot, _) = self.seen.spot.expect("a locked node has a spot");
        let table = &self.pinned.nodes.table;
        table.remove(locked, spot);
        table.removed(1);
        self.pinned.retire(old);
        true
    }

    /// Locks the bucket if the node that was found is where it was.
    fn lock_found(&self) -> Option<(crate::bucket::Locked<'g, Pointers>, Entry<'g>, u64)> {
        let (_, entry) = self.seen.spot?;
        let found = ptr::from_ref(self.node?).addr() as u64;
        let locked = self.seen.lock()?;
        if entry[0].load(Ordering::SeqCst) != found {
            locked.abandon();
            return None;
        }
        Some((locked, entry, found))
    }
}

/// Frees a node. A destructor that panics would unwind through the collector, out of an operation that has nothing
/// to do with it: the panic ends here, after the panic hook has told of it.
///
/// # Safety
///
/// `node` was made by [`Unpublished::new`], and nobody can see it any more.
unsafe fn free_node<K, V>(node: *mut Node<K, V>, _: &Collector) {
    // SAFETY: a leaked box that nobody else sees, as the caller guarantees.
    let node = unsafe { Box::from_raw(node) };
    _ = panic::catch_unwind(AssertUnwindSafe(|| drop(node)));
}
