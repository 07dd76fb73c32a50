//! Histories of calls on one key, and whether they are linearizable.

use std::collections::HashSet;

/// An operation on one key, its answer, and when it began and ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) began: u64,
    pub(crate) ended: u64,
    pub(crate) verb: Verb,
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    /// Also each key of a `get_many` and of an iteration.
    Get,
    Contains,
    Insert(u64),
    TryInsert(u64),
    /// An insertion that does not tell what was there: one of `insert_many`.
    Put(u64),
    Remove,
    RemoveOdd,
    /// Adds one to a value that is there.
    Increment,
    /// Adds one to an odd value, by `fetch_update`.
    IncrementOdd,
    CompareExchange(u64, u64),
    GetOrInsert(u64),
    /// Inserts where nothing is, removes an odd value, and adds one to an even one; keeps what is there if this is a
    /// multiple of three.
    Compute(u64),
    /// Removes an odd value without a word, of every key: `retain`.
    KeepEven,
    /// Removes without a word, every key.
    Clear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    Has(bool),
    Value(Option<u64>),
    Kept(Option<u64>),
    Changed { old: Option<u64>, new: Option<u64> },
    Refused,
}

pub(crate) fn is_odd(value: u64) -> bool {
    value % 2 == 1
}

/// What `compute` is to leave behind.
pub(crate) fn computed(value: Option<u64>, new: u64) -> Option<u64> {
    match value {
        _ if new.is_multiple_of(3) => value,
        None => Some(new),
        Some(old) => (!is_odd(old)).then_some(old + 1),
    }
}

/// The state after the call, if this is the answer that it gives alone.
fn explain(state: Option<u64>, call: &Call) -> Option<Option<u64>> {
    let changed = |new| if new == state { Answer::Kept(state) } else { Answer::Changed { old: state, new } };
    let (answer, next) = match call.verb {
        Verb::Get => (Answer::Value(state), state),
        Verb::Contains => (Answer::Has(state.is_some()), state),
        // Whether there was room is not a matter of one key.
        Verb::TryInsert(_) if state.is_none() && call.answer == Answer::Refused => (Answer::Refused, None),
        Verb::Insert(new) | Verb::TryInsert(new) => (Answer::Value(state), Some(new)),
        Verb::Put(new) => (Answer::Nothing, Some(new)),
        Verb::Remove => (Answer::Value(state), None),
        Verb::RemoveOdd if state.is_some_and(is_odd) => (Answer::Value(state), None),
        Verb::RemoveOdd => (Answer::Value(None), state),
        Verb::Increment => (Answer::Value(state.map(|old| old + 1)), state.map(|old| old + 1)),
        Verb::IncrementOdd => {
            let next = state.map(|old| if is_odd(old) { old + 1 } else { old });
            (changed(next), next)
        }
        Verb::CompareExchange(current, new) => {
            let next = if state == Some(current) { Some(new) } else { state };
            (changed(next), next)
        }
        Verb::GetOrInsert(new) => (Answer::Value(state.or(Some(new))), state.or(Some(new))),
        Verb::Compute(new) => (changed(computed(state, new)), computed(state, new)),
        Verb::KeepEven => (Answer::Nothing, state.filter(|&value| !is_odd(value))),
        Verb::Clear => (Answer::Nothing, None),
    };
    (answer == call.answer).then_some(next)
}

/// Wing and Gong: whether the calls of these threads can be put in an order that explains every answer, in which each
/// thread's calls stay in order, and none comes before one that had ended when it began. Remembers what was tried, so
/// that it ends.
pub(crate) fn is_linearizable<const THREADS: usize>(threads: &[Vec<Call>; THREADS]) -> bool {
    let mut tried = HashSet::new();
    // How many calls of each thread are done, and the state then.
    let mut open = vec![([0; THREADS], None)];
    while let Some((done, state)) = open.pop() {
        let next = |thread: usize| threads[thread].get(done[thread]);
        // A call may be next if none that is not done ended before it began.
        let Some(deadline) = (0..THREADS).filter_map(|t| Some(next(t)?.ended)).min() else { return true };
        for thread in 0..THREADS {
            let Some(call) = next(thread).filter(|call| call.began <= deadline) else { continue };
            let Some(state) = explain(state, call) else { continue };
            let mut done = done;
            done[thread] += 1;
            if tried.insert((done, state)) {
                open.push((done, state));
            }
        }
    }
    false
}
