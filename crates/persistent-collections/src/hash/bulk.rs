//! Many keys at once: batched look-ups, and keeping some of the entries.

use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash};

use super::HashMap;
use super::trie::{Child, Shape};
use crate::shared::{Sharing, Side};

/// Look-ups in flight at one time: enough to hide a cache miss behind the others.
const BATCH: usize = 16;

impl<K: Hash + Eq, V, S: BuildHasher, P: Sharing> HashMap<K, V, S, P> {
    /// Looks many keys up and calls `each` with the position of each key and its value, in order.
    ///
    /// All keys of a batch go down the map side by side, and the nodes they need next are fetched while the others are looked
    /// at: in a map that is larger than the cache this is several times faster than [`HashMap::get`] in a loop.
    ///
    /// Time: O(m log n) for m keys.
    ///
    /// ```
    /// use persistent_collections::HashMap;
    ///
    /// let squares: HashMap<u64, u64> = (0..1000).map(|x| (x, x * x)).collect();
    /// let mut sum = 0;
    /// squares.get_many(&[3, 5000, 4], |_, square| sum += square.unwrap_or(&0));
    /// assert_eq!(sum, 25);
    /// ```
    pub fn get_many<Q: Hash + Eq>(&self, keys: &[Q], mut each: impl FnMut(usize, Option<&V>))
    where
        K: Borrow<Q>,
    {
        let Some(root) = &self.root else {
            return (0..keys.len()).for_each(|at| each(at, None));
        };
        for (batch, keys) in keys.chunks(BATCH).enumerate() {
            let mut hashes = [0; BATCH];
            let mut nodes = [root; BATCH];
            for (hash, key) in hashes.iter_mut().zip(keys) {
                *hash = self.hasher.hash_one(key);
            }
            descend(&hashes[..keys.len()], &mut nodes[..keys.len()]);
            for (node, hash) in nodes.iter().zip(&hashes[..keys.len()]) {
                node.prefetch_entry(*hash);
            }
            for (at, key) in keys.iter().enumerate() {
                // A node that is a leaf or a list ignores the level.
                let found = nodes[at].get(0, hashes[at], key);
                each(batch * BATCH + at, found.map(|(_, value)| value));
            }
        }
    }
}

/// Moves every node down until all are leaves or lists, whose first lines are on their way then.
fn descend<K, V, P: Sharing>(hashes: &[u64], nodes: &mut [&Child<K, V, P>]) {
    for level in 0..Shape::<K, V, P>::LEVELS {
        let mut moved = false;
        for (node, hash) in nodes.iter_mut().zip(hashes) {
            if let Side::Y(branch) = node.side() {
                *node = &branch.a()[usize::from(branch.header()[Shape::<K, V, P>::slot(*hash, level)])];
                // The head and the tags, which may begin at the end of a line.
                let address: *const u8 = core::ptr::without_provenance(node.0.address());
                simd_kernels::prefetch_bytes(address, 40);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone, P: Sharing> HashMap<K, V, S, P> {
    /// Keeps the entries of which `keep` says so.
    ///
    /// If `keep` panics, the map has all its entries, with what was changed in them.
    ///
    /// Time: O(n).
    pub fn retain<F: FnMut(&K, &mut V) -> bool>(&mut self, mut keep: F) {
        let gone: alloc::vec::Vec<K> = self
            .iter_mut()
            .filter_map(|(key, value)| if keep(key, value) { None } else { Some(key.clone()) })
            .collect();
        self.remove_all(gone);
    }

    fn remove_all(&mut self, gone: alloc::vec::Vec<K>) {
        if gone.len() == self.len {
            self.clear();
        }
        gone.iter().for_each(|key| drop(self.remove(key)));
    }

    /// Takes the entries of which `take` says so out, and gives them. They are gone even if the iterator is leaked.
    ///
    /// Time: O(n).
    pub fn extract_if<F: FnMut(&K, &mut V) -> bool>(&mut self, mut take: F) -> super::IntoIter<K, V, P> {
        let mut taken = Self { root: None, len: 0, hasher: self.hasher.clone(), family: self.family };
        let mut gone = alloc::vec::Vec::new();
        for (key, value) in self.iter_mut() {
            if take(key, value) {
                gone.push(key.clone());
                taken.insert(key.clone(), value.clone());
            }
        }
        self.remove_all(gone);
        taken.into_iter()
    }
}
