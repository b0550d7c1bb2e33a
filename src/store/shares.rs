//! Many small looks, shared out over the cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// How many items are worth a thread.
const SHARE: usize = 750;

/// The most threads: what the looks wait for is one kernel.
const MOST: usize = 8;

/// Gives what `look` makes of each share of `items`, in their order; of few items there is one share.
pub(super) fn in_shares<T: Send, R: Send>(items: &mut [T], look: impl Fn(&mut [T]) -> R + Sync) -> Vec<R> {
    if items.len() <= SHARE {
        return vec![look(items)];
    }
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let length = items.len().div_ceil(items.len().div_ceil(SHARE).min(MOST).min(cores));
    let look = &look;
    thread::scope(|scope| {
        let threads: Vec<_> =
            items.chunks_mut(length).map(|share| scope.spawn(move || look(share))).collect();
        // A panic of a thread goes on here as it would have there.
        threads.into_iter().map(|it| it.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_looked_at_once_and_in_order() {
        for count in [0, 1, SHARE, 3 * SHARE + 1] {
            let mut items: Vec<usize> = (0..count).collect();
            let shares = in_shares(&mut items, |share| share.to_vec());
            assert_eq!(shares.concat(), (0..count).collect::<Vec<_>>());
        }
    }
}
