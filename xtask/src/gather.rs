//! Work on one thing after the other that keeps what it has when it ends early: by Ctrl-C, or because a child died.

use anyhow::Result;

use crate::{Outcome, interrupt};

/// What was done until the end, and why it ended.
#[derive(Debug)]
pub(crate) struct Gathered<T> {
    pub(crate) results: Vec<T>,
    failure: Option<anyhow::Error>,
}

impl<T> Gathered<T> {
    /// Calls `step` for each item until one fails or somebody presses Ctrl-C; what a step pushed stays.
    pub(crate) fn each<I>(
        items: impl IntoIterator<Item = I>,
        mut step: impl FnMut(I, &mut Vec<T>) -> Result<()>,
    ) -> Self {
        let mut results = Vec::new();
        let mut failure = None;
        for item in items {
            failure = step(item, &mut results).err();
            if failure.is_some() || interrupt::requested() {
                break;
            }
        }
        Self { results, failure }
    }

    /// Whether every item was done.
    pub(crate) fn is_complete(&self) -> bool {
        self.failure.is_none() && !interrupt::requested()
    }

    /// `finished` if all was done. Ctrl-C also ends the children, so their deaths are no failures then.
    pub(crate) fn outcome(self, finished: Outcome) -> Result<Outcome> {
        if interrupt::requested() {
            eprintln!("interrupted: what was measured until then is above");
            return Ok(Outcome::Interrupted);
        }
        self.failure.map_or(Ok(finished), Err)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn what_was_done_before_a_failure_is_kept_and_the_failure_is_told() {
        let gathered = Gathered::each([1, 2, 3], |item, results| {
            results.push(10 * item);
            if item == 2 { bail!("the sampler was killed") } else { Ok(()) }
        });
        assert_eq!(gathered.results, [10, 20]);
        assert_eq!(gathered.outcome(Outcome::Good).unwrap_err().to_string(), "the sampler was killed");
    }

    #[test]
    fn without_a_failure_the_result_decides() {
        let gathered = Gathered::each([1], |item, results| {
            results.push(item);
            Ok(())
        });
        assert_eq!(gathered.outcome(Outcome::Inconclusive).unwrap(), Outcome::Inconclusive);
    }
}
