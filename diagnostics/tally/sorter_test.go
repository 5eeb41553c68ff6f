package tally

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// Grouping and sorting put the events of one number beside each other in the order
// of coming, those of numbers that stand in notes too, however many there are.
func TestSorter(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, events := range []int{0, 1, 7, 300, 5_000, 200_000} {
		w := waiting{n: events}
		numbers := 1 + events/8
		for i := range events {
			key := uint64(15550100+r.IntN(numbers)) * (1 + uint64(r.IntN(2))*1e7)
			e := event{key << cellBits, uint64(i) << lagShift}
			if r.IntN(20) == 0 { // a recipient that is no number
				e = event{anyNumber << cellBits, uint64(len(w.notes))<<1 | 1}
				w.notes = append(binary.LittleEndian.AppendUint64(w.notes, 1<<60+key%50), byte(i), byte(i>>8), byte(i>>16))
			}
			if n := len(w.blocks); n == 0 || len(w.blocks[n-1]) == blockEvents {
				w.blocks = append(w.blocks, nil)
			}
			last := len(w.blocks) - 1
			w.blocks[last] = append(w.blocks[last], e)
		}
		came := func(e event, notes []byte) int {
			if e.noted() {
				n := e.note(notes)[8:]
				return int(n[0]) | int(n[1])<<8 | int(n[2])<<16
			}
			return int(e.tail >> lagShift)
		}
		var st sorter
		for name, order := range map[string]func(*waiting, *spill) ([]event, []byte, error){"group": st.group, "sort": st.sort} {
			list, notes, err := order(&w, nil)
			if err != nil || len(list) != events {
				t.Fatalf("%s: %d events, %v; want %d", name, len(list), err, events)
			}
			seen := map[uint64]bool{}
			all := make([]bool, events)
			for i := range list {
				key := list[i].key(notes)
				all[came(list[i], notes)] = true
				switch {
				case i > 0 && list[i-1].key(notes) == key:
					if came(list[i-1], notes) > came(list[i], notes) {
						t.Fatalf("%s of %d: event %d of number %d stands before an earlier one", name, events, i-1, key)
					}
				case seen[key]:
					t.Fatalf("%s of %d: number %d stands in two places", name, events, key)
				case name == "sort" && i > 0 && list[i-1].key(notes) > key:
					t.Fatalf("sort of %d: number %d stands behind a larger one", events, key)
				}
				seen[key] = true
			}
			if slices.Contains(all, false) {
				t.Fatalf("%s of %d: an event is lost", name, events)
			}
		}
	}
}
