//! The candidates of one query: what is near enough, by keys that bound the distance.

use simd_kernels::panel::LANES;

use crate::ruler::Ruler;
use crate::{Metric, Neighbour, Search};

/// How many candidates ahead of the one that is measured a point's memory is asked for.
const AHEAD: usize = 4;

/// Room that lists have from the start: few searches fill it, and growing costs more than having it.
const ROOM: usize = 128;

/// A point that may be near enough.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// No key of the true distance is less.
    key: f32,
    /// No key of the true distance is greater, but for what [`Ruler::widen`] grants.
    loose: f32,
    position: u32,
}

/// Positions with keys in f32, of which more are kept than are wanted: all that may be among the `k` nearest once the
/// errors of keys are granted. Distances in f64 decide at the end.
///
/// Invariant: a point that was offered and is not kept is certainly not among the `k` nearest, nor within the radius.
#[derive(Debug)]
pub(crate) struct Candidates {
    k: usize,
    entries: Vec<Entry>,
    /// Keys above are certainly too far.
    pub(crate) limit: f32,
    /// Length at which entries are thinned out: the price of selecting is spread over as many pushes.
    full: usize,
    /// How many entries the last thinning left.
    thinned: usize,
    /// The limit that is certain, where [`Candidates::guess`] lowered the other.
    certain: f32,
}

impl Candidates {
    /// `triangle` is [`Metric::triangle`].
    pub(crate) fn new(search: &Search<'_>, ruler: &Ruler, triangle: impl Fn(f64) -> f64) -> Self {
        let bounded = search.radius < f64::INFINITY;
        let limit = if bounded { ruler.key_of(triangle(search.radius)) } else { f32::INFINITY };
        let full = first_full(search.k);
        Self {
            k: search.k,
            entries: Vec::with_capacity(full.min(ROOM)),
            limit,
            full,
            thinned: 0,
            certain: limit,
        }
    }

    /// Lowers the limit to where, by the first `seen` of `all` points, more than `k` will still be found, if these are a
    /// fair sample. [`Candidates::confirm`] tells at the end whether they were.
    pub(crate) fn guess(&mut self, ruler: &Ruler, seen: usize, all: usize) {
        self.thin(ruler);
        let wanted = self.k as f64 * seen as f64 / all as f64;
        // Three deviations more than are expected among the seen.
        let rank = (wanted + 3.0 * wanted.sqrt() + 1.0) as usize;
        if rank < self.k && rank < self.entries.len() {
            let order = |a: &Entry, b: &Entry| a.loose.total_cmp(&b.loose);
            let (_, entry, _) = self.entries.select_nth_unstable_by(rank, order);
            self.limit = self.limit.min(entry.loose);
        }
    }

    /// Whether nothing was passed over that may be wanted; if something was, the candidates start anew.
    pub(crate) fn confirm(&mut self, ruler: &Ruler) -> bool {
        let guessed = std::mem::replace(&mut self.limit, self.certain);
        self.thin(ruler);
        if self.limit <= guessed {
            return true;
        }
        self.entries.clear();
        self.thinned = 0;
        self.limit = self.certain;
        self.full = first_full(self.k);
        false
    }

    /// Offers the lanes of a panel that are set in `hits`; `position` tells a lane's position if it is allowed.
    #[inline]
    pub(crate) fn push_hits(
        &mut self,
        hits: u16,
        keys: &[f32; LANES],
        scales: Option<&[f32; LANES]>,
        ruler: &Ruler,
        position: impl Fn(usize) -> Option<u32>,
    ) {
        let mut left = hits;
        while left != 0 {
            let lane = left.trailing_zeros() as usize;
            left &= left - 1;
            let key = keys[lane];
            // The limit may have fallen since the kernel compared.
            if key <= self.limit
                && let Some(position) = position(lane)
            {
                self.push(position, key, scales.map(|scales| scales[lane]), ruler);
            }
        }
    }

    /// Adds a point whose key is within the limit; `scale` is what [`Ruler::loosen`] takes.
    #[inline]
    pub(crate) fn push(&mut self, position: u32, key: f32, scale: Option<f32>, ruler: &Ruler) {
        let loose = scale.map_or(key, |scale| ruler.loosen(key, scale));
        self.entries.push(Entry { key, loose, position });
        if self.entries.len() >= self.full {
            self.thin(ruler);
        }
    }

    /// Lowers the limit as soon as there are `k`, and more since the last time: a tree prunes by it.
    #[inline]
    pub(crate) fn thin_early(&mut self, ruler: &Ruler) {
        if self.entries.len() >= self.k && self.entries.len() > self.thinned {
            self.thin(ruler);
        }
    }

    /// Drops what the `k` best rule out, and lowers the limit.
    pub(crate) fn thin(&mut self, ruler: &Ruler) {
        if self.entries.len() >= self.k {
            // NaN keys cannot be: pads are masked, coordinates are finite, and sums of them at worst infinite.
            let order = |a: &Entry, b: &Entry| a.loose.total_cmp(&b.loose);
            let (_, kth, _) = self.entries.select_nth_unstable_by(self.k - 1, order);
            let limit = ruler.widen(kth.loose);
            self.certain = self.certain.min(limit);
            if limit < self.limit {
                self.limit = limit;
                self.entries.retain(|entry| entry.key <= limit);
            }
        }
        self.thinned = self.entries.len();
        self.full = first_full(self.k).max(2 * self.thinned);
    }

    /// The wanted neighbours: distances in f64 of the candidates, nearest key first, until no further one can matter.
    pub(crate) fn finish(
        mut self,
        best: &mut Best,
        ruler: &Ruler,
        triangle: impl Fn(f64) -> f64,
        prefetch: impl Fn(u32),
        mut neighbour: impl FnMut(u32) -> Neighbour,
    ) {
        self.entries.sort_unstable_by(|a, b| a.key.total_cmp(&b.key));
        let mut limit = self.limit;
        for (i, &Entry { key, position, .. }) in self.entries.iter().enumerate() {
            if key > limit {
                break;
            }
            if let Some(next) = self.entries.get(i + AHEAD) {
                prefetch(next.position);
            }
            if best.offer(neighbour(position)) {
                limit = limit.min(ruler.key_of(triangle(best.worst())));
            }
        }
    }
}

fn first_full(k: usize) -> usize {
    k.saturating_add(k / 2).saturating_add(16)
}

/// The `k` nearest of what was offered, by (distance, index).
#[derive(Debug)]
pub(crate) struct Best {
    k: usize,
    radius: f64,
    /// Not in order until [`Best::into_sorted`]; at most `2 k + 16`, or all that lie within the radius.
    found: Vec<Neighbour>,
    /// The k-th distance of those seen when `found` was last thinned.
    worst: f64,
    /// Neighbours at most this far count; the rest of `found` is being collected.
    full: usize,
}

impl Best {
    pub(crate) fn new(search: &Search<'_>) -> Self {
        let found = Vec::with_capacity(first_full(search.k).min(ROOM));
        Self { k: search.k, radius: search.radius, found, worst: search.radius, full: search.k }
    }

    /// No neighbour beyond this distance is wanted.
    #[inline]
    pub(crate) fn worst(&self) -> f64 {
        self.worst
    }

    /// Adds a neighbour if it may be wanted; tells whether [`Best::worst`] fell.
    #[inline]
    pub(crate) fn offer(&mut self, neighbour: Neighbour) -> bool {
        if neighbour.distance > self.worst || neighbour.distance > self.radius {
            return false;
        }
        self.found.push(neighbour);
        self.found.len() >= self.full && self.thin()
    }

    fn thin(&mut self) -> bool {
        let (_, kth, _) = self.found.select_nth_unstable_by(self.k - 1, Neighbour::order);
        let worst = kth.distance;
        self.found.truncate(self.k);
        self.full = self.k + (self.k / 4).max(1);
        let fell = worst < self.worst;
        self.worst = worst;
        fell
    }

    pub(crate) fn into_sorted(mut self) -> Vec<Neighbour> {
        self.found.sort_unstable_by(Neighbour::order);
        self.found.truncate(self.k);
        self.found
    }
}

/// A neighbour at this position, measured in f64.
#[inline]
pub(crate) fn measure<P: ?Sized>(metric: &impl Metric<P>, query: &P, point: &P, index: u32) -> Neighbour {
    Neighbour { index, distance: crate::oracle::distance(metric, query, point) }
}
