#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod auto;
mod best;
mod error;
mod index;
pub mod metric;
mod oracle;
mod panels;
mod parallel;
mod points;
mod projection;
mod residual;
mod ruler;
mod scan;
mod search;
#[cfg(feature = "serde")]
mod serialize;
mod storage;
mod tree;

pub use auto::{Auto, Choice, Engine};
pub use error::Error;
pub use index::{Index, Request};
pub use metric::{
    Angular, Chebyshev, Cosine, Euclidean, Hamming, Haversine, Manhattan, Metric, SquaredEuclidean,
    Violation, check_metric,
};
pub use oracle::brute_force;
pub use points::{Points, Rows, Scalar};
pub use residual::{Kernel, Parameters, Residual};
pub use scan::Scan;
pub use search::{Bitmap, Neighbour, Neighbours, Search};
pub use tree::{Approximate, Broken, CoverTree};
