package tally

import (
	"sync"
	"sync/atomic"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
)

// Of a log with more numbers than memory all is counted that needs no numbers,
// and nothing else, wherever the flood is noticed.
func TestFlood(t *testing.T) {
	const messages = 60_000
	ms := make([]message.Message, messages)
	for i, traffic := 0, newTraffic(messages); i < messages; i++ {
		ms[i] = *traffic.next()
		if i%50 == 0 {
			ms[i].Submitted = deliverylog.NoTime
		}
	}
	whole := NewCounter(Options{})
	for i := range ms {
		whole.Add(&ms[i])
	}
	full := whole.Close(deliverylog.NoTime)
	want := look(full)
	dry := func(g *Group) {
		g.Users, g.AffectedUsers, g.Attempts, g.AttemptsJudged, g.AttemptsLate, g.AttemptsFailed = 0, 0, 0, 0, 0, 0
		g.ReachedUsers, g.TypedUsers, g.AttemptSquares, g.Slots, g.Days = 0, 0, 0, nil, nil
	}
	dry(&want.Totals)
	for i := range want.Groups {
		dry(&want.Groups[i])
		if i < len(want.Delays) {
			want.Delays[i] = []DelaySlot{}
		}
	}
	want.Bad, want.BadUser, want.Users, want.GroupsOf = nil, nil, nil, nil

	for name, c := range map[string]struct {
		memory int64
		forks  int
	}{
		"at once": {1, 1}, "on the way": {100_000, 1}, "at the end": {full.size.Load() - 1, 1}, "in forks": {200_000, 3},
	} {
		var told atomic.Int32
		counter := NewCounter(Options{MaxMemory: c.memory, Flooded: func() { told.Add(1) }})
		var all sync.WaitGroup
		forks := make([]*Counter, c.forks)
		for k := range forks {
			forks[k] = counter.Fork()
			all.Go(func() {
				for i := k; i < len(ms); i += c.forks {
					forks[k].Add(&ms[i])
				}
			})
		}
		all.Wait()
		for _, f := range forks {
			if err := counter.Merge(f); err != nil {
				t.Fatal(err)
			}
		}
		table := counter.Close(deliverylog.NoTime)
		if !table.Flooded || told.Load() != 1 {
			t.Errorf("%s: flooded is %v and was told %d times", name, table.Flooded, told.Load())
		}
		if got, want := dump(t, look(table)), dump(t, want); got != want {
			t.Errorf("%s: %s", name, firstDifference(got, want))
		}
		if _, err := counter.MarshalBinary(); err != ErrFlooded {
			t.Errorf("%s: keeping it: %v", name, err)
		}
		if n := counter.people.used(); n > 0 {
			t.Errorf("%s: %d numbers are kept", name, n)
		}
	}

	counter := NewCounter(Options{MaxMemory: 100_000})
	if err := counter.Merge(whole); err != nil {
		t.Fatal(err)
	}
	if got, want := dump(t, look(counter.Close(deliverylog.NoTime))), dump(t, want); got != want {
		t.Errorf("merged: %s", firstDifference(got, want))
	}
	if full.Flooded {
		t.Error("flooded without a bound")
	}
}
