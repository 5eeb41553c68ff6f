package tally

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
)

// spilled counts messages with forks while nearly all of them wait in the file.
func spilled(t *testing.T, ms []message.Message, forks int, o Options) *Counter {
	t.Helper()
	c := NewCounter(o)
	c.people.waitingBytes = 2 * blockEvents * eventBytes
	parts := make([]*Counter, forks)
	var all sync.WaitGroup
	for k := range parts {
		parts[k] = c.Fork()
		all.Go(func() {
			for i := k; i < len(ms); i += forks {
				parts[k].Add(&ms[i])
			}
		})
	}
	all.Wait()
	for _, p := range parts {
		if err := c.Merge(p); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// Events that wait in a file count as those in memory do, and nothing is left of the file.
func TestSpill(t *testing.T) {
	const messages = 170_000 // a block and more in each shard
	ms := make([]message.Message, messages)
	for i, traffic := 0, newTraffic(messages); i < messages; i++ {
		ms[i] = *traffic.next()
		if i%1000 == 0 {
			ms[i].Verified = ms[i].Submitted + 1000
		}
	}
	whole := NewCounter(Options{})
	for i := range ms {
		whole.Add(&ms[i])
	}
	want := dump(t, look(whole.Close(deliverylog.NoTime)))

	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	c := spilled(t, ms, 3, Options{})
	chunks := 0
	for i := range c.people.shards {
		chunks += len(c.people.shards[i].waiting.chunks)
	}
	if chunks < len(c.people.shards) {
		t.Fatalf("%d parts went to the file, want one of each of %d shards at least", chunks, len(c.people.shards))
	}
	table := c.Close(deliverylog.NoTime)
	if got := dump(t, look(table)); got != want {
		t.Errorf("through the file: %s", firstDifference(got, want))
	}
	if err := c.Err(); err != nil {
		t.Error(err)
	}
	if c.Release(); c.people.spill.file != nil {
		t.Error("the file is still open")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left in the folder for temporary files: %v", left)
	}

	flooded := spilled(t, ms, 1, Options{MaxMemory: table.size.Load() / 2}).Close(deliverylog.NoTime)
	if !flooded.Flooded || flooded.Totals.Hours != whole.Close(deliverylog.NoTime).Totals.Hours {
		t.Errorf("flooded is %v, with local hours %v", flooded.Flooded, flooded.Totals.Hours)
	}

	// What has a note takes more room, and goes to the file the sooner.
	failed := slices.Clone(ms)
	for i := range failed {
		failed[i].Status, failed[i].ID = message.Failed, "0123456789012345678901234567890123456789"
	}
	c = spilled(t, failed, 1, Options{})
	for i := range c.people.shards {
		if got, most := c.people.shards[i].waiting.size(), c.people.waitingBytes+blockEvents*eventBytes; got > most {
			t.Fatalf("%d bytes of failed messages wait in memory, want %d at most", got, most)
		}
	}

	c.people.spill.file.Close() // as a disk that fails
	if c.Close(deliverylog.NoTime); c.Err() == nil {
		t.Error("a file that cannot be read again gives no error")
	}

	t.Setenv("TMPDIR", filepath.Join(dir, "none"))
	if got := dump(t, look(spilled(t, ms, 2, Options{}).Close(deliverylog.NoTime))); got != want {
		t.Errorf("without a folder for temporary files: %s", firstDifference(got, want))
	}
	t.Setenv("TMPDIR", dir)
	c = spilled(t, ms[:1000], 1, Options{})
	if c.people.spill.file != nil {
		t.Error("a few messages make a file")
	}

	// A disk that is full: nothing can be written.
	path := filepath.Join(dir, "full")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	full, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	c = NewCounter(Options{})
	c.people.waitingBytes, c.people.spill.file = 2*blockEvents*eventBytes, full
	for i := range ms {
		c.Add(&ms[i])
	}
	if !c.people.spill.full.Load() {
		t.Error("a file that cannot be written is not noticed")
	}
	if got := dump(t, look(c.Close(deliverylog.NoTime))); got != want {
		t.Errorf("with a full disk: %s", firstDifference(got, want))
	}
}
