//! What std's traits say of the thin layers over a vector.

/// The traits of `$name`, a layer of one field `values`; `$iter` and `$into_iter` are its iterators, made of the vector's by `$order`.
macro_rules! layer {
    ($name:ident, $iter:ty, $into_iter:ty, |$values:ident| $order:expr) => {
        impl<T, P: Sharing> Clone for $name<T, P> {
            /// Another owner of the same elements.
            ///
            /// Time: O(1).
            fn clone(&self) -> Self {
                Self { values: self.values.clone() }
            }
        }

        impl<T, P: Sharing> Default for $name<T, P> {
            fn default() -> Self {
                Self { values: Vector::default() }
            }
        }

        impl<T: core::fmt::Debug, P: Sharing> core::fmt::Debug for $name<T, P> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        impl<T: PartialEq, P: Sharing> PartialEq for $name<T, P> {
            fn eq(&self, other: &Self) -> bool {
                self.values == other.values
            }
        }

        impl<T: Eq, P: Sharing> Eq for $name<T, P> {}

        impl<T: core::hash::Hash, P: Sharing> core::hash::Hash for $name<T, P> {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                self.values.hash(state);
            }
        }

        impl<T: Clone, P: Sharing> FromIterator<T> for $name<T, P> {
            /// As if put in one after another.
            fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
                Self { values: values.into_iter().collect() }
            }
        }

        impl<T: Clone, P: Sharing> Extend<T> for $name<T, P> {
            fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
                self.values.extend(values);
            }
        }

        impl<T: Clone> From<alloc::vec::Vec<T>> for $name<T> {
            fn from(values: alloc::vec::Vec<T>) -> Self {
                Self { values: Vector::from(values) }
            }
        }

        impl<T: Clone, const N: usize> From<[T; N]> for $name<T> {
            fn from(values: [T; N]) -> Self {
                Self { values: Vector::from(values) }
            }
        }

        impl<'a, T, P: Sharing> IntoIterator for &'a $name<T, P> {
            type Item = &'a T;
            type IntoIter = $iter;

            fn into_iter(self) -> Self::IntoIter {
                self.iter()
            }
        }

        impl<T: Clone, P: Sharing> IntoIterator for $name<T, P> {
            type Item = T;
            type IntoIter = $into_iter;

            fn into_iter(self) -> Self::IntoIter {
                let $values = self.values.into_iter();
                $order
            }
        }
    };
}
pub(crate) use layer;
