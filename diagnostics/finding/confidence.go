package finding

import "math"

// How often a finding is right, measured on made-up logs with known causes (see
// docs/accuracy.md): for the causes that counts alone show it depends on how
// surely chance is ruled out, and even where that is quite sure another cause may
// look the same. A p-value says only that it was not chance.

// curve gives the confidence at two strengths of evidence, in powers of ten of the
// corrected p-value; between them the log odds run straight, outside they stay.
type curve struct {
	weak, strong     float64
	atWeak, atStrong float64
}

var curves = map[Cause]curve{
	CarrierOutage:       {4, 13, 0.55, 0.95},
	CarrierSpamBlocking: {4, 16, 0.65, 0.985},
	CarrierDelay:        {4, 12, 0.85, 0.985},
	PeakHourDelay:       {6, 11, 0.6, 0.97},
	ProviderOutage:      {5, 14, 0.7, 0.84},
	SenderMisconfigured: {6, 14, 0.65, 0.985},
	ProviderBlock:       {6, 14, 0.65, 0.97},
	HandsetUnreachable:  {1, 4, 0.85, 0.985},
	RepeatFailures:      {1, 4, 0.85, 0.97},
}

// What the number or a code gives away, by whether it was seen once or again.
var (
	plainOnce  = 0.9
	plainAgain = map[Cause]float64{LeadingZero: 0.995, NumberInvalid: 0.985, NotMobile: 0.985, OptedOut: 0.985, VOIP: 0.87}
)

// confidence is how sure a finding is.
func (b *board) confidence(f *Finding) float64 {
	if again, ok := plainAgain[f.Cause]; ok {
		if f.Figures.Affected < 2 {
			return plainOnce
		}
		return again
	}
	c, ok := curves[f.Cause]
	if !ok || f.Figures.PValue == nil {
		return plainOnce
	}
	x := -math.Log10(max(*f.Figures.PValue, 1e-300))
	at := min(max((x-c.weak)/(c.strong-c.weak), 0), 1)
	odds := logit(c.atWeak) + at*(logit(c.atStrong)-logit(c.atWeak))
	return math.Round(1000/(1+math.Exp(-odds))) / 1000
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
