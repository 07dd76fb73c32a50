//! What a search found: [`Marks`], the counted rows in chunks and where each row begins.

use crate::chunk::Chunk;
use crate::{Buffers, Error, memory, parallel};

/// The hits of all rows.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) offsets: Vec<usize>,
}

impl Marks {
    /// No row; memory is kept.
    pub(crate) fn clear(&mut self) {
        self.chunks.iter_mut().for_each(Chunk::clear);
        self.offsets.clear();
    }

    pub(crate) fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// The number of hits.
    pub(crate) fn pairs(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Takes over the hits of `other`, in the memory of this.
    pub(crate) fn copy_from(&mut self, other: &Self) -> Result<(), Error> {
        self.chunks.resize_with(other.chunks.len(), Chunk::default);
        for (chunk, other) in self.chunks.iter_mut().zip(&other.chunks) {
            chunk.copy_from(other)?;
        }
        memory::copy(&mut self.offsets, &other.offsets)
    }

    /// Lets `work` count the rows of every chunk, and sums the counts.
    pub(crate) fn for_each_chunk(
        &mut self,
        threads: usize,
        work: impl Fn(&mut Chunk) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        parallel::try_for_each(threads, self.chunks.iter_mut(), work)?;
        let rows = self.chunks.iter().map(|chunk| chunk.counts.len()).sum::<usize>();
        self.offsets.clear();
        memory::reserve_exact(&mut self.offsets, rows + 1)?;
        self.offsets.push(0);
        let mut sum = 0;
        for &count in self.chunks.iter().flat_map(|chunk| &chunk.counts) {
            sum += count as usize;
            self.offsets.push(sum);
        }
        Ok(())
    }

    /// Each chunk with its part of the arrays.
    pub(crate) fn divide<'a>(&self, buffers: Buffers<'a>) -> impl Iterator<Item = (&Chunk, Buffers<'a>)> {
        let mut rest = buffers;
        self.chunks.iter().filter(|chunk| !chunk.rows.is_empty()).map(move |chunk| {
            let pairs = self.offsets[chunk.rows.end] - self.offsets[chunk.rows.start];
            let (own, others) = core::mem::take(&mut rest).split_at(pairs);
            rest = others;
            (chunk, own)
        })
    }
}
