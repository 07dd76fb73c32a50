//! Checks a tree against its invariants, for tests and fuzzing.

use super::{Limits, Node, Tree};
use crate::shared::{Sharing, Side};

impl<K: Ord, V, P: Sharing> Tree<K, V, P> {
    /// Panics with what is wrong if an invariant of the module does not hold.
    pub(crate) fn validate(&self) {
        self.validate_with(true);
    }

    /// As `validate`; after a panic in a user's code, nodes may be left too small (not `filled`), but nothing else.
    pub(crate) fn validate_with(&self, filled: bool) {
        let count = self.root.as_ref().map_or(0, |root| {
            assert!(!filled || self.height == 0 || root.width() > 1, "a root with one child");
            check(root, self.height, true, filled)
        });
        assert_eq!(count, self.len, "length");
        if self.regular && self.height > 0 {
            let widths = self.leaves().map(|(keys, _)| keys.len());
            assert!(
                widths.take(self.len / Limits::<K, V, P>::LEAF).all(|width| width == Limits::<K, V, P>::LEAF),
                "regular leaves"
            );
        }
        let mut last: Option<&K> = None;
        for (keys, values) in self.leaves() {
            assert_eq!(keys.len(), values.len(), "keys and values");
            for key in keys {
                assert!(size_of::<K>() == 0 || last.is_none_or(|last| last < key), "keys in order");
                last = Some(key);
            }
        }
    }
}

fn check<K: Ord, V, P: Sharing>(node: &Node<K, V, P>, height: u32, right_edge: bool, filled: bool) -> usize {
    assert!(node.width() > 0, "an empty node");
    assert!(node.width() <= node.width_max(), "a node beyond its capacity");
    assert!(
        !filled || right_edge || !node.is_underfull(),
        "an underfull node inside, {} of {}",
        node.width(),
        node.width_max()
    );
    let Side::Y(branch) = node.side() else {
        assert_eq!(height, 0, "a leaf above the others");
        return node.width();
    };
    assert!(height > 0, "a branch among the leaves");
    let mut end = 0;
    for (slot, (key, link)) in branch.a().iter().zip(branch.b()).enumerate() {
        end += check(&link.node, height - 1, right_edge && slot + 1 == branch.len(), filled);
        assert_eq!(link.end, end, "the end of child {slot}");
        if slot > 0 {
            assert!(link.node.first_key() >= key, "child {slot} begins before its key");
        }
    }
    end
}
