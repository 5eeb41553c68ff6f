package tally

import (
	"math"
	"strconv"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// How figures are written, everywhere: summaries, tickets, tables, screens.
// One place, so that the same figure never reads differently on two pages.

// z975 is the 97.5th percentile of the normal distribution, for 95 % intervals.
const z975 = 1.959963984540054

// Wilson is the 95 % Wilson score interval of k of n, as shares from 0 to 1.
// Unlike the textbook interval it is right at 0 of 7 and never leaves 0 to 1.
// n of 0 gives 0 to 1: nothing is known.
func Wilson(k, n int64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	d := 1 + z975*z975/m
	mid := (p + z975*z975/(2*m)) / d
	half := z975 * math.Sqrt(p*(1-p)/m+z975*z975/(4*m*m)) / d
	low, high = max(mid-half, 0), min(mid+half, 1)
	if k <= 0 {
		low = 0
	}
	if k >= n {
		high = 1
	}
	return low, high
}

// FormatCount writes 18204 as "18,204".
func FormatCount(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// FormatNoun writes a number with its noun: "1 case", "3,000 cases". many is what
// several are called, where that is not the noun with an s.
func FormatNoun[N int | uint16 | int32 | int64](n N, noun string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(many) > 0:
		return FormatCount(int64(n)) + " " + many[0]
	}
	return FormatCount(int64(n)) + " " + noun + "s"
}

// FormatOf writes "41 of 52".
func FormatOf(k, n int64) string { return FormatCount(k) + " of " + FormatCount(n) }

// FormatRate writes k of n as "79 %": whole from 10 %, one decimal below. "0 %" and
// "100 %" are for none and all alone, else "<0.1 %" and ">99 %". Over nothing it
// is "none yet".
func FormatRate(k, n int64) string {
	if n <= 0 {
		return "none yet"
	}
	return FormatShare(float64(k) / float64(n))
}

// FormatShare writes a share from 0 to 1 as [FormatRate] does.
func FormatShare(p float64) string {
	percent := p * 100
	switch {
	case p <= 0:
		return "0 %"
	case p >= 1:
		return "100 %"
	case percent < 0.05:
		return "<0.1 %"
	case percent >= 99.5:
		return ">99 %"
	}
	return percentDigits(percent, percent < 9.95) + " %"
}

// FormatInterval writes the 95 % Wilson interval of k of n as "66–88", in per
// cent and with as many decimals as its rate has.
func FormatInterval(k, n int64) string {
	low, high := Wilson(k, n)
	fine := n > 0 && float64(k)/float64(n) < 0.0995
	return percentDigits(low*100, fine) + "–" + percentDigits(high*100, fine)
}

// FormatRateInterval writes "79 % (66–88)", or "none yet" over nothing.
func FormatRateInterval(k, n int64) string {
	if n <= 0 {
		return FormatRate(k, n)
	}
	return FormatRate(k, n) + " (" + FormatInterval(k, n) + ")"
}

func percentDigits(percent float64, fine bool) string {
	if !fine {
		return strconv.FormatFloat(math.Round(percent), 'f', 0, 64)
	}
	s := strconv.FormatFloat(percent, 'f', 1, 64)
	if s == "0.0" {
		return "0"
	}
	return s
}

// FormatDuration writes a duration for a sentence: "6 s", "4 min 12 s", "2 h 5 min", "3 days".
func FormatDuration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	d = d.Round(time.Second)
	pair := func(a int64, ua string, b int64, ub string) string {
		s := sign + FormatCount(a) + " " + ua
		if b != 0 {
			s += " " + strconv.FormatInt(b, 10) + " " + ub
		}
		return s
	}
	s := int64(d / time.Second)
	switch {
	case s < 60:
		return sign + strconv.FormatInt(s, 10) + " s"
	case s < 3600:
		return pair(s/60, "min", s%60, "s")
	case s < 48*3600:
		return pair(s/3600, "h", s/60%60, "min")
	}
	return pair(s/86400, "days", s/3600%24, "h")
}

// FormatSeconds writes a duration for a column, where they compare: "252 s".
func FormatSeconds(d time.Duration) string {
	return FormatCount(int64(d.Round(time.Second)/time.Second)) + " s"
}

// FormatDate writes "3 March", with its year where that is not the case's
// year; a year of 0 always writes it.
func FormatDate(t time.Time, year int) string {
	if t.Year() == year {
		return t.Format("2 January")
	}
	return t.Format("2 January 2006")
}

// FormatTime writes "3 March 07:40 UTC (08:40 there)", there being loc; nil: nobody's
// place is meant, and the part in brackets is left out.
func FormatTime(at deliverylog.Time, loc *time.Location, year int) string {
	if !at.Known() {
		return "time unknown"
	}
	t := at.Std()
	s := FormatDate(t, year) + t.Format(" 15:04 UTC")
	if loc == nil {
		return s
	}
	local := t.In(loc)
	if local.Day() == t.Day() {
		return s + local.Format(" (15:04 there)")
	}
	return s + local.Format(" (2 January 15:04 there)")
}

// FormatSpan writes "3 March 07:52 to 09:50 UTC", or with both dates where they differ.
func FormatSpan(from, to deliverylog.Time, year int) string {
	switch {
	case !from.Known() && !to.Known():
		return "times unknown"
	case !to.Known() || from == to:
		return FormatTime(from, nil, year)
	case !from.Known():
		return FormatTime(to, nil, year)
	}
	a, b := from.Std(), to.Std()
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		if a.Format("15:04") == b.Format("15:04") {
			return FormatTime(from, nil, year)
		}
		return FormatDate(a, year) + a.Format(" 15:04 to ") + b.Format("15:04 UTC")
	}
	if a.Year() == b.Year() {
		return a.Format("2 January 15:04 to ") + FormatDate(b, year) + b.Format(" 15:04 UTC")
	}
	return a.Format("2 January 2006 15:04 to ") + b.Format("2 January 2006 15:04 UTC")
}

// FormatRatio writes a risk ratio as "37 times"; below 10 with one decimal.
func FormatRatio(ratio float64) string {
	if ratio < 9.95 {
		return strconv.FormatFloat(ratio, 'f', 1, 64) + " times"
	}
	return FormatCount(int64(math.Round(ratio))) + " times"
}

// FormatSure writes a confidence as "97 % sure". It never says 100.
func FormatSure(confidence float64) string {
	return strconv.Itoa(int(min(max(math.Round(confidence*100), 1), 99))) + " % sure"
}

// FormatChance writes a p-value as "less than 1 in 10^40", or "1 in 25" where it is not small.
func FormatChance(p float64) string {
	switch {
	case p >= 1:
		return "1 in 1"
	case p <= 0:
		return "less than 1 in 10^300"
	case p > 0.001:
		return "1 in " + FormatCount(int64(math.Round(1/p)))
	}
	return "less than 1 in 10^" + strconv.Itoa(int(math.Floor(-math.Log10(p))))
}

// CarrierName writes a carrier for a sentence: "O2 (GB)", and "an unknown carrier
// (GB)" where nobody says which.
func CarrierName(country, carrier string) string {
	switch {
	case carrier == "" && country == "":
		return "all carriers"
	case carrier == "":
		return country
	case carrier == "unknown" && country == "":
		return "an unknown carrier"
	case carrier == "unknown":
		return "an unknown carrier (" + country + ")"
	case country == "":
		return carrier
	}
	return carrier + " (" + country + ")"
}
