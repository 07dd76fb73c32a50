//! Portable compress; also the oracle of the vector versions.

use super::{check, out_of_room};

/// [`super::select`], one set bit after another.
#[inline]
pub fn select(ids: &[u32], masks: &[u16], out: &mut [u32]) -> usize {
    check(ids, masks);
    expand(masks, out, |position| ids[position])
}

/// [`super::positions`], one set bit after another.
#[inline]
pub fn positions(first: u32, masks: &[u16], out: &mut [u32]) -> usize {
    expand(masks, out, |position| first.wrapping_add(position as u32))
}

#[inline(always)]
fn expand(masks: &[u16], out: &mut [u32], value: impl Fn(usize) -> u32) -> usize {
    let room = out.len();
    let mut slots = out.iter_mut();
    for (i, &mask) in masks.iter().enumerate() {
        let mut rest = mask;
        while rest != 0 {
            let Some(slot) = slots.next() else { out_of_room(0, rest.count_ones() as usize) };
            *slot = value(16 * i + rest.trailing_zeros() as usize);
            rest &= rest - 1;
        }
    }
    room - slots.len()
}
