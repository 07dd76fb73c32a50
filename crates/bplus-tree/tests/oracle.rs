//! Operation lists on maps of many key types and node sizes, against std's `BTreeMap`, validated after every step.

mod common;

use bplus_tree::{Auto, Counted, Nodes, Shape};
use common::{Key, Opaque, Pair, run};

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
