//! Which comes first: needs before who needs them, and circles where that can't be.
//!
//! Serves stages (by `needs`) and variants (by `from`) alike.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An order, and what has none.
pub(super) struct Sorted {
    /// Indexes in an order where needs come first; otherwise in their own order. Without those that
    /// are on a circle or need one that is.
    pub order: Vec<usize>,
    /// Circles, each as the indexes along it, from its least one.
    pub circles: Vec<Vec<usize>>,
}

/// Sorts `0..needs.len()`, where `needs[i]` are the indexes that come before `i`.
pub(super) fn sorted(needs: &[Vec<usize>]) -> Sorted {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by = vec![Vec::new(); needs.len()];
    for (index, before) in needs.iter().enumerate() {
        for &need in before {
            needed_by[need].push(index);
        }
    }
    let mut ready: BinaryHeap<_> =
        missing.iter().enumerate().filter(|(_, missing)| **missing == 0).map(|(i, _)| Reverse(i)).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for &dependant in &needed_by[index] {
            missing[dependant] -= 1;
            if missing[dependant] == 0 {
                ready.push(Reverse(dependant));
            }
        }
    }
    Sorted { order, circles: circles(needs, &missing) }
}

/// Follows from every index without a place the first need without one, until it meets itself.
fn circles(needs: &[Vec<usize>], missing: &[usize]) -> Vec<Vec<usize>> {
    let mut circles = Vec::new();
    let mut seen = vec![false; needs.len()];
    for start in (0..needs.len()).filter(|index| missing[*index] > 0) {
        let mut walk = Vec::new();
        let mut next = Some(start);
        while let Some(index) = next.filter(|index| !seen[*index]) {
            seen[index] = true;
            walk.push(index);
            next = needs[index].iter().copied().find(|need| missing[*need] > 0);
        }
        let meeting = next.and_then(|next| walk.iter().position(|index| *index == next));
        if let Some(meeting) = meeting {
            let mut circle = walk.split_off(meeting);
            let least = circle.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |(at, _)| at);
            circle.rotate_left(least);
            circles.push(circle);
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_come_first_and_the_rest_keeps_its_order() {
        let sorted = sorted(&[vec![2], vec![], vec![], vec![0]]);
        assert_eq!(sorted.order, [1, 2, 0, 3]);
        assert!(sorted.circles.is_empty());
    }

    #[test]
    fn each_circle_is_found_once_and_those_behind_it_are_not_on_it() {
        let sorted = sorted(&[vec![1], vec![2], vec![1], vec![4], vec![3], vec![]]);
        assert_eq!(sorted.order, [5]);
        assert_eq!(sorted.circles, [vec![1, 2], vec![3, 4]]);
    }
}
