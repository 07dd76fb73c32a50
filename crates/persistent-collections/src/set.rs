//! What hash sets and ordered sets do alike.

/// The methods of `$set`, of one field `map`, that only pass on what its map to nothing does; `$key` is what the map asks of keys, `$s`
/// the hasher, if there is one. The set's own file has its type, its iterators and what only one of the two can do.
///
/// A macro, because the two differ in their bounds alone, and a trait's methods would have to be imported to be called.
macro_rules! set {
    ($set:ident of $map:ident [$($key:ident),+] $([$s:ident])?) => {
        impl<T, $($s,)? P: Sharing> $set<T, $($s,)? P> {
            /// How many elements there are.
            ///
            /// Time: O(1).
            pub fn len(&self) -> usize {
                self.map.len()
            }

            /// Whether there are no elements.
            ///
            /// Time: O(1).
            pub fn is_empty(&self) -> bool {
                self.map.is_empty()
            }

            /// Drops all elements.
            ///
            /// Time: O(1), and the time to drop what no other version shares.
            pub fn clear(&mut self) {
                self.map.clear();
            }

            /// Whether both are the same version.
            ///
            /// Time: O(1).
            pub fn ptr_eq(&self, other: &Self) -> bool {
                self.map.ptr_eq(&other.map)
            }

            #[cfg(feature = "rayon")]
            pub(crate) fn from_map(map: $map<T, (), $($s,)? P>) -> Self {
                Self { map }
            }

            /// The map to nothing that this set is.
            #[doc(hidden)]
            pub fn as_map(&self) -> &$map<T, (), $($s,)? P> {
                &self.map
            }
        }

        impl<T: $($key +)+ Sized, $($s: BuildHasher,)? P: Sharing> $set<T, $($s,)? P> {
            /// Whether `value` is in the set.
            ///
            /// Time: O(log n).
            #[inline]
            pub fn contains<Q: $($key +)+ ?Sized>(&self, value: &Q) -> bool
            where
                T: Borrow<Q>,
            {
                self.map.contains_key(value)
            }

            /// The element that equals `value`.
            ///
            /// Time: O(log n).
            pub fn get<Q: $($key +)+ ?Sized>(&self, value: &Q) -> Option<&T>
            where
                T: Borrow<Q>,
            {
                self.map.get_key_value(value).map(|(key, ())| key)
            }

            /// Whether `other` has every element of `self`.
            ///
            /// Time: O(differences · log n) between versions of one set, O(n) between others.
            pub fn is_subset(&self, other: &Self) -> bool {
                other.map.has_keys_of(&self.map)
            }

            /// Whether `self` has every element of `other`.
            ///
            /// Time: as [`Self::is_subset`].
            pub fn is_superset(&self, other: &Self) -> bool {
                other.is_subset(self)
            }

            /// Whether no element is in both.
            ///
            /// Time: that of a look-up in the larger one for each element of the smaller one.
            pub fn is_disjoint(&self, other: &Self) -> bool {
                let (small, large) = if self.len() <= other.len() { (self, other) } else { (other, self) };
                small.iter().all(|value| !large.contains(value))
            }

            /// Every difference from `self` to `other`, in the order of [`Self::iter`] if that is one.
            ///
            /// Time: O(differences · log n) between versions of one set, O(n + m) between others.
            pub fn diff<'a>(&'a self, other: &'a Self) -> alloc::vec::Vec<Change<'a, T, ()>> {
                self.map.diff(&other.map)
            }

            /// Panics with what is wrong if an invariant does not hold; for tests and fuzzing.
            #[doc(hidden)]
            pub fn validate(&self) {
                self.map.validate();
            }
        }

        impl<T: $($key +)+ Clone, $($s: BuildHasher,)? P: Sharing> $set<T, $($s,)? P> {
            /// Puts `value` in; whether it was not there.
            ///
            /// Time: O(log n).
            pub fn insert(&mut self, value: T) -> bool {
                self.map.insert(value, ()).is_none()
            }

            /// Takes `value` out; whether it was there.
            ///
            /// Time: O(log n).
            pub fn remove<Q: $($key +)+ ?Sized>(&mut self, value: &Q) -> bool
            where
                T: Borrow<Q>,
            {
                self.map.remove(value).is_some()
            }

            /// Takes the element that equals `value` out.
            ///
            /// Time: O(log n).
            pub fn take<Q: $($key +)+ ?Sized>(&mut self, value: &Q) -> Option<T>
            where
                T: Borrow<Q>,
            {
                self.map.remove_entry(value).map(|(key, ())| key)
            }

            /// Puts `value` in; gives the equal element that was there.
            ///
            /// Time: O(log n).
            pub fn replace(&mut self, value: T) -> Option<T> {
                let old = self.take(&value);
                self.insert(value);
                old
            }
        }

        impl<T: $($key +)+ Clone, $($s: BuildHasher + Clone,)? P: Sharing> $set<T, $($s,)? P> {
            /// A version with `value`; this one stays as it is.
            ///
            /// Time: O(log n).
            #[must_use]
            pub fn with(&self, value: T) -> Self {
                Self { map: self.map.with(value, ()) }
            }

            /// A version without `value`; this one stays as it is.
            ///
            /// Time: O(log n).
            #[must_use]
            pub fn without<Q: $($key +)+ ?Sized>(&self, value: &Q) -> Self
            where
                T: Borrow<Q>,
            {
                Self { map: self.map.without(value) }
            }

            /// Keeps the elements of which `keep` says so.
            ///
            /// Time: O(n).
            pub fn retain<F: FnMut(&T) -> bool>(&mut self, mut keep: F) {
                self.map.retain(|key, ()| keep(key));
            }

            /// The elements of both.
            ///
            /// Time: O(differences · log n) between versions of one set, O(n + m) between others.
            #[must_use]
            pub fn union(&self, other: &Self) -> Self {
                Self { map: self.map.combine(&other.map, by_key::Union) }
            }

            /// The elements that are in both.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn intersection(&self, other: &Self) -> Self {
                Self { map: self.map.combine(&other.map, by_key::Intersection) }
            }

            /// The elements of `self` that are not in `other`.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn difference(&self, other: &Self) -> Self {
                Self { map: self.map.combine(&other.map, by_key::Difference) }
            }

            /// The elements that are in one of both alone.
            ///
            /// Time: as [`Self::union`].
            #[must_use]
            pub fn symmetric_difference(&self, other: &Self) -> Self {
                Self { map: self.map.combine(&other.map, by_key::SymmetricDifference) }
            }
        }

        impl<'a, T, $($s,)? P: Sharing> IntoIterator for &'a $set<T, $($s,)? P> {
            type Item = &'a T;
            type IntoIter = SetIter<'a, T, P>;

            fn into_iter(self) -> SetIter<'a, T, P> {
                self.iter()
            }
        }

        impl<T: Clone, $($s,)? P: Sharing> IntoIterator for $set<T, $($s,)? P> {
            type Item = T;
            type IntoIter = SetIntoIter<T, P>;

            fn into_iter(self) -> SetIntoIter<T, P> {
                SetIntoIter(self.map.into_keys())
            }
        }
    };
}
pub(crate) use set;
