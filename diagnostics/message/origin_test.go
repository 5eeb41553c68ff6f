package message

import (
	"math/rand/v2"
	"testing"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/number"
)

// What is remembered by the first digits of a number is what the whole number says.
func TestHeads(t *testing.T) {
	s := newResolver(Options{}, newBook())
	r := rand.New(rand.NewPCG(1, 2))
	decided := 0
	for i := range 400_000 {
		m := number.MSISDN(r.Uint64N(1e16))
		for range r.IntN(10) {
			m /= 10
		}
		switch i % 4 {
		case 0:
			m = 447911000000 + number.MSISDN(r.IntN(1e6)) // Guernsey's for a part
		case 1:
			m = 447000000000 + number.MSISDN(r.IntN(1e9))
		case 2:
			m = number.MSISDN([]uint64{1, 7, 33, 39, 49, 55, 61, 91, 234, 358, 590, 972}[r.IntN(12)]*1e10 + r.Uint64N(1e10))
			for range r.IntN(3) { // too short
				m /= 10
			}
		}
		for range 2 { // as met for the first time, and again
			o := s.head(m)
			if o == nil {
				continue
			}
			decided++
			want := originKey{number.Classify(m).Country, carrier.ByPrefix(m), carrier.Prefix, anyProfile}
			if want.carrier == "" {
				want.carrier, want.source = "unknown", carrier.Unknown
			}
			if o.originKey != want {
				t.Fatalf("%v: got %+v, want %+v", m, o.originKey, want)
			}
		}
	}
	if decided < 700_000 {
		t.Errorf("%d of 800,000 have an origin", decided)
	}
}
