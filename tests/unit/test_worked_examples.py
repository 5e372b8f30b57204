"""Worked examples of others: their data, and the numbers that they print.

The rest stand beside what they check. In test_statistics: the paired t-test (Student 1908), sign
flips (Fisher 1935). In test_interval: the corrected t-test and the posterior of the correlated
t-test (correctR, scikit-learn, baycomp). In test_noise: DeLong's variance (SAS/STAT), components of
variance. In test_ranks: Friedman, Iman and Davenport, Nemenyi (Demšar 2006). In test_spending:
boundaries (ldbounds, gsDesign). Of P(A > B) and of the bootstrap-t no example with its data was
found, nor could Holm's own (1979) and Demšar's of it be read: test_wins and test_skewness recompute
theirs by the definition.
"""

import math

import numpy as np
import pytest

from study.analysis.expectations import p_values
from study.analysis.interval import interval, p_value
from study.analysis.pairs import compare_values
from study.analysis.significance import holm
from study.design.claims import Claim

# The area under the curve of two drugs in twelve patients, test and reference: part of Wellek
# (2003, p. 212), in SAS/STAT's example "Equivalence testing with lognormal data" of PROC TTEST.
TEST_AUC, REFERENCE_AUC = np.array([
    (103.4, 90.11), (59.92, 77.71), (68.17, 77.71), (94.54, 97.51), (69.48, 58.21), (72.17, 101.3),
    (74.37, 79.84), (84.44, 96.06), (96.74, 89.30), (94.26, 97.22), (48.52, 61.62), (95.68, 85.80),
]).T  # fmt: skip
# Hours of sleep gained with each of two drugs (Student 1908; `sleep` in R).
FIRST_DRUG = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND_DRUG = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_two_one_sided_tests_of_sas():
    """p = 0.0031 and 0.00005 against ratios of 0.8 and 1.25; 0.9412, 90% from 0.8634 to 1.0260.

    Its output as others quote it: the p-values in the tests of statsmodels, the interval in Hu
    (2012, "Equivalence testing and TOST"). Logarithms have symmetric bounds. A claim's p is twice
    that of one side.
    """
    differences = np.log(TEST_AUC) - np.log(REFERENCE_AUC)
    claim = Claim("They are.", "val_loss", "loss", "equivalent", [], margin=math.log(1.25))
    found = p_values(claim, differences)
    assert found.supporting / 2 == pytest.approx(0.0031, abs=5e-5) and found.contradicting == 1
    assert p_value(differences, mean=math.log(1.25)) / 2 == pytest.approx(5e-5, abs=5e-6)
    within = interval(differences, alpha=0.1)
    assert math.exp(within.mean) == pytest.approx(0.9412, abs=5e-5)
    ends = [math.exp(within.low), math.exp(within.high)]
    assert ends == pytest.approx([0.8634, 1.0260], abs=5e-5)


def test_holm_as_rs_multtest_prints_it():
    """Ten p-values of the tests of statsmodels, with what mt.rawp2adjp makes of them."""
    raw = [
        0.838541367553, 0.642193923795, 0.680845947633, 0.967833824309, 0.71626938238,
        0.177096952723, 5.23656777208e-05, 0.0202732688798, 0.00028140506198, 0.0149877310796,
    ]  # fmt: skip
    expected = [1, 1, 1, 1, 1, 1, 5.23656777e-04, 1.41912882e-01, 2.53264556e-03, 1.19901849e-01]
    assert holm(raw) == pytest.approx(expected, rel=1e-8)


def test_mann_whitneys_statistic_of_students_sleep_data():
    """W = 25.5 of 100 pairs, as R prints of wilcox.test(extra ~ group, data = sleep)."""
    found = compare_values(FIRST_DRUG, SECOND_DRUG)
    assert found["probability_higher"] == 0.255
    assert found["p_value"] == pytest.approx(0.002833, abs=1e-6)  # t.test(…, paired = TRUE)
