//! The loop of both scans, in f32 and in f64: all panels past all queries, eight of which share a tile.

use simd_kernels::panel::{LANES, QUERIES, Tile};

use crate::best::Candidates;
use crate::index::Request;
use crate::ruler::Ruler;

/// Panels of one call of a kernel: enough to hide the call, few enough that the limits stay fresh and that the panels
/// stay in the second-level cache until all queries have seen them. Kernels take three at once.
const BATCH: usize = 12;

/// What a sweep reads.
pub(super) trait Source {
    /// Points in all panels.
    fn len(&self) -> usize;

    /// The keys of the eight queries of a block and the panels from `first` on, and which are within the limits.
    fn tiles(&self, block: usize, limits: &[f32; QUERIES], first: usize, tiles: &mut [Tile]);

    /// What [`Ruler::loosen`] takes of a panel's points.
    fn scales(&self, panel: usize) -> Option<[f32; LANES]>;

    /// The position of the point in a slot; slots are in their order.
    fn position(&self, slot: usize) -> u32 {
        slot as u32
    }

    /// Slots of the points before a position.
    fn slots_before(&self, before: u32) -> usize {
        self.len().min(before as usize)
    }
}

/// Panels after which limits are guessed from what was seen; a scan of fewer than some times as many is short enough.
const SAMPLE: usize = 12;
const SAMPLES_MIN: usize = 4;

/// Offers all points whose keys are within the candidates' limits.
///
/// Each hit is a branch that the processor does not foresee, and a limit that only falls lets some k ln(n / k) points
/// hit. So limits are guessed from the first panels, and the few queries whose guess was too low are swept again.
pub(super) fn sweep<P: ?Sized>(
    sources: &[&dyn Source],
    requests: &[Request<'_, P>],
    rulers: &[Ruler],
    found: &mut [Candidates],
) {
    let mut open = vec![true; requests.len()];
    for (i, source) in sources.iter().enumerate() {
        pass(*source, requests, rulers, found, &open, i == 0);
    }
    for ((open, found), ruler) in open.iter_mut().zip(&mut *found).zip(rulers) {
        *open = !found.confirm(ruler);
    }
    if open.contains(&true) {
        sources.iter().for_each(|source| pass(*source, requests, rulers, found, &open, false));
    }
}

/// One sweep for the queries that are open.
fn pass<P: ?Sized>(
    source: &dyn Source,
    requests: &[Request<'_, P>],
    rulers: &[Ruler],
    found: &mut [Candidates],
    open: &[bool],
    guess: bool,
) {
    // A panel that no query of a block may look at is not computed: predecessors come first.
    let end = |request: &Request<'_, P>| source.slots_before(request.search.before);
    let block_end = |(block, open): (&[Request<'_, P>], &[bool])| {
        let open = block.iter().zip(open).filter(|(_, open)| **open);
        open.map(|(request, _)| end(request)).max().unwrap_or(0).div_ceil(LANES)
    };
    let ends: Vec<usize> = requests.chunks(QUERIES).zip(open.chunks(QUERIES)).map(block_end).collect();
    let last = ends.iter().copied().max().unwrap_or(0);
    let mut tiles = [Tile::ZERO; BATCH];
    let mut first = 0;
    while first < last {
        if guess && first == SAMPLE {
            for ((request, found), ruler) in requests.iter().zip(&mut *found).zip(rulers) {
                if end(request) >= SAMPLES_MIN * SAMPLE * LANES {
                    found.guess(ruler, SAMPLE * LANES, end(request));
                }
            }
        }
        // Limits fall fast at first, so the first batches are small: until then all points are candidates.
        let batch = first.clamp(3, BATCH);
        for (block, &end) in ends.iter().enumerate().filter(|(_, end)| **end > first) {
            let tiles = &mut tiles[..batch.min(end - first)];
            let queries = block * QUERIES..requests.len().min((block + 1) * QUERIES);
            let mut limits = [f32::NEG_INFINITY; QUERIES];
            for (limit, query) in limits.iter_mut().zip(queries.clone()).filter(|(_, query)| open[*query]) {
                *limit = found[query].limit;
            }
            source.tiles(block, &limits, first, tiles);
            mask_padding(source.len(), first, tiles);
            for (panel, tile) in (first..).zip(&*tiles) {
                if tile.hits == [0; QUERIES] {
                    continue;
                }
                let scales = source.scales(panel);
                for (query, lane) in set_bits(&tile.hits) {
                    // Blocks are filled up with queries that nobody asks.
                    let (Some(found), Some(request)) =
                        (found.get_mut(queries.start + query), requests.get(queries.start + query))
                    else {
                        continue;
                    };
                    let index = source.position(panel * LANES + lane);
                    let key = tile.keys[query][lane];
                    // The limit may have fallen since the kernel compared.
                    if key <= found.limit && request.search.allows(index) {
                        let ruler = &rulers[queries.start + query];
                        found.push(index, key, scales.map(|scales| scales[lane]), ruler);
                    }
                }
            }
        }
        first += batch;
    }
}

/// Queries and lanes of the hits: one loop for all, because a branch for each query is mostly foreseen wrongly.
fn set_bits(hits: &[u16; QUERIES]) -> impl Iterator<Item = (usize, usize)> {
    let mut left = hits.iter().rev().fold(0_u128, |bits, &hits| (bits << LANES) | u128::from(hits));
    std::iter::from_fn(move || {
        let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some((bit / LANES, bit % LANES))
    })
}

/// Takes away the hits of the lanes beyond the last point.
fn mask_padding(len: usize, first: usize, tiles: &mut [Tile]) {
    let end = (first + tiles.len()) * LANES;
    if end > len
        && let Some(last) = tiles.last_mut()
    {
        let mask = u16::MAX >> (end - len);
        last.hits.iter_mut().for_each(|hits| *hits &= mask);
    }
}
