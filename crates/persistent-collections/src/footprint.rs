//! Memory of one collection, and of several that share.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;

use crate::shared::Sharing;
use crate::{HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector};

/// The bytes of several versions, and how many of them are shared.
///
/// Counts the nodes; what the elements own themselves (the text of a `String`) is not seen.
///
/// # Examples
///
/// ```
/// use persistent_collections::{Footprint, Vector};
///
/// let old: Vector<u64> = (0..100_000).collect();
/// let new = old.with(5, 0);
/// let mut footprint = Footprint::default();
/// footprint.add(&old);
/// footprint.add(&new);
/// assert!(footprint.total() < old.heap_size() + 4096);
/// assert!(footprint.shared() > footprint.unique());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    /// Address of each node, its bytes, and whether a second collection has it too.
    nodes: BTreeMap<usize, (usize, bool)>,
}

impl Footprint {
    /// Counts the nodes of `collection` in.
    ///
    /// Time: O(nodes that were not counted before · log nodes).
    pub fn add(&mut self, collection: &impl HeapSize) {
        collection.visit_nodes(&mut |address, bytes| match self.nodes.entry(address) {
            Entry::Vacant(node) => {
                node.insert((bytes, false));
                true
            }
            // Shared, and so is everything below; if that was known before, there is no need to go there again.
            Entry::Occupied(mut node) => !core::mem::replace(&mut node.get_mut().1, true),
        });
    }

    /// Bytes of all nodes, each counted once.
    ///
    /// Time: O(nodes).
    pub fn total(&self) -> usize {
        self.nodes.values().map(|(bytes, _)| bytes).sum()
    }

    /// Bytes of the nodes that more than one of the collections has.
    ///
    /// Time: O(nodes).
    pub fn shared(&self) -> usize {
        self.nodes.values().filter(|(_, shared)| *shared).map(|(bytes, _)| bytes).sum()
    }

    /// Bytes of the nodes that one of the collections alone has.
    ///
    /// Time: O(nodes).
    pub fn unique(&self) -> usize {
        self.total() - self.shared()
    }
}

/// A collection whose nodes can be counted.
pub trait HeapSize: sealed::Visit {
    /// Bytes of all nodes, as asked of the allocator; what the elements own themselves is not seen.
    ///
    /// Time: O(nodes).
    fn heap_size(&self) -> usize {
        let mut bytes = 0;
        self.visit_nodes(&mut |_, size| {
            bytes += size;
            true
        });
        bytes
    }
}

mod sealed {
    /// Walking the nodes; sealed, because addresses mean something only to this crate.
    pub trait Visit {
        /// Calls `each` with the address and the bytes of every node; goes below it if `each` says so.
        fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool);
    }
}
use sealed::Visit;

impl<T, P: Sharing> Visit for Vector<T, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.tree().visit_nodes(each);
        if let Some(tail) = self.tail() {
            each(tail.address(), tail.bytes());
        }
    }
}

impl<K, V, P: Sharing> Visit for OrdMap<K, V, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.tree().visit_nodes(each);
    }
}

impl<K, V, S, P: Sharing> Visit for HashMap<K, V, S, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        if let Some(root) = self.root() {
            root.visit_nodes(each);
        }
    }
}

impl<T, P: Sharing> Visit for OrdSet<T, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.as_map().visit_nodes(each);
    }
}

impl<T, S, P: Sharing> Visit for HashSet<T, S, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.as_map().visit_nodes(each);
    }
}

impl<K, V, S, P: Sharing> Visit for IndexMap<K, V, S, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.places().visit_nodes(each);
        self.entries().visit_nodes(each);
    }
}

impl<T, P: Sharing> Visit for Queue<T, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.as_vector().visit_nodes(each);
    }
}

impl<T, P: Sharing> Visit for Stack<T, P> {
    fn visit_nodes(&self, each: &mut dyn FnMut(usize, usize) -> bool) {
        self.as_vector().visit_nodes(each);
    }
}

impl<C: Visit> HeapSize for C {}

macro_rules! heap_size {
    ([$($generics:tt)*] $name:ty) => {
        impl<$($generics)*> $name {
            /// Bytes of all nodes, as asked of the allocator; what the elements own themselves is not seen.
            ///
            /// Time: O(nodes).
            pub fn heap_size(&self) -> usize {
                HeapSize::heap_size(self)
            }
        }
    };
}
heap_size!([T, P: Sharing] Vector<T, P>);
heap_size!([K, V, P: Sharing] OrdMap<K, V, P>);
heap_size!([K, V, S, P: Sharing] HashMap<K, V, S, P>);
heap_size!([T, P: Sharing] OrdSet<T, P>);
heap_size!([T, S, P: Sharing] HashSet<T, S, P>);
heap_size!([K, V, S, P: Sharing] IndexMap<K, V, S, P>);
heap_size!([T, P: Sharing] Queue<T, P>);
heap_size!([T, P: Sharing] Stack<T, P>);
