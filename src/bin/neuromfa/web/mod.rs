//! Checkpoints on other sites, read in parts: nothing is downloaded whole.

mod client;
mod file;
mod gather;

use std::num::NonZeroUsize;
use std::sync::mpsc::sync_channel;

pub use client::Client;
pub use file::WebFile;
pub use gather::{Typed, gather};

/// Requests that are under way at the same time.
pub const AT_A_TIME: usize = 8;

/// Calls `work` for each item, several at a time; the results are in the order of the items.
pub fn several<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let mut results = Vec::with_capacity(items.len());
    in_order(items, AT_A_TIME, 1, &work, |_, result| {
        results.push(result);
        true
    });
    results
}

/// Calls `work` for each item in so many threads, and `take` with the results, here, in the order of the items. Every
/// thread is at most `ahead` results ahead. Stops when `take` says so.
pub fn in_order<'a, T: Sync, R: Send>(
    items: &'a [T],
    threads: usize,
    ahead: usize,
    work: &(impl Fn(&'a T) -> R + Sync),
    mut take: impl FnMut(&'a T, R) -> bool,
) {
    let threads = NonZeroUsize::new(threads.min(items.len())).map_or(1, NonZeroUsize::get);
    std::thread::scope(|scope| {
        let channels: Vec<_> = (0..threads)
            .map(|thread| {
                let (sender, receiver) = sync_channel(ahead);
                scope.spawn(move || {
                    // The other side has gone: it failed, and says so.
                    items.iter().skip(thread).step_by(threads).all(|item| sender.send(work(item)).is_ok());
                });
                receiver
            })
            .collect();
        for (at, item) in items.iter().enumerate() {
            let taken = channels[at % threads].recv().is_ok_and(|result| take(item, result));
            if !taken {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_is_first() {
        let items: Vec<u64> = (0..100).collect();
        let slow = |item: &u64| {
            std::thread::sleep(std::time::Duration::from_micros((item * 7919) % 500));
            item * 2
        };
        assert_eq!(several(&items, slow), (0..100).map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(several(&[] as &[u64], slow), Vec::<u64>::new());
        let mut taken = 0;
        in_order(&items, 8, 2, &slow, |_, _| {
            taken += 1;
            taken < 5
        });
        assert_eq!(taken, 5, "it stops");
    }
}
