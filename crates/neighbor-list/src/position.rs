//! Positions in `f64` or `f32`.

/// Three Cartesian coordinates, `[f64; 3]` or `[f32; 3]`.
///
/// `f32` coordinates are widened, which is exact, and everything is computed in `f64`: the list of `f32` positions is
/// the list of the same numbers in `f64`, bit for bit. What `f32` saves is the memory of the input.
pub trait Position: Copy + Sync + sealed::Sealed {
    /// The coordinates in `f64`; exact.
    fn widen(self) -> [f64; 3];
}

impl Position for [f64; 3] {
    #[inline]
    fn widen(self) -> [f64; 3] {
        self
    }
}

impl Position for [f32; 3] {
    #[inline]
    fn widen(self) -> [f64; 3] {
        self.map(f64::from)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for [f64; 3] {}
    impl Sealed for [f32; 3] {}
}
