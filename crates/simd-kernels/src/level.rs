//! Which instruction set the kernels may use: [`Level`], detected once, and the tokens of [`Isa`] that prove it.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

/// The lists are those of [`Avx2::FEATURES`] and [`Avx512::FEATURES`], by name; the test below compares them.
macro_rules! has {
    ($($feature:tt),+) => {{
        #[cfg(feature = "std")]
        let all = $(std::arch::is_x86_feature_detected!($feature))&&+;
        #[cfg(not(feature = "std"))]
        let all = $(cfg!(target_feature = $feature))&&+;
        all
    }};
}

/// An instruction set that this processor has; cheap to copy, impossible to forge.
///
/// Take it once per operation or batch ([`Level::detect`] is one relaxed load) and pass it down. Levels are ordered:
/// a greater one has every instruction of a smaller one.
///
/// | level | proves | `SIMD_KERNELS` |
/// |---|---|---|
/// | scalar | nothing; portable code, on every architecture | `scalar` |
/// | SSE2 | the baseline of x86-64 | `sse2` |
/// | AVX2 | [`Avx2::FEATURES`] | `avx2` |
/// | AVX-512 | [`Avx512::FEATURES`] | `avx512` |
///
/// # Examples
/// ```
/// use simd_kernels::{Level, search};
///
/// let level = Level::detect();
/// assert_eq!(search::lower_bound(level, &[10_u64, 20, 30], 20), 1);
/// // Every level that this machine has gives the same answer.
/// for level in Level::available() {
///     assert_eq!(search::lower_bound(level, &[10_u64, 20, 30], 20), 1);
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(Rank);

/// Invariant: a `Level` holds a rank only after every feature of it was detected on this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
enum Rank {
    Scalar = 1,
    Sse2,
    Avx2,
    Avx512,
}

/// What [`Level::isa`] gives: match on it to call a `#[target_feature]` function of your own.
///
/// The payload is a proof. Where a pattern binds it, the processor has every feature in its `FEATURES`, so the
/// `unsafe` call of a function that enables those features (or some of them) is justified:
///
/// ```
/// use simd_kernels::{Isa, Level};
///
/// /// The whole operation, compiled once per instruction set; kernels called inside are inlined.
/// #[cfg(target_arch = "x86_64")]
/// #[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
/// fn count_below_avx2(blocks: &[[u64; 16]], x: u64) -> usize {
///     blocks.iter().map(|block| simd_kernels::search::avx2::count_lt(block, x)).sum()
/// }
///
/// fn count_below(level: Level, blocks: &[[u64; 16]], x: u64) -> usize {
///     match level.isa() {
///         #[cfg(target_arch = "x86_64")]
///         Isa::Avx2(_) | Isa::Avx512(_) => {
///             // SAFETY: the token proves avx2, bmi1, bmi2, fma, popcnt and lzcnt.
///             unsafe { count_below_avx2(blocks, x) }
///         }
///         _ => blocks.iter().map(|block| simd_kernels::search::scalar::count_lt(block, x)).sum(),
///     }
/// }
/// assert_eq!(count_below(Level::detect(), &[[7; 16], [9; 16]], 8), 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isa {
    /// Portable code only.
    Scalar,
    /// The baseline of x86-64, where the target has it (`x86_64-unknown-none` has not).
    Sse2,
    /// AVX2 and the features of its generation.
    Avx2(Avx2),
    /// AVX-512 as all processors with it since Skylake-X have it.
    Avx512(Avx512),
}

/// Proof that the processor has [`Avx2::FEATURES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avx2(());

/// Proof that the processor has [`Avx512::FEATURES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avx512(());

/// Proof that the processor has [`Vnni::FEATURES`]: no level of its own, but what some kernels gain on AVX-512.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vnni(());

impl Avx2 {
    /// What the token proves, as `#[target_feature(enable = ..)]` takes it.
    pub const FEATURES: &str = "avx2,bmi1,bmi2,fma,popcnt,lzcnt";

    /// The proof, for code that is compiled with these features and so runs only where they are.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
    #[inline]
    pub fn proven() -> Self {
        Self(())
    }
}

impl Avx512 {
    /// What the token proves, as `#[target_feature(enable = ..)]` takes it: x86-64-v4 without the half floats and
    /// `movbe`; no VBMI, VNNI or later parts.
    pub const FEATURES: &str = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt";

    /// The proof, for code that is compiled with these features and so runs only where they are.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
    #[inline]
    pub fn proven() -> Self {
        Self(())
    }

    /// AVX-512 includes AVX2.
    #[inline]
    pub fn avx2(self) -> Avx2 {
        Avx2(())
    }

    /// Whether the processor has VNNI besides: one relaxed load, after the first time.
    #[inline]
    pub fn vnni(self) -> Option<Vnni> {
        #[cfg(target_arch = "x86_64")]
        let found = has!("avx512vnni");
        #[cfg(not(target_arch = "x86_64"))]
        let found = false;
        found.then_some(Vnni(()))
    }
}

impl Vnni {
    /// What the token proves, as `#[target_feature(enable = ..)]` takes it: it comes from [`Avx512::vnni`] alone.
    pub const FEATURES: &str =
        "avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt";

    /// The proof, for code that is compiled with these features and so runs only where they are.
    #[cfg(all(feature = "std", target_arch = "x86_64"))] // for `panel`
    #[target_feature(
        enable = "avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt"
    )]
    #[inline]
    pub(crate) fn proven() -> Self {
        Self(())
    }
}

/// The detected rank; 0 until the first [`Level::detect`].
static DETECTED: AtomicU8 = AtomicU8::new(0);

impl Level {
    /// The best level of this processor, or the one that the environment variable `SIMD_KERNELS` lowers it to.
    ///
    /// The first call asks the processor and reads the variable; later calls are one relaxed load. The variable takes
    /// `scalar`, `sse2`, `avx2` or `avx512`; it can only lower the level, so that a test-suite or a bug report can be
    /// run at each. Without the `std` feature it is not read, and the level is what the compiler was told to target.
    ///
    /// # Panics
    /// If `SIMD_KERNELS` is set to anything else: a typing error must not pass as a test at another level.
    #[inline]
    pub fn detect() -> Self {
        // Relaxed: the rank is the whole message, and every thread that computes it computes the same.
        match Rank::from_u8(DETECTED.load(Ordering::Relaxed)) {
            Some(rank) => Self(rank),
            None => detect_first(),
        }
    }

    /// Portable code only.
    #[inline]
    pub fn scalar() -> Self {
        Self(Rank::Scalar)
    }

    /// Every level up to [`Level::detect`], smallest first; tests run each kernel at each.
    pub fn available() -> impl Iterator<Item = Self> {
        let best = Self::detect();
        let all = [Rank::Scalar, Rank::Sse2, Rank::Avx2, Rank::Avx512];
        all.into_iter().map(Self).filter(move |level| *level <= best)
    }

    /// The instruction set, with the proof that it is there.
    #[inline]
    pub fn isa(self) -> Isa {
        match self.0 {
            Rank::Scalar => Isa::Scalar,
            Rank::Sse2 => Isa::Sse2,
            Rank::Avx2 => Isa::Avx2(Avx2(())),
            Rank::Avx512 => Isa::Avx512(Avx512(())),
        }
    }

    /// The name that `SIMD_KERNELS` takes.
    pub fn name(self) -> &'static str {
        match self.0 {
            Rank::Scalar => "scalar",
            Rank::Sse2 => "sse2",
            Rank::Avx2 => "avx2",
            Rank::Avx512 => "avx512",
        }
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Level({})", self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Rank {
    #[inline]
    fn from_u8(rank: u8) -> Option<Self> {
        match rank {
            1 => Some(Self::Scalar),
            2 => Some(Self::Sse2),
            3 => Some(Self::Avx2),
            4 => Some(Self::Avx512),
            _ => None,
        }
    }
}

#[cold]
#[inline(never)]
fn detect_first() -> Level {
    let rank = processor().min(allowed());
    DETECTED.store(rank as u8, Ordering::Relaxed);
    Level(rank)
}

#[cfg(target_arch = "x86_64")]
fn processor() -> Rank {
    let avx2 = has!("avx2", "bmi1", "bmi2", "fma", "popcnt", "lzcnt");
    let avx512 = has!("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd");
    match (avx2, avx512) {
        (true, true) => Rank::Avx512,
        (true, false) => Rank::Avx2,
        (false, _) if cfg!(target_feature = "sse2") => Rank::Sse2,
        (false, _) => Rank::Scalar,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn processor() -> Rank {
    Rank::Scalar
}

/// The most that the environment allows.
#[cfg(feature = "std")]
fn allowed() -> Rank {
    let Some(value) = std::env::var_os("SIMD_KERNELS") else { return Rank::Avx512 };
    value
        .to_str()
        .and_then(parse)
        .unwrap_or_else(|| panic!("SIMD_KERNELS is {value:?}; it takes scalar, sse2, avx2 or avx512"))
}

#[cfg(not(feature = "std"))]
fn allowed() -> Rank {
    Rank::Avx512
}

#[cfg(feature = "std")]
fn parse(name: &str) -> Option<Rank> {
    match name {
        "scalar" => Some(Rank::Scalar),
        "sse2" => Some(Rank::Sse2),
        "avx2" => Some(Rank::Avx2),
        "avx512" => Some(Rank::Avx512),
        _ => None,
    }
}

/// The one dispatching call: picks the instruction set's own `$kernel` in the modules `scalar`, `avx2` and `avx512`
/// beside the door. The arguments are names, so that nothing else happens inside `unsafe`.
macro_rules! dispatch {
    ($level:expr, $kernel:ident $(::<$($generic:tt),+>)? ($($argument:ident),*)) => {
        match $level.isa() {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "the dispatching call")]
            $crate::level::Isa::Avx512(_) => {
                // SAFETY: the token exists only where every feature in `Avx512::FEATURES` was detected, and the
                // kernel enables no other.
                unsafe { avx512::$kernel $(::<$($generic),+>)? ($($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "the dispatching call")]
            $crate::level::Isa::Avx2(_) => {
                // SAFETY: as above, for `Avx2::FEATURES`.
                unsafe { avx2::$kernel $(::<$($generic),+>)? ($($argument),*) }
            }
            _ => scalar::$kernel $(::<$($generic),+>)? ($($argument),*),
        }
    };
}
pub(crate) use dispatch;

#[cfg(all(test, feature = "std", target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn tokens_name_what_is_detected() {
        // The source is the only place where both lists can be seen side by side.
        let source = include_str!("level.rs");
        let listed = |line: &str| {
            let start = source.find(line).expect("the detection stands in this file") + line.len();
            let list = &source[start..start + source[start..].find(')').expect("the list ends")];
            list.replace(['"', ' '], "")
        };
        let avx2 = listed("let avx2 = has!(");
        let avx512 = listed("let avx512 = has!(");
        assert_eq!(avx2, Avx2::FEATURES);
        assert_eq!(format!("{avx512},{avx2}"), Avx512::FEATURES);
        let vnni = listed("let found = has!(");
        assert_eq!(format!("{vnni},{avx512},{avx2}"), Vnni::FEATURES);
    }

    #[test]
    fn levels_are_ordered_and_named() {
        let levels: Vec<Level> = Level::available().collect();
        assert!(levels.is_sorted());
        assert_eq!(levels[0], Level::scalar());
        assert_eq!(levels.last(), Some(&Level::detect()));
        for level in levels {
            assert_eq!(parse(level.name()), Some(level.0));
        }
        assert_eq!(parse("avx"), None);
    }
}
