//! The rows of the table: which list of which system, what it models, and what we promise.

use serde::Serialize;

use super::{CellList, Kind, PairSum, System};

/// Which of the two records of a pair a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// `i -> j` and `j -> i`.
    Full,
    /// One of the two.
    Half,
}

/// What a list says of each pair, in the letters of ASE: shifts `S`, distances `d`, vectors `D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Output {
    /// Indices alone.
    #[serde(rename = "ij")]
    Indices,
    /// Indices and shifts.
    #[serde(rename = "ijS")]
    Shifts,
    /// Everything.
    #[serde(rename = "ijSdD")]
    Everything,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name, `output/cutoff/system`.
    pub bench: &'static str,
    /// The family of the system.
    pub kind: Kind,
    /// Atoms asked for; copper rounds down to a cube.
    pub atoms: usize,
    /// Cutoff in ångström.
    pub cutoff: f64,
    /// What is written a pair.
    pub output: Output,
    /// Full or half.
    pub list: List,
    /// Threads of every engine.
    pub threads: u32,
    /// Only with `--full`.
    pub full: bool,
    /// Rounds that this row's patience allows.
    pub rounds_max: u32,
    /// Lists built in one sample, so that small systems outlast the clock's grain.
    pub repeats: usize,
    /// Engine and ratio that we promise.
    pub targets: &'static [(&'static str, f64)],
    /// What it models.
    pub models: &'static str,
    /// Whom it flatters.
    pub flatters: &'static str,
}

impl Output {
    /// Bytes that vesin's arrays take for one pair, the most of any engine here.
    pub fn bytes(self) -> usize {
        match self {
            Self::Indices => 16,
            Self::Shifts => 28,
            Self::Everything => 60,
        }
    }
}

impl Row {
    /// The row's atoms.
    pub fn system(&self, seed: u64) -> System {
        self.kind.build(self.atoms, seed)
    }

    /// The right answer, by the plain cell list (which its tests compare with all pairs).
    pub fn expected(&self, system: &System) -> PairSum {
        let found = CellList::new(system, self.cutoff).pairs(self.list);
        let mut sum = PairSum::default();
        for (&[i, j], &shift) in found.pairs.iter().zip(&found.shifts) {
            self.add(&mut sum, i.into(), j.into(), shift);
        }
        sum
    }

    /// Adds one pair to an answer as this row compares it: without shifts if they are not written, and a half
    /// list by the name that both halves share.
    #[inline]
    pub fn add(&self, sum: &mut PairSum, i: u64, j: u64, shift: [i32; 3]) {
        match (self.output, self.list) {
            (Output::Indices, List::Full) => sum.add(i, j, [0; 3]),
            (Output::Indices, List::Half) => sum.add_half(i, j, [0; 3]),
            (_, List::Full) => sum.add(i, j, shift),
            (_, List::Half) => sum.add_half(i, j, shift),
        }
    }

    /// A full list with shifts of `atoms` atoms within 6 Å, on one thread: for rows that are described elsewhere.
    pub const fn plain(kind: Kind, atoms: usize) -> Self {
        Self::new("", kind, atoms, 6.0)
    }

    const fn new(bench: &'static str, kind: Kind, atoms: usize, cutoff: f64) -> Self {
        Self {
            bench,
            kind,
            atoms,
            cutoff,
            output: Output::Shifts,
            list: List::Full,
            threads: 1,
            full: false,
            rounds_max: if atoms < 10_000 { 9 } else { 5 },
            repeats: if atoms < 1000 { 4_000 / (atoms + 8) } else { 1 },
            targets: &[],
            models: "",
            flatters: "nobody in particular",
        }
    }

    const fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    const fn half(mut self) -> Self {
        self.list = List::Half;
        self
    }

    const fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self
    }

    const fn full(mut self) -> Self {
        self.full = true;
        self
    }

    const fn rounds(mut self, rounds: u32) -> Self {
        self.rounds_max = rounds;
        self
    }

    const fn promises(mut self, targets: &'static [(&'static str, f64)]) -> Self {
        self.targets = targets;
        self
    }

    const fn models(mut self, models: &'static str, flatters: &'static str) -> Self {
        self.models = models;
        self.flatters = flatters;
        self
    }
}

/// Every row that builds one list from nothing; Verlet reuse, memory and the write limit are added by the
/// head-to-head itself.
pub fn rows() -> Vec<Row> {
    use Kind::{Column, Copper, Droplet, Gas, Liquid, Slab, Triclinic};
    use Output::{Everything, Indices};
    let training = "one frame for a machine-learned potential";
    let dispersion = "a long-range term, such as dispersion";
    let short: &[_] = &[("vesin", 4.0), ("vesin sorted", 7.0)];
    let small: &[_] = &[("vesin", 6.0)];
    let molecule = "small cells by the thousand, as training sets have them";
    let scaling = "the same liquid from a thousand to a million atoms: time must grow in proportion";
    let mut rows = vec![
        Row::new("ijS/6A/liquid", Liquid, 10_000, 6.0)
            .promises(short)
            .models(training, "who reorders atoms in random order"),
        Row::new("ijS/6A/liquid", Liquid, 20_000, 6.0)
            .promises(short)
            .models(training, "who reorders atoms in random order")
            .rounds(3),
        Row::new("ijS/6A/copper", Copper, 10_976, 6.0)
            .promises(short)
            .models(training, "who gains nothing from reordering"),
        Row::new("ijS/6A/copper", Copper, 19_652, 6.0)
            .promises(short)
            .models(training, "who gains nothing from reordering")
            .full(),
        Row::new("ijS/6A/triclinic", Triclinic, 10_000, 6.0)
            .promises(short)
            .models("cells at 45°, 60° and 70°", "who bins by heights"),
        Row::new("ijS/6A/triclinic", Triclinic, 20_000, 6.0)
            .promises(short)
            .models("cells at 45°, 60° and 70°", "who bins by heights")
            .full(),
        Row::new("ijSdD/6A/liquid", Liquid, 10_000, 6.0)
            .output(Everything)
            .promises(&[("vesin", 3.0)])
            .models(training, "who writes what it has at hand"),
        Row::new("ijS/14A/liquid", Liquid, 10_000, 14.0)
            .promises(&[("vesin", 8.0)])
            .models(dispersion, "who writes little a pair")
            .rounds(3),
        Row::new("ij/14A/liquid", Liquid, 10_000, 14.0)
            .output(Indices)
            .promises(&[("vesin", 10.0)])
            .models(dispersion, "who writes little a pair")
            .rounds(5)
            .full(),
        Row::new("ijSdD/14A/liquid", Liquid, 10_000, 14.0)
            .output(Everything)
            .promises(&[("vesin", 5.0)])
            .models(dispersion, "the memory")
            .rounds(5)
            .full(),
        Row::new("ijS/20A/liquid", Liquid, 10_000, 20.0)
            .promises(&[("vesin", 10.0)])
            .models(dispersion, "who writes little a pair")
            .rounds(3)
            .full(),
        Row::new("ijS/6A/gas", Gas, 10_000, 6.0)
            .promises(&[("vesin", 3.0), ("matscipy (Python)", 1.0)])
            .models("vapour: one neighbour an atom", "whose empty cells cost nothing"),
        Row::new("ijS/6A/column", Column, 16_000, 6.0)
            .promises(&[("vesin", 15.0)])
            .models("a wire or pore, open along its length", "us: vesin tries every cell along an open axis")
            .rounds(3),
        Row::new("ijS/6A/slab", Slab, 10_000, 6.0)
            .models("a surface under vacuum", "us: vesin tries every cell along an open axis"),
        Row::new("ijS/6A/droplet", Droplet, 10_000, 6.0)
            .models("a cluster or a large molecule", "who needs no images"),
        Row::new("half/6A/liquid", Liquid, 10_000, 6.0)
            .half()
            .models("molecular dynamics, which uses Newton's third law", "who searches half the cells"),
        Row::new("half/14A/liquid", Liquid, 10_000, 14.0)
            .half()
            .models(dispersion, "who searches half the cells")
            .rounds(5)
            .full(),
        Row::new("threads-2/6A/liquid", Liquid, 20_000, 6.0)
            .threads(2)
            .promises(&[("vesin", 4.0)])
            .models("the same on two cores, on the wall", "who writes little: memory is shared"),
    ];
    for atoms in [2, 4, 8, 16, 64, 512] {
        let row = Row::new("ijS/6A/small", Liquid, atoms, 6.0).models(molecule, "who starts quickly");
        rows.push(if atoms >= 64 { row.promises(small) } else { row });
    }
    for atoms in [1_000, 100_000, 1_000_000] {
        let row = Row::new("ijS/6A/scaling", Liquid, atoms, 6.0).promises(&[("vesin", 4.0)]);
        rows.push(row.models(scaling, "whose data stay in the caches").rounds(3).full());
    }
    rows
}
