//! Extended XYZ: a count, a line of `key=value`, then one atom a line.
//!
//! Understood keys: `Lattice` (nine numbers, row by row), `pbc` (three of T or F), `Properties` (name:type:columns,
//! of which `species` or `Z`, and `pos` are used) and `title`. Plain XYZ is the case without keys. The first frame
//! is read.

use crate::structure::{Fault, Lines, Structure};

/// Where the atoms' columns stand.
struct Columns {
    species: usize,
    position: usize,
    count: usize,
}

pub(crate) fn parse(lines: &mut Lines<'_>) -> Result<Structure, Fault> {
    let count = lines.next("the number of atoms")?.trim();
    let atoms: usize =
        count.parse().map_err(|_| lines.fault(format!("expected the number of atoms, found `{count}`")))?;
    let comment = lines.next("the line of keys")?;
    let keys = keys(comment).map_err(|message| lines.fault(message))?;
    let key =
        |name: &str| keys.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    let lattice = key("Lattice").map(|value| lattice(lines, value)).transpose()?;
    let periodic = match key("pbc") {
        Some(value) => flags(value)
            .ok_or_else(|| lines.fault(format!("pbc: expected `T T F` or alike, found `{value}`")))?,
        None => [lattice.is_some(); 3],
    };
    if lattice.is_none() && periodic.contains(&true) {
        return Err(lines.fault("pbc says periodic, but there is no Lattice"));
    }
    let columns = columns(key("Properties").unwrap_or("species:S:1:pos:R:3"))
        .map_err(|message| lines.fault(message))?;
    let title = key("title").map_or_else(
        || if keys.is_empty() { comment.trim().to_owned() } else { String::new() },
        str::to_owned,
    );

    let mut structure = Structure { title, species: Vec::new(), positions: Vec::new(), lattice, periodic };
    for atom in 0..atoms {
        let line = lines.next(&format!("atom {} of {atoms}", atom + 1))?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.len() < columns.count {
            return Err(lines.fault(format!("expected {} columns, found {}", columns.count, words.len())));
        }
        structure.species.push(words[columns.species].to_owned());
        structure.positions.push(lines.vector(&words[columns.position..][..3].join(" "), "position")?);
    }
    Ok(structure)
}

/// The pairs of a comment line; a value may stand in quotes, braces or brackets. Words without `=` are passed over.
fn keys(comment: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut keys = Vec::new();
    let mut rest = comment.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = &rest[..end];
        let Some(value) = rest[end..].strip_prefix('=') else {
            rest = rest[end..].trim_start();
            continue;
        };
        let closing = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => Some(quote),
            Some('{') => Some('}'),
            Some('[') => Some(']'),
            _ => None,
        };
        let (value, after) = match closing {
            Some(closing) => value[1..]
                .split_once(closing)
                .ok_or_else(|| format!("{name}: `{closing}` is missing at the end"))?,
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        keys.push((name, value));
        rest = after.trim_start();
    }
    Ok(keys)
}

fn lattice(lines: &Lines<'_>, value: &str) -> Result<[[f64; 3]; 3], Fault> {
    let words: Vec<&str> = value.split([' ', '\t', ',']).filter(|word| !word.is_empty()).collect();
    if words.len() != 9 {
        return Err(lines.fault(format!("Lattice: expected nine numbers, found {}", words.len())));
    }
    let mut lattice = [[0.0; 3]; 3];
    for (index, word) in words.into_iter().enumerate() {
        lattice[index / 3][index % 3] = lines.number(word, format_args!("Lattice, number {}", index + 1))?;
    }
    Ok(lattice)
}

fn flags(value: &str) -> Option<[bool; 3]> {
    let words = value.split([' ', ',']).filter(|word| !word.is_empty());
    let flags: Option<Vec<bool>> = words
        .map(|word| match word.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" => Some(true),
            "f" | "false" | "0" => Some(false),
            _ => None,
        })
        .collect();
    flags?.try_into().ok()
}

fn columns(properties: &str) -> Result<Columns, String> {
    let (mut species, mut position, mut at) = (None, None, 0);
    let fields: Vec<&str> = properties.split(':').collect();
    for field in fields.chunks(3) {
        let &[name, kind, width] = field else {
            return Err(format!("Properties: expected name:type:columns, found `{}`", field.join(":")));
        };
        let width: usize = width.parse().map_err(|_| format!("Properties: {name} has `{width}` columns"))?;
        match (name.to_ascii_lowercase().as_str(), kind, width) {
            ("species", "S", 1) => species = Some(at),
            ("z", "I", 1) => species = species.or(Some(at)),
            ("pos", "R", 3) => position = Some(at),
            ("species" | "pos", ..) => {
                return Err(format!("Properties: {name}:{kind}:{width} makes no sense here"));
            }
            _ => {}
        }
        at += width;
    }
    let missing = |name: &str| format!("Properties: {name} is missing in `{properties}`");
    Ok(Columns {
        species: species.ok_or_else(|| missing("species:S:1"))?,
        position: position.ok_or_else(|| missing("pos:R:3"))?,
        count: at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Structure, Fault> {
        parse(&mut Lines::new(text))
    }

    #[test]
    fn plain_xyz_is_a_molecule() {
        let water = read("2\nan ion\nO 0 0 0\nH 0.96 0 0\n").unwrap();
        assert_eq!((water.title.as_str(), water.lattice, water.periodic), ("an ion", None, [false; 3]));
        assert_eq!(water.positions[1], [0.96, 0.0, 0.0]);
    }

    #[test]
    fn properties_move_the_columns() {
        let text = "1\nProperties=tag:I:1:pos:R:3:force:R:3:species:S:1 Lattice=\"1 0 0 0 2 0 0 0 3\" pbc='T T F'\n7 1 2 3 0 0 0 Xe\n";
        let structure = read(text).unwrap();
        assert_eq!((structure.species[0].as_str(), structure.positions[0]), ("Xe", [1.0, 2.0, 3.0]));
        assert_eq!((structure.lattice.unwrap()[1][1], structure.periodic), (2.0, [true, true, false]));
    }

    #[test]
    fn faults_name_the_line() {
        for (text, line, part) in [
            ("two\n", 1, "number of atoms, found `two`"),
            ("2\n\nH 0 0 0\n", 4, "atom 2 of 2"),
            ("1\n\nH 0 0 nan\n", 3, "position, z: expected a number, found `nan`"),
            ("1\n\nH 0 0\n", 3, "expected 4 columns, found 3"),
            ("1\nLattice=\"1 0 0\"\nH 0 0 0\n", 2, "nine numbers, found 3"),
            ("1\nLattice=\"1 0 0 0 1 0 0 0 1\nH 0 0 0\n", 2, "`\"` is missing"),
            ("1\npbc=\"T T T\"\nH 0 0 0\n", 2, "no Lattice"),
            ("1\nProperties=pos:R:3\n0 0 0\n", 2, "species:S:1 is missing"),
        ] {
            let (at, message) = read(text).unwrap_err();
            assert_eq!(at, line, "{text}");
            assert!(message.contains(part), "{message}");
        }
    }
}
