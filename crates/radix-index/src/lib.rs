//! A concurrent hash index whose reads take no lock and need no guard.
//!
//! **Not built yet.** What will be here: `RadixIndex` for plain-old-data, `RadixMap` for any key and value.
