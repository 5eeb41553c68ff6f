package diagnostics

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestMemoryOf(t *testing.T) {
	meminfo := "MemFree:  1 kB\nMemTotal:       16000000 kB\nHugePages_Total:       0\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"a machine", map[string]string{"/proc/meminfo": meminfo}, 16000000 << 10},
		{"a container", map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "536870912\n"}, 512 << 20},
		{"one without a limit", map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "max\n"}, 16000000 << 10},
		{"one of the older kind", map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 16000000 << 10},
		{"nobody says", nil, 0},
		{"nonsense", map[string]string{"/proc/meminfo": "MemTotal: -5 kB\nMemTotal: x kB\n"}, 0},
	} {
		got := memoryOf(func(path string) ([]byte, error) {
			if text, ok := c.files[path]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	if DefaultMaxMemory() <= 0 {
		t.Errorf("default %d", DefaultMaxMemory())
	}
}

func TestSlack(t *testing.T) {
	for _, c := range []struct {
		live, once uint64
		want       int
	}{
		{0, 0, 1200}, {2 << 20, 0, 1150}, {4 << 20, 0, 1100}, {12 << 20, 0, 300}, {40 << 20, 0, 20}, {47 << 20, 0, memorySlack}, {1 << 40, 0, memorySlack},
		{12 << 20, 60 << 20, 300}, {20 << 20, 128 << 20, 300}, {40 << 20, 128 << 20, 100}, {78 << 20, 128 << 20, memorySlack}, {128 << 20, 128 << 20, memorySlack},
	} {
		if got := slack(c.live, c.once); got != c.want {
			t.Errorf("%d bytes that once were %d: %d %%, want %d", c.live, c.once, got, c.want)
		}
	}
}

func TestTightMemory(t *testing.T) {
	percent := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	goal := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	collectUntil := func(what string, reached func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !reached(); runtime.GC() {
			if time.Now().After(end) {
				t.Fatalf("%s: after collections %d %%, the next one at %d bytes", what, percent(), goal())
			}
		}
	}
	about := func(want uint64) func() bool {
		return func() bool { return goal() > want/4*3 && goal() < want/4*5 }
	}
	defer debug.SetGCPercent(debug.SetGCPercent(77))

	done := tightMemory()
	if !about(firstHeap)() {
		t.Errorf("the first collection is to come at %d bytes, want about %d", goal(), firstHeap)
	}
	collectUntil("little in memory", about(firstHeap))
	large := make([]byte, 2*firstHeap)
	collectUntil("much in memory", func() bool { return percent() == memorySlack && goal() > uint64(len(large)) })
	large = nil
	collectUntil("little again", about(2*firstHeap/100*110/8*5))
	done()
	if got := percent(); got != 77 {
		t.Errorf("when done: %d %%, want 77", got)
	}

	// Done before the first collection, which then changes nothing.
	done = tightMemory()
	done()
	gone := make(chan bool)
	runtime.AddCleanup(new(any), func(int) { close(gone) }, 0)
	for waiting := true; waiting; {
		runtime.GC()
		select {
		case <-gone:
			waiting = false
		case <-time.After(time.Millisecond):
		}
	}
	runtime.GC()
	if got := percent(); got != 77 {
		t.Errorf("when done early: %d %%, want 77", got)
	}

	// Two at once: the one that ends last gives back what was there before the first.
	for range 2 {
		one := tightMemory()
		other := tightMemory()
		one()
		one()
		if got := percent(); got == 77 {
			t.Errorf("one of two is done: %d %% already", got)
		}
		other()
		if got := percent(); got != 77 {
			t.Errorf("both are done: %d %%, want 77", got)
		}
	}

	debug.SetGCPercent(5)
	tightMemory()()
	if got := percent(); got != 5 {
		t.Errorf("tighter than that: %d %%, want 5", got)
	}
}
