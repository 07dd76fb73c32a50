//! Operation lists on maps of many key types and node sizes, against std's `BTreeMap`, validated after every step.

mod common;

use bplus_tree::{Auto, Counted, Nodes, Shape};
use common::{Choices, Key, Opaque, Pair, scale};

/// Runs `lists` operation lists of `steps` steps over keys below `space`.
fn run<K: Key, S: Shape>(lists: u64, steps: u32, space: u32) {
    for seed in 0..lists * scale() {
        let mut choices = Choices(seed);
        let mut pair = Pair::<K, u32, S>::new();
        for step in 0..steps {
            let name = pair.step(&mut choices, space);
            pair.check(&format!("step {step} of seed {seed}, {name}"));
        }
    }
}

#[test]
fn least_nodes() {
    run::<u64, Nodes<2, 3>>(40, 300, 60);
    run::<u64, Nodes<2, 3, true>>(40, 300, 300);
    run::<Opaque, Nodes<2, 3>>(40, 300, 60);
    run::<String, Nodes<2, 3, true>>(20, 300, 200);
}

#[test]
fn nodes_of_four() {
    run::<u64, Nodes<4, 4>>(40, 400, 100);
    run::<u32, Nodes<4, 4>>(20, 400, 1000);
    run::<i64, Nodes<4, 4, true>>(40, 400, 500);
    run::<Opaque, Nodes<4, 4>>(40, 400, 500);
    run::<String, Nodes<4, 4>>(20, 400, 500);
    run::<Box<u32>, Nodes<4, 4, true>>(20, 400, 500);
}

#[test]
fn usual_nodes() {
    run::<u64, Auto>(10, 300, 2000);
    run::<u64, Counted>(10, 300, 2000);
    run::<Opaque, Auto>(10, 300, 2000);
    run::<String, Auto>(5, 300, 2000);
    run::<[u8; 16], Auto>(5, 300, 2000);
    run::<(u32, u32), Counted>(5, 300, 2000);
}

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

/// Growth and decay to three levels of usual nodes, in several orders, validated now and then.
#[test]
fn grow_and_shrink() {
    fn run<K: Key, S: Shape>(n: u32) {
        let orders: [fn(u32, u32) -> u32; 3] =
            [|i, _| i, |i, n| n - 1 - i, |i, n| ((u64::from(i) * 7919) % u64::from(n)) as u32];
        for insertion in orders {
            for removal in orders {
                let mut pair = Pair::<K, u32, S>::new();
                for i in 0..n {
                    let key = insertion(i, n);
                    assert_eq!(pair.map.insert(K::of(key), i), pair.model.insert(K::of(key), i));
                }
                pair.check("growth");
                for i in 0..n {
                    let key = K::of(removal(i, n));
                    assert_eq!(pair.map.remove(&key), pair.model.remove(&key));
                    if i % (n / 8) == 0 {
                        pair.check("decay");
                    }
                }
                pair.check("decay to nothing");
            }
        }
    }
    run::<u64, Auto>(9973);
    run::<Opaque, Auto>(9973);
    run::<u32, Counted>(9973);
    run::<Box<str>, Auto>(4973);
    run::<Vec<u8>, Nodes<4, 4>>(1009);
    run::<u64, Nodes<4, 4, true>>(1009);
}
