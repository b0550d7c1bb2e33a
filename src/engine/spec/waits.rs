//! Which stages wait for which, through any number of needs.

/// Finds for each question, a reader and a set of stages, the first stage of the set that the reader is not and
/// does not wait for.
///
/// `order` has needs before those that need them; each set is sorted. One pass over the graph answers for 64
/// stages, so time is linear in the graph for every 64 stages that are asked for.
pub(super) fn unmet(
    order: &[usize],
    needs: &[Vec<usize>],
    sets: &[Vec<usize>],
    questions: &[(usize, usize)],
) -> Vec<Option<usize>> {
    let mut is_asked = vec![false; sets.len()];
    questions.iter().for_each(|(_, set)| is_asked[*set] = true);
    let asked = sets.iter().zip(is_asked).filter(|(_, asked)| *asked);
    let mut asked: Vec<usize> = asked.flat_map(|(set, _)| set).copied().collect();
    asked.sort_unstable();
    asked.dedup();
    let mut answers = vec![None; questions.len()];
    let mut rests: Vec<&[usize]> = sets.iter().map(Vec::as_slice).collect();
    let mut masks = vec![0_u64; sets.len()];
    let mut reached = vec![0_u64; needs.len()];
    for stages in asked.chunks(64) {
        for (mask, rest) in masks.iter_mut().zip(&mut rests) {
            *mask = 0;
            while let Some((Ok(bit), after)) =
                rest.split_first().map(|(first, after)| (stages.binary_search(first), after))
            {
                *mask |= 1 << bit;
                *rest = after;
            }
        }
        reached.fill(0);
        for (bit, stage) in stages.iter().enumerate() {
            reached[*stage] = 1 << bit;
        }
        for &stage in order {
            reached[stage] = needs[stage].iter().fold(reached[stage], |all, need| all | reached[*need]);
        }
        for ((reader, set), answer) in questions.iter().zip(&mut answers) {
            let missing = masks[*set] & !reached[*reader];
            if missing != 0 && answer.is_none() {
                *answer = Some(stages[missing.trailing_zeros() as usize]);
            }
        }
    }
    answers
}

/// Says for each stage whether it is `reader`, waits for it, or is waited for by it.
pub(super) fn related(order: &[usize], needs: &[Vec<usize>], reader: usize) -> Vec<bool> {
    let (mut waits, mut awaited) = (vec![false; needs.len()], vec![false; needs.len()]);
    waits[reader] = true;
    awaited[reader] = true;
    for &stage in order {
        waits[stage] |= needs[stage].iter().any(|need| waits[*need]);
    }
    for &stage in order.iter().rev() {
        if awaited[stage] {
            needs[stage].iter().for_each(|need| awaited[*need] = true);
        }
    }
    waits.iter().zip(awaited).map(|(waits, awaited)| *waits || awaited).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_waits_for_all_that_its_needs_wait_for() {
        let chain: Vec<Vec<usize>> =
            (0..200).map(|stage: usize| stage.checked_sub(1).into_iter().collect()).collect();
        let order: Vec<usize> = (0..200).collect();
        let sets = [vec![0], (0..150).collect(), (50..200).collect()];
        let questions = [(199, 0), (199, 1), (149, 1), (120, 1), (199, 2), (10, 2)];
        assert_eq!(unmet(&order, &chain, &sets, &questions), [None, None, None, Some(121), None, Some(50)]);
    }
}
