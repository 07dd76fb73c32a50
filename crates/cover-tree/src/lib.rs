//! Exact k-nearest neighbours under any metric, and under the residual-correlation metric of Vecchia Gaussian processes.
//!
//! **Not built yet.** What will be here: `Metric`, `CoverTree`, `Scan`, `Residual` and `Auto`.
