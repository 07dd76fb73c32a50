//! A tree as bytes: what `save` writes, `load` reads.
//!
//! ```text
//! magic, scalar tag, dimension, points, indices ever given, indexed slots, nodes     eight little-endian u64
//! points | indices | slots | nodes                                                   little-endian arrays
//! ```
//! Panels are not saved: they are a copy of the points, and packing them is a small part of what a build costs.

use std::io::{Read, Write};

use super::topology::Node;
use super::{CoverTree, NO_SLOT};
use crate::metric::Metric;
use crate::scan::check_points;
use crate::{Bitmap, Error, Points, Rows, Scalar};

/// The first word, with the version of the format.
const MAGIC: u64 = u64::from_le_bytes(*b"covtree1");

/// The largest piece that is read before the next allocation, so that a false length cannot ask for all memory.
const PIECE: usize = 1 << 20;

impl<T: Scalar, M: Metric<[T]>> CoverTree<Rows<T>, M> {
    /// Writes the tree; the metric is not written, and [`CoverTree::load`] takes it again.
    ///
    /// # Errors
    /// [`Error::Io`] if writing fails.
    ///
    /// # Examples
    /// ```
    /// use cover_tree::{CoverTree, Euclidean, Index, Rows};
    ///
    /// let tree = CoverTree::new(Rows::new(vec![1.0_f32, 2.0, 4.0], 1)?, Euclidean)?;
    /// let mut bytes = Vec::new();
    /// tree.save(&mut bytes)?;
    /// let loaded = CoverTree::<Rows<f32>, _>::load(&bytes[..], Euclidean)?;
    /// assert_eq!(loaded.knn(&[3.9], 1)?, tree.knn(&[3.9], 1)?);
    /// # Ok::<(), cover_tree::Error>(())
    /// ```
    pub fn save(&self, mut to: impl Write) -> Result<(), Error> {
        let header = [
            MAGIC,
            u64::from(T::TAG),
            self.points.dimension() as u64,
            self.indices.len() as u64,
            self.slots.len() as u64,
            self.indexed as u64,
            self.nodes.len() as u64,
            0,
        ];
        write_array(&mut to, &header)?;
        write_array(&mut to, self.points.values())?;
        write_array(&mut to, &self.indices)?;
        write_array(&mut to, &self.slots)?;
        let nodes: Vec<[u64; 3]> = self.nodes.iter().map(|node| node.to_words()).collect();
        write_array(&mut to, &nodes)
    }

    /// Reads a tree that [`CoverTree::save`] wrote, under the same metric.
    ///
    /// Every offset and id is checked, so damaged bytes are an error and never a crash; distances are not recomputed
    /// ([`CoverTree::validate`] does that).
    ///
    /// # Errors
    /// [`Error::Corrupt`] naming the part that does not fit, [`Error::Io`], and what [`Rows::new`] refuses.
    pub fn load(mut from: impl Read, metric: M) -> Result<Self, Error> {
        let [magic, tag, dimension, len, end, indexed, node_count, _] =
            <[u64; 8]>::try_from(read_array(&mut from, 8)?).expect("eight words were asked for");
        if magic != MAGIC {
            return Err(Error::Corrupt { part: "magic number" });
        }
        if tag != u64::from(T::TAG) {
            return Err(Error::Corrupt { part: "scalar type" });
        }
        let size = |value: u64, part| {
            usize::try_from(value).ok().filter(|&n| n < NO_SLOT as usize).ok_or(Error::Corrupt { part })
        };
        let (dimension, len) = (size(dimension, "dimension")?, size(len, "number of points")?);
        let (end, indexed) = (size(end, "number of indices")?, size(indexed, "number of indexed points")?);
        let count = dimension.checked_mul(len).ok_or(Error::Corrupt { part: "number of values" })?;
        let points = Rows::new(read_array(&mut from, count)?, dimension)?;
        if points.len() != len || indexed > len {
            return Err(Error::Corrupt { part: "number of points" });
        }
        check_points(&points, &metric)?;
        let indices: Vec<u32> = read_array(&mut from, len)?;
        let slots: Vec<u32> = read_array(&mut from, end)?;
        let words: Vec<[u64; 3]> = read_array(&mut from, size(node_count, "number of nodes")?)?;
        let nodes: Vec<Node> = words.into_iter().map(Node::from_words).collect();
        check_tables(&indices, &slots)?;
        check_nodes(&nodes, indexed)?;
        let gone = indices.iter().filter(|&&index| slots[index as usize] == NO_SLOT).copied();
        let removed: Bitmap = gone.clone().collect();
        let removed_count = gone.count();
        let mut tree =
            Self { points, metric, nodes, indices, slots, indexed, removed, removed_count, blocks: None };
        tree.spread_index_min();
        tree.pack();
        Ok(tree)
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

/// Writes values as they lie in memory, which on every supported machine is little-endian.
fn write_array<V: bytemuck::Pod>(to: &mut impl Write, values: &[V]) -> Result<(), Error> {
    const { assert!(cfg!(target_endian = "little"), "the format is little-endian") };
    Ok(to.write_all(bytemuck::cast_slice(values))?)
}

fn read_array<V: bytemuck::Pod>(from: &mut impl Read, count: usize) -> Result<Vec<V>, Error> {
    let mut values: Vec<V> = Vec::new();
    while values.len() < count {
        let start = values.len();
        values.resize(count.min(start + PIECE), V::zeroed());
        from.read_exact(bytemuck::cast_slice_mut(&mut values[start..])).map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::UnexpectedEof => Error::Corrupt { part: "length" },
                _ => Error::from(error),
            }
        })?;
    }
    Ok(values)
}
