//! Every invariant of a tree, checked by one walk.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Node;
use super::branch::Branch;
use super::leaf::Leaf;
use super::tree::Tree;
use crate::arena::LINE;
use crate::shape::Shape;

/// Fails with a message that says what was expected where.
macro_rules! check {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+));
        }
    };
}

impl<K: Ord, V, S: Shape> Tree<K, V, S> {
    /// Checks order, fill, links, parents, counts, separators and alignment; the error says what is wrong.
    pub(crate) fn validate(&self) -> Result<(), String> {
        let Some(trunk) = &self.trunk else {
            check!(self.len == 0, "no nodes, but len {}", self.len);
            return Ok(());
        };
        check!(trunk.root.parent().is_none(), "the root has a parent");
        let mut leaves = Vec::new();
        let entries = self.validate_below(trunk.root, trunk.height, &mut leaves)?;
        check!(entries == self.len, "{entries} entries, but len {}", self.len);
        check!(leaves.first() == Some(&trunk.first), "the first leaf is another");
        check!(leaves.last() == Some(&trunk.last), "the last leaf is another");
        let mut before: Option<Leaf<K, V>> = None;
        for leaf in &leaves {
            check!(leaf.prev() == before, "a link back leads elsewhere");
            if let Some(before) = before {
                check!(before.next() == Some(*leaf), "a link ahead leads elsewhere");
                check!(before.keys().last() < leaf.keys().first(), "leaves are not in order");
            }
            before = Some(*leaf);
        }
        check!(trunk.last.next().is_none(), "the last leaf has a next");
        Ok(())
    }

    fn validate_below(
        &self,
        node: Node,
        height: usize,
        leaves: &mut Vec<Leaf<K, V>>,
    ) -> Result<usize, String> {
        check!(node.as_ptr().addr().get().is_multiple_of(LINE), "a node does not start on a cache line");
        if height == 0 {
            let leaf = Leaf::<K, V>::of(node);
            let is_root = node.parent().is_none();
            let full = Leaf::<K, V>::full_cap::<S>();
            check!(leaf.cap() == full || is_root && leaf.cap() < full, "a leaf has room for {}", leaf.cap());
            check!(leaf.len() <= leaf.cap(), "a leaf has {} of {} entries", leaf.len(), leaf.cap());
            check!(leaf.len() > 0 || is_root, "a leaf is empty");
            check!(leaf.keys().is_sorted_by(|a, b| a < b), "keys of a leaf do not ascend");
            check!(leaf.heads_fit(), "heads of a leaf are not its keys'");
            check!(leaf.is_filled_up(), "places of a leaf that are not in use do not hold the greatest key");
            leaves.push(leaf);
            return Ok(leaf.len());
        }
        let branch = Branch::<K, V, S>::of(node);
        let cap = Branch::<K, V, S>::CAP;
        check!((1..=cap).contains(&branch.len()), "a branch has {} of {cap} separators", branch.len());
        let mut entries = 0;
        for (slot, child) in branch.children().iter().enumerate() {
            check!(child.parent() == Some(node), "a child has another parent");
            let first = leaves.len();
            let below = self.validate_below(*child, height - 1, leaves)?;
            check!(
                !S::COUNTED || branch.count(slot) == below,
                "{below} entries counted as {}",
                branch.count(slot)
            );
            if slot > 0 {
                let last_left = leaves[first - 1].keys().last().expect("a leaf below a branch has a key");
                check!(
                    branch.separator_fits(slot, last_left, leaves[first]),
                    "a separator does not separate"
                );
            }
            entries += below;
        }
        check!(branch.heads_fit(), "heads of a branch are not its separators'");
        check!(branch.is_filled_up(), "separators of a branch that are not in use are not the greatest");
        Ok(entries)
    }
}
