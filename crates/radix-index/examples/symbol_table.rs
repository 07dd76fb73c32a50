//! A symbol table that several parser threads share: every identifier gets a number, every use is counted.
//!
//! `cargo run --release -p radix-index --example symbol_table [FILE]...`: counts the words of the files, by default of
//! this crate's own sources, on all processors, and checks the counts against a single-threaded `HashMap`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use radix_index::{Operation, RadixIndex, RadixMap};

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn main() -> std::io::Result<()> {
    let mut files: Vec<String> = env::args().skip(1).collect();
    if files.is_empty() {
        let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        for entry in fs::read_dir(sources)? {
            let path = entry?.path();
            files.extend(path.extension().and_then(|_| path.to_str()).map(str::to_owned));
        }
    }
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;

    // Names to numbers, and numbers to counts: the numbers are plain data.
    let symbols: RadixMap<String, u32> = RadixMap::new();
    let uses: RadixIndex<u32, u64> = RadixIndex::new();
    let next = AtomicU32::new(0);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let start = Instant::now();
    thread::scope(|scope| {
        for part in 0..threads {
            let (texts, symbols, uses, next) = (&texts, &symbols, &uses, &next);
            scope.spawn(move || {
                let symbols = symbols.pin();
                for text in texts.iter().skip(part).step_by(threads) {
                    for word in words(text) {
                        // Looked up by `&str`; only a new word is copied.
                        let number = *symbols.get(word).unwrap_or_else(|| {
                            symbols
                                .get_or_insert_with(word.to_owned(), || next.fetch_add(1, Ordering::Relaxed))
                        });
                        uses.compute(number, |count| Operation::Insert(count.unwrap_or(0) + 1));
                    }
                }
            });
        }
    });
    let elapsed = start.elapsed();

    let mut expected = HashMap::<&str, u64>::new();
    texts.iter().flat_map(|text| words(text)).for_each(|word| *expected.entry(word).or_default() += 1);
    let symbols = symbols.pin();
    assert_eq!(symbols.len(), expected.len());
    for (word, count) in &expected {
        let number = symbols.get(*word).expect("every word has a number");
        assert_eq!(uses.get(number), Some(*count), "{word}");
    }

    let mut ranking: Vec<_> = expected.iter().map(|(word, count)| (*count, *word)).collect();
    ranking.sort_unstable_by(|a, b| b.cmp(a));
    let total: u64 = expected.values().sum();
    eprintln!(
        "{total} words, {} different, {threads} threads, {elapsed:.1?}; equal to the single-threaded count",
        expected.len()
    );
    for (count, word) in ranking.iter().take(10) {
        eprintln!("{count:8} {word}");
    }
    Ok(())
}
