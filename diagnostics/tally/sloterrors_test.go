package tally

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// Counts of errors by slot are the same whether they are added one by one, or
// merged, few with many or many with few.
func TestSlotErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		want := map[int64]uint32{}
		var all slotErrors
		for range 1 + r.IntN(5) {
			var part slotErrors
			for range r.IntN(3000) {
				slot, err, n := r.Int64N(40)-20, uint16(r.IntN(1+r.IntN(100))), uint32(1+r.IntN(3))
				want[slot<<16|int64(err)] += n
				if r.IntN(10) == 0 {
					all.add(slot, err, n)
				} else {
					part.add(slot, err, n)
				}
			}
			all.merge(&part)
		}
		keys := slices.Sorted(maps.Keys(want))
		got := all.all()
		if len(got) != len(keys) {
			t.Fatalf("%d pairs, want %d", len(got), len(keys))
		}
		for i, key := range keys {
			if p := got[i]; p.slot() != key>>16 || p.err() != uint16(key) || p.n != want[key] {
				t.Fatalf("pair %d is slot %d, error %d, %d times; want slot %d, error %d, %d times", i, p.slot(), p.err(), p.n, key>>16, uint16(key), want[key])
			}
		}
	}
}
