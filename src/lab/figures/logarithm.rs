//! The decimal logarithm, and the axis that it makes.

use crate::lab::number::ln;

/// Decimal logarithm of a positive, finite number.
pub(super) fn log10(value: f64) -> f64 {
    ln(value) / std::f64::consts::LN_10
}

/// An axis whose equal steps are equal factors.
pub(super) struct Decades {
    low: f64,
    high: f64,
}

impl Decades {
    /// Covers `values`, which are at least 1; absent without any.
    pub(super) fn covering(values: &[u64]) -> Option<Self> {
        let (least, most) = (*values.iter().min()?, *values.iter().max()?);
        let (low, high) = (log10(least.max(1) as f64), log10(most.max(1) as f64));
        let room = 0.06 * (high - low) + 0.08;
        Some(Self { low: low - room, high: high + room })
    }

    /// The place of `value`, at least 1, between `from` (the axis' low end) and `to`, in pixels.
    pub(super) fn place(&self, value: u64, from: f64, to: f64) -> f64 {
        self.along(log10(value.max(1) as f64), from, to)
    }

    /// The values 1, 2 and 5 of each decade, with their places between `from` and `to`, in pixels.
    pub(super) fn marks(&self, from: f64, to: f64) -> Vec<(u64, f64)> {
        let powers = (0..=self.high.ceil() as u32).filter_map(|power| 10_u64.checked_pow(power));
        let values =
            powers.flat_map(|power| [1, 2, 5].into_iter().filter_map(move |digit| power.checked_mul(digit)));
        values
            .filter(|value| (self.low..=self.high).contains(&log10(*value as f64)))
            .map(|value| (value, self.place(value, from, to)))
            .collect()
    }

    fn along(&self, logarithm: f64, from: f64, to: f64) -> f64 {
        let share = (logarithm - self.low) / (self.high - self.low);
        from + (to - from) * share.clamp(0.0, 1.0)
    }
}

/// Spells a value with one leading digit as a power of ten: `10⁴`, `2·10⁴`.
pub(super) fn power_of_ten(value: u64) -> String {
    let digits = value.to_string();
    let power = superscript(digits.len() - 1);
    match &digits[..1] {
        "1" => format!("10{power}"),
        digit => format!("{digit}·10{power}"),
    }
}

fn superscript(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = number.to_string();
    digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_agree_with_known_values() {
        // ln 3 and ln 20 from the tables of Abramowitz and Stegun, to the digits a float holds.
        assert!((ln(3.0) - 1.098_612_288_668_109_7).abs() < 1e-15);
        assert!((ln(20.0) - 2.995_732_273_553_991).abs() < 1e-15);
        assert!((log10(2.0) - std::f64::consts::LOG10_2).abs() < 1e-16);
        assert_eq!(ln(1.0), 0.0);
        for power in 0..19 {
            let value = 10_u64.pow(power) as f64;
            assert!((log10(value) - f64::from(power)).abs() < 1e-14, "10^{power}");
        }
    }

    #[test]
    fn an_axis_of_decades_marks_one_two_and_five() {
        let axis = Decades::covering(&[10_000, 100_000]).expect("there are values");
        let labels: Vec<String> =
            axis.marks(0.0, 100.0).into_iter().map(|(value, _)| power_of_ten(value)).collect();
        assert_eq!(labels, ["10⁴", "2·10⁴", "5·10⁴", "10⁵"]);
        assert!(axis.place(10_000, 0.0, 100.0) < axis.place(20_000, 0.0, 100.0));
        assert!(Decades::covering(&[]).is_none());
    }
}
