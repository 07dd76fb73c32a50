//! What a structure allocates, counted by dhat's allocator and our own.

#[cfg(feature = "memory")]
use crate::allocator::Lines;

/// Something that is filled once and then used for a long time.
pub(crate) trait Store {
    /// Builds the structure; gives its entries.
    fn fill(&mut self) -> u64;
    /// One round of use that leaves the number of entries as it was; gives its operations.
    fn churn(&mut self) -> u64;
}

/// A structure whose memory is measured.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// What an entry is, e.g. `pair`.
    pub(crate) entry: &'static str,
    /// What a round of churn consists of.
    pub(crate) operation: &'static str,
    /// Makes the input, which is not counted.
    pub(crate) prepare: fn() -> Box<dyn Store>,
}

/// Fills and churns every subject and prints what it allocated.
#[cfg(feature = "memory")]
pub(crate) fn measure(subjects: &[Subject], rounds: u64) {
    // Nothing is freed before the last figure was taken, so that differences are the subject's own.
    let _profiler = dhat::Profiler::builder().testing().trim_backtraces(Some(1)).build();
    for subject in subjects {
        let mut store = (subject.prepare)();
        let (before, lines) = (dhat::HeapStats::get(), Lines::now());
        let entries = store.fill();
        let (filled, lines) = (dhat::HeapStats::get(), Lines::now().since(lines));
        let churned: Vec<(u64, dhat::HeapStats)> =
            (0..rounds).map(|_| (store.churn(), dhat::HeapStats::get())).collect();
        let operations: u64 = churned.iter().map(|(operations, _)| operations).sum();
        let at = |round: usize| churned.get(round).map_or(filled.curr_bytes, |(_, stats)| stats.curr_bytes);
        let last = churned.last().map_or(&filled, |(_, stats)| stats);
        let moments = [churned.len() / 10, churned.len() / 2, churned.len().saturating_sub(1)];
        let soak = moments.map(|round| at(round) as i64 - before.curr_bytes as i64);
        println!(
            "{}",
            serde_json::json!({
                "name": subject.name,
                "entry": subject.entry,
                "operation": subject.operation,
                "entries": entries,
                "bytes": filled.curr_bytes - before.curr_bytes,
                "fill_blocks": filled.total_blocks - before.total_blocks,
                "peak_bytes": filled.max_bytes.saturating_sub(before.curr_bytes),
                "operations": operations,
                "churn_blocks": last.total_blocks - filled.total_blocks,
                "soak_bytes": soak,
                "lines": lines,
            })
        );
    }
}

/// Without dhat there is nothing to tell.
#[cfg(not(feature = "memory"))]
pub(crate) fn measure(_: &[Subject], _: u64) {
    eprintln!("compile with --features memory");
    std::process::exit(2);
}
