//! Who feeds the fuzz targets: libFuzzer under `cargo fuzz`, which sees what a target covers, and [`seeded`] everywhere
//! else, which needs neither nightly nor a fuzzer and gives the same inputs in every run (decision 0140).

#[doc(hidden)]
pub use arbitrary;
#[cfg(fuzzing)]
pub use libfuzzer_sys::fuzz_target;

pub mod seeded;

/// The program of a target: `TARGET FIRST COUNT` runs `COUNT` seeded inputs from number `FIRST` on.
#[cfg(not(fuzzing))]
#[macro_export]
macro_rules! fuzz_target {
    (|$input:ident: $Input:ty| $body:expr) => {
        fn main() {
            $crate::seeded::main(|bytes| {
                let bytes = $crate::arbitrary::Unstructured::new(bytes);
                if let Ok($input) = <$Input as $crate::arbitrary::Arbitrary>::arbitrary_take_rest(bytes) {
                    $body
                }
            });
        }
    };
}
