//! `Vector` and its builder.

use super::*;

pub(crate) fn sequence() -> Seq {
    (0..37).map(probe).collect()
}

pub(crate) fn check_sequence<P: Sharing>(v: &Vector<Probe, P>) {
    v.validate_after_panic();
    assert_eq!(v.iter().count(), v.len());
    assert!(v.iter().all(|x| LIVE.with_borrow(|live| live.contains(&x.id))));
}

#[test]
fn vector_survives_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Seq, &Seq)| inject(name, sequence, |v, o| edit(v, o), check_sequence);
        go("push", &|v, _| (0..6).for_each(|i| v.push(probe(i))));
        go("pop", &|v, _| (0..9).for_each(|_| drop(v.pop())));
        go("push_front", &|v, _| (0..6).for_each(|i| v.push_front(probe(i))));
        go("pop_front", &|v, _| (0..9).for_each(|_| drop(v.pop_front())));
        go("insert", &|v, _| (0..9).for_each(|i| v.insert(i * 3, probe(7))));
        go("remove", &|v, _| (0..9).for_each(|i| drop(v.remove(i * 3))));
        go("swap_remove", &|v, _| (0..9).for_each(|i| drop(v.swap_remove(i * 2))));
        go("set", &|v, _| (0..9).for_each(|i| drop(v.set(i * 4, probe(9)))));
        go("split_off", &|v, _| drop(v.split_off(13)));
        go("append", &|v, o| v.append(o.clone()));
        go("prepend", &|v, o| v.append(o.slice(3..5)));
        go("truncate", &|v, _| v.truncate(11));
        go("clear", &|v, _| v.clear());
        go("drain", &|v, _| drop(v.drain(5..20).next()));
        go("drain some", &|v, _| v.drain(5..20).take(7).for_each(drop));
        go("slice", &|v, _| *v = v.slice(7..30));
        go("splice", &|v, _| drop(v.splice(5..20, (0..9).map(probe))));
        go("retain", &|v, _| v.retain(|x| x.value % 2 == 0));
        go("dedup", &|v, _| v.dedup());
        go("sort", &|v, _| v.sort_by(|a, b| b.cmp(a)));
        go("sort_unstable", &|v, _| v.sort_unstable_by(|a, b| b.cmp(a)));
        go("reverse", &|v, _| v.reverse());
        go("extend", &|v, _| v.extend((0..20).map(probe)));
        go("resize", &|v, _| v.resize(50, probe(1)));
        go("rotate", &|v, _| v.rotate_left(10));
        go("iter_mut", &|v, _| v.iter_mut().for_each(|x| x.value += 1));
        go("into_iter", &|v, _| drop(v.clone().into_iter().nth(20)));
        go("into_iter back", &|v, _| drop(std::mem::take(v).into_iter().rev().nth(20)));
        go("eq", &|v, o| assert!(v == o));
        go("diff", &|v, o| drop(v.diff(o)));
        go("contains", &|v, _| assert!(!v.contains(&probe(99))));
        go("binary_search", &|v, _| assert!(v.binary_search(&probe(20)).is_ok()));
        go("collect", &|v, _| *v = std::mem::take(v).into_iter().filter(|x| x.value % 3 > 0).collect());
        go("swap", &|v, _| v.swap(3, 30));
    });
}

#[test]
fn reading_a_vector_survives_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Seq, &Seq)| inject(name, sequence, |v, o| edit(v, o), check_sequence);
        go("positions", &|v, o| {
            assert!(v.len() == 37 && !v.is_empty() && !v.ptr_eq(o) && v[3] == v.get(3).unwrap().clone());
            assert!(v.first() < v.last());
        });
        go("equality", &|v, o| assert!(v.eq_shared(o) && v.clone().cmp(o) == Ordering::Equal));
        go("iter", &|v, _| v.iter().take(9).chain(v.iter().rev().take(9)).cloned().for_each(drop));
        go("chunks", &|v, _| v.chunks().for_each(|chunk| drop(chunk.to_vec())));
        go("index_of", &|v, _| assert!(v.index_of(&probe(20)) == Some(20)));
        go("binary_search_by", &|v, _| {
            let key = probe(20);
            assert_eq!(v.binary_search_by(|x| x.cmp(&key)), Ok(20));
            assert_eq!(v.partition_point(|x| *x < key), 20);
        });
        go("binary_search_by_key", &|v, _| {
            assert_eq!(v.binary_search_by_key(&probe(20), |x| x.clone()), Ok(20));
        });
        go("hash", &|v, _| v.hash(&mut Mixed::default()));
        go("split_at", &|v, _| drop(v.split_at(19)));
        go("try_slice", &|v, _| assert!(v.try_slice(5..9).is_some() && v.try_slice(5..99).is_none()));
    });
}

#[test]
fn the_other_edits_of_a_vector_survive_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Seq, &Seq)| inject(name, sequence, |v, o| edit(v, o), check_sequence);
        go("new", &|v, _| *v = std::iter::once(probe(1)).chain(Vector::<Probe>::new()).collect());
        go("push_back", &|v, _| (0..6).for_each(|i| v.push_back(probe(i))));
        go("pop_back", &|v, _| (0..9).for_each(|_| drop(v.pop_back())));
        go("get_mut", &|v, _| v.get_mut(20).unwrap().value += 1);
        go("first_mut", &|v, _| v.first_mut().unwrap().value += 1);
        go("last_mut", &|v, _| v.last_mut().unwrap().value += 1);
        go("index_mut", &|v, _| v[20] = probe(4));
        go("with", &|v, _| drop(v.with(7, probe(1))));
        go("pushed", &|v, _| drop(v.pushed(probe(1))));
        go("try_set", &|v, _| drop((v.try_set(7, probe(1)), v.try_set(70, probe(1)))));
        go("try_insert", &|v, _| drop((v.try_insert(7, probe(1)), v.try_insert(70, probe(1)))));
        go("try_remove", &|v, _| drop((v.try_remove(7), v.try_remove(70))));
        go("try_append", &|v, o| drop(v.try_append(o.clone())));
        go("append and cut", &|v, o| {
            v.append(o.slice(3..31));
            drop(v.split_off(40));
        });
        go("insert in the middle of the joined", &|v, o| {
            v.append(o.slice(1..));
            v.insert(30, probe(3));
            drop(v.remove(29));
        });
        go("rotate_right", &|v, _| v.rotate_right(11));
        go("sort naturally", &|v, _| {
            v.reverse();
            v.sort();
        });
        go("sort_by_key", &|v, _| v.sort_by_key(|x| std::cmp::Reverse(x.clone())));
        go("sort_unstable naturally", &|v, _| {
            v.reverse();
            v.sort_unstable();
        });
        go("retain_mut", &|v, _| v.retain_mut(|x| x.clone().value % 2 == 0));
        go("dedup_by", &|v, _| v.dedup_by(|a, b| a.clone().value / 4 == b.value / 4));
        go("dedup_by_key", &|v, _| v.dedup_by_key(|x| probe(x.value / 4)));
        go("iter_mut back", &|v, _| v.iter_mut().rev().take(20).for_each(|x| *x = probe(1)));
        go("chunk by chunk", &|v, _| v.iter_mut().skip(10).step_by(7).for_each(|x| x.value += 1));
        go("drain back", &|v, _| drop(v.drain(5..20).next_back()));
        go("from a Vec", &|v, _| *v = (0..9).map(probe).collect::<Vec<_>>().into_iter().collect());
    });
}

#[test]
fn builders_survive_every_fault() {
    silent(|| {
        let go =
            |name, edit: &dyn Fn(&mut Seq, &Seq)| inject(name, sequence, |v, o| edit(v, o), check_sequence);
        go("extend_from_slice", &|v, _| v.extend_from_slice(&(0..20).map(probe).collect::<Vec<_>>()));
        go("from_batch", &|v, _| *v = Seq::from_batch(&mut (0..20).map(probe).collect()));
        go("sequence builder", &|v, _| {
            let mut builder = SequenceBuilder::with_capacity(3);
            assert!(builder.is_empty() && SequenceBuilder::<Probe>::try_with_capacity(3).is_ok());
            assert_eq!(builder.append(probe(77)).len(), 1);
            builder.reset();

            builder.append_slice(&(0..20).map(probe).collect::<Vec<_>>());
            builder.set(3, probe(9)).filter(|x| x.value % 3 > 0).transform(raised);
            *v = builder.build();
        });
        let go = |name, edit: &dyn Fn(&mut Ordered, &Ordered)| {
            inject(name, ordered, |m, o| edit(m, o), check_ordered)
        };
        go("map builder", &|m, _| {
            let mut builder = MapBuilder::new();
            builder.append_slice(&entries().collect::<Vec<_>>()).set(probe(4), probe(4));
            builder.filter(|k, _| k.value % 4 == 0).transform(|_, v| raised(v));
            *m = builder.build();
        });
    });
}
