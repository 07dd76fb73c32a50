//! Models of chains: nodes come, go, and are used again, under readers and iterators.

use loom::thread;

use super::{Index, is, model, model_within};
use crate::bucket::Entry;
use crate::sync::Ordering;
use crate::table::Place;

impl Index {
    /// Replaces an entry by a copy, as for values that are wider than a word.
    fn replace(&self, key: u64, new: u64) {
        loop {
            let seen = self.0.seek(key, is(key), Some).unwrap();
            let (spot, _) = seen.spot.unwrap();
            let place = Place::find(&self.0, &seen).unwrap();
            let Some(locked) = seen.lock() else { continue };
            return self.0.replace(locked, spot, place, key, |entry: Entry<'_>| {
                entry[0].store(key, Ordering::Relaxed);
                entry[1].store(new, Ordering::Relaxed);
            });
        }
    }
}

#[test]
fn chain_moves_up_under_a_reader() {
    model_within(2, || {
        // Eight entries of one bucket: the last two are in a node. The split moves four of them, and pulls up.
        let keys = [2, 4, 6, 3, 5, 7, 8, 10];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.split());
        assert_eq!(index.get(10), Some(100));
        thread.join().unwrap();
        assert_eq!(index.entries().len(), 8);
    });
}

#[test]
fn chain_is_reused_under_a_reader() {
    model_within(1, || {
        let keys = [2, 4, 6, 3, 5, 7, 8, 10];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        // The node leaves the chain and comes back with another entry.
        let thread = thread::spawn(move || {
            writer.remove(10);
            writer.insert(12, 120);
        });
        let (ten, twelve) = (index.get(10), index.get(12));
        assert!(matches!(ten, None | Some(100)), "{ten:?}");
        assert!(matches!(twelve, None | Some(120)), "{twelve:?}");
        thread.join().unwrap();
    });
}

#[test]
fn chain_grows_under_a_reader() {
    model(|| {
        // Two nodes, which are all there are; the writer adds one between them.
        let keys = [2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.insert(16, 160));
        assert_eq!(index.get(13), Some(130));
        thread.join().unwrap();
        assert_eq!(index.get(16), Some(160));
    });
}

#[test]
fn chain_splits_under_an_iterator() {
    model_within(2, || {
        // The last two are in the chain: one of them goes to the child, the other takes a slot.
        let keys = [2, 4, 6, 3, 5, 8, 10, 12, 7];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.split());
        let keys: Vec<u64> = index.entries().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, [2, 3, 4, 5, 6, 7, 8, 10, 12]);
        thread.join().unwrap();
    });
}

/// A key of bucket 0 whose tag has another bit of the filter than those of the small keys.
const FAR: u64 = 0xf0 << 56 | 2;

#[test]
fn chain_of_two_filter_bits() {
    model_within(2, || {
        let keys = [2, 4, 6, 3, 5, 7, 8, 10];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.insert(FAR, 90));
        // Who walks through the chain may see the entry before the writer commits; who looks for it must then, too.
        if index.entries().contains(&(FAR, 90)) {
            assert_eq!(index.get(FAR), Some(90));
        }
        assert_eq!(index.get(10), Some(100));
        thread.join().unwrap();
        assert_eq!(index.get(FAR), Some(90));
    });
}

/// A link that was torn may lead a reader to any node, also to one whose entries were moved, taken out and freed.
#[test]
fn a_chain_that_ended_holds_nothing() {
    model_within(2, || {
        let keys = [2, 4, 6, 3, 5, 8, 10, 12, 7];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.split());
        // Whoever can take an entry out of the halves finds none in the node that they had in common.
        for bucket in [0, 1] {
            let header = index.0.bucket(bucket).unwrap().header();
            if header.is_born() && header.depth() == 1 && !header.is_locked() {
                let node = index.0.nodes.get(1 << 8).unwrap();
                assert_eq!(node.live(), 0);
            }
        }
        thread.join().unwrap();
    });
}

/// The new copy of an entry is visible in the chain while the old one is alive in its slot.
#[test]
fn a_copy_is_not_counted() {
    model_within(2, || {
        // All slots are taken, and the node has room.
        let keys = [2, 3, 4, 5, 6, 7, 8, 10];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.replace(2, 21));
        let entries = index.entries();
        assert!(entries.iter().map(|(key, _)| *key).eq(keys), "{entries:?}");
        assert!([20, 21].contains(&entries[0].1));
        thread.join().unwrap();
        assert_eq!(index.get(2), Some(21));
    });
}

/// Who sees that a slot of a node is alive sees the entry, and not the one before.
#[test]
fn a_slot_of_a_node_is_used_again() {
    model(|| {
        let keys = [2, 3, 4, 5, 6, 7, 8, 10, 11];
        let index = Index::of(&keys.map(|key| (key, 10 * key)));
        assert_eq!(index.remove(10), Some(100));
        let writer = index.clone();
        let thread = thread::spawn(move || writer.insert(12, 120));
        assert_eq!(index.get(10), None);
        assert_eq!(index.get(11), Some(110));
        thread.join().unwrap();
    });
}

/// Who takes a node from the list of the free ones must see the link that was written before it came there.
#[test]
fn free_nodes_are_used_again() {
    model(|| {
        let index = Index::of(&[]);
        let nodes = &index.0.nodes;
        let (a, b) = (nodes.allocate().unwrap(), nodes.allocate().unwrap());
        nodes.free(a);
        let other = index.clone();
        let thread = thread::spawn(move || other.0.nodes.free(b));
        let first = nodes.allocate().unwrap();
        let second = nodes.allocate().unwrap();
        assert!(first == a || (first, second) == (b, a), "{first} {second}");
        thread.join().unwrap();
        // Nothing is lost, and nothing is handed out twice.
        let third = nodes.allocate().unwrap();
        assert!(first != second && second != third && first != third);
    });
}
