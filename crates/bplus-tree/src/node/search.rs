//! From a key, or a rank, to its place: the descent, compiled as a whole for each instruction set.

use core::borrow::Borrow;

use simd_kernels::{Isa, Level, prefetch};

use super::Node;
use super::branch::Branch;
use super::bytes::{bytes_of, is_bytes};
use super::heads::ByHeads;
use super::leaf::Leaf;
use super::plain::{is_lane, read_as, same};
use super::probe::{ByLanes, ByOrd, Probe, Scalar};
use super::tree::{Slot, Tree, Trunk};
use crate::arena::LINE;
use crate::shape::Shape;

/// Calls `$found` for the instruction set of this processor with a probe for it.
macro_rules! per_instruction_set {
    ($tree:expr, |$isa:ident| $probe:expr, $scalar:ident, $avx2:ident, $avx512:ident) => {
        match Level::detect().isa() {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512($isa) => {
                let probe = $probe;
                // SAFETY: the token proves the features that the function enables.
                unsafe { $avx512($tree, probe) }
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2($isa) => {
                let probe = $probe;
                // SAFETY: the token proves the features that the function enables.
                unsafe { $avx2($tree, probe) }
            }
            _ => {
                let $isa = Scalar;
                $scalar($tree, $probe)
            }
        }
    };
}

/// `$run` compiled as a whole for each instruction set, so that kernels are inlined.
macro_rules! instantiate {
    ($run:ident -> $answer:ty: $scalar:ident, $avx2:ident, $avx512:ident) => {
        fn $scalar<K, V, S: Shape, P: Probe<K>>(tree: &Tree<K, V, S>, probe: P) -> $answer {
            tree.$run(probe)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
        fn $avx2<K, V, S: Shape, P: Probe<K>>(tree: &Tree<K, V, S>, probe: P) -> $answer {
            tree.$run(probe)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(
            enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt"
        )]
        fn $avx512<K, V, S: Shape, P: Probe<K>>(tree: &Tree<K, V, S>, probe: P) -> $answer {
            tree.$run(probe)
        }
    };
}

/// `Tree::select_by`, compiled as a whole for one instruction set.
macro_rules! instantiate_select {
    ($name:ident, $isa:ty $(, $features:literal)?) => {
        $(
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = $features)]
        )?
        fn $name<K, V, S: Shape>(tree: &Tree<K, V, S>, rank: usize, isa: $isa) -> Option<Slot<K, V>> {
            tree.select_by(rank, isa)
        }
    };
}

instantiate_select!(select_scalar, Scalar);
instantiate_select!(select_avx2, simd_kernels::level::Avx2, "avx2,bmi1,bmi2,fma,popcnt,lzcnt");
instantiate_select!(
    select_avx512,
    simd_kernels::level::Avx512,
    "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt"
);

instantiate!(look_up_by -> Option<&V>: look_up_scalar, look_up_avx2, look_up_avx512);
instantiate!(descend -> Option<Slot<K, V>>: descend_scalar, descend_avx2, descend_avx512);
instantiate!(descend_ranked -> (Option<Slot<K, V>>, usize): ranked_scalar, ranked_avx2, ranked_avx512);

/// Tries the primitive types whose keys fit lanes, the wrong sizes of which are not even compiled, then heads.
macro_rules! try_vectors {
    ($tree:expr, $key:expr, $scalar:ident, $avx2:ident, $avx512:ident, |$found:ident| $give:expr) => {
        try_vectors!(
            [u64, u32, usize, i64, i32, isize, u16, i16, u8, i8],
            $tree, $key, $scalar, $avx2, $avx512, |$found| $give
        );
        if is_bytes::<K>() && let Some(sought) = bytes_of($key) {
            return per_instruction_set!($tree, |isa| ByHeads::new(sought, isa), $scalar, $avx2, $avx512);
        }
    };
    ([$($type:ty),+], $tree:expr, $key:expr, $scalar:ident, $avx2:ident, $avx512:ident, |$found:ident| $give:expr) => {$(
        if const { size_of::<K>() == size_of::<$type>() }
            && same::<K, $type>()
            && let Some(sought) = read_as::<Q, $type>($key)
        {
            let tree = $tree.as_keyed::<$type>();
            let $found = per_instruction_set!(tree, |isa| ByLanes { sought, isa }, $scalar, $avx2, $avx512);
            return $give;
        }
    )+};
}

/// What lines a descent asks for of a node that it is about to search.
#[derive(Clone, Copy)]
enum Ask {
    /// All: an insertion, a removal or a scan uses most of them.
    All,
    /// Those that are searched, and of the rest every other: of which one is needed, that line or its partner, which
    /// the processor fetches too (decision 0099).
    Searched,
}

impl Ask {
    /// Asks for lines of a node of `bytes`, whose first `searched` are looked through.
    #[inline(always)]
    fn prefetch(self, node: Node, searched: usize, bytes: usize) {
        match self {
            Self::All => prefetch_lines(node, 0, bytes, 1),
            Self::Searched => {
                prefetch_lines(node, 0, searched, 1);
                prefetch_lines(node, searched.next_multiple_of(2 * LINE), bytes, 2);
            }
        }
    }
}

/// Asks for every `step`-th line from one offset in a node, the start of a line, to another.
#[inline(always)]
fn prefetch_lines(node: Node, from: usize, to: usize, step: usize) {
    const LINES_MAX: usize = 16;
    for line in (from / LINE..to.div_ceil(LINE).min(LINES_MAX)).step_by(step) {
        prefetch(node.at(line * LINE));
    }
}

impl<K, V, S: Shape> Tree<K, V, S> {
    /// Where `key` is or belongs; `None` in a tree without nodes.
    ///
    /// Primitive numbers and heads of bytes are compared in vectors, all others by `Ord`.
    #[inline]
    pub(crate) fn find<Q>(&self, key: &Q) -> Option<Slot<K, V>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        try_vectors!(self, key, descend_scalar, descend_avx2, descend_avx512, |found| found.map(Slot::keyed));
        self.descend(ByOrd(key))
    }

    /// The value of `key`: what `find` would lead to, but the whole of it in one instruction set.
    #[inline]
    pub(crate) fn look_up<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        try_vectors!(self, key, look_up_scalar, look_up_avx2, look_up_avx512, |found| found);
        self.look_up_by(ByOrd(key))
    }

    /// As [`Tree::find`], after a look behind the last entry if the last insertion was there.
    #[inline]
    pub(crate) fn find_to_insert(&mut self, key: &K) -> Option<Slot<K, V>>
    where
        K: Ord,
    {
        if self.appending
            && let Some(trunk) = &self.trunk
        {
            let last = trunk.last;
            if last.keys().last().is_some_and(|greatest| greatest < key) {
                return Some(Slot::new(last, last.len(), false));
            }
            self.appending = false;
        }
        self.find(key)
    }

    /// As [`Tree::find`], for a key that may belong into the leaf of `near`, not before it.
    ///
    /// Lanes are sought from the root all the same: that does not wait for the leaf, nor hang on a branch that is not
    /// foreseen (decision 0091).
    #[inline]
    pub(crate) fn find_near<Q>(&self, key: &Q, near: Option<Slot<K, V>>) -> Option<Slot<K, V>>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        if !is_lane::<K>()
            && let Some(near) = near
            && near.leaf.keys().last().is_some_and(|last| key <= last.borrow())
        {
            let (index, hit) = near.leaf.lower::<S, _>(&mut ByOrd(key));
            return Some(Slot::new(near.leaf, index, hit));
        }
        self.find(key)
    }

    /// As [`Tree::find`], with the number of entries before the place; in counted shapes.
    pub(crate) fn find_ranked<Q>(&self, key: &Q) -> (Option<Slot<K, V>>, usize)
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        try_vectors!(self, key, ranked_scalar, ranked_avx2, ranked_avx512, |found| (
            found.0.map(Slot::keyed),
            found.1
        ));
        self.descend_ranked(ByOrd(key))
    }

    /// This tree seen as one with keys of type `T`, which `K` is.
    #[inline(always)]
    pub(super) fn as_keyed<T: 'static>(&self) -> &Tree<T, V, S> {
        assert!(same::<K, T>());
        // SAFETY: `K` is `T` by the assertion, so both are one type.
        unsafe { &*core::ptr::from_ref(self).cast::<Tree<T, V, S>>() }
    }

    /// The leaf where a probe's key is or belongs, asked for as `ask` says.
    #[inline(always)]
    fn leaf_of<P: Probe<K>>(trunk: &Trunk<K, V>, probe: &mut P, ask: Ask) -> Leaf<K, V> {
        let mut node = trunk.root;
        if trunk.height > 1 {
            for _ in 2..trunk.height {
                node = Branch::<K, V, S>::of(node).search(probe);
                Self::prefetch_branch(node);
            }
            node = Branch::<K, V, S>::of(node).search(probe);
            // Its children too: these branches are in no near cache, and a line of them would be waited for last.
            let (searched, bytes) = (Branch::<K, V, S>::searched_bytes(), Branch::<K, V, S>::bytes());
            ask.prefetch(node, searched, bytes);
            node = Branch::<K, V, S>::of(node).search(probe);
            if S::PREFETCH {
                ask.prefetch(node, Leaf::<K, V>::keys_end::<S>(), Leaf::<K, V>::full_bytes::<S>());
            }
        } else if trunk.height == 1 {
            node = Branch::<K, V, S>::of(node).search(probe); // small enough for the nearest caches
        }
        Leaf::of(node)
    }

    #[inline(always)]
    fn descend<P: Probe<K>>(&self, mut probe: P) -> Option<Slot<K, V>> {
        let leaf = Self::leaf_of(self.trunk.as_ref()?, &mut probe, Ask::All);
        let (index, hit) = leaf.lower::<S, P>(&mut probe);
        Some(Slot::new(leaf, index, hit))
    }

    #[inline(always)]
    fn look_up_by<P: Probe<K>>(&self, mut probe: P) -> Option<&V> {
        let leaf = Self::leaf_of(self.trunk.as_ref()?, &mut probe, Ask::Searched);
        let (index, hit) = leaf.lower::<S, P>(&mut probe);
        if !hit || index >= leaf.len() {
            return None;
        }
        // SAFETY: `index < len`, so the value is initialised; nothing changes while `self` is borrowed.
        Some(unsafe { &*leaf.value_ptr(index) })
    }

    #[inline(always)]
    fn descend_ranked<P: Probe<K>>(&self, mut probe: P) -> (Option<Slot<K, V>>, usize) {
        let Some(trunk) = self.trunk.as_ref() else { return (None, 0) };
        let (mut node, mut rank) = (trunk.root, 0);
        for above in (0..trunk.height).rev() {
            let branch = Branch::<K, V, S>::of(node);
            let slot = branch.search_slot(&mut probe);
            node = branch.child(slot);
            if above == 0 {
                Self::prefetch_leaf(node);
            } else {
                Self::prefetch_branch(node);
            }
            rank += branch.count_before(slot);
        }
        let leaf = Leaf::of(node);
        let (index, hit) = leaf.lower::<S, P>(&mut probe);
        (Some(Slot::new(leaf, index, hit)), rank + index)
    }

    /// Asks for the lines of a branch that is about to be searched.
    #[inline(always)]
    pub(super) fn prefetch_branch(node: Node) {
        prefetch_lines(node, 0, Branch::<K, V, S>::searched_bytes(), 1);
    }

    /// Asks for every other of these lines: halving looks at few keys, and of the lines between needs one in the end,
    /// which other searches under way cover (decision 0098).
    #[inline(always)]
    pub(super) fn prefetch_branch_thinly(node: Node) {
        prefetch_lines(node, 0, Branch::<K, V, S>::searched_bytes(), 2);
    }

    /// Asks for the lines of a leaf that is about to be searched, its values included (decision 0043).
    #[inline(always)]
    pub(super) fn prefetch_leaf(node: Node) {
        if S::PREFETCH {
            prefetch_lines(node, 0, Leaf::<K, V>::full_bytes::<S>(), 1);
        }
    }

    /// The entry with the given rank; in counted shapes.
    pub(crate) fn select(&self, rank: usize) -> Option<Slot<K, V>> {
        if rank >= self.len {
            return None;
        }
        match Level::detect().isa() {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(isa) => {
                // SAFETY: the token proves the features that the function enables.
                unsafe { select_avx512(self, rank, isa) }
            }
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2(isa) => {
                // SAFETY: the token proves the features that the function enables.
                unsafe { select_avx2(self, rank, isa) }
            }
            _ => select_scalar(self, rank, Scalar),
        }
    }

    #[inline(always)]
    fn select_by<I: Copy>(&self, mut rank: usize, isa: I) -> Option<Slot<K, V>>
    where
        ByLanes<usize, I>: Probe<usize>,
    {
        let trunk = self.trunk.as_ref()?;
        let mut node = trunk.root;
        for _ in 0..trunk.height {
            node = Branch::<K, V, S>::of(node).select(&mut rank, isa);
        }
        let leaf = Leaf::of(node);
        leaf.prefetch_entry::<S>(rank);
        Some(Slot::new(leaf, rank, true))
    }

    /// The number of entries before a place; in counted shapes.
    pub(crate) fn rank_at(&self, slot: Slot<K, V>) -> usize {
        let (mut node, mut rank) = (slot.leaf.node(), slot.index());
        while let Some(parent) = node.parent() {
            let branch = Branch::<K, V, S>::of(parent);
            rank += branch.count_before(branch.slot_of(node));
            node = parent;
        }
        rank
    }
}

impl<T: 'static, V> Slot<T, V> {
    /// This slot of a tree whose keys are `K`, which `T` is.
    #[inline(always)]
    pub(super) fn keyed<K>(self) -> Slot<K, V> {
        assert!(same::<K, T>());
        Slot::new(Leaf::of(self.leaf.node()), self.index(), self.hit())
    }
}
