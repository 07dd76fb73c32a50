//! The latencies of a market-data index: every 50 ms a burst of updates, and readers all the time.
//!
//! `cargo run --release -p radix-index --example order_book [SECONDS]`

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use radix_index::RadixIndex;

const INSTRUMENTS: u32 = 20_000;
const TICK: Duration = Duration::from_millis(50);
const UPDATES: u32 = 5_000;

/// The best bid and offer: wider than a word, and never seen torn.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quote {
    bid: u64,
    ask: u64,
    sequence: u64,
}

type Words = [u64; 3];

impl From<Words> for Quote {
    fn from([bid, ask, sequence]: Words) -> Self {
        Self { bid, ask, sequence }
    }
}

/// An instrument's number, as it comes from the wire.
type Instrument = u32;

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    let book: RadixIndex<Instrument, Words> = RadixIndex::new();
    (0..INSTRUMENTS).for_each(|instrument| _ = book.insert(instrument, quote(instrument, 0)));
    let stop = AtomicBool::new(false);
    let (mut updates, mut reads) = (histogram(), histogram());
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut latencies = histogram();
            let mut instrument = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                instrument = (instrument.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)) % INSTRUMENTS;
                let start = Instant::now();
                let quote = book.get(&instrument);
                latencies.record(start.elapsed().as_nanos() as u64).expect("below a minute");
                let quote = Quote::from(quote.expect("instruments stay"));
                assert_eq!(quote.ask, quote.bid + 2 + quote.sequence % 5, "never torn");
            }
            latencies
        });
        let start = Instant::now();
        let mut sequence = 0;
        while start.elapsed() < Duration::from_secs(seconds) {
            let tick = Instant::now();
            for i in 0..UPDATES {
                sequence += 1;
                let instrument = i.wrapping_mul(2_654_435_761) % INSTRUMENTS;
                let start = Instant::now();
                book.insert(instrument, quote(instrument, sequence));
                updates.record(start.elapsed().as_nanos() as u64).expect("below a minute");
            }
            thread::sleep(TICK.saturating_sub(tick.elapsed()));
        }
        stop.store(true, Ordering::Relaxed);
        reads = reader.join().expect("the reader does not panic");
    });
    eprintln!("latency in ns, the clock's own cost included:");
    for (name, latencies) in [("update", &updates), ("read", &reads)] {
        eprint!("{name:>8} {:>9} calls", latencies.len());
        for percentile in [50.0, 99.0, 99.9, 99.99, 100.0] {
            eprint!("  p{percentile} {}", latencies.value_at_percentile(percentile));
        }
        eprintln!();
    }
}

fn quote(instrument: Instrument, sequence: u64) -> Words {
    let bid = 10_000 + u64::from(instrument) + sequence % 97;
    [bid, bid + 2 + sequence % 5, sequence]
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are in order")
}
