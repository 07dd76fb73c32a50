//! Loom models of the real table, with chunks of two buckets: `cargo xtask loom`, or
//! `RUSTFLAGS="--cfg loom" cargo test -p radix-index --release --lib models`.
//!
//! `tests/weakened.sh` leaves out one fence, validation or version after another, and wants a model to fail each time.

mod chains;

use loom::sync::Arc;
use loom::thread;

use crate::bucket::{Entry, Shape};
use crate::sync::{Ordering, interleave};
use crate::table::Table;

/// One word of key, one of value; a key is its own hash.
struct Pair;

impl Shape for Pair {
    const ENTRY: usize = 2;
    const KEY: usize = 1;
    const IN_PLACE: bool = true;
    const LOAD: Ordering = Ordering::Acquire;
}

/// A table of pairs and the verbs of `RadixIndex` in their shortest form.
#[derive(Clone)]
struct Index(Arc<Table<Pair>>);

fn is(key: u64) -> impl Fn(Entry<'_>) -> bool {
    move |entry| entry[0].load(Ordering::Relaxed) == key
}

fn value(entry: Entry<'_>) -> u64 {
    interleave();
    entry[1].load(Ordering::Relaxed)
}

fn key_of(entry: Entry<'_>) -> u64 {
    entry[0].load(Ordering::Relaxed)
}

impl Index {
    /// One bucket of depth 0 with these entries.
    fn of(entries: &[(u64, u64)]) -> Self {
        let index = Self(Arc::new(Table::new(false)));
        index.0.plant().unwrap();
        entries.iter().for_each(|&(key, value)| _ = index.insert(key, value));
        index
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.0.find(key, is(key), value)
    }

    fn insert(&self, key: u64, new: u64) -> Option<u64> {
        loop {
            let seen = self.0.seek(key, is(key), Some).unwrap();
            if let Some((_, entry)) = seen.spot {
                let Some(locked) = seen.lock() else { continue };
                let old = value(entry);
                entry[1].store(new, Ordering::Relaxed);
                locked.commit();
                return Some(old);
            }
            let write = |entry: Entry<'_>| {
                entry[0].store(key, Ordering::Relaxed);
                entry[1].store(new, Ordering::Relaxed);
            };
            if self.0.insert(seen, key, write).unwrap() {
                return None;
            }
        }
    }

    fn remove(&self, key: u64) -> Option<u64> {
        loop {
            let seen = self.0.seek(key, is(key), Some).unwrap();
            let (spot, entry) = seen.spot?;
            if let Some(locked) = seen.lock() {
                let old = value(entry);
                self.0.remove(locked, spot);
                return Some(old);
            }
        }
    }

    /// Splits bucket 0 into 0 and 1.
    fn split(&self) {
        self.0.buckets.ensure(1).unwrap();
        self.0.count.store(2, Ordering::Relaxed);
        self.0.mask.store(1, Ordering::Relaxed);
        self.0.birth(1, &key_of).unwrap();
    }

    fn entries(&self) -> Vec<(u64, u64)> {
        let mut walk = crate::iter::Walk::new(&self.0);
        let (mut all, mut bucket) = (Vec::new(), Vec::new());
        while walk.next_bucket(&self.0, &mut bucket, |entry| Some((key_of(entry), value(entry))), key_of) {
            all.append(&mut bucket);
        }
        all.sort_unstable();
        all
    }

    /// The same by `fold`, which copies buckets without chains another way.
    fn folded(&self) -> Vec<(u64, u64)> {
        let mut all = Vec::new();
        let read = |entry: Entry<'_>| Some((key_of(entry), value(entry)));
        let words = |words: &[u64]| (words[0], words[1]);
        crate::iter::Walk::new(&self.0).fold(&self.0, (), read, words, key_of, |(), entry| all.push(entry));
        all.sort_unstable();
        all
    }
}

fn model(check: impl Fn() + Sync + Send + 'static) {
    model_within(2, check);
}

/// So many preemptions: fewer if `LOOM_MAX_PREEMPTIONS` says so, and as many more as it is above two.
fn model_within(preemptions: usize, check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    let asked = std::env::var("LOOM_MAX_PREEMPTIONS").ok().and_then(|text| text.parse::<usize>().ok());
    let bound = asked.map_or(preemptions, |asked| asked.min(preemptions) + asked.saturating_sub(2));
    builder.preemption_bound = Some(bound);
    builder.max_branches = 50_000;
    builder.check(check);
}

/// Two keys with the same tag and bucket, for collisions; two that a split parts.
const A: u64 = 2;
const B: u64 = 4;
const ODD: u64 = 3;

#[test]
fn insert_insert() {
    model(|| {
        let index = Index::of(&[]);
        let other = index.clone();
        let thread = thread::spawn(move || (other.insert(A, 10), other.insert(B, 20)));
        let mine = index.insert(A, 11);
        let (theirs, _) = thread.join().unwrap();
        // One of them is first, the other sees its value.
        assert!(matches!((mine, theirs), (None, Some(11)) | (Some(10), None)), "{mine:?} {theirs:?}");
        assert_eq!(index.get(A), Some(if mine.is_none() { 10 } else { 11 }));
        assert_eq!(index.get(B), Some(20));
        assert_eq!(index.entries().len(), 2);
    });
}

#[test]
fn insert_remove_get() {
    model(|| {
        let index = Index::of(&[(A, 10)]);
        let writer = index.clone();
        // Removes A and reuses its slot for B: nobody sees A with B's value, nor B with A's.
        let thread = thread::spawn(move || {
            assert_eq!(writer.remove(A), Some(10));
            assert_eq!(writer.insert(B, 20), None);
        });
        let (a, b) = (index.get(A), index.get(B));
        assert!(matches!(a, None | Some(10)), "{a:?}");
        assert!(matches!(b, None | Some(20)), "{b:?}");
        thread.join().unwrap();
        assert_eq!((index.get(A), index.get(B)), (None, Some(20)));
    });
}

#[test]
fn a_key_that_moves_is_not_missed() {
    model(|| {
        let index = Index::of(&[(A, 10), (B, 20)]);
        let writer = index.clone();
        // ODD takes the slot that A leaves, and B stays: a reader that mixes the two states might miss B.
        let thread = thread::spawn(move || {
            writer.remove(A);
            writer.insert(ODD, 30);
        });
        assert_eq!(index.get(B), Some(20));
        thread.join().unwrap();
    });
}

#[test]
fn update_get() {
    model(|| {
        let index = Index::of(&[(A, 10), (B, 20)]);
        let writer = index.clone();
        let thread = thread::spawn(move || {
            assert_eq!(writer.insert(A, 11), Some(10));
            assert_eq!(writer.insert(B, 21), Some(20));
        });
        // Whoever sees the second write sees the first.
        let b = index.get(B);
        let a = index.get(A);
        assert!(matches!((b, a), (Some(20), Some(10 | 11)) | (Some(21), Some(11))), "{b:?} {a:?}");
        thread.join().unwrap();
    });
}

#[test]
fn update_remove() {
    model(|| {
        let index = Index::of(&[(A, 10)]);
        let writer = index.clone();
        let thread = thread::spawn(move || writer.insert(A, 11));
        let removed = index.remove(A);
        let old = thread.join().unwrap();
        // Either the update came first, or it inserted A anew.
        match old {
            Some(10) => assert_eq!((removed, index.get(A)), (Some(11), None)),
            None => assert_eq!((removed, index.get(A)), (Some(10), Some(11))),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn split_get() {
    model(|| {
        let index = Index::of(&[(A, 10), (ODD, 30)]);
        let writer = index.clone();
        let thread = thread::spawn(move || writer.split());
        assert_eq!(index.get(ODD), Some(30));
        assert_eq!(index.get(A), Some(10));
        assert_eq!(index.get(5), None);
        thread.join().unwrap();
        assert_eq!((index.get(A), index.get(ODD)), (Some(10), Some(30)));
    });
}

#[test]
fn split_insert_get() {
    model_within(1, || {
        let index = Index::of(&[(ODD, 30)]);
        let (splitter, writer) = (index.clone(), index.clone());
        let split = thread::spawn(move || splitter.split());
        let insert = thread::spawn(move || writer.insert(5, 50));
        assert_eq!(index.get(ODD), Some(30));
        assert_eq!(insert.join().unwrap(), None);
        assert_eq!(index.get(5), Some(50));
        split.join().unwrap();
        assert_eq!(index.entries(), [(ODD, 30), (5, 50)]);
    });
}

#[test]
fn split_iterate() {
    model(|| {
        let index = Index::of(&[(A, 10), (ODD, 30)]);
        let writer = index.clone();
        let thread = thread::spawn(move || writer.split());
        assert_eq!(index.entries(), [(A, 10), (ODD, 30)]);
        thread.join().unwrap();
    });
}

#[test]
fn clear_iterate() {
    model(|| {
        let index = Index::of(&[(A, 10), (B, 20)]);
        let writer = index.clone();
        let thread = thread::spawn(move || {
            let mut taken = 0;
            writer.0.clear(key_of, |entries, _| taken += entries);
            writer.insert(ODD, 30);
            taken
        });
        // A bucket is read as of one moment.
        let entries = index.entries();
        let whole: [&[(u64, u64)]; 3] = [&[(A, 10), (B, 20)], &[], &[(ODD, 30)]];
        assert!(whole.contains(&&entries[..]), "{entries:?}");
        assert_eq!(thread.join().unwrap(), 2);
    });
}

#[test]
fn clear_insert_split() {
    model(|| {
        let index = Index::of(&[(A, 10), (ODD, 30)]);
        let writer = index.clone();
        let thread = thread::spawn(move || writer.0.clear(key_of, |_, _| ()));
        let old = index.insert(ODD, 31);
        index.split();
        thread.join().unwrap();
        // If the old value was gone, then `clear` had been at this key, and must not come to it again.
        assert_eq!(index.get(ODD), old.is_none().then_some(31));
    });
}

/// As `split_iterate` and `clear_iterate`, by the copies that `fold` makes.
#[test]
fn fold_entries() {
    model(|| {
        let index = Index::of(&[(A, 10), (ODD, 30)]);
        let writer = index.clone();
        let thread = thread::spawn(move || writer.split());
        assert_eq!(index.folded(), [(A, 10), (ODD, 30)]);
        thread.join().unwrap();
    });
    model(|| {
        let index = Index::of(&[(A, 10)]);
        let writer = index.clone();
        let thread = thread::spawn(move || (writer.remove(A), writer.insert(ODD, 30), writer.insert(B, 20)));
        // The slot of `A` is taken by `ODD`: never the key of one with the value of the other.
        let entries = index.folded();
        let whole: [&[(u64, u64)]; 4] = [&[(A, 10)], &[], &[(ODD, 30)], &[(ODD, 30), (B, 20)]];
        let whole = whole.map(|entries| {
            let mut entries = entries.to_vec();
            entries.sort_unstable();
            entries
        });
        assert!(whole.contains(&entries), "{entries:?}");
        assert_eq!(thread.join().unwrap(), (Some(10), None, None));
    });
}

/// The memory of a bucket that another thread claimed must be seen by who begins a walk there, and has it born: the
/// right half of a parallel iteration, which passes no fence on its way.
#[test]
fn claim_iterate() {
    model(|| {
        let index = Index::of(&[(A, 10), (ODD, 30)]);
        index.split();
        let table = index.0.clone();
        // Claims two buckets, in a chunk of their own, and does not come to their birth.
        let thread = thread::spawn(move || {
            table.buckets.ensure(3).unwrap();
            table.count.compare_exchange(2, 4, Ordering::AcqRel, Ordering::Relaxed).unwrap();
        });
        interleave();
        let mut walk = crate::iter::Walk::new(&index.0).right_half();
        let mut entries = Vec::new();
        walk.next_bucket(&index.0, &mut entries, |entry| Some(key_of(entry)), key_of);
        assert!([A, ODD].contains(&entries[0]));
        thread.join().unwrap();
    });
}
