//! POSCAR and CONTCAR of VASP: title, scale, three lattice vectors, species, counts, positions.
//!
//! Understood: one scale, three scales, or a negative one that gives the volume; files of VASP 4 without a line of
//! species (they become X1, X2, …); selective dynamics; direct and Cartesian positions.

use crate::structure::{Fault, Lines, Structure, cross, dot};

pub(crate) fn parse(lines: &mut Lines<'_>) -> Result<Structure, Fault> {
    let title = lines.next("the title")?.trim().to_owned();
    let scale = scale(lines)?;
    let mut lattice = [[0.0; 3]; 3];
    for (row, name) in lattice.iter_mut().zip(["first", "second", "third"]) {
        let what = format!("the {name} lattice vector");
        let line = lines.next(&what)?;
        *row = lines.vector(line, &what)?;
    }
    let factors = scale.factors(lattice);
    let stretch = |vector: [f64; 3]| [0, 1, 2].map(|axis| vector[axis] * factors[axis]);
    let groups = groups(lines)?;

    let mut mode = lines.next("`Direct` or `Cartesian`")?.trim_start();
    if mode.starts_with(['s', 'S']) {
        mode = lines.next("`Direct` or `Cartesian`")?.trim_start();
    }
    // VASP itself looks at the first letter only: c and k are Cartesian, anything else is direct.
    let cartesian = mode.starts_with(['c', 'C', 'k', 'K']);
    let scaled = lattice.map(stretch);
    let mut structure = Structure {
        title,
        species: Vec::new(),
        positions: Vec::new(),
        lattice: Some(scaled),
        periodic: [true; 3],
    };
    // One by one: a count that the file does not hold must not cost memory.
    for name in groups.iter().flat_map(|(name, count)| std::iter::repeat_n(name, *count)) {
        let line = lines.next(&format!("an atom of {name}"))?;
        let given = lines.vector(line, "position")?;
        let direct = || [0, 1, 2].map(|axis| (0..3).map(|k| given[k] * scaled[k][axis]).sum());
        structure.species.push(name.clone());
        structure.positions.push(if cartesian { stretch(given) } else { direct() });
    }
    Ok(structure)
}

enum Scale {
    Factors([f64; 3]),
    Volume(f64),
}

impl Scale {
    fn factors(&self, [a, b, c]: [[f64; 3]; 3]) -> [f64; 3] {
        match *self {
            Self::Factors(factors) => factors,
            Self::Volume(volume) => [(volume / dot(a, cross(b, c)).abs()).cbrt(); 3],
        }
    }
}

fn scale(lines: &mut Lines<'_>) -> Result<Scale, Fault> {
    let line = lines.next("the scale")?;
    let numbers: Vec<f64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
    match numbers[..] {
        [x, y, z, ..] if x > 0.0 && y > 0.0 && z > 0.0 => Ok(Scale::Factors([x, y, z])),
        [scale] if scale > 0.0 && scale.is_finite() => Ok(Scale::Factors([scale; 3])),
        [volume] if volume < 0.0 && volume.is_finite() => Ok(Scale::Volume(-volume)),
        _ => Err(lines.fault(format!("expected one scale, or three positive ones, found `{}`", line.trim()))),
    }
}

/// The species and how many atoms each has.
fn groups(lines: &mut Lines<'_>) -> Result<Vec<(String, usize)>, Fault> {
    let first = lines.next("the species")?;
    let named = !first.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let counts = if named { lines.next("the number of atoms of each species")? } else { first };
    let counts: Vec<&str> = counts.split_whitespace().collect();
    // Files name potentials too: `Na_pv`, `Ti/8a3f`.
    let element = |word: &str| word.split(['_', '/']).next().unwrap_or(word).to_owned();
    let names: Vec<String> = match named {
        true => first.split_whitespace().map(element).collect(),
        false => (1..=counts.len()).map(|index| format!("X{index}")).collect(),
    };
    if names.len() != counts.len() {
        return Err(lines.fault(format!(
            "expected {} numbers of atoms, found {}",
            names.len(),
            counts.len()
        )));
    }
    let count = |(name, word): (String, &str)| match word.parse() {
        Ok(count) => Ok((name, count)),
        Err(_) => Err(lines.fault(format!("expected the number of {name} atoms, found `{word}`"))),
    };
    names.into_iter().zip(counts).map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Structure, Fault> {
        parse(&mut Lines::new(text))
    }

    #[test]
    fn scales_stretch_or_give_the_volume() {
        let file = |scale: &str| format!("t\n{scale}\n1 0 0\n0 1 0\n0 0 1\nH\n1\nCartesian\n0.5 0.5 0.5\n");
        assert_eq!(read(&file("2")).unwrap().positions, [[1.0; 3]]);
        assert_eq!(read(&file("-27")).unwrap().positions, [[1.5; 3]]);
        assert_eq!(read(&file("2 4 6")).unwrap().lattice.unwrap()[2], [0.0, 0.0, 6.0]);
    }

    #[test]
    fn selective_dynamics_and_old_files_are_read() {
        let text = "t\n1\n1 0 0\n1 2 0\n0 0 1\n1 2\nSelective dynamics\nDirect\n0 0 0 T T F\n.5 .5 0 F F F\n0 0 .5\n";
        let structure = read(text).unwrap();
        assert_eq!(structure.species, ["X1", "X2", "X2"]);
        assert_eq!(structure.positions[1], [1.0, 1.0, 0.0]);
    }

    #[test]
    fn faults_name_the_line() {
        let head = "t\n1\n1 0 0\n0 1 0\n0 0 1\n";
        for (text, line, part) in [
            ("t\nbig\n".to_owned(), 2, "expected one scale, or three positive ones, found `big`"),
            ("t\n1\n1 0\n".to_owned(), 3, "first lattice vector: expected three numbers, found 2"),
            (format!("{head}Na Cl\n1\n"), 7, "expected 2 numbers of atoms, found 1"),
            (format!("{head}Na\none\n"), 7, "number of Na atoms, found `one`"),
            (format!("{head}Na\n2\nD\n0 0 0\n"), 10, "an atom of Na"),
            (format!("{head}Na\n1\nD\n0 x 0\n"), 9, "position, y: expected a number, found `x`"),
        ] {
            let (at, message) = read(&text).unwrap_err();
            assert_eq!(at, line, "{text}");
            assert!(message.contains(part), "{message}");
        }
    }
}
