package diagnostics

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the embedded sample and golden files anew")

// TestDemoSample makes the embedded sample and compares; -update writes it.
func TestDemoSample(t *testing.T) {
	want := demoSample()
	if *update {
		var buf bytes.Buffer
		z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
		z.Write(want)
		z.Close()
		if err := os.WriteFile("demo.csv.gz", buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	z, err := gzip.NewReader(bytes.NewReader(demoLog))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("demo.csv.gz is not what this test makes: go test ./diagnostics -run TestDemoSample -update")
	}
}

// demoCarrier is one carrier of the sample with its numbers, all kept by
// regulators for drama and tests.
type demoCarrier struct {
	name, country string
	share         float64 // of all attempts
	numbers       []string
	utc           int // hours that its country is ahead of UTC
}

func demoCarriers() []demoCarrier {
	block := func(prefix string, width, from, to, step int) (out []string) {
		for n := from; n <= to; n += step {
			out = append(out, fmt.Sprintf("%s%0*d", prefix, width, n))
		}
		return out
	}
	us := func(offset int) (out []string) {
		for _, area := range []string{"202", "212", "303", "415", "512", "617", "702", "808"} {
			out = append(out, block("+1"+area+"55501", 2, offset, 99, 3)...)
		}
		return out
	}
	return []demoCarrier{
		{"EE", "GB", 0.20, block("+447700900", 3, 0, 999, 4), 0},
		{"Vodafone", "GB", 0.14, block("+447700900", 3, 1, 999, 4), 0},
		{"O2", "GB", 0.17, block("+447700900", 3, 3, 999, 4), 0},
		{"Three", "GB", 0.08, block("+447700900", 3, 2, 999, 4), 0},
		{"Verizon", "US", 0.08, us(0), -5},
		{"T-Mobile", "US", 0.07, us(1), -5},
		{"Orange", "FR", 0.08, block("+3363998", 4, 0, 4000, 37), 1},
		{"SFR", "FR", 0.05, block("+3363998", 4, 5000, 9999, 41), 1},
		{"Telekom", "DE", 0.06, block("+4917139200", 2, 0, 99, 1), 1},
		{"Telia", "SE", 0.04, block("+4670174", 4, 605, 699, 1), 1},
		{"Telstra", "AU", 0.03, []string{"+61491570006", "+61491570156", "+61491570157", "+61491570158", "+61491570159", "+61491570110",
			"+61491570313", "+61491570737", "+61491571266", "+61491571491", "+61491571804", "+61491572549", "+61491572665", "+61491572983"}, 11},
	}
}

// demoSample makes the sample log: two and a half days of log-ins, in which O2
// (GB) filters from 3 March 07:40 on, and one user's number is stored with the
// zero that should have gone.
func demoSample() []byte {
	rng := rand.New(rand.NewPCG(2026, 303))
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	end := time.Date(2026, 3, 3, 10, 6, 0, 0, time.UTC)
	filters := time.Date(2026, 3, 3, 7, 40, 0, 0, time.UTC)
	var rows [][]string
	stamp := func(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z") }
	add := func(to, carrier, country string, at time.Time, status, code string, after time.Duration) {
		id := fmt.Sprintf("m-%08x%04x", rng.Uint32(), rng.Uint32()&0xffff)
		delivered := ""
		if status == "delivered" {
			if at.Add(after).After(end) {
				status = "sent"
			} else {
				delivered = stamp(at.Add(after))
			}
		}
		rows = append(rows, []string{id, to, carrier, country, status, code, stamp(at), delivered})
	}
	latency := func() time.Duration {
		return time.Duration(math.Exp(rng.NormFloat64()*0.85+1.8)*1000) * time.Millisecond
	}
	// attempt is one person asking for a code, again where none comes.
	attempt := func(c demoCarrier, to string, at time.Time) {
		filtered := c.name == "O2" && !at.Before(filters) && rng.Float64() < 0.8
		tries := 1
		for i := 0; i < tries; i++ {
			switch {
			case filtered:
				code := "30007"
				if rng.Float64() < 0.04 {
					code = "30003"
				}
				add(to, c.name, c.country, at, "undelivered", code, 0)
				if i == 0 {
					tries += rng.IntN(3)
				}
			case rng.Float64() < 0.012:
				add(to, c.name, c.country, at, "undelivered", []string{"30003", "30003", "30005", "30008", ""}[rng.IntN(5)], 0)
				if i == 0 && rng.Float64() < 0.7 {
					tries++
				}
			case rng.Float64() < 0.004:
				add(to, c.name, c.country, at, "sent", "", 0)
			default:
				add(to, c.name, c.country, at, "delivered", "", latency())
			}
			at = at.Add(time.Duration(60+rng.IntN(90)) * time.Second)
			if !at.Before(end) {
				return
			}
		}
	}
	// weight is how many log in at an hour of the day, at the users' own place.
	weight := [24]float64{1, 0.5, 0.3, 0.3, 0.4, 1, 3, 9, 14, 12, 9, 8, 6, 8, 8, 7, 6, 5, 4, 3, 3, 3, 2, 1}
	for _, c := range demoCarriers() {
		for slot := start; slot.Before(end); slot = slot.Add(time.Minute) {
			local := slot.Add(time.Duration(c.utc) * time.Hour)
			rate := c.share * weight[local.Hour()] * 0.206
			if local.Weekday() == time.Sunday || local.Weekday() == time.Saturday {
				rate *= 0.2
			}
			for n := rng.Float64(); n < rate; n++ {
				to := c.numbers[rng.IntN(len(c.numbers))]
				if to != "+447700900187" {
					attempt(c, to, slot.Add(time.Duration(rng.IntN(60000))*time.Millisecond))
				}
			}
		}
	}
	// The caller: a code yesterday, none in three attempts today.
	at := func(day, hour, minute, second int) time.Time {
		return time.Date(2026, 3, day, hour, minute, second, 120e6, time.UTC)
	}
	add("+447700900187", "O2", "GB", at(2, 8, 31, 2), "delivered", "", 7*time.Second)
	add("+447700900187", "O2", "GB", at(2, 16, 48, 9), "delivered", "", 5*time.Second)
	for _, t := range []time.Time{at(3, 7, 52, 14), at(3, 7, 53, 40), at(3, 7, 55, 2), at(3, 8, 31, 5), at(3, 8, 32, 48), at(3, 9, 47, 31), at(3, 9, 49, 56)} {
		add("+447700900187", "O2", "GB", t, "undelivered", "30007", 0)
	}
	// The number that was stored with its zero: refused every time.
	for _, t := range []time.Time{at(2, 9, 12, 40), at(2, 9, 14, 6), at(2, 13, 2, 55), at(3, 8, 58, 17), at(3, 8, 59, 49)} {
		add("+4407700900423", "", "GB", t, "failed", "21211", 0)
	}
	slices.SortStableFunc(rows, func(a, b []string) int { return cmp.Compare(a[6], b[6]) })
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.Write([]string{"message_id", "to", "carrier", "country", "status", "error_code", "submitted_at", "delivered_at"})
	w.WriteAll(rows)
	return buf.Bytes()
}
