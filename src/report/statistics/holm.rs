//! p values adjusted for how many there are.

/// Adjusts p values so that, of all comparisons together, one errs with at most the probability that each is held to.
///
/// Takes p values from 0 to 1; returns the adjusted ones in the same order, none smaller than its own, at most 1.
///
/// # Source
/// S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979),
/// 65–70.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut by_size: Vec<usize> = (0..p_values.len()).collect();
    by_size.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, index) in by_size.into_iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[index]).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_p_values_are_adjusted_as_in_the_textbook() {
        // R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
    }

    #[test]
    fn adjusted_p_values_are_at_most_one_and_one_alone_stays() {
        assert_eq!(holm(&[0.9, 0.6, 1.0]), [1.0, 1.0, 1.0]);
        assert_eq!(holm(&[0.03]), [0.03]);
        assert_eq!(holm(&[]), [] as [f64; 0]);
    }
}
