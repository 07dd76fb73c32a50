//! [`Key`]: the twelve primitive numbers that [`crate::search`] can order.

/// A primitive number with its total order: integers as usual, floats as [`f64::total_cmp`] orders them
/// (-NaN < -inf < .. < -0.0 < +0.0 < .. < inf < NaN).
///
/// Sealed: the kernels reinterpret keys as lanes of a vector register.
pub trait Key: sealed::Sealed {}

impl<T: sealed::Sealed> Key for T {}

/// How the bits of a key are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Unsigned,
    Signed,
    Float,
}

mod sealed {
    /// # Safety
    /// The type has no padding, every bit pattern is a value, its size is 1, 2, 4 or 8 and `KIND` tells its order.
    #[expect(unsafe_code, reason = "the loads of a vector register rest on what an implementation promises")]
    pub unsafe trait Sealed: Copy + core::fmt::Debug + 'static {
        const KIND: super::Kind;
        /// The bits, extended with zeros.
        fn bits(self) -> u64;
        /// `self < other` in the total order.
        fn below(self, other: Self) -> bool;
    }
}
pub(crate) use sealed::Sealed;

/// Key types of one kind, each with the unsigned type of its width.
macro_rules! keys {
    ($kind:ident: $($key:ty => |$a:ident, $b:ident| $bits:expr, $below:expr);+ $(;)?) => {$(
        // SAFETY: a primitive number of 1, 2, 4 or 8 bytes has no padding and no invalid value.
        #[expect(unsafe_code, reason = "see the trait")]
        unsafe impl Sealed for $key {
            const KIND: Kind = Kind::$kind;
            #[inline(always)]
            fn bits(self) -> u64 {
                let $a = self;
                $bits
            }
            #[inline(always)]
            fn below(self, other: Self) -> bool {
                let ($a, $b) = (self, other);
                $below
            }
        }
    )+};
}

keys! { Unsigned:
    u8 => |a, b| u64::from(a), a < b;
    u16 => |a, b| u64::from(a), a < b;
    u32 => |a, b| u64::from(a), a < b;
    u64 => |a, b| a, a < b;
    usize => |a, b| a as u64, a < b;
}
keys! { Signed:
    i8 => |a, b| u64::from(a.cast_unsigned()), a < b;
    i16 => |a, b| u64::from(a.cast_unsigned()), a < b;
    i32 => |a, b| u64::from(a.cast_unsigned()), a < b;
    i64 => |a, b| a.cast_unsigned(), a < b;
    isize => |a, b| a.cast_unsigned() as u64, a < b;
}
keys! { Float:
    f32 => |a, b| u64::from(a.to_bits()), a.total_cmp(&b).is_lt();
    f64 => |a, b| a.to_bits(), a.total_cmp(&b).is_lt();
}
