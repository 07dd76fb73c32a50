//! Inputs from a counter.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most bytes of an input; libFuzzer's default is 4096, and most of its inputs are far shorter.
const LENGTH_MAX: u64 = 1500;

/// Runs `target` on the inputs that the command line asks for. A failure tells the input's number.
///
/// # Panics
///
/// As `target` does, and if the command line is not two numbers.
pub fn main(target: impl Fn(&[u8])) {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(first)), Some(Ok(count)), None) = (numbers.next(), numbers.next(), numbers.next()) else {
        panic!("two numbers are expected: the first input's, and how many inputs");
    };
    for number in first..first + count {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(&input(number)))) {
            eprintln!("input {number} fails; to see it again, give this program `{number} 1`");
            std::panic::resume_unwind(panic);
        }
    }
}

/// The bytes of the input of this number.
///
/// Not evenly spread: `arbitrary` ends a list at the first even byte, so the length of lists is a matter of how many are
/// odd; and operations meet the same keys again if an input is made of few different bytes.
pub fn input(number: u64) -> Vec<u8> {
    let mut random = Random(number);
    let length = random.below(LENGTH_MAX) * random.below(LENGTH_MAX) / LENGTH_MAX;
    let (different, even) = ([4, 12, 40, 400][random.index(4)], [1, 2, 8, 64][random.index(4)]);
    let palette: Vec<u8> =
        (0..different).map(|_| random.next() as u8 | u8::from(random.below(even) > 0)).collect();
    (0..length).map(|_| palette[random.index(different)]).collect()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }
}
