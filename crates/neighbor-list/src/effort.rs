//! How many threads a search is worth: [`worthwhile`], by an estimate of its work.

use crate::rules::Rules;
use crate::scene::Scene;
use crate::stencil::Stencil;

/// What a search takes, in nanoseconds: for each atom, and for each block of candidates. Measured with shifts on an
/// x86-64 of 2023 (docs/decisions/0163); only the order of magnitude matters.
const ATOM: usize = 120;
const BLOCK: usize = 28;

/// The work that pays for a thread: starting one costs 20 to 50 microseconds, twice a build, and more where another
/// core has to wake up for it.
const THREAD: usize = 400_000;

/// Of so many atoms the candidates are counted.
const SAMPLES: usize = 4;

/// So many of the `threads` asked for as have work enough, at least one.
pub(crate) fn worthwhile(threads: usize, scene: Scene<'_>, rules: &Rules<'_>) -> usize {
    let atoms = scene.grid.len();
    if threads <= 1 || atoms < SAMPLES || scene.lattice.is_some() {
        return 1;
    }
    let work = atoms.saturating_mul(ATOM + BLOCK * blocks(scene, rules));
    threads.min(work / THREAD).max(1)
}

/// How many blocks of candidates an atom has, on the average over a few that stand apart.
fn blocks(scene: Scene<'_>, rules: &Rules<'_>) -> usize {
    let grid = scene.grid;
    let (mut stencil, mut runs) = (Stencil::default(), Vec::new());
    let blocks_of = |place: usize| {
        let atom = grid.atoms[place];
        stencil.fill(grid, scene.translations, grid.column_of(atom), rules.reach);
        let center = grid.frame.turned(grid.position(place));
        stencil.runs(scene.level, grid, center, rules.reach_of(atom), &mut runs)
    };
    let places = (0..SAMPLES).map(|sample| sample * grid.len() / SAMPLES);
    places.map(blocks_of).sum::<usize>() / SAMPLES
}

#[cfg(test)]
mod tests {
    use super::worthwhile;
    use crate::plan::Workspace;
    use crate::rules::Rules;
    use crate::{Builder, Cell};

    /// Of eight threads, for a simple cubic crystal of `side` atoms an edge, an atom in 10 cubic lengths.
    fn threads(side: usize, cell: impl Fn(f64) -> Cell, reach: f64) -> usize {
        let length = 10_f64.cbrt();
        let at = |k: usize| length * k as f64;
        let positions: Vec<[f64; 3]> =
            (0..side.pow(3)).map(|n| [at(n % side), at(n / side % side), at(n / side / side)]).collect();
        let builder = Builder::new(reach.into());
        let rules = Rules::new(&builder, positions.len()).unwrap();
        let mut workspace = Workspace::default();
        workspace.search(&builder, &rules, &positions, &cell(at(side))).unwrap();
        worthwhile(8, workspace.scene(), &rules)
    }

    #[test]
    fn small_searches_take_one_thread() {
        let filled = |length| Cell::cubic(length).unwrap();
        let in_vacuum = |_| Cell::cubic(500.0).unwrap();
        let open = |_| Cell::none();
        assert_eq!([threads(6, filled, 6.0), threads(8, filled, 6.0), threads(12, filled, 3.0)], [1; 3]);
        assert_eq!([threads(24, filled, 6.0), threads(24, in_vacuum, 6.0), threads(24, open, 6.0)], [8; 3]);
        assert!((2..6).contains(&threads(12, filled, 6.0)));
    }
}
