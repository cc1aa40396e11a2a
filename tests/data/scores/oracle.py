"""Prints what src/series/correlation.rs is compared with. Needs numpy and scipy.

The draws of the bootstrap are NumPy's, so that only the method is the same.
"""

import numpy as np
from scipy import stats

x = np.array([0.31, 1.7, -0.4, 2.2, 2.2, 0.9, 5.1, 3.3, 0.31, 4.0])
y = np.array([10.0, 12.5, 9.0, 12.5, 14.0, 9.5, 13.0, 16.5, 12.0, 11.0])
z = np.array([1.0, 2.0, 3.0, 5.0, 4.0, 7.0, 8.0, 6.0, 9.0, 10.0])


def pearson(x, y, z):
    return stats.pearsonr(x, y).statistic


def spearman(x, y, z):
    return stats.spearmanr(x, y).statistic


def partial(x, y, z):
    """Correlation of the residuals of two regressions."""
    left = [v - np.polyval(np.polyfit(z, v, 1), z) for v in (x, y)]
    return stats.pearsonr(*left).statistic


random = np.random.default_rng(1)
draws = [random.integers(len(x), size=len(x)) for _ in range(20000)]
for name, coefficient in [("pearson", pearson), ("spearman", spearman), ("partial", partial)]:
    drawn = np.array([coefficient(x[d], y[d], z[d]) for d in draws])
    print(name, repr(float(coefficient(x, y, z))), np.nanquantile(drawn, [0.025, 0.975]).tolist())
