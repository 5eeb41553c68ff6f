package finding

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Counts may be fractions here: a heavy user's attempts weigh less than one.
// Probabilities are kept as natural logarithms, since the tails in question lie
// far below what a float64 holds (17 of 19 at 1.4 % is 6e-30, and 1 minus the
// distribution function of a library stops at 1e-16).

// logTail is the logarithm of the chance of k or more of n at rate p.
func logTail(k, n, p float64) float64 {
	switch {
	case k <= 0:
		return 0
	case p <= 0:
		return math.Inf(-1)
	case p >= 1:
		return 0
	}
	n = max(n, k)
	if t := mathext.RegIncBeta(k, n-k+1, p); t > 1e-280 {
		return math.Log(t)
	}
	// So far out the terms fall at least as fast as a geometric series.
	step := p / (1 - p) * (n - k) / (k + 1)
	return logTerm(k, n, p) - math.Log1p(-min(step, 0.99))
}

// logLower is the logarithm of the chance of k or fewer of n at rate p.
func logLower(k, n, p float64) float64 { return logTail(n-k, n, 1-p) }

// logTerm is the logarithm of the chance of exactly k of n at rate p.
func logTerm(k, n, p float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	t := a - b - c + k*math.Log(p)
	if n > k {
		t += (n - k) * math.Log1p(-p)
	}
	return t
}

// lift is by how much the rate k/n explains k of n better than p does, as a
// difference of log likelihoods; 0 where k/n is not above p. It is the score of
// Kulldorff's scan statistic for binomial counts (1997, Comm. Stat. 26:1481).
func lift(k, n, p float64) float64 {
	if k <= n*p || n <= 0 || p >= 1 {
		return 0
	}
	if p <= 0 {
		p = 1e-9
	}
	s := k * math.Log(k/(n*p))
	if n > k {
		s += (n - k) * math.Log((n-k)/(n*(1-p)))
	}
	return s
}

// likelihood is the log likelihood of k of n at rate p, without the terms that
// do not depend on p.
func likelihood(k, n, p float64) float64 {
	p = min(max(p, 1e-6), 1-1e-6)
	return k*math.Log(p) + (n-k)*math.Log1p(-p)
}

// shrink draws the rate k/n to the parent's rate as if that had been seen in
// weight further attempts, so that 3 of 4 at a tiny carrier is not 75 %.
func shrink(k, n, parent, weight float64) float64 { return (k + weight*parent) / (n + weight) }

// ratio is how many times the baseline a rate is. The baseline is drawn to 1 %
// so that nothing is ever divided by an observed zero.
func ratio(k, n, baseK, baseN float64) float64 {
	if n <= 0 {
		return 1
	}
	return (k / n) / ((baseK + 0.5) / (baseN + 50))
}

// corrected is a p-value after looking at that many places, from the logarithm of the single one.
func corrected(logP, looked float64) float64 {
	return min(1, math.Exp(min(0, logP+math.Log(max(looked, 1)))))
}
