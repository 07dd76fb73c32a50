//! A saved tree, read or mapped: every count, offset and id is checked before it is used.
#![cfg_attr(
    feature = "mmap",
    allow(unsafe_code, reason = "mapping a file asks its caller that nobody changes it")
)]

use std::io::Read;

use simd_kernels::panel::{LANES, Lanes};

use super::save::{ALIGN, HEADER, MAGIC, SECTIONS, checksum, padding};
use super::topology::Node;
use super::{CoverTree, NO_SLOT, TreePanels};
use crate::metric::{Blocks, Metric};
use crate::panels::{Layout, Panels};
use crate::scan::check_points;
use crate::storage::Storage;
#[cfg(feature = "mmap")]
use crate::storage::{Mapped, Stored};
use crate::{Bitmap, Error, Points, Rows, Scalar};

/// The largest piece that is read before the next allocation, so that a false length cannot ask for all memory.
const PIECE: usize = 1 << 20;

impl<T: Scalar, M: Metric<[T]>> CoverTree<Rows<T>, M> {
    /// Reads a tree that [`CoverTree::save`] wrote, under the same metric.
    ///
    /// Every offset, id and checksum is checked, so damaged bytes are an error and never a crash; distances are not
    /// recomputed ([`CoverTree::validate`] does that).
    ///
    /// # Errors
    /// [`Error::Corrupt`] naming the part that does not fit, [`Error::Io`], and what [`Rows::new`] refuses.
    pub fn load(mut from: impl Read, metric: M) -> Result<Self, Error> {
        let mut bytes = vec![0_u64; HEADER];
        read_exact(&mut from, bytemuck::cast_slice_mut(&mut bytes))?;
        let header = Header::new::<T>(&bytes)?;
        let values = read(&mut from, &header, 0)?;
        let points = Rows::new(values, header.dimension)?;
        if points.len() != header.points {
            return Err(Error::Corrupt { part: "number of points" });
        }
        check_points(&points, &metric)?;
        let indices = read(&mut from, &header, 1)?.into();
        let slots = read(&mut from, &header, 2)?.into();
        let nodes = read(&mut from, &header, 3)?;
        let layout: Vec<f64> = read(&mut from, &header, 4)?;
        let mut lanes = |section| -> Result<Storage<Lanes>, Error> {
            let floats: Vec<f32> = read(&mut from, &header, section)?;
            Ok(floats.as_chunks::<LANES>().0.iter().copied().map(Lanes).collect::<Vec<_>>().into())
        };
        let panels = [lanes(5)?, lanes(6)?];
        Self::assemble(&header, metric, points, [indices, slots], &nodes, &layout, panels)
    }

    /// Maps the file of a tree that [`CoverTree::save`] wrote, under the same metric.
    ///
    /// Points and panels stay in the file and come into memory as searches touch them; several processes share them.
    /// Nodes and index tables are read and checked at once, the checksums of points and panels are not: whatever
    /// stands there makes answers wrong, and nothing worse. Insertions and removals copy what they change.
    ///
    /// # Errors
    /// As [`CoverTree::load`], but that points are not looked at.
    ///
    /// # Safety
    /// - Nobody writes to the file, truncates or replaces its contents in place, while this tree or a clone of it lives;
    ///   not in another process either. (Writing a new file and renaming it over this one is no such change.)
    #[cfg(feature = "mmap")]
    pub unsafe fn open_mapped(path: impl AsRef<std::path::Path>, metric: M) -> Result<Self, Error> {
        let file = std::fs::File::open(path)?;
        // SAFETY: the caller guarantees that the file does not change while the map lives, which the tree and its clones
        // hold and nothing else does.
        let map = unsafe { memmap2::Mmap::map(&file)? };
        Self::from_map(std::sync::Arc::new(map), metric)
    }

    #[cfg(feature = "mmap")]
    fn from_map(file: std::sync::Arc<memmap2::Mmap>, metric: M) -> Result<Self, Error> {
        fn words(bytes: &[u8]) -> Result<&[u64], Error> {
            u64::view(bytes).ok_or(Error::Corrupt { part: "alignment" })
        }
        fn part<V: Stored>(
            file: &std::sync::Arc<memmap2::Mmap>,
            header: &Header,
            section: usize,
        ) -> Result<Storage<V>, Error> {
            let damaged = Error::Corrupt { part: SECTIONS[section] };
            let bytes = header.place(section)?;
            let mapped = Mapped::new(file.clone(), bytes).ok_or(damaged)?;
            Ok(Storage::Mapped(mapped))
        }
        let start = file.get(..HEADER * 8).ok_or(Error::Corrupt { part: "length" })?;
        let header = Header::new::<T>(words(start)?)?;
        let copy = |section| -> Result<Vec<u64>, Error> {
            let bytes = file.get(header.place(section)?).ok_or(Error::Corrupt { part: "length" })?;
            header.verify(section, bytes)?;
            Ok(words(bytes)?.to_vec())
        };
        let points = Rows::from_storage(part(&file, &header, 0)?, header.dimension, header.points);
        let tables = [part(&file, &header, 1)?, part(&file, &header, 2)?];
        for (section, table) in [1, 2].into_iter().zip(&tables) {
            header.verify(section, bytemuck::cast_slice::<u32, u8>(table))?;
        }
        let (nodes, layout) = (copy(3)?, copy(4)?);
        let panels = [part(&file, &header, 5)?, part(&file, &header, 6)?];
        let nodes = nodes.as_chunks().0;
        Self::assemble(&header, metric, points, tables, nodes, bytemuck::cast_slice(&layout), panels)
    }

    /// The tree of checked sections, if they fit one another and the metric.
    fn assemble(
        header: &Header,
        metric: M,
        points: Rows<T>,
        [indices, slots]: [Storage<u32>; 2],
        nodes: &[[u64; 3]],
        layout: &[f64],
        panels: [Storage<Lanes>; 2],
    ) -> Result<Self, Error> {
        let nodes: Vec<Node> = nodes.iter().copied().map(Node::from_words).collect();
        let mut tree = Self::from_tables(points, metric, nodes, [indices, slots], header.indexed)?;
        if tree.nodes.is_empty() || !matches!(tree.metric.blocks(), Blocks::Image(_)) {
            return Ok(tree);
        }
        let wrong = Error::Corrupt { part: "layout, or another metric" };
        let numbered = tree.number_panels();
        let first = tree.points.point(numbered.leaves[0] as usize);
        let Blocks::Image(image) = tree.metric.blocks() else {
            unreachable!("it is an image's metric, by the above")
        };
        let layout = Layout::from_words(layout, image.norm(), image.dimension(first)).ok_or(wrong.clone())?;
        let rows = layout.rows();
        let whole = [&numbered.leaves, &numbered.centres]
            .into_iter()
            .zip(&panels)
            .all(|(slots, lanes)| lanes.len() == slots.len() / LANES * rows);
        let [leaves, centres] = panels.map(|lanes| Panels::from_parts(layout.clone(), lanes));
        if !whole || !leaves.begin_with(&tree.metric, first) {
            return Err(wrong);
        }
        let radii = numbered.radii(&layout);
        tree.blocks = Some(TreePanels { leaves, centres, radii });
        Ok(tree)
    }
}

#[cfg(feature = "serde")]
impl<S, M> CoverTree<S, M> {
    /// What [`CoverTree::from_parts`] takes.
    #[expect(clippy::type_complexity, reason = "a list of parts that has no other use")]
    pub(crate) fn parts(&self) -> (&S, &M, Vec<[u64; 3]>, [&[u32]; 2], usize) {
        let nodes = self.nodes.iter().map(|node| node.to_words()).collect();
        (&self.points, &self.metric, nodes, [&self.indices, &self.slots], self.indexed)
    }
}

#[cfg(feature = "serde")]
impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// A tree of parts from outside, with panels made anew.
    pub(crate) fn from_parts(
        points: S,
        metric: M,
        nodes: &[[u64; 3]],
        tables: [Vec<u32>; 2],
        indexed: usize,
    ) -> Result<Self, Error> {
        check_points(&points, &metric)?;
        let nodes = nodes.iter().copied().map(Node::from_words).collect();
        let mut tree = Self::from_tables(points, metric, nodes, tables.map(Storage::from), indexed)?;
        tree.pack();
        Ok(tree)
    }
}

impl<S: Points, M: Metric<S::Point>> CoverTree<S, M> {
    /// A tree without panels, of tables from outside that are checked here.
    fn from_tables(
        points: S,
        metric: M,
        nodes: Vec<Node>,
        [indices, slots]: [Storage<u32>; 2],
        indexed: usize,
    ) -> Result<Self, Error> {
        if points.len() != indices.len() || indexed > indices.len() || slots.len() >= NO_SLOT as usize {
            return Err(Error::Corrupt { part: "number of points" });
        }
        check_tables(&indices, &slots)?;
        check_nodes(&nodes, indexed)?;
        let gone = indices.iter().filter(|&&index| slots[index as usize] == NO_SLOT).copied();
        let (removed, removed_count) = (gone.clone().collect::<Bitmap>(), gone.count());
        let mut tree =
            Self { points, metric, nodes, indices, slots, indexed, removed, removed_count, blocks: None };
        tree.spread_index_min();
        Ok(tree)
    }
}

/// The header, checked.
struct Header {
    dimension: usize,
    points: usize,
    indexed: usize,
    /// Bytes of each section.
    bytes: [usize; SECTIONS.len()],
    checksums: [u64; SECTIONS.len()],
}

impl Header {
    fn new<T: Scalar>(words: &[u64]) -> Result<Self, Error> {
        let corrupt = |part| Error::Corrupt { part };
        let (body, sum) = (&words[..HEADER - 1], words[HEADER - 1]);
        if words[0] != MAGIC {
            return Err(corrupt("magic number"));
        }
        if checksum(bytemuck::cast_slice(body)) != sum {
            return Err(corrupt("header"));
        }
        if words[1] != u64::from(T::TAG) {
            return Err(corrupt("scalar type"));
        }
        let mut counts = [0; 8];
        for (count, &word) in counts.iter_mut().zip(&words[2..10]) {
            *count = usize::try_from(word).ok().filter(|&n| n < usize::MAX >> 8).ok_or(corrupt("counts"))?;
        }
        let [dimension, points, end, indexed, nodes, layout, leaves, centres] = counts;
        let values =
            dimension.checked_mul(points).filter(|&n| n < usize::MAX >> 8).ok_or(corrupt("counts"))?;
        if points >= NO_SLOT as usize || nodes >= NO_SLOT as usize {
            return Err(corrupt("counts"));
        }
        let lane = size_of::<Lanes>();
        let bytes = [
            values * size_of::<T>(),
            4 * points,
            4 * end,
            24 * nodes,
            8 * layout,
            lane * leaves,
            lane * centres,
        ];
        let checksums = words[10..17].try_into().expect("there are seven sections");
        Ok(Self { dimension, points, indexed, bytes, checksums })
    }

    fn verify(&self, section: usize, bytes: &[u8]) -> Result<(), Error> {
        let right = checksum(bytes) == self.checksums[section];
        if right { Ok(()) } else { Err(Error::Corrupt { part: SECTIONS[section] }) }
    }

    /// Where a section stands in the file.
    #[cfg(feature = "mmap")]
    fn place(&self, section: usize) -> Result<std::ops::Range<usize>, Error> {
        let header = (HEADER * 8).next_multiple_of(ALIGN);
        let start = self.bytes[..section]
            .iter()
            .try_fold(header, |at, bytes| at.checked_add(bytes + padding(*bytes)));
        let range = start.and_then(|start| Some(start..start.checked_add(self.bytes[section])?));
        range.ok_or(Error::Corrupt { part: "counts" })
    }
}

fn check_tables(indices: &[u32], slots: &[u32]) -> Result<(), Error> {
    let both_ways = indices.iter().enumerate().all(|(slot, &index)| {
        slots.get(index as usize).is_some_and(|&back| back == slot as u32 || back == NO_SLOT)
    });
    let known = slots
        .iter()
        .enumerate()
        .all(|(index, &slot)| slot == NO_SLOT || indices.get(slot as usize) == Some(&(index as u32)));
    if both_ways && known { Ok(()) } else { Err(Error::Corrupt { part: "index table" }) }
}

fn check_nodes(nodes: &[Node], indexed: usize) -> Result<(), Error> {
    let fits = |(id, node): (usize, &Node)| {
        let range = node.range();
        let end = if node.is_leaf() { indexed } else { nodes.len() };
        // Children come after their parent, so no walk can be caught in a circle.
        let forward = node.is_leaf() || range.start > id;
        !range.is_empty()
            && range.end <= end
            && forward
            && (node.centre as usize) < indexed
            && node.radius >= 0.0
    };
    let whole = nodes.is_empty() == (indexed == 0);
    if whole && nodes.iter().enumerate().all(fits) { Ok(()) } else { Err(Error::Corrupt { part: "nodes" }) }
}

/// Reads a section and the zeros after it.
fn read<V: bytemuck::Pod>(from: &mut impl Read, header: &Header, section: usize) -> Result<Vec<V>, Error> {
    let count = header.bytes[section] / size_of::<V>();
    let mut values: Vec<V> = Vec::new();
    while values.len() < count {
        let start = values.len();
        values.resize(count.min(start + PIECE), V::zeroed());
        read_exact(from, bytemuck::cast_slice_mut(&mut values[start..]))?;
    }
    header.verify(section, bytemuck::cast_slice(&values))?;
    read_exact(from, &mut [0; ALIGN][..padding(header.bytes[section])])?;
    Ok(values)
}

fn read_exact(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), Error> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Error::Corrupt { part: "length" },
        _ => Error::from(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Euclidean, Index};

    fn saved() -> Vec<u8> {
        let values = (0..900).map(|i| (f64::from(i) * 0.37).sin() as f32).collect();
        let mut tree = CoverTree::new(Rows::new(values, 3).unwrap(), Euclidean).unwrap();
        tree.insert(&[0.5, 0.25, 0.125]).unwrap();
        tree.remove(7).unwrap();
        let mut bytes = Vec::new();
        tree.save(&mut bytes).unwrap();
        bytes
    }

    /// Changes a word of the header and makes the checksum fit again, as an attacker would.
    fn forge(bytes: &mut [u8], word: usize, value: u64) {
        bytes[8 * word..][..8].copy_from_slice(&value.to_le_bytes());
        let sum = checksum(&bytes[..8 * (HEADER - 1)]);
        bytes[8 * (HEADER - 1)..][..8].copy_from_slice(&sum.to_le_bytes());
    }

    fn load(bytes: &[u8]) -> Result<CoverTree<Rows<f32>, Euclidean>, Error> {
        CoverTree::load(bytes, Euclidean)
    }

    /// The same bytes through a map.
    #[cfg(feature = "mmap")]
    fn open(bytes: &[u8]) -> Result<CoverTree<Rows<f32>, Euclidean>, Error> {
        let mut map = memmap2::MmapMut::map_anon(bytes.len().max(1)).unwrap();
        map[..bytes.len()].copy_from_slice(bytes);
        CoverTree::from_map(std::sync::Arc::new(map.make_read_only().unwrap()), Euclidean)
    }

    #[cfg(not(feature = "mmap"))]
    fn open(bytes: &[u8]) -> Result<CoverTree<Rows<f32>, Euclidean>, Error> {
        load(bytes)
    }

    #[test]
    fn forged_counts_are_refused() {
        let whole = saved();
        for word in 2..10 {
            let right = u64::from_le_bytes(whole[8 * word..][..8].try_into().unwrap());
            for value in [0, 1, right - 1, right + 1, 2 * right, u64::from(u32::MAX), 1 << 61, u64::MAX] {
                let mut bytes = whole.clone();
                forge(&mut bytes, word, value);
                // Fewer indexed slots, or another centre's panel, may still be a tree: then it must answer.
                for tree in [load(&bytes), open(&bytes)].into_iter().flatten() {
                    assert!(tree.knn(&[0.0; 3], 4).unwrap().len() <= 4);
                }
            }
        }
    }

    #[test]
    fn forged_tables_and_nodes_are_refused_or_harmless() {
        let whole = saved();
        let counts: Vec<usize> = (2..10)
            .map(|word| u64::from_le_bytes(whole[8 * word..][..8].try_into().unwrap()) as usize)
            .collect();
        let lane = size_of::<Lanes>();
        let sizes = [4 * counts[0] * counts[1], 4 * counts[1], 4 * counts[2], 24 * counts[4], 8 * counts[5]]
            .into_iter()
            .chain([lane * counts[6], lane * counts[7]]);
        let mut start = (8 * HEADER).next_multiple_of(ALIGN);
        for (section, size) in sizes.enumerate() {
            for at in (start..start + size).step_by((size / 150).max(1)) {
                for change in [0xff, 0x80, 0x01] {
                    let mut bytes = whole.clone();
                    bytes[at] ^= change;
                    let damaged = Error::Corrupt { part: SECTIONS[section] };
                    assert_eq!(load(&bytes).map(|_| ()), Err(damaged));
                    let sum = checksum(&bytes[start..start + size]);
                    forge(&mut bytes, 10 + section, sum);
                    for tree in [load(&bytes), open(&bytes)].into_iter().flatten() {
                        let _ = (tree.knn(&[0.0; 3], 4), tree.all_knn(2), tree.validate());
                    }
                }
            }
            start += size + padding(size);
        }
        assert_eq!(start, whole.len());
    }

    #[test]
    fn files_that_end_early_are_refused() {
        let whole = saved();
        for end in (0..whole.len()).step_by(37) {
            assert!(matches!(load(&whole[..end]), Err(Error::Corrupt { .. })), "{end} bytes");
            assert!(matches!(open(&whole[..end]), Err(Error::Corrupt { .. })), "{end} bytes");
        }
    }
}
