"""The two regressions against scikit-learn and the normal equations."""

import numpy as np
from scipy import sparse

from mint_bench.validation.regression import fit_logistic, fit_ridge, kernel


def rows(count=200, width=12):
    generator = np.random.default_rng(3)
    return sparse.csr_matrix(generator.normal(size=(count, width)).astype(np.float32)), generator


def test_logistic_regression_is_that_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    x, generator = rows()
    labels = (x @ generator.normal(size=(12, 3)) + generator.normal(size=(200, 3))) > 0
    weights = generator.uniform(0.5, 2, size=200).astype(np.float32)
    found, intercepts = fit_logistic(x, labels, weights, 0.5)
    for column in range(3):
        oracle = LogisticRegression(C=0.5, max_iter=1000, tol=1e-8)
        oracle.fit(x, labels[:, column], sample_weight=weights)
        assert np.allclose(found[:, column], oracle.coef_[0], atol=5e-3)
        assert abs(intercepts[column] - oracle.intercept_[0]) < 5e-3


def test_ridge_solves_the_weighted_normal_equations():
    x, generator = rows()
    targets = generator.normal(size=(200, 2))
    weights = generator.uniform(0.5, 2, size=200)
    dual = fit_ridge(kernel(x), targets, weights, 2.0)
    dense = x.toarray().astype(np.float64)
    gram = dense.T @ (weights[:, None] * dense) + 2.0 * np.eye(12)
    primal = np.linalg.solve(gram, dense.T @ (weights[:, None] * targets))
    assert np.allclose(dense.T @ dual, primal, atol=1e-5)
