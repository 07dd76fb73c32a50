//! What both readers give: atoms, their species, and the cell.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use neighbor_list::Cell;

use crate::{extxyz, poscar};

/// Atoms as a file describes them.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) title: String,
    pub(crate) species: Vec<String>,
    pub(crate) positions: Vec<[f64; 3]>,
    /// Rows are the lattice vectors; none for a molecule.
    pub(crate) lattice: Option<[[f64; 3]; 3]>,
    pub(crate) periodic: [bool; 3],
}

/// What is wrong with a file, and where.
#[derive(Debug)]
pub(crate) struct ReadError {
    path: PathBuf,
    /// Counted from one; 0 if the file as a whole is meant.
    line: usize,
    message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path.display(), self.message),
            line => write!(f, "{}:{line}: {}", self.path.display(), self.message),
        }
    }
}

impl std::error::Error for ReadError {}

impl Structure {
    /// Reads extended XYZ (`.xyz`, `.extxyz`) or POSCAR (`POSCAR…`, `CONTCAR…`, `.poscar`, `.vasp`).
    pub(crate) fn read(path: &Path) -> Result<Self, ReadError> {
        let error = |(line, message)| ReadError { path: path.to_owned(), line, message };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let text = fs::read_to_string(path).map_err(|io| error((0, io.to_string())))?;
        let lines = &mut Lines::new(&text);
        if name.ends_with("xyz") {
            extxyz::parse(lines).map_err(error)
        } else if name.starts_with("poscar")
            || name.starts_with("contcar")
            || name.ends_with(".poscar")
            || name.ends_with(".vasp")
        {
            poscar::parse(lines).map_err(error)
        } else {
            let message =
                "cannot tell the format: expected a name like *.extxyz, *.xyz, POSCAR*, *.poscar or *.vasp";
            Err(error((0, message.to_owned())))
        }
    }

    /// The cell as the search takes it.
    pub(crate) fn cell(&self) -> Result<Cell, neighbor_list::Error> {
        self.lattice.map_or(Ok(Cell::none()), |lattice| Cell::new(lattice, self.periodic))
    }

    /// Atoms per cubic ångström; none unless all three axes repeat.
    pub(crate) fn density(&self) -> Option<f64> {
        let [a, b, c] = self.lattice.filter(|_| self.periodic == [true; 3])?;
        Some(self.positions.len() as f64 / dot(a, cross(b, c)).abs())
    }

    /// Each species once, in the order of the file.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for species in &self.species {
            if !kinds.contains(&species.as_str()) {
                kinds.push(species);
            }
        }
        kinds
    }
}

/// A line number, counted from one, and what is wrong there.
pub(crate) type Fault = (usize, String);

/// The lines of a file, counted.
pub(crate) struct Lines<'a> {
    lines: std::str::Lines<'a>,
    pub(crate) number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { lines: text.lines(), number: 0 }
    }

    /// The next line, which should hold `what`.
    pub(crate) fn next(&mut self, what: &str) -> Result<&'a str, Fault> {
        self.number += 1;
        self.lines.next().ok_or_else(|| self.fault(format!("the file ends where {what} should stand")))
    }

    /// `message` about the line read last.
    pub(crate) fn fault(&self, message: impl Into<String>) -> Fault {
        (self.number, message.into())
    }

    /// `text` as a finite number called `what`.
    pub(crate) fn number<'w>(&self, text: &str, what: impl fmt::Display + 'w) -> Result<f64, Fault> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.fault(format!("{what}: expected a number, found `{text}`"))),
        }
    }

    /// The first three words of `text` as the vector called `what`.
    pub(crate) fn vector(&self, text: &str, what: &str) -> Result<[f64; 3], Fault> {
        let mut words = text.split_whitespace();
        let mut vector = [0.0; 3];
        for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
            let word = words
                .next()
                .ok_or_else(|| self.fault(format!("{what}: expected three numbers, found {axis}")))?;
            vector[axis] = self.number(word, format_args!("{what}, {name}"))?;
        }
        Ok(vector)
    }
}

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
