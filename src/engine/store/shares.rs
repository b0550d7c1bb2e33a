//! Many small looks, shared out over the cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

/// How many items are worth a thread.
const WORTH: usize = 750;

/// How many items are looked at in one go: few enough that one share which takes long leaves the others to the
/// other threads.
const SHARE: usize = 125;

/// The most threads: what the looks wait for is one kernel.
const MOST: usize = 8;

/// How many threads run at once; asking takes as long as a hundred looks.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Gives what `look` makes of each share of `items`, in their order. One that allocates nothing is the fastest: a
/// thread's first allocation takes as long as its looks.
pub(super) fn in_shares<T: Send, R: Send>(items: &mut [T], look: impl Fn(&mut [T]) -> R + Sync) -> Vec<R> {
    let worth = items.len().div_ceil(WORTH).min(MOST);
    let threads = if worth > 1 { worth.min(*CORES) } else { 1 };
    let count = items.len().div_ceil(SHARE);
    // What was news last time stands last, and may well be so again: that takes longest, and is not to be waited for.
    let shares = Mutex::new(items.chunks_mut(SHARE).enumerate().rev());
    let next = || shares.lock().unwrap_or_else(PoisonError::into_inner).next();
    let done = Mutex::new(Vec::with_capacity(count));
    let work = || {
        while let Some((place, share)) = next() {
            let made = look(share);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((place, made));
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        work();
        for other in others {
            // A panic of a thread goes on here as it would have there.
            other.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_looked_at_once_and_in_order() {
        for count in [0, 1, SHARE, 3 * WORTH + 1] {
            let mut items: Vec<usize> = (0..count).collect();
            let shares = in_shares(&mut items, |share| share.to_vec());
            assert_eq!(shares.concat(), (0..count).collect::<Vec<_>>());
        }
    }
}
