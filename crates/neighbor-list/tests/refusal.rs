//! Memory that runs out: whichever array is refused, the answer is a typed error, and the same objects serve again.

#![allow(unsafe_code, reason = "a global allocator that refuses")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};

use common::random::liquid;
use common::{Structure, keys};
use neighbor_list::{Batch, Builder, Cell, Error, NeighborList, Search, VerletList, Workspace};

/// Arrays with entries for all atoms or pairs are larger in these tests; what a stencil or a single row takes is not.
const LARGE: usize = 8192;

thread_local! {
    /// Large allocations of this thread that are still granted.
    static GRANTED: std::cell::Cell<usize> = const { std::cell::Cell::new(usize::MAX) };
}

struct Refusing;

// SAFETY: calls are handed on to the system's allocator, or refused by null, as `alloc` may.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE {
            match GRANTED.get() {
                0 => return std::ptr::null_mut(),
                usize::MAX => {}
                granted => GRANTED.set(granted - 1),
            }
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static REFUSING: Refusing = Refusing;

/// Runs `verb` on what `start` gives, with no large allocation granted, then one, and so on in steps that widen, until it
/// succeeds; what was refused must be the error for it, and `check` must find the object as good as before. Gives the
/// number of refusals.
fn refuse_each<S>(
    start: impl Fn() -> S,
    verb: impl Fn(&mut S) -> Result<(), Error>,
    check: impl Fn(&mut S),
) -> usize {
    let steps = std::iter::successors(Some(0), |granted| Some(granted + 1 + granted / 4));
    for (refusals, granted) in steps.enumerate() {
        let mut state = start();
        GRANTED.set(granted);
        let answer = verb(&mut state);
        GRANTED.set(usize::MAX);
        check(&mut state);
        match answer {
            Ok(()) => return refusals,
            Err(Error::OutOfMemory { bytes }) => assert!(bytes >= LARGE / 2, "{bytes} bytes refused"),
            Err(other) => panic!("{other:?} after {granted} allocations"),
        }
    }
    unreachable!("steps do not end");
}

/// In the grid, with wrapped atoms, and in the lattice of a small cell.
fn structures() -> [(Structure, f64); 2] {
    let skewed = Cell::triclinic([[30.0, 0.0, 0.0], [4.0, 30.0, 0.0], [0.0, -3.0, 30.0]]).unwrap();
    [(liquid(1, 2100, skewed), 2.5), (liquid(2, 9, Cell::cubic(4.0).unwrap()), 9.0)]
}

fn builder(cutoff: f64) -> Builder {
    NeighborList::builder(cutoff).shifts().distances().vectors()
}

#[test]
fn builds_and_searches() {
    for (Structure { positions, cell }, cutoff) in structures() {
        let builder = builder(cutoff);
        let expected = builder.build(&positions, &cell).unwrap();
        let build = |(workspace, list): &mut (Workspace, NeighborList)| {
            builder.build_into(&positions, &cell, workspace, list)
        };
        let refusals = refuse_each(Default::default, build, |state| {
            build(state).unwrap();
            assert_eq!(state.1, expected);
        });
        assert!(refusals >= 5, "{refusals} refusals");

        let search = |found: &mut Option<Search>| {
            *found = Some(builder.search(&positions, &cell)?);
            Ok(())
        };
        refuse_each(
            || None,
            search,
            |state| {
                search(state).unwrap();
                assert_eq!(state.as_ref().map(Search::len), Some(expected.len()));
            },
        );
        refuse_each(
            || (),
            |()| builder.build_cutoffs(&positions, &cell, &[0.5 * cutoff, cutoff]).map(|_| ()),
            |()| {},
        );
    }
}

#[test]
fn batches() {
    for (Structure { positions, cell }, cutoff) in structures() {
        let systems = [(&positions[..], &cell); 3];
        let expected = Batch::new(builder(cutoff)).build(&systems).unwrap().clone();
        refuse_each(
            || Batch::new(builder(cutoff)),
            |batch| batch.build(&systems).map(|_| ()),
            |batch| assert_eq!(batch.build(&systems).unwrap(), &expected),
        );
    }
}

#[test]
fn verlet_lists() {
    for (Structure { positions, cell }, cutoff) in structures() {
        let expected = keys(&builder(cutoff).build(&positions, &cell).unwrap());
        let moved: Vec<[f64; 3]> = positions.iter().map(|r| r.map(|x| x + 0.2)).collect();
        let fresh = || VerletList::from_builder(builder(cutoff), 1.0).unwrap();
        let updated = || {
            let mut list = fresh();
            list.update(&positions, &cell).unwrap();
            list
        };
        // Rows that were parted before, and must be parted anew.
        let parted = || {
            let mut list = updated();
            list.rows().unwrap();
            list.update(&moved, &cell).unwrap();
            list
        };
        let check = |list: &mut VerletList| {
            list.update(&positions, &cell).unwrap();
            assert_eq!(keys(list.list().unwrap()), expected);
            let rows = list.rows().unwrap();
            let mut found: Vec<_> = (0..rows.atoms())
                .flat_map(|i| rows.row(i).into_iter().map(move |(j, shift)| (i as u32, j, shift)))
                .collect();
            found.sort_unstable();
            assert_eq!(found, expected);
        };
        let update = |list: &mut VerletList| {
            let answer = list.update(&positions, &cell).map(|_| ());
            if answer.is_err() {
                assert!(list.list().is_ok_and(NeighborList::is_empty), "a list after an error");
            }
            answer
        };
        refuse_each(fresh, update, check);
        refuse_each(updated, |list| list.list().map(|_| ()), check);
        refuse_each(updated, |list| list.candidates().map(|_| ()), check);
        let refusals = refuse_each(updated, |list| list.rows().map(|_| ()), check);
        assert!(refusals >= 5, "{refusals} refusals of rows");
        refuse_each(parted, |list| list.rows().map(|_| ()), check);
    }
}
