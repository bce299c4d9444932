"""The two regressions behind the embedded scorers: logistic for tags, ridge for ratings.

Both are convex and solved without chance, on one thread since sums depend on how threads share
them: the same rows give the same weights bit for bit on one machine. Knows nothing of texts.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from mint_bench.features import Floats, Sparse

Doubles = npt.NDArray[np.float64]


def fit_logistic(
    rows: Sparse, labels: npt.NDArray[np.bool_], weights: Floats, strength: float, steps: int = 150
) -> tuple[Floats, Floats]:
    """Logistic regressions for several labels at once, by L-BFGS.

    Minimises strength · Σ_i weight_i · Σ_k log(1 + exp(−y_ik z_ik)) + ½‖W‖².

    Args:
        rows: Features, sparse, shape (n, d).
        labels: Booleans, shape (n, k).
        weights: Weight of each row, shape (n,).
        strength: Inverse of the regularisation.
        steps: Most iterations.

    Returns:
        Weights (d, k) and intercepts (k,).
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    count, width = rows.shape[1], labels.shape[1]
    transposed = rows.T.tocsr()
    signs = (2 * labels.astype(np.float32) - 1).astype(np.float32)
    scale = (strength * weights[:, None]).astype(np.float32)

    def loss(point: Doubles) -> tuple[float, Doubles]:
        matrix = point[: count * width].reshape(count, width).astype(np.float32)
        margin = signs * (rows @ matrix + point[count * width :].astype(np.float32))
        value = float((np.logaddexp(0, -margin) * scale).sum(dtype=np.float64))
        value += 0.5 * float(np.square(point[: count * width]).sum())
        slope = -signs * scale / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.concatenate([(transposed @ slope).ravel(), slope.sum(axis=0)])
        gradient = gradient.astype(np.float64)
        gradient[: count * width] += point[: count * width]
        return value, gradient

    start = np.zeros(count * width + width)
    with threadpool_limits(1):
        best: Any = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    matrix = best.x[: count * width].reshape(count, width).astype(np.float32)
    return matrix, best.x[count * width :].astype(np.float32)


def kernel(rows: Sparse) -> Doubles:
    """Inner products of all rows, shape (n, n)."""
    return np.asarray((rows @ rows.T).todense(), dtype=np.float64)


def fit_ridge(products: Doubles, targets: Doubles, weights: Doubles, strength: float) -> Doubles:
    """Ridge regression in its dual form, each row weighed.

    Minimises Σ_i weight_i (t_i − z_i)² + strength · ‖W‖².

    Args:
        products: Inner products of the rows, shape (n, n).
        targets: Centred targets, shape (n, k).
        weights: Weight of each row, above 0, shape (n,).
        strength: Regularisation.

    Returns:
        Dual coefficients α, shape (n, k): W = rowsᵀ α.
    """
    from scipy.linalg import cho_factor, cho_solve
    from threadpoolctl import threadpool_limits

    system = products.copy()
    system[np.diag_indices_from(system)] += strength / weights
    with threadpool_limits(1):
        solved: Doubles = cho_solve(cho_factor(system, overwrite_a=True), targets)
    return solved
