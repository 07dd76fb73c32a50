//! Strategies for every collection: of elements by a strategy, with a length in a range.

use core::fmt::Debug;
use core::hash::Hash;

use proptest::collection::{SizeRange, vec};
use proptest::strategy::Strategy;

use crate::{HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector};

/// Vectors of elements by `element`.
pub fn vector<S: Strategy<Value: Clone>>(
    element: S,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = Vector<S::Value>> {
    vec(element, len).prop_map(Vector::from)
}

/// Hash maps of keys and values by `key` and `value`; equal keys make them shorter than `len`.
pub fn hash_map<K: Strategy<Value: Hash + Eq + Clone>, V: Strategy<Value: Clone + Debug>>(
    key: K,
    value: V,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = HashMap<K::Value, V::Value>> {
    vec((key, value), len).prop_map(HashMap::from)
}

/// Ordered maps of keys and values by `key` and `value`; equal keys make them shorter than `len`.
pub fn ord_map<K: Strategy<Value: Ord + Clone>, V: Strategy<Value: Clone + Debug>>(
    key: K,
    value: V,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = OrdMap<K::Value, V::Value>> {
    vec((key, value), len).prop_map(OrdMap::from)
}

/// Hash sets of elements by `element`; equal ones make them shorter than `len`.
pub fn hash_set<S: Strategy<Value: Hash + Eq + Clone>>(
    element: S,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = HashSet<S::Value>> {
    vec(element, len).prop_map(|values| values.into_iter().collect())
}

/// Ordered sets of elements by `element`; equal ones make them shorter than `len`.
pub fn ord_set<S: Strategy<Value: Ord + Clone>>(
    element: S,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = OrdSet<S::Value>> {
    vec(element, len).prop_map(|values| values.into_iter().collect())
}

/// Index maps of keys and values by `key` and `value`; equal keys make them shorter than `len`.
pub fn index_map<K: Strategy<Value: Hash + Eq + Clone>, V: Strategy<Value: Clone + Debug>>(
    key: K,
    value: V,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = IndexMap<K::Value, V::Value>> {
    vec((key, value), len).prop_map(IndexMap::from)
}

/// Queues of elements by `element`.
pub fn queue<S: Strategy<Value: Clone>>(
    element: S,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = Queue<S::Value>> {
    vec(element, len).prop_map(|values| values.into_iter().collect())
}

/// Stacks of elements by `element`, the last one on top.
pub fn stack<S: Strategy<Value: Clone>>(
    element: S,
    len: impl Into<SizeRange>,
) -> impl Strategy<Value = Stack<S::Value>> {
    vec(element, len).prop_map(|values| values.into_iter().collect())
}
