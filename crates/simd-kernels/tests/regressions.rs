//! What must not come back, and the panics that the docs promise.

use simd_kernels::ball::{self, BLOCK, Ball, Block, Geometry, Staging};
use simd_kernels::distance::planes::Planes;
use simd_kernels::distance::{planes, rows, tile};
use simd_kernels::level::{Avx2, Avx512, Vnni};
use simd_kernels::{Level, compress, morton, prefetch, prefetch_bytes, prefix, search};

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

/// A gathered coordinate behind the last would be read out of bounds, so every marked place is checked at every level.
#[test]
fn ball_reads_no_point_that_does_not_exist() {
    let axis = vec![0.0; 2 * BLOCK];
    let nowhere = [0.0; 3];
    for (start, translation, marks) in [
        (2 * BLOCK as u32, 0, 1),
        (BLOCK as u32 + 1, 0, 1 << 15),
        (u32::MAX, 0, 1),
        (0, 1, 1),
        (0, u32::MAX, 1 << 3),
    ] {
        let (points, blocks) = (Planes::new(&axis, &axis, &axis), [Block { start, translation }]);
        for level in Level::available() {
            let panics = |call: &dyn Fn()| {
                let call = std::panic::AssertUnwindSafe(call);
                assert!(std::panic::catch_unwind(call).is_err(), "{level}: {blocks:?}, {marks:#b}");
            };
            panics(&|| {
                let geometry = Geometry { distances: Some(&mut [0.0]), vectors: Some(&mut [[0.0; 3]]) };
                ball::measure(
                    level,
                    points,
                    nowhere,
                    &[nowhere],
                    &blocks,
                    &[marks],
                    geometry,
                    &mut Staging::default(),
                );
            });
            panics(&|| {
                let ball = Ball { center: nowhere, limit: 1.0 };
                ball::reselect(level, points, ball, &[nowhere], &blocks, &mut [marks]);
            });
            if start > 0 {
                let ids = [0; 2 * BLOCK];
                panics(&|| assert_eq!(ball::gather(level, &ids, &blocks, &[marks], &mut [0]), 1));
                panics(&|| assert_eq!(ball::keep_from(level, &ids, 0, &blocks, &mut [marks]), 1));
            }
        }
    }
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

/// The dispatching call is sound only while no kernel enables more than its token proves; the compiler cannot know.
#[test]
fn kernels_enable_only_what_their_token_proves() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources are here") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("a source is text");
            let proven = match path.file_name().and_then(|name| name.to_str()) {
                Some("avx2.rs") => format!("avx,{}", Avx2::FEATURES),
                Some("avx512.rs") => Avx512::FEATURES.to_owned(),
                Some("vnni.rs") => Vnni::FEATURES.to_owned(),
                Some("sse2.rs") => "sse2".to_owned(),
                // The tokens themselves, and examples in their docs.
                Some("level.rs") => continue,
                _ => String::new(),
            };
            for list in source.split("target_feature(").skip(1) {
                // A long list stands on a line of its own.
                let Some(list) = list.trim_start().strip_prefix("enable = \"") else { continue };
                for feature in list.split('"').next().expect("a first part").split(',') {
                    let known = proven.split(',').any(|known| known == feature);
                    assert!(known, "{}: {feature} is not proven by {proven:?}", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 100, "{seen} features found: this test no longer reads the kernels");
}

/// Forms called without the door refuse what the door refuses; those of `morton` once cut all to the shortest.
#[test]
fn forms_refuse_lengths_that_do_not_fit() {
    refuses("2 codes, but coordinates of lengths [2, 3]", |_| {
        morton::scalar::encode_2d_slice([&[0; 2], &[0; 3]], &mut [0; 2]);
    });
    refuses("17 codes, but coordinates of lengths [17, 16, 17]", |level| {
        morton::encode_3d_slice(level, [&[0; 17], &[0; 16], &[0; 17]], &mut [0; 17]);
    });
    refuses("0 codes, but coordinates of lengths [0, 0, 1]", |_| {
        morton::scalar::decode_3d_slice(&[], [&mut [], &mut [], &mut [0]]);
    });
    refuses("3 masks for 0 ids", |_| {
        compress::scalar::select(&[], &[0; 3], &mut []);
    });
}

/// Calls `kernel` with the middle of a buffer that starts at any alignment, and looks at what stands around it.
fn leaves_its_surroundings<T: Copy + PartialEq + std::fmt::Debug>(
    len: usize,
    canary: T,
    kernel: impl Fn(Level, &mut [T]),
) {
    for level in Level::available() {
        for front in [1, 2, 3, 5, 16] {
            let mut buffer = vec![canary; front + len + 40];
            kernel(level, &mut buffer[front..front + len]);
            let behind = &buffer[front + len..];
            assert!(
                buffer[..front].iter().all(|slot| *slot == canary),
                "{level}: written before an output of {len}"
            );
            assert!(behind.iter().all(|slot| *slot == canary), "{level}: written behind an output of {len}");
        }
    }
}

/// Stores are whole vectors or masked; either must end with the slice, at every length and alignment.
#[test]
fn nothing_is_written_around_the_output() {
    for len in 0..70 {
        let ids: Vec<u32> = (0..len as u32).collect();
        let all: Vec<u16> =
            (0..len).step_by(16).map(|at| (u32::MAX >> (32 - (len - at).min(16))) as u16).collect();
        let (floats, doubles) = (vec![0.5_f32; len + 1], vec![0.5_f64; len]);
        let rows = vec![0.25_f32; 19 * len];
        leaves_its_surroundings(len, 0xdead_beef, |level, out| {
            assert_eq!(compress::select(level, &ids, &all, out), len);
            assert_eq!(compress::positions(level, 0, &all, out), len);
        });
        // Room for half: the kernel must give up before it writes too much.
        leaves_its_surroundings(len / 2, 0xdead_beef, |level, out| {
            let thin: Vec<u16> = all.iter().map(|mask| mask & 0x5555).collect();
            let marked = compress::count(&thin);
            let out = std::panic::AssertUnwindSafe(std::cell::RefCell::new(out));
            let kept =
                std::panic::catch_unwind(|| compress::select(level, &ids, &thin, &mut out.borrow_mut()));
            assert_eq!(kept.is_ok(), marked <= len / 2);
        });
        leaves_its_surroundings(len, 0xdead_beef, |level, out| {
            prefix::exclusive(level, out);
            prefix::inclusive(level, out);
        });
        leaves_its_surroundings(len, u64::MAX, |level, out| {
            morton::encode_2d_slice(level, [&ids, &ids], out);
            morton::encode_3d_slice(level, [&ids, &ids, &ids], out);
        });
        leaves_its_surroundings(len, f32::MAX, |level, out| {
            let points = Planes::new(&floats, &floats, &floats).run(1..len + 1);
            planes::squared_distances(level, points, [0.0; 3], out);
            rows::squared_distances(level, &[0.5; 19], &rows, out);
            rows::dots(level, &[0.5; 19], &rows, out);
        });
        leaves_its_surroundings(len.div_ceil(16), 0xbeef, |level, masks| {
            let points = Planes::new(&doubles, &doubles, &doubles);
            assert_eq!(planes::within(level, points, [0.0; 3], 1.0, masks), len);
        });
    }
}

/// Limits that no distance is below, and those that every number is below.
#[test]
fn limits_without_sense_mark_nothing_and_infinity_all_numbers() {
    let mut x = [1e300; 33];
    x[7] = f64::NAN;
    let zeros = [0.0; 33];
    let points = Planes::new(&x, &zeros, &zeros);
    for level in Level::available() {
        let mut masks = [0xffff; 3];
        for limit in [f64::NAN, f64::NEG_INFINITY, -1.0, -0.0, 0.0] {
            assert_eq!(planes::within(level, points, [0.0; 3], limit, &mut masks), 0, "{level}, {limit}");
            assert_eq!(masks, [0; 3]);
        }
        // The squares overflow to infinity, which is not less than itself.
        assert_eq!(planes::within(level, points, [0.0; 3], f64::INFINITY, &mut masks), 0);
        assert_eq!(planes::within(level, points, [1e300, 0.0, 0.0], f64::INFINITY, &mut masks), 32);
        assert_eq!(planes::within(level, points, [0.0, f64::NAN, 0.0], f64::INFINITY, &mut masks), 0);
    }
}

/// Lengths that do not belong to the block, in whatever direction, stay bounds of the answer.
#[test]
fn padded_lengths_bound_the_answer() {
    for level in Level::available() {
        for len in [0, 5, 6, usize::MAX] {
            assert_eq!(search::lower_bound_padded(level, &[1_u16, 2, 3, 4, 5], len, 9), len.min(5));
            assert_eq!(search::upper_bound_padded::<i8, 0>(level, &[], len, 0), 0);
        }
    }
}

/// Addresses that could not be read.
#[test]
fn prefetch_takes_any_address() {
    for address in [0, 1, 63, 1 << 47, usize::MAX] {
        prefetch(std::ptr::without_provenance::<u8>(address));
        prefetch_bytes(std::ptr::without_provenance::<u64>(address), 200);
    }
}

/// A count of more keys than 32 bits can tell: AVX-512 once counted in a `u32`.
#[test]
#[cfg(target_pointer_width = "64")]
fn counts_may_exceed_32_bits() {
    // Zeroed pages of the allocator's: 4 GiB of addresses, but no memory before someone writes.
    let long = std::env::var_os("LOCALITY_LONG").is_some();
    let block = vec![0_u8; (1 << if long { 32 } else { 12 }) + 5];
    for level in Level::available() {
        assert_eq!(search::count_lt(level, &block, 1), block.len(), "{level}");
        assert_eq!(search::count_le(level, &block, 0), block.len(), "{level}");
    }
}
