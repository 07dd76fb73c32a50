//! One loop, compiled for each instruction set.

/// Defines `fn name(level, arguments) -> result` whose body is compiled for scalar code, AVX2 and AVX-512; in the body
/// `isa` is the kernel module of that name.
macro_rules! instantiate {
    (fn $name:ident $(<const $n:ident>)? ($($argument:ident: $type:ty),* $(,)?) -> $result:ty, $($module:ident)::+, $body:block) => {
        fn $name $(<const $n: usize>)? (level: simd_kernels::Level, $($argument: $type),*) -> $result {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
            fn avx512 $(<const $n: usize>)? ($($argument: $type),*) -> $result {
                #[allow(unused_imports, reason = "some bodies use no kernel")]
                use simd_kernels::$($module)::+::avx512 as isa;
                $body
            }
            #[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt,lzcnt")]
            fn avx2 $(<const $n: usize>)? ($($argument: $type),*) -> $result {
                #[allow(unused_imports, reason = "some bodies use no kernel")]
                use simd_kernels::$($module)::+::avx2 as isa;
                $body
            }
            fn scalar $(<const $n: usize>)? ($($argument: $type),*) -> $result {
                #[allow(unused_imports, reason = "some bodies use no kernel")]
                use simd_kernels::$($module)::+::scalar as isa;
                $body
            }
            #[allow(unsafe_code, reason = "the dispatching call")]
            match level.isa() {
                // SAFETY: the token proves the features that the function enables.
                simd_kernels::Isa::Avx512(_) => unsafe { avx512($($argument),*) },
                // SAFETY: the token proves the features that the function enables.
                simd_kernels::Isa::Avx2(_) => unsafe { avx2($($argument),*) },
                _ => scalar($($argument),*),
            }
        }
    };
}
pub(crate) use instantiate;
