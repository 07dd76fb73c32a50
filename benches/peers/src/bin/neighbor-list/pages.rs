//! Memory that nobody has touched, and memory that the machine has at hand.

use memmap2::{Advice, MmapMut};

/// Smaller outputs do not reach the kernel's blocks of 2 MiB.
const HUGE: usize = 2 << 20;

/// Maps and writes that many bytes.
pub(crate) fn first_touch(bytes: usize, advice: Advice) -> MmapMut {
    let mut map =
        MmapMut::map_anon(bytes.max(1)).expect("memory for the list exists, so it does for its bytes");
    // Without support for huge pages the kernel says so, and plain ones are measured.
    let _ = map.advise(advice);
    map.fill(0x5a);
    map
}

/// Makes sure, off the clock, that the kernel has this much memory at hand.
///
/// A virtual machine may give free blocks of 2 MiB back to its host within seconds; to touch one again then takes
/// seventeen times as long (docs/decisions/0032). Whether an engine meets such blocks must not hang on who ran before.
pub(crate) fn prime(bytes: usize) {
    if bytes >= HUGE {
        drop(first_touch(bytes, Advice::HugePage));
    }
}
