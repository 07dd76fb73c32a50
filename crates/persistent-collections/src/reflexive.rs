//! Which types are surely equal to themselves, decided at compile time.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::TypeId;

/// Whether `x == x` holds for every `x: T`, so that `==` may skip what two versions share without answering
/// differently from std. `f64::NAN != f64::NAN`, and a user's `PartialEq` may say anything: only types known here count.
pub(crate) fn is_reflexive<T: ?Sized>() -> bool {
    macro_rules! known {
        ($($known:ty),* $(,)?) => { [$(TypeId::of::<$known>()),*] };
    }
    let known = known![
        (),
        bool,
        char,
        u8,
        u16,
        u32,
        u64,
        u128,
        usize,
        i8,
        i16,
        i32,
        i64,
        i128,
        isize,
        String,
        &'static str,
        str,
        Box<str>,
        Arc<str>,
        Rc<str>,
        Cow<'static, str>,
        &'static [u8],
        Box<[u8]>,
        Arc<[u8]>,
        Vec<u8>,
        Vec<u32>,
        Vec<u64>,
        Option<u32>,
        Option<u64>,
        Option<String>,
        (u32, u32),
        (u64, u64),
        [u8; 16],
        [u8; 32],
    ];
    known.contains(&typeid::of::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_strings_are_and_floats_are_not() {
        assert!(
            is_reflexive::<u64>()
                && is_reflexive::<&str>()
                && is_reflexive::<String>()
                && is_reflexive::<()>()
        );
        assert!(!is_reflexive::<f64>() && !is_reflexive::<Option<f64>>() && !is_reflexive::<Vec<f32>>());
        struct Mine;
        assert!(!is_reflexive::<Mine>());
    }
}
