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

/// Several changes within one leaf were told as one edit from the first to the last of them.
#[test]
fn changes_within_a_leaf_are_told_apart() {
    let old: Vector<u32> = (0..1000).collect();
    let mut new = old.clone();
    new.set(3, 0);
    new.set(70, 0);
    let ranges = |old: &Vector<u32>, new: &Vector<u32>| {
        old.diff(new).into_iter().map(|edit| (edit.old, edit.new)).collect::<Vec<_>>()
    };
    assert_eq!(ranges(&old, &new), [(3..4, 3..4), (70..71, 70..71)]);
    // One comes and one goes: the leaf is as long as before, and what is between has only moved.
    let mut new = old.clone();
    new.insert(10, 5000);
    new.remove(60);
    assert_eq!(ranges(&old, &new), [(10..10, 10..11), (59..60, 60..60)]);
    // An insertion beside a change.
    let mut new = old.clone();
    new.insert(10, 5000);
    new.set(50, 5001);
    assert_eq!(ranges(&old, &new), [(10..10, 10..11), (49..50, 50..51)]);
}
