//! What must not come back, and the panics that the docs promise.

use simd_kernels::distance::planes::Planes;
use simd_kernels::distance::{planes, rows, tile};
use simd_kernels::{Level, compress, morton};

/// Runs `misuse` at every level; each must panic with `message`.
fn refuses(message: &str, misuse: impl Fn(Level) + std::panic::RefUnwindSafe) {
    for level in Level::available() {
        let panic = std::panic::catch_unwind(|| misuse(level)).expect_err("the call must panic");
        let text = panic.downcast_ref::<String>().expect("a formatted message");
        assert!(text.contains(message), "{level}: {text}");
    }
}

/// A vector store past the end of `out` would be undefined behaviour, so `out` is checked block by block.
#[test]
fn compress_never_writes_past_out() {
    refuses("more numbers, but", |level| {
        compress::select(level, &[7; 16], &[u16::MAX], &mut [0; 15]);
    });
    refuses("more numbers, but", |level| {
        compress::positions(level, 0, &[u16::MAX; 3], &mut [0; 47]);
    });
}

#[test]
fn lengths_that_do_not_fit_are_named() {
    refuses("1 masks for 17 ids", |level| {
        compress::select(level, &[0; 17], &[0], &mut [0; 17]);
    });
    refuses("marks more than the last 1 ids", |level| {
        compress::select(level, &[0; 17], &[0, 2], &mut [0; 17]);
    });
    refuses("2 masks for 4 points", |level| {
        let axis = [0.0_f32; 4];
        planes::within(level, Planes::new(&axis, &axis, &axis), [0.0; 3], 1.0, &mut [0; 2]);
    });
    refuses("room for 3 distances of 4 points", |level| {
        let axis = [0.0_f64; 4];
        planes::squared_distances(level, Planes::new(&axis, &axis, &axis), [0.0; 3], &mut [0.0; 3]);
    });
    refuses("5 numbers for 2 rows of 3", |level| {
        rows::squared_distances(level, &[0.0_f32; 3], &[0.0; 5], &mut [0.0; 2]);
    });
    refuses("3 arrays for 1 panels of 2 dimensions", |level| {
        tile::dots(level, &[[0.0_f32; 8]; 2], &[[0.0; 16]; 3], &mut [[[0.0; 16]; 8]]);
    });
    refuses("2 codes, but coordinates of lengths [2, 3]", |level| {
        morton::encode_2d_slice(level, [&[0; 2], &[0; 3]], &mut [0; 2]);
    });
    refuses("coordinates of lengths [1, 2, 1]", |_| {
        Planes::new(&[0.0_f32], &[0.0, 1.0], &[0.0]);
    });
    refuses("run 1..3 of 2 points", |_| {
        Planes::new(&[0.0_f32; 2], &[0.0; 2], &[0.0; 2]).run(1..3);
    });
}

/// Rows and tiles without dimensions have distance zero, whatever `out` held.
#[test]
fn no_dimensions_no_distance() {
    for level in Level::available() {
        let mut d2 = [f32::NAN; 9];
        rows::squared_distances(level, &[], &[], &mut d2);
        assert_eq!(d2, [0.0; 9]);
        let mut tiles = [[[f64::NAN; 16]; 8]; 3];
        tile::squared_distances(level, &[], &[], &mut tiles);
        assert_eq!(tiles, [[[0.0; 16]; 8]; 3]);
    }
}

/// Run by the test below in processes of their own, because the variable is read once.
#[test]
fn child_reports_its_level() {
    let levels: Vec<_> = Level::available().map(Level::name).collect();
    eprintln!("levels {levels:?}");
}

/// The variable lowers the level; what it does not know must not pass for a test at another level.
#[test]
fn environment_lowers_the_level_or_is_refused() {
    let run = |value: &str| {
        std::process::Command::new(std::env::current_exe().expect("this program has a path"))
            .args(["--exact", "child_reports_its_level", "--nocapture"])
            .env("SIMD_KERNELS", value)
            .output()
            .expect("this program can be run")
    };
    let here: Vec<_> = Level::available().map(Level::name).collect();
    for (i, level) in here.iter().enumerate() {
        let output = String::from_utf8(run(level).stderr).expect("text");
        assert!(output.contains(&format!("levels {:?}", &here[..=i])), "{level}: {output}");
    }
    for unknown in ["", "AVX2", "avx", "sse2 ", "native"] {
        let output = run(unknown);
        assert!(!output.status.success(), "{unknown:?} was accepted");
        let text = String::from_utf8(output.stderr).expect("text");
        assert!(text.contains("it takes scalar, sse2, avx2 or avx512"), "{unknown:?}: {text}");
    }
}
