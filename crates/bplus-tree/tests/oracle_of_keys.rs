//! As `oracle`, with every kind of key: a program of its own, for it takes as long to compile.

mod common;

use bplus_tree::{Auto, Counted, Nodes};
use common::run;

#[test]
fn keys_with_heads() {
    run::<Box<str>, Nodes<2, 3>>(20, 300, 200);
    run::<Box<str>, Nodes<4, 4, true>>(20, 300, 500);
    run::<Box<str>, Auto>(10, 300, 2000);
    run::<Vec<u8>, Nodes<2, 3, true>>(20, 300, 60);
    run::<Vec<u8>, Nodes<5, 4>>(20, 300, 500);
    run::<Vec<u8>, Auto>(10, 300, 2000);
    run::<std::sync::Arc<[u8]>, Nodes<4, 4>>(20, 300, 300);
    run::<std::sync::Arc<[u8]>, Counted>(10, 300, 1200);
    run::<&str, Nodes<4, 4>>(20, 300, 500);
    run::<&str, Auto>(10, 300, 2000);
}

#[test]
fn every_primitive() {
    run::<u8, Nodes<4, 4>>(5, 200, 100);
    run::<u16, Nodes<20, 5>>(5, 200, 400);
    run::<u128, Nodes<5, 4>>(5, 200, 400);
    run::<usize, Nodes<40, 4>>(5, 200, 400);
    run::<i8, Nodes<4, 4>>(5, 200, 100);
    run::<i16, Nodes<33, 40>>(5, 200, 4000);
    run::<i32, Nodes<17, 40>>(5, 200, 4000);
    run::<isize, Nodes<9, 4>>(5, 200, 400);
}
