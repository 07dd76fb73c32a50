//! A list that needs no allocation as long as it is short.

/// Up to `N` items in place, further ones on the heap.
#[derive(Debug)]
pub(crate) struct Few<T, const N: usize> {
    first: [T; N],
    len: usize,
    more: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { first: [T::default(); N], len: 0, more: Vec::new() }
    }

    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        match self.first.get_mut(self.len) {
            Some(place) => *place = item,
            None => self.more.push(item),
        }
        self.len += 1;
    }

    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.first[..self.len.min(N)].iter().chain(&self.more)
    }
}
