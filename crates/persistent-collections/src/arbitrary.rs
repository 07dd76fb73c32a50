//! `Arbitrary` for every collection: built from arbitrary elements.

use core::hash::{BuildHasher, Hash};

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::shared::Sharing;
use crate::{HashMap, HashSet, IndexMap, OrdMap, OrdSet, Queue, Stack, Vector};

macro_rules! arbitrary {
    ([$($generics:tt)*] $name:ty, $item:ty) => {
        impl<'a, $($generics)*> Arbitrary<'a> for $name {
            fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
                u.arbitrary_iter::<$item>()?.collect()
            }

            fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
                u.arbitrary_take_rest_iter::<$item>()?.collect()
            }
        }
    };
}

arbitrary!([T: Arbitrary<'a> + Clone, P: Sharing] Vector<T, P>, T);
arbitrary!([T: Arbitrary<'a> + Clone, P: Sharing] Queue<T, P>, T);
arbitrary!([T: Arbitrary<'a> + Clone, P: Sharing] Stack<T, P>, T);
arbitrary!([T: Arbitrary<'a> + Ord + Clone, P: Sharing] OrdSet<T, P>, T);
arbitrary!([T: Arbitrary<'a> + Hash + Eq + Clone, S: BuildHasher + Default, P: Sharing] HashSet<T, S, P>, T);
arbitrary!([K: Arbitrary<'a> + Ord + Clone, V: Arbitrary<'a> + Clone, P: Sharing] OrdMap<K, V, P>, (K, V));
arbitrary!([K: Arbitrary<'a> + Hash + Eq + Clone, V: Arbitrary<'a> + Clone, S: BuildHasher + Default, P: Sharing] HashMap<K, V, S, P>, (K, V));
arbitrary!([K: Arbitrary<'a> + Hash + Eq + Clone, V: Arbitrary<'a> + Clone, S: BuildHasher + Default, P: Sharing] IndexMap<K, V, S, P>, (K, V));
