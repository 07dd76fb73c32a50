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
}

/// Offers all points whose keys are within the candidates' limits.
pub(super) fn sweep<P: ?Sized>(
    source: &impl Source,
    requests: &[Request<'_, P>],
    rulers: &[Ruler],
    found: &mut [Candidates],
) {
    // A panel that no query of a block may look at is not computed: predecessors come first.
    let end = |block: &[Request<'_, P>]| {
        let before = block.iter().map(|request| request.search.before as usize).max().unwrap_or(0);
        before.min(source.len()).div_ceil(LANES)
    };
    let ends: Vec<usize> = requests.chunks(QUERIES).map(end).collect();
    let last = ends.iter().copied().max().unwrap_or(0);
    let mut tiles = [Tile::ZERO; BATCH];
    let mut first = 0;
    while first < last {
        // Limits fall fast at first, so the first batches are small: until then all points are candidates.
        let batch = first.clamp(3, BATCH);
        for (block, &end) in ends.iter().enumerate().filter(|(_, end)| **end > first) {
            let tiles = &mut tiles[..batch.min(end - first)];
            let queries = block * QUERIES..requests.len().min((block + 1) * QUERIES);
            let mut limits = [f32::NEG_INFINITY; QUERIES];
            for (limit, found) in limits.iter_mut().zip(&found[queries.clone()]) {
                *limit = found.limit;
            }
            source.tiles(block, &limits, first, tiles);
            mask_padding(source.len(), first, tiles);
            for (panel, tile) in (first..).zip(&*tiles) {
                if tile.hits == [0; QUERIES] {
                    continue;
                }
                let scales = source.scales(panel);
                for (query, (&hits, keys)) in queries.clone().zip(tile.hits.iter().zip(&tile.keys)) {
                    let search = &requests[query].search;
                    found[query].push_hits(hits, keys, scales.as_ref(), &rulers[query], |lane| {
                        let index = (panel * LANES + lane) as u32;
                        search.allows(index).then_some(index)
                    });
                }
            }
        }
        first += batch;
    }
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
