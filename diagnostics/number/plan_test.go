package number

import "testing"

// BenchmarkTables is what the first number of a run pays for, beside the plan of
// its own country.
func BenchmarkTables(b *testing.B) {
	for _, t := range []struct {
		name string
		read func()
	}{
		{"plans", func() { readPlans() }},
		{"zones", func() { readTimeZones() }},
	} {
		b.Run(t.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				t.read()
			}
		})
	}
}
