//! How fine the grid is: [`Resolution`], chosen by a model of the cost.

use crate::frame::Frame;

/// The number of columns along x and y and of bins along z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resolution {
    pub(crate) bins: [usize; 3],
}

/// Bins for each atom, and for the whole grid beside: a huge sparse box must not need more memory than its atoms.
const BINS_PER_ATOM: f64 = 4.0;
const BINS_FREE: f64 = 64.0;

/// So few atoms fit one block of the kernels: there is nothing to leave out.
const FEW: usize = 12;

/// What it costs to set up a run of candidates, in units of testing a block of 16.
const COST_RUN: f64 = 1.0;
/// Columns are not made finer than this share of the reach: tables of neighbour columns grow with the square.
const FINEST: f64 = 1.0 / 8.0;

impl Resolution {
    /// The resolution that makes a search within `reach` cheapest, for atoms spread evenly over the brick.
    pub(crate) fn choose(frame: &Frame, atoms: usize, reach: f64) -> Self {
        if atoms <= FEW {
            return Self { bins: [1; 3] };
        }
        let side = |axis: usize| frame.extent[axis].max(1e-3 * reach);
        let density = atoms as f64 / (side(0) * side(1) * side(2));
        let width = cheapest_width(density, reach);
        // About one atom in a bin: finer does not shorten the runs, coarser lengthens them.
        let height = (1.0 / (density * width * width)).clamp(0.05 * reach, reach);
        let mut bins =
            [count(frame.extent[0], width), count(frame.extent[1], width), count(frame.extent[2], height)];
        // Bins are numbered in u32, and in i32 along z.
        let limit = (BINS_PER_ATOM * atoms as f64 + BINS_FREE).min(f64::from(i32::MAX));
        while bins.iter().product::<f64>() > limit {
            let most = (0..3).max_by(|&p, &q| bins[p].total_cmp(&bins[q])).unwrap_or(2);
            bins[most] = (0.7 * bins[most]).floor().max(1.0);
        }
        Self { bins: bins.map(|bins| bins as usize) }
    }
}

/// The width of a column that makes the search of one atom cheapest. A disc of radius R touches
/// `1 + 4R/w + πR²/w²` squares of side w on average; each is one run of about `ρ·w²·1.4R` candidates.
fn cheapest_width(density: f64, reach: f64) -> f64 {
    let cost = |width: f64| {
        let share = reach / width;
        let runs = 1.0 + 4.0 * share + core::f64::consts::PI * share * share;
        let candidates = density * width * width * 1.4 * reach;
        runs * (COST_RUN + candidates / 16.0 + 0.5)
    };
    let widths = (0..24).map(|step| reach * FINEST * 1.25_f64.powi(step));
    widths.min_by(|&p, &q| cost(p).total_cmp(&cost(q))).unwrap_or(reach)
}

/// How many parts of about `width` a side has.
fn count(side: f64, width: f64) -> f64 {
    // NaN and infinities end as 1 here: `max` returns the other number.
    let parts = (side / width).round();
    if parts.is_finite() { parts.max(1.0) } else { 1.0 }
}
