//! SIMD kernels over slices and numbers, chosen once per operation at run time.
//!
//! **Not built yet.** What will be here: `Level`, and kernels for search, tags, distances, Morton codes, compress and prefix sums.
