//! Many searches under way at once, level by level, so that their cache misses overlap.

use core::borrow::Borrow;

use simd_kernels::{Isa, Level, prefetch};

use super::branch::Branch;
use super::bytes::{bytes_of, is_bytes};
use super::heads::ByHeads;
use super::leaf::Leaf;
use super::plain::{read_as, same};
use super::probe::{ByLanes, ByOrd, Probe, Scalar};
use super::tree::{Slot, Tree};
use crate::shape::Shape;

/// Searches under way together (decision 0092).
pub(crate) const BATCH: usize = 32;

/// Runs the batches in code compiled for one instruction set.
macro_rules! batches {
    ($name:ident $(, $features:literal)?) => {
        $(
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = $features)]
        )?
        fn $name<K, V, S: Shape, P: Probe<K>>(
            tree: &Tree<K, V, S>,
            probes: impl Iterator<Item = P>,
            found: impl FnMut(usize, Slot<K, V>),
        ) {
            tree.descend_batches(probes, found);
        }
    };
}
batches!(batches_scalar);
batches!(batches_avx2, "avx2,bmi1,bmi2,fma,popcnt,lzcnt");
batches!(batches_avx512, "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt");

impl<K, V, S: Shape> Tree<K, V, S> {
    /// The place of each key, or `None` in a tree without nodes.
    pub(crate) fn find_many<Q>(&self, keys: &[Q], mut found: impl FnMut(usize, Option<Slot<K, V>>))
    where
        K: Borrow<Q>,
        Q: Ord,
    {
        if self.trunk.is_none() {
            return (0..keys.len()).for_each(|index| found(index, None));
        }
        self.find_each(keys.iter(), |index, slot| found(index, Some(slot)));
    }

    /// Brings the leaves of some entries' keys into the caches, if the tree is larger than those.
    pub(crate) fn prefetch_many(&self, batch: &[(K, V)])
    where
        K: Ord,
    {
        if self.trunk.as_ref().is_some_and(|trunk| trunk.height >= 2) {
            self.find_each(batch.iter().map(|(key, _)| key), |_, slot| {
                core::hint::black_box(slot.index());
            });
        }
    }

    /// The place of each key, in a tree with nodes.
    fn find_each<'q, Q>(&self, keys: impl Iterator<Item = &'q Q>, mut found: impl FnMut(usize, Slot<K, V>))
    where
        K: Borrow<Q>,
        Q: Ord + 'q,
    {
        macro_rules! try_lanes {
            ($($type:ty),+) => {$(
                if const { size_of::<K>() == size_of::<$type>() } && same::<K, $type>() && same::<Q, $type>() {
                    let tree = self.as_keyed::<$type>();
                    let sought = keys.map(|key| read_as::<Q, $type>(key).expect("Q is this type"));
                    let found = |index, slot: Slot<$type, V>| found(index, slot.keyed());
                    return match Level::detect().isa() {
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx512(isa) => {
                            let probes = sought.map(|sought| ByLanes { sought, isa });
                            // SAFETY: the token proves the features that the function enables.
                            unsafe { batches_avx512(tree, probes, found) }
                        }
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx2(isa) => {
                            let probes = sought.map(|sought| ByLanes { sought, isa });
                            // SAFETY: the token proves the features that the function enables.
                            unsafe { batches_avx2(tree, probes, found) }
                        }
                        _ => batches_scalar(tree, sought.map(|sought| ByLanes { sought, isa: Scalar }), found),
                    };
                }
            )+};
        }
        try_lanes!(u64, u32, usize, i64, i32, isize, u16, i16, u8, i8);
        if is_bytes::<K>() && is_bytes::<Q>() {
            let sought = keys.map(|key| bytes_of(key).expect("Q has bytes"));
            return match Level::detect().isa() {
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512(isa) => {
                    let probes = sought.map(|sought| ByHeads::new(sought, isa));
                    // SAFETY: the token proves the features that the function enables.
                    unsafe { batches_avx512(self, probes, found) }
                }
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2(isa) => {
                    let probes = sought.map(|sought| ByHeads::new(sought, isa));
                    // SAFETY: the token proves the features that the function enables.
                    unsafe { batches_avx2(self, probes, found) }
                }
                _ => batches_scalar(self, sought.map(|sought| ByHeads::new(sought, Scalar)), found),
            };
        }
        self.descend_batches(keys.map(ByOrd), found);
    }

    #[inline(always)]
    fn descend_batches<P: Probe<K>>(
        &self,
        mut probes: impl Iterator<Item = P>,
        mut found: impl FnMut(usize, Slot<K, V>),
    ) {
        let Some(trunk) = &self.trunk else { return };
        let mut done = 0;
        while let Some(first) = probes.next() {
            let mut batch = [first; BATCH];
            let mut len = 1;
            for (place, probe) in batch[1..].iter_mut().zip(&mut probes) {
                *place = probe;
                len += 1;
            }
            let batch = &mut batch[..len];
            let mut nodes = [trunk.root; BATCH];
            for above in (0..trunk.height).rev() {
                for (node, probe) in nodes.iter_mut().zip(&mut *batch) {
                    *node = Branch::<K, V, S>::of(*node).search(probe);
                    if above == 0 {
                        Leaf::<K, V>::of(*node).prefetch_to_narrow::<S, P>();
                    } else {
                        Self::prefetch_branch_thinly(*node);
                    }
                }
            }
            // What is needed next is asked for of all before it is read of the first, and no more: line buffers are few.
            let mut windows = [0; BATCH];
            for (window, (node, probe)) in windows.iter_mut().zip(nodes.iter().zip(&*batch)) {
                *window = Leaf::<K, V>::of(*node).narrow::<S, P>(*probe);
            }
            let mut places = [(0, false); BATCH];
            for (((place, node), probe), window) in places.iter_mut().zip(&nodes).zip(batch).zip(windows) {
                let leaf = Leaf::<K, V>::of(*node);
                *place = leaf.lower_in::<S, P>(window, probe);
                prefetch(leaf.value_ptr(place.0));
            }
            for (node, (index, hit)) in nodes.iter().zip(places).take(len) {
                found(done, Slot::new(Leaf::of(*node), index, hit));
                done += 1;
            }
        }
    }
}
