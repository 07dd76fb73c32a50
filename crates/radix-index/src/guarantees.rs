//! What you can rely on when several threads use one index or map. There is nothing in this module but these
//! words.
//!
//! # Single keys
//!
//! `get`, `contains_key`, `insert`, `try_insert`, `remove`, `update`, `compute` and every other method for one key is
//! *linearizable*: it takes effect at one moment between its call and its return, for all threads. What a thread wrote
//! before it inserted or updated a key is seen by whoever reads that value (*happens-before*).
//!
//! That is so for the calls on each key, ordered by what threads know of one another (*happens-before* again). For calls
//! on different keys there is no more order than between release stores and acquire loads: if two threads insert a key
//! each, and then look for the other's, both may miss it. Where that matters, put `fence(SeqCst)` between the two calls,
//! in both threads.
//!
//! `try_insert` of a new key may be refused while other calls of `try_insert` hold the last room, though these then need
//! none.
//!
//! Reads never wait. A read that overlaps a change of its own bucket looks again; it is not delayed by a writer
//! that was interrupted while it held the bucket's lock. Writers wait for one another at one bucket. No code of yours
//! (`Hash`, `Eq`, `Clone`, closures, destructors) runs while a lock is held, so it may panic, take its time,
//! and use the same index.
//!
//! Closures may run more than once for one call, when another thread was faster; only the last answer counts.
//!
//! # Iteration
//!
//! `iter`, `keys`, `values`, `retain`, `par_iter` and what is built on them, while other threads write:
//!
//! * An entry that is there from beginning to end comes exactly once, however much the table grows meanwhile.
//! * An entry that is inserted or removed meanwhile comes once or not at all. No *key* comes twice, not even one that is
//!   removed and inserted again: to each key, iteration is as a `get` at some moment between its begin and its end.
//! * The keys of one bucket are those of one moment; a value of at most eight bytes may be newer than its neighbour's.
//!   Different buckets are read at different moments: the whole is not a snapshot.
//! * A value that comes was the key's value at some moment during the iteration; not necessarily when it comes, because
//!   entries are read in groups.
//!
//! `drain` and iteration by value need the map for themselves, and give exactly what is there.
//!
//! # `get_many` and `insert_many`
//!
//! Each key is a step of its own, in the order of the slice; the batch is not one step. `extend` of a `RadixIndex` inserts
//! in batches of 16.
//!
//! # `len` and `is_empty`
//!
//! Exact when no other thread is writing. Otherwise each change that ended before the call is counted, each that began
//! after it is not, and those in between may be.
//!
//! # `clear`
//!
//! Takes effect on each key at one moment between its call and its return, as a `remove` would: so what was inserted
//! before the call is gone, what was inserted meanwhile may stay or go, and one call never takes a key twice. Each bucket
//! is emptied in one step, the whole is not. The hasher may be called, to finish a split that was interrupted.
//!
//! # Memory
//!
//! The table grows by its load alone, never because one bucket is full, so equal hashes cannot drive it.
//! An insertion pays for at most two splits. Memory is given back by `shrink_to_fit` and by dropping the index.
//! A removed entry of a `RadixMap` is freed when no view is left that was there before.
//!
//! # Limits
//!
//! 2^31 buckets, some ten thousand million entries. A read would be wrong if its thread slept through a multiple of
//! 2^32 - 1 changes of one bucket, to the change; at 20 ns a change, that is 86 s of one bucket changing without pause.
