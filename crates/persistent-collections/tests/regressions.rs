//! Bugs that were, one test each.

use persistent_collections::{HashMap, SmallNodes, Vector};

/// A branch left with an only, underfull child on the right edge was hidden inside by the next join.
#[test]
fn joining_behind_a_lonely_edge() {
    let mut v: Vector<u32, SmallNodes> = (0..64).collect();
    for n in 1..40 {
        v.append((0..n).collect());
        v.pop();
        v.append((0..3).collect());
        v.validate();
    }
}

/// The union of two leaves over several slots made a branch over several slots, and look-ups went astray.
#[test]
fn uniting_leaves_that_cover_several_slots() {
    let base: HashMap<u32, u32> = (0..100).map(|i| (i, i)).collect();
    let (mut a, mut b) = (base.clone(), base);
    (1000..1200).for_each(|i| assert_eq!(a.insert(i, i), None));
    (2000..2200).for_each(|i| assert_eq!(b.insert(i, i), None));
    let union = a.union(&b);
    union.validate();
    assert!((1000..1200).chain(2000..2200).all(|i| union.get(&i) == Some(&i)));
}
