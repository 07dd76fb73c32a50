//! Sets against `BTreeSet`, and the layers over a vector against `VecDeque` and `Vec`.

mod common;

use std::collections::{BTreeSet, VecDeque};

use common::{Random, Subject, live_versions, scale};
use persistent_collections::hash::RandomState;
use persistent_collections::{Atomic, HashSet, Local, OrdSet, Queue, Sharing, SmallNodes, Stack};

/// Both sets beside one model: what one answers, the other has to answer too.
struct Sets<P: Sharing> {
    hashed: HashSet<u32, RandomState, P>,
    ordered: OrdSet<u32, P>,
    model: BTreeSet<u32>,
}

impl<P: Sharing> Clone for Sets<P> {
    fn clone(&self) -> Self {
        Self { hashed: self.hashed.clone(), ordered: self.ordered.clone(), model: self.model.clone() }
    }
}

impl<P: Sharing> Default for Sets<P> {
    fn default() -> Self {
        Self { hashed: HashSet::default(), ordered: OrdSet::default(), model: BTreeSet::new() }
    }
}

impl<P: Sharing> Sets<P> {
    /// What `|`, `&`, `-` and `^` make of this and `other`.
    fn operation(&self, which: usize, other: &Self) -> Self {
        let (hashed, ordered, model) = match which {
            0 => (&self.hashed | &other.hashed, &self.ordered | &other.ordered, &self.model | &other.model),
            1 => (&self.hashed & &other.hashed, &self.ordered & &other.ordered, &self.model & &other.model),
            2 => (&self.hashed - &other.hashed, &self.ordered - &other.ordered, &self.model - &other.model),
            _ => (&self.hashed ^ &other.hashed, &self.ordered ^ &other.ordered, &self.model ^ &other.model),
        };
        Self { hashed, ordered, model }
    }

    fn relations(&self, other: &Self) {
        let expected = (self.model.is_subset(&other.model), self.model.is_disjoint(&other.model));
        assert_eq!((self.hashed.is_subset(&other.hashed), self.hashed.is_disjoint(&other.hashed)), expected);
        assert_eq!(
            (self.ordered.is_subset(&other.ordered), self.ordered.is_disjoint(&other.ordered)),
            expected
        );
        assert_eq!(self.hashed.is_superset(&other.hashed), self.model.is_superset(&other.model));
        assert_eq!(self.ordered.is_superset(&other.ordered), self.model.is_superset(&other.model));
        let differences = self.model.symmetric_difference(&other.model).count();
        assert_eq!(
            (self.hashed.diff(&other.hashed).len(), self.ordered.diff(&other.ordered).len()),
            (differences, differences)
        );
        assert_eq!(self.hashed == other.hashed, differences == 0);
        assert_eq!(self.ordered.cmp(&other.ordered), self.model.cmp(&other.model));
    }
}

impl<P: Sharing> Subject for Sets<P> {
    fn step(&mut self, random: &mut Random, others: &[Self]) {
        let value = random.below(900) as u32;
        let Self { hashed, ordered, model } = self;
        match random.below(12) {
            0..4 => (value..value + 20).step_by(3).for_each(|value| {
                let expected = model.insert(value);
                assert_eq!((hashed.insert(value), ordered.insert(value)), (expected, expected));
            }),
            4 => {
                let expected = model.remove(&value);
                assert_eq!((hashed.remove(&value), ordered.remove(&value)), (expected, expected));
            }
            5 => {
                let expected = model.take(&value);
                assert_eq!((hashed.take(&value), ordered.take(&value)), (expected, expected));
            }
            6 => {
                let expected = model.replace(value);
                assert_eq!((hashed.replace(value), ordered.replace(value)), (expected, expected));
            }
            7 => {
                model.retain(|x| x % 7 > 0);
                hashed.retain(|x| x % 7 > 0);
                ordered.retain(|x| x % 7 > 0);
            }
            8 => {
                let right = ordered.split_off(&value);
                assert!(right.iter().eq(model.range(value..)));
                assert!(right.iter().all(|x| hashed.contains(x)));
                ordered.append(right);
            }
            9 => {
                assert_eq!((ordered.pop_first(), ordered.pop_last()), (model.pop_first(), model.pop_last()));
                hashed.retain(|x| model.contains(x));
            }
            _ => {
                let other = &others[random.below(others.len())];
                self.relations(other);
                *self = self.operation(random.below(4), other);
            }
        }
    }

    fn check(&self) {
        self.hashed.validate();
        self.ordered.validate();
        assert!(self.ordered.iter().eq(&self.model) && self.hashed.len() == self.model.len());
        assert!(self.hashed.iter().all(|value| self.model.contains(value)));
        assert_eq!((self.ordered.first(), self.ordered.last()), (self.model.first(), self.model.last()));
    }
}

#[test]
fn sets_agree_with_btree_set() {
    for seed in 0..3 * scale() as u64 {
        live_versions::<Sets<SmallNodes>>(seed, 150, 5);
    }
    live_versions::<Sets<Atomic>>(8, 150, 5);
    live_versions::<Sets<Local>>(9, 100, 4);
}

struct Layers<P: Sharing> {
    queue: Queue<u32, P>,
    stack: Stack<u32, P>,
    queue_model: VecDeque<u32>,
    stack_model: Vec<u32>,
}

impl<P: Sharing> Clone for Layers<P> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            stack: self.stack.clone(),
            queue_model: self.queue_model.clone(),
            stack_model: self.stack_model.clone(),
        }
    }
}

impl<P: Sharing> Default for Layers<P> {
    fn default() -> Self {
        Self {
            queue: Queue::default(),
            stack: Stack::default(),
            queue_model: VecDeque::new(),
            stack_model: Vec::new(),
        }
    }
}

impl<P: Sharing> Subject for Layers<P> {
    fn step(&mut self, random: &mut Random, _: &[Self]) {
        let value = random.next() as u32;
        match random.below(5) {
            0 | 1 => (value % 1000..value % 1000 + 30).for_each(|value| {
                self.queue.enqueue(value);
                self.queue_model.push_back(value);
                self.stack.push(value);
                self.stack_model.push(value);
            }),
            2 | 3 => (0..value % 40).for_each(|_| {
                assert_eq!(self.queue.dequeue(), self.queue_model.pop_front());
                assert_eq!(self.stack.pop(), self.stack_model.pop());
            }),
            _ => {
                if let (Some(top), Some(model)) = (self.stack.peek_mut(), self.stack_model.last_mut()) {
                    (*top, *model) = (value, value);
                }
                self.queue.extend([value, 3]);
                self.queue_model.extend([value, 3]);
            }
        }
    }

    fn check(&self) {
        self.queue.as_vector().validate();
        self.stack.as_vector().validate();
        assert!(self.queue.iter().eq(&self.queue_model) && self.queue.len() == self.queue_model.len());
        assert!(
            self.stack.iter().eq(self.stack_model.iter().rev()) && self.stack.len() == self.stack_model.len()
        );
        assert_eq!(
            (self.queue.peek(), self.stack.peek()),
            (self.queue_model.front(), self.stack_model.last())
        );
    }
}

#[test]
fn layers_agree_with_what_std_has() {
    for seed in 0..3 * scale() as u64 {
        live_versions::<Layers<SmallNodes>>(seed, 300, 5);
    }
    live_versions::<Layers<Atomic>>(8, 300, 5);
    live_versions::<Layers<Local>>(9, 100, 4);
}
