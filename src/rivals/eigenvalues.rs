//! Eigenvalues of X = W^T W: the squares of the singular values of W.
//!
//! X is formed on the smaller side of W, made tridiagonal by Householder reflections (nalgebra) and diagonalised by QL
//! iterations with implicit shifts. Those are our own, because nalgebra's have no bound. Eigenvalues carry an error of
//! some units in the last place of the largest, which is what a fit of the tail asks for; the smallest singular values of
//! an ill-conditioned matrix would need more.

use nalgebra::DMatrix;
use nalgebra::linalg::SymmetricTridiagonal;

/// QL iterations of one eigenvalue: two or three are usual.
const MOST_ROUNDS: usize = 60;
/// Rows that are added to X at once.
const ROWS_AT_ONCE: usize = 4;

/// The eigenvalues of W^T W or, where that is smaller, W W^T, in ascending order and at least 0. `entries` is W,
/// `[rows, columns]`, finite and with magnitudes up to 1. `None` where the iterations do not converge.
pub(super) fn eigenvalues(rows: usize, columns: usize, entries: &[f64]) -> Option<Vec<f64>> {
    if entries.is_empty() {
        return None;
    }
    let gram = match columns <= rows {
        true => gram(columns, entries),
        false => gram(rows, &transposed(rows, columns, entries)),
    };
    let (mut diagonal, mut beside) = tridiagonal(gram)?;
    diagonalise(&mut diagonal, &mut beside)?;
    diagonal.iter_mut().for_each(|value| *value = value.max(0.0));
    diagonal.sort_by(f64::total_cmp);
    Some(diagonal)
}

/// `[columns, rows]`.
fn transposed(rows: usize, columns: usize, entries: &[f64]) -> Vec<f64> {
    let mut turned = Vec::with_capacity(entries.len());
    for column in 0..columns {
        turned.extend((0..rows).map(|row| entries[row * columns + column]));
    }
    turned
}

/// The sum over all rows of each row's products with itself, `[n, n]`: the part from the diagonal on, in the lower
/// triangle of a matrix that is stored by columns.
fn gram(n: usize, entries: &[f64]) -> DMatrix<f64> {
    let mut sums = DMatrix::zeros(n, n);
    let several = entries.chunks_exact(n * ROWS_AT_ONCE);
    let rest = several.remainder();
    for rows in several {
        let (a, rows) = rows.split_at(n);
        let (b, rows) = rows.split_at(n);
        let (c, d) = rows.split_at(n);
        for (at, column) in sums.as_mut_slice().chunks_exact_mut(n).enumerate() {
            let factors = [a[at], b[at], c[at], d[at]];
            let rows = a[at..].iter().zip(&b[at..]).zip(c[at..].iter().zip(&d[at..]));
            for (sum, ((a, b), (c, d))) in column[at..].iter_mut().zip(rows) {
                *sum += (factors[0] * a + factors[1] * b) + (factors[2] * c + factors[3] * d);
            }
        }
    }
    for row in rest.chunks_exact(n) {
        for (at, column) in sums.as_mut_slice().chunks_exact_mut(n).enumerate() {
            column[at..].iter_mut().zip(&row[at..]).for_each(|(sum, other)| *sum += row[at] * other);
        }
    }
    sums
}

/// Diagonal and subdiagonal of a tridiagonal matrix with the same eigenvalues. Only the lower triangle is read.
fn tridiagonal(matrix: DMatrix<f64>) -> Option<(Vec<f64>, Vec<f64>)> {
    match matrix.nrows() {
        0 => None,
        1 => Some((vec![matrix[(0, 0)]], Vec::new())),
        _ => {
            let (diagonal, beside) = SymmetricTridiagonal::new(matrix).unpack_tridiagonal();
            Some((diagonal.as_slice().to_vec(), beside.as_slice().to_vec()))
        }
    }
}

/// Leaves the eigenvalues in the diagonal. `None` where an eigenvalue takes more than [`MOST_ROUNDS`].
fn diagonalise(diagonal: &mut [f64], beside: &mut [f64]) -> Option<()> {
    let size = |values: &[f64]| values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    // What lies beside the diagonal and is less than this moves no eigenvalue by more than it.
    let negligible = f64::EPSILON * size(diagonal).max(size(beside));
    for first in 0..diagonal.len() {
        let mut rounds = 0;
        loop {
            let split = beside[first..].iter().position(|value| value.abs() <= negligible);
            let last = split.map_or(diagonal.len() - 1, |after| first + after);
            if last == first {
                break;
            }
            if rounds == MOST_ROUNDS {
                return None;
            }
            rounds += 1;
            sweep(&mut diagonal[first..=last], &mut beside[first..last]);
        }
    }
    Some(())
}

/// One QL iteration over a block without zeros beside its diagonal: a chase of rotations from its end to its start.
fn sweep(diagonal: &mut [f64], beside: &mut [f64]) {
    let end = beside.len();
    // Wilkinson's shift: the eigenvalue of the first two rows that is closer to the first.
    let half = (diagonal[1] - diagonal[0]) / (2.0 * beside[0]);
    let shift = diagonal[0] - beside[0] / (half + (half * half + 1.0).sqrt().copysign(half));
    let mut along = diagonal[end] - shift;
    let (mut sine, mut cosine, mut moved) = (1.0, 1.0, 0.0);
    for at in (0..end).rev() {
        let (across, kept) = (sine * beside[at], cosine * beside[at]);
        let length = (across * across + along * along).sqrt();
        if at + 1 < end {
            beside[at + 1] = length;
        }
        if length == 0.0 {
            // The block falls apart here.
            diagonal[at + 1] -= moved;
            return;
        }
        (sine, cosine) = (across / length, along / length);
        let base = diagonal[at + 1] - moved;
        let turn = (diagonal[at] - base) * sine + 2.0 * cosine * kept;
        moved = sine * turn;
        diagonal[at + 1] = base + moved;
        along = cosine * turn - kept;
    }
    diagonal[0] -= moved;
    beside[0] = along;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: &[f64], wanted: &[f64]) {
        assert_eq!(found.len(), wanted.len());
        let most = wanted.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() <= 1e-13 * most, "{found}, not {wanted}");
        }
    }

    /// H_2 H_1 D with two reflections: its singular values are those of the diagonal.
    fn reflected(values: &[f64], columns: usize) -> Vec<f64> {
        let n = values.len();
        let mut matrix = vec![0.0; n * columns];
        (0..n).for_each(|i| matrix[i * columns + i] = values[i]);
        for round in 1..=2 {
            let axis: Vec<f64> = (0..n).map(|i| ((i * i + 3 * round) % 7) as f64 - 2.5).collect();
            let square: f64 = axis.iter().map(|value| value * value).sum();
            for column in 0..columns {
                let dot: f64 = (0..n).map(|i| axis[i] * matrix[i * columns + column]).sum();
                (0..n).for_each(|i| matrix[i * columns + column] -= 2.0 * axis[i] * dot / square);
            }
        }
        matrix
    }

    #[test]
    fn known_singular_values_are_found() {
        let values = [1.0 / 64.0, 0.125, 0.25, 0.25, 0.5, 1.0];
        let squares = values.map(|value: f64| value * value);
        for columns in [6, 7, 11] {
            let matrix = reflected(&values, columns);
            close(&eigenvalues(6, columns, &matrix).unwrap(), &squares);
            close(&eigenvalues(columns, 6, &transposed(6, columns, &matrix)).unwrap(), &squares);
        }
    }

    #[test]
    fn small_and_degenerate_matrices() {
        assert_eq!(eigenvalues(1, 1, &[-0.5]), Some(vec![0.25]));
        assert_eq!(eigenvalues(1, 4, &[0.5, 0.5, -0.5, 0.5]), Some(vec![1.0]));
        assert_eq!(eigenvalues(3, 2, &[0.0; 6]), Some(vec![0.0; 2]));
        // One direction only, twice over: rows that are the same.
        close(&eigenvalues(20, 9, &[0.5; 180]).unwrap(), &[0., 0., 0., 0., 0., 0., 0., 0., 45.0]);
        // [[1, 1], [0, 1]]: the golden ratio and its inverse.
        let golden = [0.5 * (3.0 - 5f64.sqrt()), 0.5 * (3.0 + 5f64.sqrt())];
        close(&eigenvalues(2, 2, &[1.0, 1.0, 0.0, 1.0]).unwrap(), &golden);
        assert_eq!(eigenvalues(0, 3, &[]), None);
    }

    #[test]
    fn a_path_has_the_eigenvalues_of_cosines() {
        // Second differences: 2 - 2 cos(k pi / (n + 1)).
        let n = 40;
        let (mut diagonal, mut beside) = (vec![2.0; n], vec![-1.0; n - 1]);
        diagonalise(&mut diagonal, &mut beside).unwrap();
        diagonal.sort_by(f64::total_cmp);
        let wanted = |k: usize| 2.0 - 2.0 * libm::cos(k as f64 * std::f64::consts::PI / (n + 1) as f64);
        close(&diagonal, &(1..=n).map(wanted).collect::<Vec<_>>());
    }

    proptest! {
        /// Trace and trace of the square, whatever the sizes, with magnitudes from 1 down to nothing.
        #[test]
        fn moments_are_kept(
            rows in 1_usize..30, columns in 1_usize..30, entries in proptest::collection::vec((-1.0_f64..1.0, 0_i32..300), 900),
        ) {
            let entries: Vec<f64> =
                entries[..rows * columns].iter().map(|(value, tiny)| libm::scalbn(*value, -tiny * tiny / 80)).collect();
            let found = eigenvalues(rows, columns, &entries).expect("it converges");
            prop_assert_eq!(found.len(), rows.min(columns));
            let trace: f64 = entries.iter().map(|value| value * value).sum();
            prop_assert!((found.iter().sum::<f64>() - trace).abs() <= 1e-12 * trace);
            let whole = DMatrix::from_row_slice(rows, columns, &entries);
            let squares = (&whole * whole.transpose()).iter().map(|value| value * value).sum::<f64>();
            let found = found.iter().map(|value| value * value).sum::<f64>();
            prop_assert!((found - squares).abs() <= 1e-12 * squares);
        }
    }
}
