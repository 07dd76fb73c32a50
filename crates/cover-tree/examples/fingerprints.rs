//! Duplicates among binary fingerprints of 256 bits, such as perceptual hashes of images: all pairs within 12 bits.
//!
//! `cargo run --release -p cover-tree --example fingerprints`
#![allow(clippy::print_stdout, reason = "an example talks")]

use cover_tree::{Auto, Error, Hamming, Index, Rows};

const WORDS: usize = 4;
const ORIGINALS: usize = 20_000;
const COPIES: usize = 500;
const BITS: f64 = 12.0;

fn main() -> Result<(), Error> {
    let mut state = 1_u64;
    let mut word = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let mut bits: Vec<u64> = (0..ORIGINALS * WORDS).map(|_| word()).collect();
    // Some are stored again, with up to eight bits flipped.
    for _ in 0..COPIES {
        let original = word() as usize % ORIGINALS * WORDS;
        let mut copy: [u64; WORDS] =
            bits[original..][..WORDS].try_into().expect("a fingerprint has four words");
        for _ in 0..word() % 9 {
            let bit = word() as usize % (64 * WORDS);
            copy[bit / 64] ^= 1 << (bit % 64);
        }
        bits.extend(copy);
    }
    let fingerprints = Rows::new(bits, WORDS)?;
    let index = Auto::new(fingerprints.clone(), Hamming)?;
    println!("{}", index.choice());

    let start = std::time::Instant::now();
    let found = index.radius_batch(&fingerprints, BITS)?;
    let pairs = found.iter().map(|row| row.len() - 1).sum::<usize>() / 2;
    println!("{pairs} pairs within {BITS} bits among {}, in {:.2?}", found.len(), start.elapsed());
    assert!(pairs >= COPIES);
    Ok(())
}
