//! A time-series store: loads a CSV of trades, answers window queries and percentiles, and tells what std's map takes
//! for the same.
//!
//! ```text
//! cargo run --release --example trades [trades.csv]
//! ```
//!
//! A line is `time_ns,price_cents,quantity`. Without a file, a million trades are generated.

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use bplus_tree::{BPlusTreeMap, RankedMap};

/// Nanoseconds since the epoch; trades of one nanosecond are told apart by the second number.
type Key = (u64, u32);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Trade {
    price_cents: u32,
    quantity: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let csv = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => generate(1_000_000),
    };
    let trades = parse(&csv)?;
    println!("{} trades, {:.1} MB of CSV", trades.len(), csv.len() as f64 / 1e6);

    let (ours, ours_took) = timed(|| trades.iter().copied().collect::<BPlusTreeMap<_, _>>());
    let (std, std_took) = timed(|| trades.iter().copied().collect::<BTreeMap<_, _>>());
    report("load", ours_took, std_took);

    let first = ours.first_key_value().ok_or("no trades")?.0.0;
    let last = ours.last_key_value().ok_or("no trades")?.0.0;
    let span = (last - first).max(1);
    let windows: Vec<(Key, Key)> = (0..20_000_u64)
        .map(|i| {
            let start = first + i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % span;
            ((start, 0), (start + span / 5_000, 0))
        })
        .collect();

    // The volume-weighted price of each window; leaf by leaf here, entry by entry in std.
    let (ours_answer, ours_took) = timed(|| {
        windows.iter().fold(0, |sum, (from, to)| {
            sum + average_price(ours.range_chunks(from..to).flat_map(|(_, trades)| trades))
        })
    });
    let (std_answer, std_took) = timed(|| {
        windows.iter().fold(0, |sum, (from, to)| sum + average_price(std.range(from..to).map(|(_, t)| t)))
    });
    assert_eq!(ours_answer, std_answer);
    report("20,000 windows of 200 trades", ours_took, std_took);

    // Percentiles of price: by rank here, by walking in std.
    let by_price = |(time, trade): &(Key, Trade)| ((trade.price_cents, *time), trade.quantity);
    let ranked: RankedMap<(u32, Key), u32> = trades.iter().map(by_price).collect();
    let sorted: BTreeMap<(u32, Key), u32> = trades.iter().map(by_price).collect();
    let ranks = [1, 25, 50, 75, 99].map(|percent| (percent, (ranked.len() - 1) * percent / 100));
    let (ours_answer, ours_took) =
        timed(|| ranks.map(|(percent, rank)| (percent, ranked.nth(rank).map(|(key, _)| key.0))));
    let (std_answer, std_took) =
        timed(|| ranks.map(|(percent, rank)| (percent, sorted.iter().nth(rank).map(|(key, _)| key.0))));
    assert_eq!(ours_answer, std_answer);
    report("5 percentiles of price", ours_took, std_took);
    for (percent, price) in ours_answer {
        println!("    {percent:>2} % of trades are below {:.2}", f64::from(price.unwrap_or(0)) / 100.0);
    }

    // The oldest half goes to the archive: whole subtrees move.
    let middle = (first + span / 2, 0);
    let (mut ours, mut std) = (ours, std);
    let (ours_half, ours_took) = timed(|| ours.split_off(&middle));
    let (std_half, std_took) = timed(|| std.split_off(&middle));
    assert!(ours_half.len() == std_half.len() && ours.len() == std.len());
    report("split in two", ours_took, std_took);
    Ok(())
}

fn average_price<'t>(trades: impl Iterator<Item = &'t Trade>) -> u64 {
    let (value, quantity) = trades.fold((0, 0), |(value, quantity), trade| {
        (
            value + u64::from(trade.price_cents) * u64::from(trade.quantity),
            quantity + u64::from(trade.quantity),
        )
    });
    value / quantity.max(1)
}

fn parse(csv: &str) -> Result<Vec<(Key, Trade)>, Box<dyn Error>> {
    let mut trades: Vec<(Key, Trade)> = Vec::with_capacity(csv.len() / 28);
    for (number, line) in csv.lines().enumerate() {
        let mut fields = line.split(',');
        let mut field = || fields.next().ok_or(format!("line {}: three fields are needed", number + 1));
        let (time, price, quantity) = (field()?.parse()?, field()?.parse()?, field()?.parse()?);
        trades.push(((time, number as u32), Trade { price_cents: price, quantity }));
    }
    Ok(trades)
}

/// A random walk of prices; times ascend, but one trade in 50 is reported late.
fn generate(trades: u32) -> String {
    let mut csv = String::with_capacity(trades as usize * 30);
    let (mut state, mut time, mut price) = (1_u64, 1_700_000_000_000_000_000_u64, 10_000_i64);
    for _ in 0..trades {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bits = state >> 20;
        time += bits % 2_000;
        price = (price + (bits >> 12) as i64 % 7 - 3).max(1);
        let late = if bits.is_multiple_of(50) { 1_000_000 } else { 0 };
        writeln!(csv, "{},{price},{}", time - late, 1 + bits % 500).expect("a string takes all");
    }
    csv
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = black_box(run());
    (result, start.elapsed())
}

fn report(what: &str, ours: Duration, std: Duration) {
    let ratio = std.as_secs_f64() / ours.as_secs_f64().max(1e-9);
    println!("{what:<32} {ours:>10.2?}   std would have taken {std:>10.2?} ({ratio:.1}x)");
}
