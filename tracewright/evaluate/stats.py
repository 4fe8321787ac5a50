"""How sure a number is: intervals, paired tests, power, pass@k. Pure Python; draws come from a generator handed in.

A share of yes-or-no outcomes gets a Wilson interval, which stays honest at 0 of 50 and 50 of 50. Problems of one schema
succeed and fail together, so a set in which schemas repeat gets a second interval that counts schemas. Two runs on the
same problems are compared problem by problem.

Not covered: corrections for many tests at once, and models of why problems differ.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
"""Every interval of the house covers the truth this often, unless told otherwise."""
POWER = 0.8
"""A difference counts as detectable where it would be found this often."""
RESAMPLES = 10_000
"""Draws of a bootstrap: the ends of a 95 % interval then wobble by about 2 % of its width."""


class Interval(NamedTuple):
    """The two ends of a confidence interval."""

    low: float
    high: float


def wilson(successes: float, n: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the score interval of a share of `n` yes-or-no outcomes; nothing seen is (0, 1).

    Both may be fractions: an effective number of outcomes, and the successes that belong to it.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927) 209-212;
    named the interval of choice in Brown, Cai, DasGupta, Interval Estimation for a Binomial Proportion, Statistical
    Science 16 (2001), equation 4.
    """
    return _score(successes, n, normal_quantile(confidence))


def _score(successes: float, n: float, quantile: float) -> Interval:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return Interval(0.0, 1.0)
    share, squared = successes / n, quantile * quantile
    centre = (share + squared / (2 * n)) / (1 + squared / n)
    reach = quantile / (1 + squared / n) * math.sqrt(share * (1 - share) / n + squared / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - reach)  # exact at the ends, where rounding would leave 1e-17
    high = 1.0 if successes == n else min(1.0, centre + reach)
    return Interval(low, high)


def normal_quantile(confidence: float) -> float:
    """Return how many standard deviations either side hold `confidence` of a normal distribution: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


@cache
def student_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Return the same for Student's t with a whole number of degrees of freedom: 2.228 for 10 at 0.95.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4, inverted by bisection.
    """
    if degrees < 1:
        raise ValueError(f"{degrees} degrees of freedom")
    low, high = 0.0, 1.0
    while _student_mass(high, degrees) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_mass(middle, degrees) < confidence else (low, middle)
    return high


def _student_mass(t: float, degrees: int) -> float:
    """Return the probability that |T| <= t: a finite series in the angle, one for odd and one for even degrees."""
    angle = math.atan(t / math.sqrt(degrees))
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total, squared = 0.0, math.cos(angle) ** 2
    for factor in range(2 + odd, degrees + 1, 2):
        total += term
        term *= squared * (factor - 1) / factor
    if odd:
        return (angle + math.sin(angle) * total) * 2 / math.pi
    return math.sin(angle) * total


def mean_interval(
    values: Sequence[float], clusters: Sequence[Hashable] | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """Return the interval of the mean of values between 0 and 1: shares of right samples, rewards.

    It is Wilson's, with as many outcomes as the values' own variance is worth, and never more than there are values:
    for yes-or-no values without clusters it is `wilson` exactly, and it never shrinks to a point. With clusters the
    variance is that between them, and Student's quantile at (clusters - 1) stands for the normal one. Where all values
    are 0 or all are 1 the variance says nothing, and only the quantile knows of the clusters.

    Source: Korn and Graubard, Confidence Intervals for Proportions with Small Expected Number of Positive Counts
    Estimated from Survey Data, Survey Methodology 24 (1998): effective sample size and its Student correction; with
    Wilson's form as in Franco et al., Comparative Study of Confidence Intervals for Proportions in Complex Sample
    Surveys, J. Survey Statistics and Methodology 7 (2019). Clusters in evaluation: Miller, arXiv 2411.00640.
    """
    n = len(values)
    if n == 0:
        return Interval(0.0, 1.0)
    if min(values) < 0 or max(values) > 1:
        raise ValueError("values must lie between 0 and 1")
    mean = min(1.0, math.fsum(values) / n)
    quantile = normal_quantile(confidence)
    if clusters is None:
        variance = math.fsum((value - mean) ** 2 for value in values) / (n * n)
    else:
        groups = cluster_sums(values, clusters, mean)
        if len(groups) < 2:
            return Interval(0.0, 1.0)  # one cluster says nothing about the next
        variance = math.fsum(total * total for total, _ in groups) * len(groups) / (len(groups) - 1) / (n * n)
        quantile = student_quantile(len(groups) - 1, confidence)
    worth = float(n) if variance == 0 else min(n, mean * (1 - mean) / variance)
    return _score(mean * worth, worth, quantile)


def cluster_sums(values: Sequence[float], clusters: Sequence[Hashable], centre: float = 0.0) -> list[tuple[float, int]]:
    """Return (sum of value - centre, number of values) of each cluster, in order of appearance."""
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values, {len(clusters)} clusters")
    groups: defaultdict[Hashable, list[float]] = defaultdict(list)
    for value, cluster in zip(values, clusters, strict=True):
        groups[cluster].append(value - centre)
    return [(math.fsum(group), len(group)) for group in groups.values()]


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p-value for two runs that differ on `only_a + only_b` problems.

    Under chance each of these falls to either run with probability 1/2. No such problem: p is 1.

    Source: Q. McNemar, Psychometrika 12 (1947) 153-157, with binomial probabilities in place of chi-squared.
    """
    n = only_a + only_b
    tail = ways = 1  # of all 2^n, those in which the luckier run has so many or more: C(n, 0) + C(n, 1) + ...
    for k in range(min(only_a, only_b)):
        ways = ways * (n - k) // (k + 1)
        tail += ways
    return min(1.0, 2 * tail / (1 << n))


def sign_flip(differences: Sequence[int], clusters: Sequence[Hashable]) -> float:
    """Return the exact two-sided p-value of a sum of whole differences whose signs flip together within a cluster.

    The randomisation test of paired runs where problems of a cluster are no independent witnesses: under chance the
    two runs could be exchanged in each cluster. Every flip is counted, none is drawn. With one problem a cluster and
    differences of -1, 0, 1 it is `mcnemar`.

    Source: R. A. Fisher, The Design of Experiments (1935), section 21, with clusters as the units.
    """
    sums = [round(total) for total, _ in cluster_sums(differences, clusters)]
    observed = abs(sum(sums))
    sizes = Counter(abs(total) for total in sums if total)
    ways = {0: 1}  # sum -> how many of the flips give it
    for size, count in sorted(sizes.items()):
        choose = [(size * (2 * k - count), math.comb(count, k)) for k in range(count + 1)]
        spread: defaultdict[int, int] = defaultdict(int)
        for total, number in ways.items():
            for shift, times in choose:
                spread[total + shift] += number * times
        ways = spread
    extreme = sum(number for total, number in ways.items() if abs(total) >= observed)
    return extreme / (1 << sizes.total())


def paired_interval(both: int, only_a: int, only_b: int, neither: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of share B minus share A on the same problems, from the four counts of the paired table.

    It does not shrink to a point where the runs never differ.

    Source: R. G. Newcombe, Improved Confidence Intervals for the Difference Between Binomial Proportions Based on
    Paired Data, Statistics in Medicine 17 (1998) 2635-2650, method 10: Wilson's intervals, squared and added.
    """
    n = both + only_a + only_b + neither
    if n == 0:
        return Interval(-1.0, 1.0)
    right_a, right_b = both + only_a, both + only_b
    share_a, share_b = right_a / n, right_b / n
    low_a, high_a = wilson(right_a, n, confidence)
    low_b, high_b = wilson(right_b, n, confidence)
    link = _association(both, only_a, only_b, neither)
    down, up = share_b - low_b, high_a - share_a
    below = math.sqrt(max(0.0, down * down - 2 * link * down * up + up * up))
    up, down = high_b - share_b, share_a - low_a
    above = math.sqrt(max(0.0, up * up - 2 * link * up * down + down * down))
    return Interval(max(-1.0, share_b - share_a - below), min(1.0, share_b - share_a + above))


def _association(both: int, only_a: int, only_b: int, neither: int) -> float:
    """Return Newcombe's phi: the correlation of the two runs, drawn towards 0 by a continuity correction."""
    margins = (both + only_a) * (both + only_b) * (neither + only_a) * (neither + only_b)
    if margins == 0:
        return 0.0
    n = both + only_a + only_b + neither
    cross = both * neither - only_a * only_b
    if cross > 0:
        cross_corrected = max(cross - n / 2, 0.0)
    else:
        cross_corrected = float(cross)
    return cross_corrected / math.sqrt(margins)


def paired_bootstrap(
    first: Sequence[float],
    second: Sequence[float],
    rng: random.Random,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return the percentile interval of mean(second) - mean(first), drawn over problems or over whole clusters.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; clusters drawn with replacement
    as in Cameron, Gelbach, Miller, Rev. Economics and Statistics 90 (2008), the pairs cluster bootstrap.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"{len(first)} and {len(second)} values are no pairs")
    differences = [b - a for a, b in zip(first, second, strict=True)]
    if clusters is None:
        n = len(differences)
        means = [sum(rng.choices(differences, k=n)) / n for _ in range(resamples)]
    else:
        groups = cluster_sums(differences, clusters)
        means = []
        for _ in range(resamples):
            totals, sizes = zip(*rng.choices(groups, k=len(groups)), strict=True)
            means.append(sum(totals) / sum(sizes))
    means.sort()
    cut = (1 - confidence) / 2
    return Interval(_percentile(means, cut), _percentile(means, 1 - cut))


def _percentile(ordered: Sequence[float], share: float) -> float:
    position = share * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def smallest_detectable(n: int, rate: float = 0.5, confidence: float = CONFIDENCE, power: float = POWER) -> float:
    """Return the smallest difference between two separate sets of `n` problems that would be found with `power`.

    Both shares are taken near `rate`; 1/2 is the hardest.

    Source: Miller, arXiv 2411.00640, section 5, without its resampling term.
    """
    return _reach(confidence, power) * math.sqrt(2 * rate * (1 - rate) / n)


def smallest_detectable_paired(
    n: int, discordant: float, confidence: float = CONFIDENCE, power: float = POWER
) -> float | None:
    """Return the same for two runs on the same `n` problems of which a share `discordant` is right in one run only.

    Where problems come in clusters, `discordant` is the sum of squares of the clusters' differences over `n`. Never
    less than what the exact test needs with every such problem on one side (6 of them at 95 %); None where not even
    all `n` would do.

    Source: as `smallest_detectable`, with the variance of a paired difference near 0.
    """
    needed = math.ceil(1 - math.log2(1 - confidence))
    if n < needed:
        return None
    return min(1.0, max(needed / n, _reach(confidence, power) * math.sqrt(discordant / n)))


def _reach(confidence: float, power: float) -> float:
    return normal_quantile(confidence) + NormalDist().inv_cdf(power)


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """Return the chance that at least one of `k` completions is right, estimated without bias from `samples` of them.

    Source: Chen et al., Evaluating Large Language Models Trained on Code, arXiv 2107.03374, equation 1.
    """
    if not 0 <= correct <= samples or not 1 <= k <= samples:
        raise ValueError(f"pass@{k} of {samples} samples, {correct} right")
    return 1 - math.comb(samples - correct, k) / math.comb(samples, k)
