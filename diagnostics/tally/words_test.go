package tally

import (
	"math"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
)

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{
		{41, 52, 0.660, 0.878}, {4, 190, 0.008, 0.053}, {39, 2575, 0.011, 0.021}, {132, 1467, 0.076, 0.106},
		{12, 1152, 0.006, 0.018}, {499, 16884, 0.027, 0.032}, {0, 7, 0, 0.354}, {7, 7, 0.646, 1}, {0, 0, 0, 1},
	} {
		low, high := Wilson(c.k, c.n)
		if math.Abs(low-c.low) > 0.00051 || math.Abs(high-c.high) > 0.00051 {
			t.Errorf("Wilson(%d, %d) = %.4f, %.4f, want %.3f, %.3f", c.k, c.n, low, high, c.low, c.high)
		}
	}
}

func TestFigures(t *testing.T) {
	at := func(s string) deliverylog.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return deliverylog.FromTime(x)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ got, want string }{
		{FormatNoun(1, "case"), "1 case"}, {FormatNoun(3000, "case"), "3,000 cases"}, {FormatNoun(0, "key works", "keys work"), "0 keys work"},
		{FormatCount(0), "0"}, {FormatCount(999), "999"}, {FormatCount(18204), "18,204"}, {FormatCount(-1234567), "-1,234,567"},
		{FormatOf(41, 52), "41 of 52"},
		{FormatRate(41, 52), "79 %"}, {FormatRate(4, 190), "2.1 %"}, {FormatRate(0, 9), "0 %"}, {FormatRate(9, 9), "100 %"},
		{FormatRate(1, 100000), "<0.1 %"}, {FormatRate(99999, 100000), ">99 %"}, {FormatRate(0, 0), "none yet"},
		{FormatRate(996, 10000), "10 %"}, {FormatRate(994, 10000), "9.9 %"}, {FormatRate(994, 1000), "99 %"},
		{FormatRateInterval(41, 52), "79 % (66–88)"}, {FormatRateInterval(4, 190), "2.1 % (0.8–5.3)"},
		{FormatRateInterval(0, 7), "0 % (0–35.4)"}, {FormatRateInterval(132, 1467), "9.0 % (7.6–10.6)"}, {FormatRateInterval(0, 0), "none yet"},
		{FormatDuration(6 * time.Second), "6 s"}, {FormatDuration(252 * time.Second), "4 min 12 s"}, {FormatDuration(3 * time.Minute), "3 min"},
		{FormatDuration(125 * time.Minute), "2 h 5 min"}, {FormatDuration(72 * time.Hour), "3 days"},
		{FormatSeconds(252400 * time.Millisecond), "252 s"},
		{FormatTime(at("2026-03-03T07:40:00Z"), time.UTC, 2026), "3 March 07:40 UTC (07:40 there)"},
		{FormatTime(at("2026-03-03T23:40:00Z"), berlin, 2025), "3 March 2026 23:40 UTC (4 March 00:40 there)"},
		{FormatTime(deliverylog.NoTime, nil, 2026), "time unknown"},
		{FormatSpan(at("2026-03-03T07:52:14Z"), at("2026-03-03T09:50:00Z"), 2026), "3 March 07:52 to 09:50 UTC"},
		{FormatSpan(at("2026-03-02T07:52:14Z"), at("2026-03-03T09:50:00Z"), 0), "2 March 07:52 to 3 March 2026 09:50 UTC"},
		{FormatRatio(37.45), "37 times"}, {FormatRatio(3.04), "3.0 times"},
		{FormatSure(0.97), "97 % sure"}, {FormatSure(1), "99 % sure"},
		{FormatChance(7.7e-55), "less than 1 in 10^54"}, {FormatChance(0.04), "1 in 25"},
		{CarrierName("GB", "O2"), "O2 (GB)"}, {CarrierName("GB", "unknown"), "an unknown carrier (GB)"}, {CarrierName("GB", ""), "GB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
