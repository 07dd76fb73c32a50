//! Coordination numbers, shells and the radial distribution function of a structure file.
//!
//! ```sh
//! cargo run --release --example coordination -- crates/neighbor-list/examples/data/quartz.extxyz --cutoff 8
//! ```
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

mod extxyz;
mod plot;
mod poscar;
mod rdf;
mod shells;
mod structure;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use neighbor_list::NeighborList;

use crate::rdf::Rdf;
use crate::structure::Structure;

/// The step in an atom's sorted distances that ends its coordination shell. Above the spread of real polyhedra,
/// below the 1.155 between the first two shells of body-centred cubic.
const GAP: f64 = 1.12;
/// Distances that differ by less belong to one shell, in ångström.
const SEPARATION: f64 = 0.1;
const SHELLS_MAX: usize = 4;
const BINS_MAX: f64 = 100_000.0;

/// Coordination numbers, shells and radial distribution function of an extended-XYZ or POSCAR file.
#[derive(Debug, Parser)]
struct Arguments {
    /// `*.extxyz`, `*.xyz`, `POSCAR*`, `CONTCAR*`, `*.poscar` or `*.vasp`.
    file: PathBuf,
    /// Pairs up to this distance count, in ångström.
    #[arg(long, default_value_t = 6.0)]
    cutoff: f64,
    /// Where the plot goes; by default beside you, named after the file.
    #[arg(long)]
    svg: Option<PathBuf>,
    /// Width of a bin of the radial distribution function, in ångström.
    #[arg(long, default_value_t = 0.05)]
    width: f64,
    /// An atom's coordination shell ends where its sorted distances step up by more than this factor.
    #[arg(long, default_value_t = GAP)]
    gap: f64,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.gap.is_nan() || arguments.gap <= 1.0 {
        return Err(format!("--gap must be a factor above 1, not {}", arguments.gap).into());
    }
    let structure = Structure::read(&arguments.file)?;
    let cell = structure.cell()?;
    let list =
        NeighborList::builder(arguments.cutoff).full().distances().build(&structure.positions, &cell)?;

    let bins = arguments.cutoff / arguments.width;
    if !(bins > 0.0 && bins <= BINS_MAX) {
        return Err(format!(
            "--width {} gives {bins} bins, and at most {BINS_MAX} are printed",
            arguments.width
        )
        .into());
    }

    let name = if structure.title.is_empty() {
        arguments.file.display().to_string()
    } else {
        structure.title.clone()
    };
    println!(
        "{name}: {} atoms, {} pairs within {} Å\n",
        structure.positions.len(),
        list.len() / 2,
        arguments.cutoff
    );
    print_coordination(&structure, &list, arguments.gap);
    print_shells(&structure, &list);
    let rdf = Rdf::new(&structure, &list, arguments.cutoff, arguments.width);
    print_rdf(&rdf);

    let stem = arguments.file.file_stem().unwrap_or_default();
    let svg = arguments.svg.clone().unwrap_or_else(|| Path::new(stem).with_extension("svg"));
    plot::draw(&rdf, &name, &svg).map_err(|error| format!("{}: {error}", svg.display()))?;
    println!("plot: {}", svg.display());
    Ok(())
}

fn print_coordination(structure: &Structure, list: &NeighborList, gap: f64) {
    println!("Coordination (neighbours before the first step of {:.0} % in distance)", (gap - 1.0) * 100.0);
    println!("{:<8} {:>6} {:>6} {:>6} {:>6}  neighbours", "species", "atoms", "mean", "least", "most");
    for found in shells::coordination(structure, list, gap) {
        let parts: Vec<String> = found
            .by_species
            .iter()
            .filter(|(_, mean)| *mean > 0.0)
            .map(|(species, mean)| format!("{mean:.2} {species}"))
            .collect();
        println!(
            "{:<8} {:>6} {:>6.2} {:>6} {:>6}  {}",
            found.species,
            found.atoms,
            found.mean(),
            found.least,
            found.most,
            parts.join(", ")
        );
    }
    println!();
}

fn print_shells(structure: &Structure, list: &NeighborList) {
    println!("Shells (the nearest {SHELLS_MAX} of each pair of species)");
    println!("{:<10} {:>8} {:>8} {:>8}", "pair", "r / Å", "width", "count");
    for shell in shells::shells(structure, list, SEPARATION, SHELLS_MAX) {
        let pair = format!("{}–{}", shell.centre, shell.neighbor);
        println!("{pair:<10} {:>8.4} {:>8.4} {:>8.2}", shell.distance, shell.width, shell.count);
    }
    println!();
}

fn print_rdf(rdf: &Rdf) {
    println!("Radial distribution function ({})", if rdf.normalised { "g(r)" } else { "neighbours per Å" });
    let names = rdf.curves.iter().map(|curve| format!("{:>9}", curve.name));
    println!("{:>7} {:>9} {}", "r / Å", "nearer", names.collect::<Vec<_>>().join(" "));
    for bin in (0..rdf.running.len()).filter(|&bin| rdf.curves[0].values[bin] > 0.0) {
        let values = rdf.curves.iter().map(|curve| format!("{:>9.3}", curve.values[bin]));
        let values = values.collect::<Vec<_>>().join(" ");
        println!("{:>7.3} {:>9.2} {values}", rdf.distance(bin), rdf.running[bin]);
    }
    println!();
}
