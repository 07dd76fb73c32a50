//! Memory for buckets and nodes: an array that grows and never moves what it holds.
//!
//! A directory of chunks, each of [`CHUNK`] items. Growing allocates a segment of one or more chunks, zeroed by
//! the allocator (fresh pages cost nothing before they are touched), and if the directory is full, a directory of
//! twice the size. Nothing is freed before the store is dropped, so that readers need no guard; outgrown directories
//! are small: 8 bytes for a chunk of 8 KiB.
#![allow(unsafe_code, reason = "chunks are reached by one atomic pointer; see docs/UNSAFE.md")]

use std::alloc::Layout;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::PoisonError;

use crate::sync::{AtomicPtr, AtomicU64, Mutex, Ordering};

/// Items of a chunk.
#[cfg(not(loom))]
const CHUNK: usize = 64;
#[cfg(loom)]
const CHUNK: usize = 2;

/// Chunks start at a multiple of this: the pair of lines that processors fetch together.
const ALIGN: usize = 128;

/// Segments of this size and more start at a multiple of it.
const HUGE: usize = 2 << 20;

/// Memory is exhausted, or a size cannot be expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AllocError;

/// What a store holds.
pub(crate) trait Width {
    /// Words of an item.
    const WORDS: usize;
}

/// An array of items of [`Width::WORDS`] words, zero at first.
///
/// Invariants:
/// 1. `directory` points to a directory that lives as long as the store, with Release/Acquire.
/// 2. A chunk pointer of a directory is null, or points to `CHUNK * WORDS` words, initialised before a Release
///    store of the pointer, that live as long as the store.
pub(crate) struct Store<W> {
    directory: AtomicPtr<Directory>,
    /// Also the lock under which the store grows.
    backing: Mutex<Backing>,
    width: PhantomData<W>,
}

struct Directory {
    chunks: Box<[AtomicPtr<AtomicU64>]>,
}

/// What is to be freed when the store is dropped.
#[derive(Default)]
struct Backing {
    directories: Vec<NonNull<Directory>>,
    segments: Vec<Segment>,
    /// Chunks that have memory; they are the first ones.
    chunks: usize,
}

// SAFETY: the pointers are owned, and point to atomics and sizes, which are Send.
unsafe impl Send for Backing {}

impl<W: Width> Store<W> {
    pub(crate) fn new() -> Self {
        let directory = Directory::new(1).expect("a directory of one chunk is small");
        let backing = Backing { directories: vec![directory], ..Backing::default() };
        Self {
            directory: AtomicPtr::new(directory.as_ptr()),
            backing: Mutex::new(backing),
            width: PhantomData,
        }
    }

    /// The item's words, if it has memory.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&[AtomicU64]> {
        // Acquire pairs with the Release store in `ensure_chunks`.
        let directory = self.directory.load(Ordering::Acquire);
        // SAFETY: invariant 1.
        let directory = unsafe { &*directory };
        let chunk = directory.chunks.get(index / CHUNK)?.load(Ordering::Acquire);
        if chunk.is_null() {
            return None;
        }
        // SAFETY: invariant 2, and `index % CHUNK < CHUNK`.
        let item = unsafe { chunk.add(index % CHUNK * W::WORDS) };
        // SAFETY: as above, `WORDS` words from there are within the chunk; they are atomics, shared by all.
        Some(unsafe { std::slice::from_raw_parts(item, W::WORDS) })
    }

    /// Asks for the item's first two cache lines, if the processor can be asked.
    #[inline]
    pub(crate) fn prefetch(&self, index: usize) {
        if let Some(words) = self.get(index) {
            prefetch(&words[0]);
            words.get(8).into_iter().for_each(prefetch);
        }
    }

    /// Makes sure that the item has memory, and sometimes a few after it.
    #[inline]
    pub(crate) fn ensure(&self, index: usize) -> Result<(), AllocError> {
        if self.get(index).is_some() {
            return Ok(());
        }
        self.ensure_chunks(index / CHUNK + 1, false)
    }

    /// Makes sure that the first `items` items have memory, and no more than needed.
    pub(crate) fn ensure_exactly(&self, items: usize) -> Result<(), AllocError> {
        self.ensure_chunks(items.div_ceil(CHUNK), true)
    }

    fn ensure_chunks(&self, wanted: usize, exactly: bool) -> Result<(), AllocError> {
        let mut backing = self.backing.lock().unwrap_or_else(PoisonError::into_inner);
        if backing.chunks >= wanted {
            return Ok(());
        }
        // A little more than there is: few allocations, and little memory that is not needed yet.
        let spare = if exactly { 0 } else { backing.chunks / 32 };
        let chunks = wanted.checked_add(spare).ok_or(AllocError)?;
        let chunks = if exactly { chunks } else { Self::whole_pages(backing.chunks, chunks) };
        let words = (chunks - backing.chunks).checked_mul(CHUNK * W::WORDS).ok_or(AllocError)?;

        // The large part first: what fails leaves nothing behind.
        backing.segments.try_reserve(1).map_err(|_| AllocError)?;
        let segment = Segment::new(words)?;
        // SAFETY: invariant 1.
        let mut directory = unsafe { &*self.directory.load(Ordering::Acquire) };
        let mut outgrown = None;
        if directory.chunks.len() < chunks {
            backing.directories.try_reserve(1).map_err(|_| AllocError)?;
            let larger = Directory::new(chunks.checked_next_power_of_two().ok_or(AllocError)?)?;
            backing.directories.push(larger);
            // SAFETY: `larger` was made above, and is freed only with the store.
            let larger_ref = unsafe { larger.as_ref() };
            for (from, to) in directory.chunks.iter().zip(&larger_ref.chunks) {
                to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            directory = larger_ref;
            outgrown = Some(larger);
        }

        for (i, chunk) in directory.chunks[backing.chunks..chunks].iter().enumerate() {
            // SAFETY: the segment has `CHUNK * WORDS` words for each of these chunks.
            let first = unsafe { segment.words().add(i * CHUNK * W::WORDS) };
            // Release: who sees the pointer sees zeroes behind it.
            chunk.store(first, Ordering::Release);
        }
        backing.segments.push(segment);
        backing.chunks = chunks;
        if let Some(larger) = outgrown {
            // Release: who sees the directory sees its pointers.
            self.directory.store(larger.as_ptr(), Ordering::Release);
        }
        Ok(())
    }

    /// So many more chunks that they end with a huge page, where one is little beside what there is.
    fn whole_pages(have: usize, wanted: usize) -> usize {
        let page = HUGE / (CHUNK * W::WORDS * size_of::<AtomicU64>());
        if cfg!(feature = "hugepages") && page > 0 && have / 16 >= page {
            have + (wanted - have).next_multiple_of(page)
        } else {
            wanted
        }
    }

    /// Bytes that were allocated.
    pub(crate) fn bytes(&self) -> usize {
        let backing = self.backing.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: directories live as long as the store.
        let pointers = backing.directories.iter().map(|directory| unsafe { directory.as_ref() }.chunks.len());
        let segments = backing.segments.iter().map(Segment::bytes);
        pointers.map(|n| n * size_of::<usize>()).chain(segments).sum()
    }
}

impl<W> Drop for Store<W> {
    fn drop(&mut self) {
        let backing = std::mem::take(&mut *self.backing.lock().unwrap_or_else(PoisonError::into_inner));
        for directory in backing.directories {
            // SAFETY: made by `Box::leak` in `Directory::new`, pushed once, and nobody shares the store any more.
            drop(unsafe { Box::from_raw(directory.as_ptr()) });
        }
    }
}

impl Directory {
    fn new(chunks: usize) -> Result<NonNull<Self>, AllocError> {
        let mut pointers = Vec::new();
        pointers.try_reserve_exact(chunks).map_err(|_| AllocError)?;
        pointers.resize_with(chunks, || AtomicPtr::new(ptr::null_mut()));
        Ok(NonNull::from(Box::leak(Box::new(Self { chunks: pointers.into_boxed_slice() }))))
    }
}

#[cfg(all(target_arch = "x86_64", not(loom)))]
#[inline]
pub(super) fn prefetch(word: &AtomicU64) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch reads nothing that the program could see.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(ptr::from_ref(word).cast()) };
}

#[cfg(not(all(target_arch = "x86_64", not(loom))))]
pub(super) fn prefetch(_: &AtomicU64) {}

/// A run of zeroed words.
#[cfg(not(loom))]
struct Segment {
    raw: NonNull<u8>,
    layout: Layout,
    align: usize,
}

#[cfg(not(loom))]
impl Segment {
    /// What the system's allocator aligns to anyway.
    const FREE_ALIGN: usize = 16;

    fn new(words: usize) -> Result<Self, AllocError> {
        let bytes = words.checked_mul(size_of::<AtomicU64>()).ok_or(AllocError)?;
        let align = if cfg!(feature = "hugepages") && bytes >= HUGE { HUGE } else { ALIGN };
        // Aligned by hand: for more than 16 bytes of alignment the system's allocator cannot use `calloc`,
        // and would touch every page of a large segment now instead of when it is used.
        let padded = bytes.checked_add(align - Self::FREE_ALIGN).ok_or(AllocError)?;
        let layout = Layout::from_size_align(padded, Self::FREE_ALIGN).map_err(|_| AllocError)?;
        debug_assert!(layout.size() > 0);
        // SAFETY: the size is at least `align - 16`, and `align` is at least 128.
        let raw = NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) }).ok_or(AllocError)?;
        let segment = Self { raw, layout, align };
        segment.advise();
        Ok(segment)
    }

    /// The first word; zero bytes are valid `AtomicU64`s.
    fn words(&self) -> *mut AtomicU64 {
        let slack = self.raw.as_ptr().addr().next_multiple_of(self.align) - self.raw.as_ptr().addr();
        // SAFETY: the address is a multiple of 16, so `slack <= align - 16`, which was allocated on top.
        unsafe { self.raw.as_ptr().add(slack) }.cast()
    }

    /// Bytes that are used; the padding of a large segment is never touched.
    fn bytes(&self) -> usize {
        self.layout.size() - (self.align - Self::FREE_ALIGN)
    }

    /// Asks for huge pages, with the feature `hugepages`.
    fn advise(&self) {
        #[cfg(all(feature = "hugepages", target_os = "linux"))]
        if self.align == HUGE {
            // SAFETY: the range lies within one allocation of ours, from a page's beginning on; the advice changes
            // no contents, and a refusal changes nothing.
            unsafe { libc::madvise(self.words().cast(), self.bytes(), libc::MADV_HUGEPAGE) };
        }
    }
}

#[cfg(not(loom))]
impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout. Atomics need no drop.
        unsafe { std::alloc::dealloc(self.raw.as_ptr(), self.layout) };
    }
}

/// Loom's atomics are not plain words; they are made one by one, and leaked by the model.
#[cfg(loom)]
struct Segment {
    words: Box<[AtomicU64]>,
}

#[cfg(loom)]
impl Segment {
    fn new(words: usize) -> Result<Self, AllocError> {
        Ok(Self { words: (0..words).map(|_| AtomicU64::new(0)).collect() })
    }

    fn words(&self) -> *mut AtomicU64 {
        self.words.as_ptr().cast_mut()
    }

    fn bytes(&self) -> usize {
        Layout::for_value(&*self.words).size()
    }
}
