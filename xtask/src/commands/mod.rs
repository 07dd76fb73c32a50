//! One file per command; each has its `Arguments`, whose help teaches, and a `run`.

pub(crate) mod bench;
pub(crate) mod ci;
pub(crate) mod compare;
pub(crate) mod coverage;
pub(crate) mod doctor;
pub(crate) mod fuzz;
pub(crate) mod gate;
pub(crate) mod loom;
pub(crate) mod mem;
pub(crate) mod perf;
pub(crate) mod pgo;
pub(crate) mod report;
pub(crate) mod sanitize;
pub(crate) mod scale;
pub(crate) mod test;
pub(crate) mod tidy;
