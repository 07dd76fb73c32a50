//! The node core by itself: elements of all shapes.

use crate::shared::{Block, Local};

#[repr(align(64))]
#[derive(Clone, Debug, PartialEq)]
struct Aligned(u8);

fn edits<A: Clone + PartialEq + core::fmt::Debug, B: Clone + PartialEq + core::fmt::Debug>(a: A, b: B) {
    let mut node = Block::<(), A, B, Local, false>::with_capacity(3, ());
    let mut own = node.make_mut();
    own.push(a.clone(), b.clone());
    own.insert(0, a.clone(), b.clone());
    own.push(a.clone(), b.clone());
    own.reserve(9);
    let other = node.clone();
    assert!(node.get_mut().is_none());
    assert_eq!(node.make_mut().remove(1), (a.clone(), b.clone()));
    assert_eq!(
        (node.len(), other.len(), other.a(), other.b().last()),
        (2, 3, &[a.clone(), a.clone(), a][..], Some(&b))
    );
    assert_eq!(other.into_elements().next_back().unwrap().1, b);
    assert!(node.a().as_ptr().is_aligned() && node.b().as_ptr().is_aligned());
}

#[test]
fn all_sorts_of_elements() {
    edits((), ());
    edits(1_u8, Aligned(3));
    edits(Aligned(1), 2_u16);
    edits([7_u64; 100], alloc::string::String::from("text"));
    edits((), Aligned(9));
}
