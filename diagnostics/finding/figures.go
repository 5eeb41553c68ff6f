package finding

import (
	"math"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// wholeLog is the window of a cause that has no start in the log.
func (b *board) wholeLog() Window {
	if !b.timed {
		return Window{From: deliverylog.NoTime, To: deliverylog.NoTime, Whole: true}
	}
	return Window{From: b.table.From, To: b.endOf(), Whole: true}
}

// figures are the numbers of a finding, in user-attempts. logP is the logarithm of
// the chance of the counts at the baseline, looked the number of places looked at;
// before is the same scope outside the window, where there is an outside.
func figures(bad, total int, base sum, whose string, logP, looked float64, before *sum) Figures {
	f := Figures{Affected: bad, Total: total}
	if total > 0 {
		f.Rate = ref(float64(bad) / float64(total))
	}
	if base.n > 0 {
		f.BaselineRate = ref(base.rate())
		f.Baseline = whose
		f.BaseAffected, f.BaseTotal = ref(int(math.Round(base.bad))), ref(int(math.Round(base.n)))
		f.RiskRatio = ref(ratio(float64(bad), float64(total), base.bad, base.n))
	}
	if before != nil && before.n > 0 {
		f.BeforeBad, f.BeforeTotal = ref(int(math.Round(before.bad))), ref(int(math.Round(before.n)))
	}
	f.PValue = ref(corrected(logP, looked))
	return f
}

func ref[T any](v T) *T { return &v }

// likelihoodOfNone is the chance that n attempts at that rate show nothing.
func likelihoodOfNone(n, rate float64) float64 {
	return math.Exp(n * math.Log1p(-min(rate, 0.999)))
}
