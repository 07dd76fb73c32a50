//! vesin through its C function, from the native library inside its Python wheel.
//!
//! The structs below are those of `vesin/include/vesin.h` in the wheel of [`VERSION`], and no other version is
//! loaded: a changed layout would be undefined behaviour, not an error.
#![allow(unsafe_code, reason = "a C library loaded at run time; argued in docs/UNSAFE.md")]

use std::env;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::ptr;
use std::slice;

use bench_own::neighbor_list::System;
use libloading::Library;

/// The wheel that benches/foreign/python/requirements-leading.txt pins.
pub(crate) const VERSION: &str = "0.6.2";

/// Where the wheel's library is if not in the venv of `cargo xtask bench`.
const VARIABLE: &str = "VESIN_LIBRARY";

/// `enum VesinDeviceKind`: `VesinCPU`.
const CPU: c_int = 1;
/// `enum VesinAlgorithm`: `VesinAutoAlgorithm`, its default.
const AUTO: c_int = 0;

/// `struct VesinDevice`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Device {
    kind: c_int,
    device_id: c_int,
}

/// `struct VesinOptions`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) cutoff: f64,
    pub(crate) full: bool,
    pub(crate) sorted: bool,
    pub(crate) algorithm: c_int,
    pub(crate) skin: f64,
    pub(crate) n_threads: i32,
    pub(crate) return_shifts: bool,
    pub(crate) return_distances: bool,
    pub(crate) return_vectors: bool,
}

impl Options {
    /// A full list of indices on one thread.
    pub(crate) fn new(cutoff: f64) -> Self {
        Self {
            cutoff,
            full: true,
            sorted: false,
            algorithm: AUTO,
            skin: 0.0,
            n_threads: 1,
            return_shifts: false,
            return_distances: false,
            return_vectors: false,
        }
    }
}

/// `struct VesinNeighborList`.
#[repr(C)]
struct RawList {
    length: usize,
    device: Device,
    pairs: *const [usize; 2],
    shifts: *const [i32; 3],
    distances: *const f64,
    vectors: *const [f64; 3],
    opaque: *mut c_void,
}

type NeighborsFn = unsafe extern "C" fn(
    *const [f64; 3],
    usize,
    *const [[f64; 3]; 3],
    *const [bool; 3],
    Device,
    Options,
    *mut RawList,
    *mut *const c_char,
) -> c_int;
type FreeFn = unsafe extern "C" fn(*mut RawList);

/// The loaded library.
pub(crate) struct Vesin {
    neighbors: NeighborsFn,
    free: FreeFn,
    /// The two functions above live in it.
    _library: Library,
}

impl Vesin {
    /// Finds and loads the library, or says what to do.
    pub(crate) fn load() -> Result<Self, String> {
        let path = find()?;
        // SAFETY: `find` gives only the library of the pinned wheel, whose initialisers are those of the C++
        // runtime.
        let library =
            unsafe { Library::new(&path) }.map_err(|error| format!("{}: {error}", path.display()))?;
        // SAFETY: `NeighborsFn` is the signature of vesin_neighbors in that wheel's header; the pointer is used
        // only through `Self`, which keeps the library loaded.
        let neighbors = unsafe { library.get::<NeighborsFn>(b"vesin_neighbors") };
        // SAFETY: as above, for vesin_free.
        let free = unsafe { library.get::<FreeFn>(b"vesin_free") };
        match (neighbors, free) {
            (Ok(neighbors), Ok(free)) => Ok(Self { neighbors: *neighbors, free: *free, _library: library }),
            (Err(error), _) | (_, Err(error)) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// A list of `system`, in fresh memory.
    pub(crate) fn list(&self, system: &System, options: Options) -> Neighbors<'_> {
        let mut neighbors = self.empty(options);
        neighbors.compute(system);
        neighbors
    }

    /// A list to compute into, again and again if need be: vesin reuses its memory and, with a skin, its pairs.
    pub(crate) fn empty(&self, options: Options) -> Neighbors<'_> {
        let raw = RawList {
            length: 0,
            device: Device { kind: 0, device_id: 0 },
            pairs: ptr::null(),
            shifts: ptr::null(),
            distances: ptr::null(),
            vectors: ptr::null(),
            opaque: ptr::null_mut(),
        };
        Neighbors { raw, options, vesin: self, _not_send: PhantomData }
    }
}

/// A list that vesin owns the memory of.
pub(crate) struct Neighbors<'v> {
    /// Either as [`Vesin::empty`] made it or as the last successful `vesin_neighbors` left it.
    raw: RawList,
    /// The same for every call, so that no array is left from a call that asked for more.
    options: Options,
    vesin: &'v Vesin,
    _not_send: PhantomData<*mut ()>,
}

impl Neighbors<'_> {
    /// Computes the list anew. Panics if vesin refuses: the workloads are valid input.
    pub(crate) fn compute(&mut self, system: &System) {
        let mut message = ptr::null();
        // SAFETY: `positions` are `len` rows of three doubles, `cell` nine doubles and `periodic` three bools,
        // all alive during the call; `raw` is zeroed or vesin's own, as its header asks, and `message` is ours
        // to be written.
        let status = unsafe {
            (self.vesin.neighbors)(
                system.positions.as_ptr(),
                system.positions.len(),
                &raw const system.cell,
                &raw const system.periodic,
                Device { kind: CPU, device_id: 0 },
                self.options,
                &raw mut self.raw,
                &raw mut message,
            )
        };
        assert_eq!(status, 0, "vesin: {}", text(message));
    }

    pub(crate) fn pairs(&self) -> &[[usize; 2]] {
        self.array(self.raw.pairs)
    }

    /// Empty unless shifts were asked for, as the two below.
    pub(crate) fn shifts(&self) -> &[[i32; 3]] {
        self.array(self.raw.shifts)
    }

    pub(crate) fn distances(&self) -> &[f64] {
        self.array(self.raw.distances)
    }

    pub(crate) fn vectors(&self) -> &[[f64; 3]] {
        self.array(self.raw.vectors)
    }

    fn array<T>(&self, start: *const T) -> &[T] {
        if start.is_null() || self.raw.length == 0 {
            return &[];
        }
        // SAFETY: after a successful call each array that was asked for holds `length` elements (vesin.h), and
        // `options` never change, so the others are still null; they stay until the next call or vesin_free, and
        // both need `&mut self`.
        unsafe { slice::from_raw_parts(start, self.raw.length) }
    }
}

impl Drop for Neighbors<'_> {
    fn drop(&mut self) {
        // SAFETY: `raw` is zeroed or vesin's own, and nothing borrows from it any more.
        unsafe { (self.vesin.free)(&raw mut self.raw) }
    }
}

fn text(message: *const c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    // SAFETY: a message that vesin set is a C string that it keeps until the next call on this thread.
    unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
}

/// The library in the environment variable or else in the venv, if the wheel around it is of [`VERSION`].
fn find() -> Result<PathBuf, String> {
    let path = env::var_os(VARIABLE).map(PathBuf::from).or_else(in_venv).ok_or_else(|| {
        format!(
            "not installed; with Python 3 `cargo xtask bench` installs it, or set {VARIABLE} to its libvesin"
        )
    })?;
    let wheel = format!("vesin-{VERSION}.dist-info");
    match path.ancestors().nth(3) {
        Some(site) if site.join(&wheel).is_dir() => Ok(path),
        _ => Err(format!("{}: not in an installed wheel of vesin {VERSION}", path.display())),
    }
}

fn in_venv() -> Option<PathBuf> {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../foreign/python/.venv");
    let versions = fs::read_dir(venv.join("lib")).into_iter().flatten().flatten();
    let unix = versions.map(|python| python.path().join("site-packages"));
    let sites = unix.chain([venv.join("Lib/site-packages")]);
    sites.map(|site| site.join("vesin/lib")).find_map(|folder| {
        let files = fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
        files.into_iter().find(|path| path.file_stem().and_then(OsStr::to_str).is_some_and(is_library))
    })
}

fn is_library(stem: &str) -> bool {
    stem == "libvesin" || stem == "vesin"
}
