//! An undo/redo text buffer on `Vector`, opened on a real file: every state is kept, and costs a few kilobytes.
//!
//! `cargo run --release -p persistent-collections --example text_buffer [FILE]`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use persistent_collections::{Footprint, Stack, Vector};

/// Text, and all that it was before.
#[derive(Default)]
struct Buffer {
    text: Vector<u8>,
    undo: Stack<Vector<u8>>,
    redo: Stack<Vector<u8>>,
}

impl Buffer {
    fn open(path: &str) -> std::io::Result<Self> {
        Ok(Self { text: std::fs::read(path)?.into(), ..Self::default() })
    }

    /// Replaces the bytes in `range`, and remembers how it was.
    fn edit(&mut self, range: std::ops::Range<usize>, with: &str) {
        self.undo.push(self.text.clone());
        self.redo.clear();
        drop(self.text.splice(range, with.bytes()));
    }

    fn undo(&mut self) -> bool {
        let Some(before) = self.undo.pop() else { return false };
        self.redo.push(std::mem::replace(&mut self.text, before));
        true
    }

    fn redo(&mut self) -> bool {
        let Some(after) = self.redo.pop() else { return false };
        self.undo.push(std::mem::replace(&mut self.text, after));
        true
    }
}

fn main() -> std::io::Result<()> {
    let path = std::env::args()
        .nth(1)
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs").to_owned());
    let mut buffer = Buffer::open(&path)?;
    let opened = buffer.text.clone();
    println!("{path}: {} bytes", opened.len());

    let start = Instant::now();
    let edits = 1000;
    for i in 0..edits {
        let at = i * 7919 % (buffer.text.len() + 1);
        buffer.edit(at..at, "edited ");
    }
    println!("{edits} edits, {:.1} µs each", start.elapsed().as_secs_f64() * 1e6 / edits as f64);

    let mut footprint = Footprint::default();
    footprint.add(&buffer.text);
    buffer.undo.iter().for_each(|version| footprint.add(version));
    println!(
        "{} versions in {} kB, {} B a version",
        edits + 1,
        footprint.total() / 1000,
        footprint.total() / (edits + 1)
    );
    println!("from the file to now: {} edits by diff", opened.diff(&buffer.text).len());

    while buffer.undo() {}
    assert_eq!(buffer.text, opened);
    while buffer.redo() {}
    assert_eq!(buffer.text.len(), opened.len() + edits * "edited ".len());
    println!("undone and redone");
    Ok(())
}
