//! Our index and its peers behind one trait, each used as its documentation says.

#[cfg(feature = "radix-index-all")]
use std::sync::RwLock;

/// ahash with fixed seeds, for all.
pub(crate) type Hasher = ahash::RandomState;

fn hasher() -> Hasher {
    ahash::RandomState::with_seeds(1, 2, 3, 4)
}

/// A concurrent map from `u64` to `u64`.
pub(crate) trait Engine: Sized {
    const NAME: &'static str;
    const VERSION: &'static str;
    /// What a thread uses for a run of operations: a pinned view, or the map itself.
    type View<'a>
    where
        Self: 'a;

    fn with_capacity(capacity: usize) -> Self;
    fn view(&self) -> Self::View<'_>;
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64>;
    /// Sets a value, and gives the old one.
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64>;
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64>;
    /// The sum of keys and values.
    fn sum(view: &Self::View<'_>) -> u64;
    /// The sum of the values of many keys.
    fn get_many(view: &Self::View<'_>, keys: &[u64]) -> u64 {
        keys.iter().map(|&key| Self::get(view, key).unwrap_or(1)).fold(0, u64::wrapping_add)
    }
}

fn add(sum: u64, key: u64, value: u64) -> u64 {
    sum.wrapping_add(key ^ value)
}

pub(crate) struct Ours(pub radix_index::RadixIndex<u64, u64, Hasher>);

impl Engine for Ours {
    const NAME: &'static str = "radix-index";
    const VERSION: &'static str = "0.1.0";
    type View<'a> = &'a radix_index::RadixIndex<u64, u64, Hasher>;

    fn with_capacity(capacity: usize) -> Self {
        Self(radix_index::RadixIndex::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.get(&key)
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.insert(key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.remove(&key)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.iter().fold(0, |sum, (key, value)| add(sum, key, value))
    }
    fn get_many(view: &Self::View<'_>, keys: &[u64]) -> u64 {
        let mut sum = 0_u64;
        let mut values = [None; 16];
        for keys in keys.chunks(16) {
            view.get_many(keys, &mut values[..keys.len()]);
            sum = values[..keys.len()].iter().fold(sum, |sum, value| sum.wrapping_add(value.unwrap_or(1)));
        }
        sum
    }
}

/// papaya, pinned once for many operations.
pub(crate) struct Papaya(papaya::HashMap<u64, u64, Hasher>);

impl Engine for Papaya {
    const NAME: &'static str = "papaya pinned";
    const VERSION: &'static str = "0.2";
    type View<'a> = papaya::HashMapRef<'a, u64, u64, Hasher, papaya::LocalGuard<'a>>;

    fn with_capacity(capacity: usize) -> Self {
        Self(papaya::HashMap::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        self.0.pin()
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.get(&key).copied()
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.insert(key, value).copied()
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.remove(&key).copied()
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.iter().fold(0, |sum, (&key, &value)| add(sum, key, value))
    }
}

/// papaya, pinned for each operation, as code that serves requests does.
pub(crate) struct PapayaPerOp(Papaya);

impl Engine for PapayaPerOp {
    const NAME: &'static str = "papaya";
    const VERSION: &'static str = "0.2";
    type View<'a> = &'a Papaya;

    fn with_capacity(capacity: usize) -> Self {
        Self(Papaya::with_capacity(capacity))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        Papaya::get(&view.view(), key)
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        Papaya::insert(&view.view(), key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        Papaya::remove(&view.view(), key)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        Papaya::sum(&view.view())
    }
}

/// hashbrown, by one thread alone: the bound. Interior mutability without any protection is not to be had from
/// safe code but by a `RefCell`, whose flag costs next to nothing.
pub(crate) struct Hashbrown(std::cell::RefCell<hashbrown::HashMap<u64, u64, Hasher>>);

impl Engine for Hashbrown {
    const NAME: &'static str = "hashbrown (1 thread)";
    const VERSION: &'static str = "0.17";
    type View<'a> = &'a std::cell::RefCell<hashbrown::HashMap<u64, u64, Hasher>>;

    fn with_capacity(capacity: usize) -> Self {
        Self(hashbrown::HashMap::with_capacity_and_hasher(capacity, hasher()).into())
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.borrow().get(&key).copied()
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.borrow_mut().insert(key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.borrow_mut().remove(&key)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.borrow().iter().fold(0, |sum, (&key, &value)| add(sum, key, value))
    }
}

#[cfg(feature = "radix-index-all")]
pub(crate) struct Dashmap(dashmap::DashMap<u64, u64, Hasher>);

#[cfg(feature = "radix-index-all")]
impl Engine for Dashmap {
    const NAME: &'static str = "dashmap";
    const VERSION: &'static str = "6";
    type View<'a> = &'a dashmap::DashMap<u64, u64, Hasher>;

    fn with_capacity(capacity: usize) -> Self {
        Self(dashmap::DashMap::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.get(&key).map(|entry| *entry)
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.insert(key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.remove(&key).map(|(_, value)| value)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.iter().fold(0, |sum, entry| add(sum, *entry.key(), *entry.value()))
    }
}

#[cfg(feature = "radix-index-all")]
pub(crate) struct SccMap(scc::HashMap<u64, u64, Hasher>);

#[cfg(feature = "radix-index-all")]
impl Engine for SccMap {
    const NAME: &'static str = "scc::HashMap";
    const VERSION: &'static str = "3";
    type View<'a> = &'a scc::HashMap<u64, u64, Hasher>;

    fn with_capacity(capacity: usize) -> Self {
        Self(scc::HashMap::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.read_sync(&key, |_, &value| value)
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.upsert_sync(key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.remove_sync(&key).map(|(_, value)| value)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        let mut sum = 0;
        view.iter_sync(|&key, &value| {
            sum = add(sum, key, value);
            true
        });
        sum
    }
}

#[cfg(feature = "radix-index-all")]
pub(crate) struct SccIndex(scc::HashIndex<u64, u64, Hasher>);

#[cfg(feature = "radix-index-all")]
impl Engine for SccIndex {
    const NAME: &'static str = "scc::HashIndex";
    const VERSION: &'static str = "3";
    type View<'a> = &'a scc::HashIndex<u64, u64, Hasher>;

    fn with_capacity(capacity: usize) -> Self {
        Self(scc::HashIndex::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.peek_with(&key, |_, &value| value)
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        match view.entry_sync(key) {
            scc::hash_index::Entry::Occupied(mut entry) => {
                let old = *entry.get();
                entry.update(value);
                Some(old)
            }
            scc::hash_index::Entry::Vacant(entry) => {
                entry.insert_entry(value);
                None
            }
        }
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.get_sync(&key).map(|entry| {
            let value = *entry.get();
            entry.remove_entry();
            value
        })
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        let mut sum = 0;
        view.iter_sync(|&key, &value| {
            sum = add(sum, key, value);
            true
        });
        sum
    }
}

/// leapfrog; keys are `Copy`, and two values are reserved.
#[cfg(feature = "radix-index-all")]
pub(crate) struct Leapfrog(leapfrog::LeapMap<u64, u64, Hasher>);

#[cfg(feature = "radix-index-all")]
impl Engine for Leapfrog {
    const NAME: &'static str = "leapfrog";
    const VERSION: &'static str = "0.3";
    type View<'a> = &'a leapfrog::LeapMap<u64, u64, Hasher>;

    fn with_capacity(capacity: usize) -> Self {
        Self(leapfrog::LeapMap::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.get(&key).and_then(|mut entry| entry.value())
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.insert(key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.remove(&key)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.iter().fold(0, |sum, mut entry| match entry.key_value() {
            Some((key, value)) => add(sum, key, value),
            None => sum,
        })
    }
}

#[cfg(feature = "radix-index-all")]
pub(crate) struct Flurry(flurry::HashMap<u64, u64, Hasher>);

#[cfg(feature = "radix-index-all")]
impl Engine for Flurry {
    const NAME: &'static str = "flurry";
    const VERSION: &'static str = "0.5";
    type View<'a> = flurry::HashMapRef<'a, u64, u64, Hasher>;

    fn with_capacity(capacity: usize) -> Self {
        Self(flurry::HashMap::with_capacity_and_hasher(capacity, hasher()))
    }
    fn view(&self) -> Self::View<'_> {
        self.0.pin()
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.get(&key).copied()
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.insert(key, value).copied()
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.remove(&key).copied()
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.iter().fold(0, |sum, (&key, &value)| add(sum, key, value))
    }
}

#[cfg(feature = "radix-index-all")]
pub(crate) struct Locked(RwLock<std::collections::HashMap<u64, u64, Hasher>>);

#[cfg(feature = "radix-index-all")]
impl Engine for Locked {
    const NAME: &'static str = "RwLock<HashMap>";
    const VERSION: &'static str = "std";
    type View<'a> = &'a RwLock<std::collections::HashMap<u64, u64, Hasher>>;

    fn with_capacity(capacity: usize) -> Self {
        Self(RwLock::new(std::collections::HashMap::with_capacity_and_hasher(capacity, hasher())))
    }
    fn view(&self) -> Self::View<'_> {
        &self.0
    }
    fn get(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.read().expect("no run panics").get(&key).copied()
    }
    fn insert(view: &Self::View<'_>, key: u64, value: u64) -> Option<u64> {
        view.write().expect("no run panics").insert(key, value)
    }
    fn remove(view: &Self::View<'_>, key: u64) -> Option<u64> {
        view.write().expect("no run panics").remove(&key)
    }
    fn sum(view: &Self::View<'_>) -> u64 {
        view.read().expect("no run panics").iter().fold(0, |sum, (&key, &value)| add(sum, key, value))
    }
}
