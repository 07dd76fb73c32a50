//! A tree as bytes: what `save` writes, `load` reads and `open_mapped` maps.
//!
//! ```text
//! header      24 little-endian u64: magic with the version, scalar tag, dimension, points, indices ever given, indexed
//!             slots, nodes, numbers of the layout, rows of the leaves' and of the centres' panels, a checksum of each
//!             section, zeros, and a checksum of what stands before it
//! sections    points | indices | slots | nodes | layout | leaves' panels | centres' panels
//! ```
//! Every section begins at a multiple of 64 bytes, as panels must, and ends in zeros. Checksums find damage, not malice;
//! what a reader relies on is checked besides.

use std::io::Write;

use simd_kernels::panel::Lanes;

use super::CoverTree;
use crate::metric::Metric;
use crate::{Error, Rows, Scalar};

/// The first word, with the version of the format.
pub(super) const MAGIC: u64 = u64::from_le_bytes(*b"covtree2");

/// Words of the header.
pub(super) const HEADER: usize = 24;

/// What every section's place is a multiple of.
pub(super) const ALIGN: usize = 64;

/// The sections, in order.
pub(super) const SECTIONS: [&str; 7] =
    ["points", "indices", "slots", "nodes", "layout", "leaves' panels", "centres' panels"];

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
        const { assert!(cfg!(target_endian = "little"), "the format is little-endian") };
        let nodes: Vec<[u64; 3]> = self.nodes.iter().map(|node| node.to_words()).collect();
        let layout = self.blocks.as_ref().map_or(Vec::new(), |panels| panels.leaves.layout.to_words());
        let lanes: [&[Lanes]; 2] =
            self.blocks.as_ref().map_or([&[], &[]], |panels| [&panels.leaves.lanes, &panels.centres.lanes]);
        let sections: [&[u8]; SECTIONS.len()] = [
            bytemuck::cast_slice(self.points.values()),
            bytemuck::cast_slice(&self.indices),
            bytemuck::cast_slice(&self.slots),
            bytemuck::cast_slice(&nodes),
            bytemuck::cast_slice(&layout),
            bytemuck::cast_slice(Lanes::as_floats(lanes[0])),
            bytemuck::cast_slice(Lanes::as_floats(lanes[1])),
        ];
        let counts = [
            self.points.dimension(),
            self.indices.len(),
            self.slots.len(),
            self.indexed,
            nodes.len(),
            layout.len(),
            lanes[0].len(),
            lanes[1].len(),
        ];
        let mut header = [0; HEADER];
        header[..2].copy_from_slice(&[MAGIC, u64::from(T::TAG)]);
        header[2..10].copy_from_slice(&counts.map(|count| count as u64));
        header[10..17].copy_from_slice(&sections.map(checksum));
        header[HEADER - 1] = checksum(bytemuck::cast_slice(&header[..HEADER - 1]));
        to.write_all(bytemuck::cast_slice(&header))?;
        for bytes in sections {
            to.write_all(bytes)?;
            to.write_all(&[0; ALIGN][..padding(bytes.len())])?;
        }
        Ok(())
    }
}

/// Zeros after a section of so many bytes.
pub(super) fn padding(bytes: usize) -> usize {
    bytes.next_multiple_of(ALIGN) - bytes
}

/// Sixty-four bits that a changed byte changes: words are multiplied into four lanes, so that no word waits for the one
/// before it.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(ODD).rotate_left(29);
    let mut lanes = [1_u64, 2, 3, 4];
    let (words, tail) = bytes.as_chunks::<8>();
    let (blocks, rest) = words.as_chunks::<4>();
    for block in blocks {
        for (lane, word) in lanes.iter_mut().zip(block) {
            *lane = mix(*lane, u64::from_le_bytes(*word));
        }
    }
    let sum = lanes.into_iter().fold(bytes.len() as u64, mix);
    let sum = rest.iter().fold(sum, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    tail.iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}
