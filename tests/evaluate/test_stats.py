"""Intervals and tests against published values, and against formulas of another form."""

import itertools
import math
import random
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.evaluate.stats import (
    mcnemar,
    mean_interval,
    paired_bootstrap,
    paired_interval,
    pass_at_k,
    sign_flip,
    smallest_detectable,
    smallest_detectable_paired,
    student_quantile,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_has_the_published_ends(successes, n, low, high):
    assert wilson(successes, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_ends_are_where_the_score_test_changes_its_mind(pair):
    successes, n = pair
    for end in wilson(successes, n):
        if 0 < end < 1:  # the ends solve (share - p)^2 = z^2 p (1 - p) / n
            assert (successes / n - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / n, rel=1e-4, abs=1e-12)
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert high - low > 0.5 / n  # never a point, not at 0 of n nor at n of n
    assert wilson(n - successes, n) == (pytest.approx(1 - high), pytest.approx(1 - low))


def test_wilson_of_nothing_is_everything():
    assert wilson(0, 0) == (0, 1)
    with pytest.raises(ValueError, match="5 successes of 4"):
        wilson(5, 4)


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (10, 2.228), (30, 2.042), (120, 1.980)]
)
def test_student_quantiles_are_those_of_the_tables(degrees, quantile):
    assert student_quantile(degrees) == pytest.approx(quantile, abs=5e-4)


def test_mean_interval_of_yes_or_no_values_is_wilsons():
    for right, n in ((0, 7), (3, 7), (7, 7), (499, 500)):
        assert mean_interval([1.0] * right + [0.0] * (n - right)) == pytest.approx(wilson(right, n))


def test_mean_interval_with_clusters_is_wider_when_they_stick_together():
    together = [float(index // 10 % 2) for index in range(100)]  # ten clusters, each all right or all wrong
    mixed = [float(index % 2) for index in range(100)]
    clusters = [index // 10 for index in range(100)]
    alone, stuck, loose = (
        mean_interval(values, groups) for values, groups in ((mixed, None), (together, clusters), (mixed, clusters))
    )
    # ten clusters that agree within are worth nine outcomes (their variance has 10 - 1 below), with Student's t of 9
    z = student_quantile(9)
    assert (0.5 - stuck.low) ** 2 == pytest.approx(z * z * stuck.low * (1 - stuck.low) / 9)
    assert stuck.high - stuck.low > 2.5 * (alone.high - alone.low)
    assert loose.high - loose.low == pytest.approx(alone.high - alone.low, rel=0.2)
    assert loose.high - loose.low > alone.high - alone.low


def test_mean_interval_never_shrinks_to_a_point():
    for values in ([1.0] * 50, [0.0] * 50, [0.7] * 50):
        low, high = mean_interval(values)
        assert low <= values[0] <= high
        assert high - low > 0.05
    assert mean_interval([1.0, 1.0], ["a", "a"]) == (0, 1)
    assert mean_interval([]) == (0, 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_interval([1.5])


def test_clustered_interval_covers_the_truth_as_often_as_it_says():
    rng = random.Random(11)
    covered = plain = 0
    for _ in range(300):
        values, clusters = [], []
        for cluster in range(25):
            rate = rng.betavariate(2, 1)  # the schemas differ; their mean rate is 2/3
            values += [float(rng.random() < rate) for _ in range(8)]
            clusters += [cluster] * 8
        low, high = mean_interval(values, clusters)
        covered += low <= 2 / 3 <= high
        low, high = mean_interval(values)
        plain += low <= 2 / 3 <= high
    assert covered / 300 > 0.91
    assert plain < covered  # which is why clusters are asked for


def test_mcnemar_has_the_values_of_a_fair_coin():
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 5) == 1
    assert mcnemar(1, 7) == pytest.approx(2 * (1 + 8) / 256)  # by hand; 0.070 in Fagerland et al. (2013), table 3
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    assert mcnemar(10, 25) == mcnemar(25, 10) < 0.05
    assert mcnemar(4000, 4600) < 1e-9  # large counts neither overflow nor take long


def flips(sums):
    """Count, sign by sign, the share of flips that reach what was observed."""
    observed = abs(sum(sums))
    totals = [
        abs(sum(sign * value for sign, value in zip(signs, sums, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(sums))
    ]
    return sum(total >= observed for total in totals) / len(totals)


@settings(max_examples=60)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9))
def test_sign_flip_counts_every_flip(sums):
    differences = [(value > 0) - (value < 0) for value in sums for _ in range(abs(value))] or [0]
    clusters = [place for place, value in enumerate(sums) for _ in range(abs(value))] or [0]
    assert sign_flip(differences, clusters) == pytest.approx(flips(sums))


def test_sign_flip_without_clusters_is_mcnemar():
    differences = [1] * 9 + [-1] * 3 + [0] * 40
    assert sign_flip(differences, range(52)) == pytest.approx(mcnemar(3, 9))
    assert sign_flip(differences, [0] * 52) == 1  # one cluster: nothing can be told


def test_paired_interval_has_the_published_ends():
    # Airway hyper-responsiveness before and after a transplantation, 21 children: Fagerland, Lydersen, Laake,
    # Recommended tests and confidence intervals for paired binomial proportions, Statistics in Medicine 33 (2014).
    low, high = paired_interval(1, 7, 1, 12)
    assert (low, high) == (pytest.approx(-0.507, abs=5e-4), pytest.approx(-0.026, abs=5e-4))


@given(st.tuples(*[st.integers(0, 60)] * 4).filter(any))
def test_paired_interval_holds_the_difference_and_turns_with_the_runs(counts):
    both, only_a, only_b, neither = counts
    low, high = paired_interval(*counts)
    assert -1 <= low <= (only_b - only_a) / sum(counts) <= high <= 1
    assert high - low > 0.5 / sum(counts)
    assert paired_interval(both, only_b, only_a, neither) == (pytest.approx(-high), pytest.approx(-low))


def test_paired_bootstrap_agrees_with_the_normal_interval_and_is_quick():
    rng = random.Random(3)
    first = [rng.randint(0, 1) for _ in range(1319)]
    second = [value if rng.random() < 0.7 else 1 for value in first]
    differences = [b - a for a, b in zip(first, second, strict=True)]
    mean = sum(differences) / 1319
    error = math.sqrt(sum((value - mean) ** 2 for value in differences)) / 1319
    start = time.perf_counter()
    low, high = paired_bootstrap(first, second, random.Random(1), resamples=2000)
    assert time.perf_counter() - start < 10
    assert (low, high) == (pytest.approx(mean - 1.96 * error, abs=0.003), pytest.approx(mean + 1.96 * error, abs=0.003))
    assert paired_bootstrap(first, second, random.Random(1), resamples=2000) == (low, high)


def test_paired_bootstrap_draws_whole_clusters():
    rng = random.Random(5)
    clusters = [index // 20 for index in range(400)]
    effect = [rng.choice((0, 1)) for _ in range(20)]
    first = [0] * 400
    second = [effect[cluster] for cluster in clusters]
    alone = paired_bootstrap(first, second, random.Random(1), resamples=1000)
    whole = paired_bootstrap(first, second, random.Random(1), clusters, resamples=1000)
    assert whole.high - whole.low == pytest.approx(math.sqrt(20) * (alone.high - alone.low), rel=0.15)


def test_smallest_detectable_differences_are_the_known_ones():
    # points at 80 % power: n = 30 36 and 23, n = 100 19.8 and 12.5, n = 1,319 5.5 and 3.4 (20 % discordant)
    assert [round(100 * smallest_detectable(n), 1) for n in (30, 100, 1319)] == [36.2, 19.8, 5.5]
    assert [round(100 * smallest_detectable_paired(n, 0.2), 1) for n in (30, 100, 1319)] == [22.9, 12.5, 3.4]


def test_smallest_detectable_difference_is_one_that_the_test_can_find():
    assert smallest_detectable_paired(5, 1.0) is None
    assert mcnemar(0, 5) > 0.05 > mcnemar(0, 6)
    assert smallest_detectable_paired(50, 0.0) == 6 / 50
    rng = random.Random(2)
    n, discordant = 200, 0.3
    effect = smallest_detectable_paired(n, discordant)
    found = 0
    for _ in range(400):
        draws = [rng.random() for _ in range(n)]
        only_b = sum(draw < (discordant + effect) / 2 for draw in draws)
        only_a = sum((discordant + effect) / 2 <= draw < discordant for draw in draws)
        found += mcnemar(only_a, only_b) < 0.05
    assert found / 400 == pytest.approx(0.8, abs=0.07)


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_draws_with_a_right_one(case):
    samples, correct, k = case
    miss = Fraction(1)
    for drawn in range(k):  # one after the other, without putting back
        miss *= Fraction(max(samples - correct - drawn, 0), samples - drawn)
    assert pass_at_k(samples, correct, k) == pytest.approx(float(1 - miss))


def test_pass_at_k_refuses_what_it_cannot_estimate():
    with pytest.raises(ValueError, match="pass@5 of 4"):
        pass_at_k(4, 1, 5)
