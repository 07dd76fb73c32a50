//! What the entries of all maps do alike.

/// The methods of `Entry`, `OccupiedEntry` and `VacantEntry` that do not depend on the map; `$s` is the hasher, if there is one. The
/// map's own file has `new`, `get`, `get_mut`, `into_mut`, `remove_entry` and the `insert` of a vacant entry.
///
/// A macro, because the three types of each map differ in their fields, and a trait's methods would have to be imported to be called.
macro_rules! entry {
    ([$($s:ident)?] [$($bounds:tt)*]) => {
        impl<'a, $($bounds)*> Entry<'a, K, V, $($s,)? P> {
            /// The value, after putting `value` there if there is none.
            ///
            /// Time: O(log n).
            pub fn or_insert(self, value: V) -> &'a mut V {
                self.or_insert_with(|| value)
            }

            /// The value, after putting what `value` gives there if there is none.
            ///
            /// Time: O(log n).
            pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
                self.or_insert_with_key(|_| value())
            }

            /// The value, after putting what `value` makes of the key there if there is none.
            ///
            /// Time: O(log n).
            pub fn or_insert_with_key(self, value: impl FnOnce(&K) -> V) -> &'a mut V {
                match self {
                    Self::Occupied(entry) => entry.into_mut(),
                    Self::Vacant(entry) => {
                        let value = value(&entry.key);
                        entry.insert(value)
                    }
                }
            }

            /// The value, after putting a default there if there is none.
            ///
            /// Time: O(log n).
            pub fn or_default(self) -> &'a mut V
            where
                V: Default,
            {
                self.or_insert_with(V::default)
            }

            /// Changes the value if there is one.
            ///
            /// Time: O(log n).
            #[must_use]
            pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
                if let Self::Occupied(entry) = &mut self {
                    change(entry.get_mut());
                }
                self
            }

            /// The key that was asked for.
            ///
            /// Time: O(1).
            pub fn key(&self) -> &K {
                match self {
                    Self::Occupied(entry) => &entry.key,
                    Self::Vacant(entry) => &entry.key,
                }
            }
        }

        impl<'a, $($bounds)*> OccupiedEntry<'a, K, V, $($s,)? P> {
            /// The key that was asked for.
            ///
            /// Time: O(1).
            pub fn key(&self) -> &K {
                &self.key
            }

            /// Puts `value` there; gives the former one back.
            ///
            /// Time: O(log n).
            pub fn insert(&mut self, value: V) -> V {
                core::mem::replace(self.get_mut(), value)
            }

            /// Takes the entry out; gives its value.
            ///
            /// Time: O(log n).
            pub fn remove(self) -> V {
                $crate::nodes::second(self.remove_entry())
            }
        }

        impl<'a, $($bounds)*> VacantEntry<'a, K, V, $($s,)? P> {
            /// The key that was asked for.
            ///
            /// Time: O(1).
            pub fn key(&self) -> &K {
                &self.key
            }

            /// The key that was asked for, by value.
            ///
            /// Time: O(1).
            pub fn into_key(self) -> K {
                self.key
            }
        }

        impl<K: core::fmt::Debug, V, $($s,)? P: Sharing> core::fmt::Debug for Entry<'_, K, V, $($s,)? P> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    Self::Occupied(entry) => entry.fmt(f),
                    Self::Vacant(entry) => entry.fmt(f),
                }
            }
        }

        impl<K: core::fmt::Debug, V, $($s,)? P: Sharing> core::fmt::Debug for OccupiedEntry<'_, K, V, $($s,)? P> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct("OccupiedEntry").field("key", &self.key).finish_non_exhaustive()
            }
        }

        impl<K: core::fmt::Debug, V, $($s,)? P: Sharing> core::fmt::Debug for VacantEntry<'_, K, V, $($s,)? P> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct("VacantEntry").field("key", &self.key).finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use entry;
