//! Plain statistics with sums in fixed order. Empty input gives `None`, never NaN.

/// Arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample standard deviation (n - 1); `None` for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// The value below which a share `p` of the values lies, linearly between order statistics (NumPy's default).
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted_quantile(&sorted, p)
}

/// 2.5 % and 97.5 % points.
pub fn interval95(values: &[f64]) -> Option<[f64; 2]> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some([sorted_quantile(&sorted, 0.025)?, sorted_quantile(&sorted, 0.975)?])
}

/// Half the length of the 95 % t interval of the values' mean; `None` for fewer than two values.
pub fn half_width95(values: &[f64]) -> Option<f64> {
    let freedom = values.len().checked_sub(1)?;
    Some(student95(freedom) * standard_deviation(values)? / (values.len() as f64).sqrt())
}

/// The 97.5 % point of Student's t. Beyond 9 degrees of freedom by the expansion in their reciprocal (Abramowitz and
/// Stegun 26.7.5), which is exact to five digits there.
fn student95(freedom: usize) -> f64 {
    const FEW: [f64; 9] = [12.70620, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216];
    const EXPANSION: [f64; 5] = [1.959964, 2.372271, 2.822499, 2.555850, 1.589534];
    match FEW.get(freedom.saturating_sub(1)) {
        Some(point) => *point,
        None => EXPANSION.iter().rev().fold(0.0, |sum, term| sum / freedom as f64 + term),
    }
}

fn sorted_quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_by_hand() {
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(standard_deviation(&[5.0]), None);
        assert_eq!(standard_deviation(&[1.0, 3.0]), Some(2.0_f64.sqrt()));
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[7.0], 0.975), Some(7.0));
        assert_eq!(interval95(&[0.0, 40.0]), Some([1.0, 39.0]));
    }

    #[test]
    fn intervals_of_means_follow_tables_of_t() {
        assert_eq!(half_width95(&[1.0]), None);
        // sd is the square root of 2, of two values: half their distance times t.
        assert!((half_width95(&[1.0, 3.0]).unwrap() - 12.7062).abs() < 1e-9);
        for (freedom, t) in [(10, 2.228139), (15, 2.131450), (30, 2.042272), (120, 1.979930)] {
            assert!((student95(freedom) - t).abs() < 1e-5, "{freedom}: {}", student95(freedom));
        }
    }
}
