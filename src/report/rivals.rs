//! Simple rivals of the method, and how much of E each explains: see docs/rivals.md.

use serde::{Deserialize, Serialize};

/// What linear algebra says of the matrices of one checkpoint. `None` where a number does not exist.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RivalsRecord {
    /// Means over the matrices that were measured.
    pub mean: SpectralMeans,
    /// Number of permutations of every matrix.
    pub shuffles: u32,
    /// Mean over the shuffles of their means over the matrices.
    pub shuffled: SpectralMeans,
    /// Lowest and highest of the shuffles' means over the matrices.
    pub shuffled_range: SpectralRanges,
    /// The matrices that were measured, in the order of the wiring.
    pub matrices: Vec<MatrixRivals>,
    /// Matrices were measured where their smaller side is at most this.
    pub largest_matrix: u64,
    /// Tensors of the matrices that were larger.
    pub too_large: Vec<String>,
    /// What the numbers leave out, in a sentence; empty where they leave out nothing.
    pub text: String,
}

/// One value of each number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SpectralMeans {
    /// Largest singular value.
    pub spectral_norm: Option<f64>,
    /// Squared Frobenius norm over squared spectral norm.
    pub stable_rank: Option<f64>,
    /// Power-law exponent of the density of eigenvalues.
    pub alpha: Option<f64>,
}

/// Lowest and highest value of each number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SpectralRanges {
    pub spectral_norm: Option<[f64; 2]>,
    pub stable_rank: Option<[f64; 2]>,
    pub alpha: Option<[f64; 2]>,
}

/// Numbers of one matrix.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MatrixRivals {
    /// Name of its group.
    pub group: String,
    /// Name of its tensor.
    pub tensor: String,
    /// Outputs, of each slice.
    pub outputs: u64,
    /// Inputs, of each slice.
    pub inputs: u64,
    /// Slices whose eigenvalues are pooled: positions of a kernel times its groups of channels; 1 for linear layers.
    pub slices: u64,
    /// Largest singular value, over all slices.
    pub spectral_norm: Option<f64>,
    /// Squared Frobenius norm over squared spectral norm.
    pub stable_rank: Option<f64>,
    /// Power-law exponent of the density of the eigenvalues of W^T W.
    pub alpha: Option<f64>,
    /// The eigenvalue from which on the power law is fitted.
    pub x_min: Option<f64>,
    /// Kolmogorov-Smirnov distance of the fit, 0 to 1.
    pub distance: Option<f64>,
    /// Eigenvalues in the fitted tail.
    pub tail: Option<u64>,
    /// Eigenvalues above 0.
    pub eigenvalues: u64,
    /// The same of the permuted entries, a mean over the shuffles.
    pub shuffled: MatrixShuffles,
}

/// Means over the shuffles of one matrix. Fields are those of [`MatrixRivals`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct MatrixShuffles {
    pub spectral_norm: Option<f64>,
    pub stable_rank: Option<f64>,
    pub alpha: Option<f64>,
    pub distance: Option<f64>,
    pub tail: Option<f64>,
}

/// How much of the degree of emergence one simple number explains, over the checkpoints of a series that have both: the
/// least-squares line, with intercept, of E on the number. `None` for fewer than four checkpoints, and where one of the two
/// is the same at all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// Name of the series; absent where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// `mean_abs_weight`, `mean_weighted_degree`, `spectral_norm`, `stable_rank`, `alpha`, `log_step` (log(1 + step)) or
    /// `shuffled_emergence` (E of the shuffled weights).
    pub rival: String,
    /// Checkpoints with both numbers.
    pub n: u64,
    /// Share of the variance of E that the line explains, 0 to 1.
    pub r_squared: Option<f64>,
    /// Share that it leaves: 1 - R^2.
    pub residual: Option<f64>,
    /// Pearson's r, with the sign of the slope.
    pub pearson: Option<f64>,
    /// Spearman's rank correlation.
    pub spearman: Option<f64>,
    /// Chance: 95 of 100 random orders of the number's values over the same checkpoints explain less.
    pub chance: Option<f64>,
    /// The share that the same number of the permuted matrices explains; `None` for the numbers of no matrix.
    pub shuffled: Option<f64>,
    /// What the numbers show, in a sentence or two.
    pub text: String,
}
