//! `HashSet` and `OrdSet`, and the layers over a vector.

use super::*;

type Hashed = HashSet<Probe, BuildHasherDefault<Mixed>, SmallNodes>;
type Ordered = OrdSet<Probe, SmallNodes>;
type ProbeQueue = Queue<Probe, SmallNodes>;
type ProbeStack = Stack<Probe, SmallNodes>;

fn make<S: FromIterator<Probe>>() -> S {
    (0..30).map(|i| probe(i * 2)).collect()
}

macro_rules! survives {
    ($name:ident, $set:ty, |$check:ident| $validate:expr) => {
        #[test]
        fn $name() {
            silent(|| {
                let check = |$check: &$set| {
                    $validate;
                    assert_eq!($check.iter().count(), $check.len());
                    assert!($check.iter().all(|x| LIVE.with_borrow(|live| live.contains(&x.id))));
                };
                let go = |name, edit: &dyn Fn(&mut $set, &$set)| {
                    inject(name, make::<$set>, |s, o| edit(s, o), check);
                };
                go("no user code", &|s, o| {
                    assert!(!s.ptr_eq(o) && s.as_map().len() == 30 && !s.is_empty());
                });
                go("contains", &|s, _| assert!(s.contains(&probe(8)) && s.get(&probe(9)).is_none()));
                go("iter", &|s, _| s.iter().take(9).cloned().for_each(drop));
                go("into_iter", &|s, _| drop(std::mem::take(s).into_iter().nth(9)));
                go("subsets", &|s, o| assert!(s.is_subset(o) && s.is_superset(o) && !s.is_disjoint(o)));
                go("eq", &|s, o| assert!(s == o));
                go("diff", &|s, o| assert!(s.diff(&o.without(&probe(8))).len() == 1));
                go("insert", &|s, _| (0..8).for_each(|i| _ = s.insert(probe(i * 3))));
                go("remove", &|s, _| (0..12).for_each(|i| _ = s.remove(&probe(i * 4))));
                go("take", &|s, _| (0..12).for_each(|i| drop(s.take(&probe(i * 4)))));
                go("replace", &|s, _| (0..8).for_each(|i| drop(s.replace(probe(i * 3)))));
                go("with", &|s, _| drop((s.with(probe(3)), s.with(probe(4)))));
                go("without", &|s, _| drop((s.without(&probe(3)), s.without(&probe(4)))));
                go("retain", &|s, _| s.retain(|x| x.value % 3 == 0));
                go("extend", &|s, _| s.extend((0..9).map(probe)));
                go("clear", &|s, _| s.clear());
                go("union", &|s, o| drop(s.with(probe(5)).union(&o.with(probe(7)))));
                go("intersection", &|s, o| drop(s.intersection(&o.without(&probe(8)))));
                go("difference", &|s, o| drop(s.with(probe(5)).difference(o)));
                go("symmetric_difference", &|s, o| drop(s.with(probe(5)).symmetric_difference(o)));
            });
        }
    };
}

survives!(hash_set_survives_every_fault, Hashed, |s| s.validate());
// Its map may be less than half full after a panic, which `validate` would object to.
survives!(ord_set_survives_every_fault, Ordered, |s| s.as_map().validate_after_panic());

#[test]
fn what_only_one_set_has_survives_every_fault() {
    silent(|| {
        inject("with_hasher", make::<Hashed>, |s, _| *s = Hashed::with_hasher(s.hasher().clone()), |_| ());
        inject("new", make::<Hashed>, |s, _| s.extend(HashSet::<Probe>::new()), |_| ());
        let check = |s: &Ordered| s.as_map().validate_after_panic();
        let go = |name, edit: &dyn Fn(&mut Ordered, &Ordered)| {
            inject(name, make::<Ordered>, |s, o| edit(s, o), check);
        };
        go("new", &|s, _| s.extend(OrdSet::<Probe>::new()));
        go("ends", &|s, _| assert!(s.first() < s.last() && s.rank(s.nth(9).unwrap()) == 9));
        go("range", &|s, _| s.range(probe(5)..probe(40)).rev().take(3).cloned().for_each(drop));
        go("pop", &|s, _| drop((s.pop_first(), s.pop_last())));
        go("split_off and append", &|s, _| {
            let mut right = s.split_off(&probe(21));
            right.append(std::mem::take(s));
            *s = right;
        });
    });
}

#[test]
fn layers_survive_every_fault() {
    silent(|| {
        let check = |q: &ProbeQueue| check_sequence(q.as_vector());
        let go = |name, edit: &dyn Fn(&mut ProbeQueue, &ProbeQueue)| {
            inject(name, make::<ProbeQueue>, |q, o| edit(q, o), check);
        };
        go("queue", &|q, o| {
            assert!(!q.ptr_eq(o) && q.len() == 30 && !q.is_empty());
            (0..9).for_each(|i| q.enqueue(probe(i)));
            (0..20).for_each(|_| drop(q.dequeue()));
            q.peek().into_iter().chain(q.iter().take(3)).cloned().for_each(drop);
            q.extend(Queue::<Probe>::new());
        });
        go("queue cleared", &|q, _| q.clear());
        go("queue compared", &|q, o| assert!(q == o));
        let check = |s: &ProbeStack| check_sequence(s.as_vector());
        let go = |name, edit: &dyn Fn(&mut ProbeStack, &ProbeStack)| {
            inject(name, make::<ProbeStack>, |s, o| edit(s, o), check);
        };
        go("stack", &|s, o| {
            assert!(!s.ptr_eq(o) && s.len() == 30 && !s.is_empty());
            (0..9).for_each(|i| s.push(probe(i)));
            (0..20).for_each(|_| drop(s.pop()));
            *s.peek_mut().unwrap() = probe(1);
            s.peek().into_iter().chain(s.iter().take(3)).cloned().for_each(drop);
            s.extend(Stack::<Probe>::new());
        });
        go("stack cleared", &|s, _| s.clear());
    });
}
