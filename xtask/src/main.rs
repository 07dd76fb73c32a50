//! `cargo xtask`: measures, profiles and guards the workspace. One file per command.
#![forbid(unsafe_code)]

fn main() {}
