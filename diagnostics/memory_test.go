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

func TestFirstSlack(t *testing.T) {
	for live, want := range map[uint64]int{0: 1200, 2 << 20: 1150, 4 << 20: 1100, 12 << 20: 300, 40 << 20: 20, 47 << 20: memorySlack, 1 << 40: memorySlack} {
		if got := firstSlack(live); got != want {
			t.Errorf("with %d bytes: %d %%, want %d", live, got, want)
		}
	}
}

func TestTightMemory(t *testing.T) {
	percent := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	collectUntil := func(want uint64) {
		t.Helper()
		for end := time.Now().Add(time.Minute); percent() != want; runtime.GC() {
			if time.Now().After(end) {
				t.Fatalf("after collections: %d %%, want %d", percent(), want)
			}
		}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(77))

	done := tightMemory()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(goal)
	if got := goal[0].Value.Uint64(); got < firstHeap*3/4 || got > firstHeap*5/4 {
		t.Errorf("the first collection is to come at %d bytes, want about %d", got, firstHeap)
	}
	collectUntil(memorySlack)
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

	debug.SetGCPercent(5)
	tightMemory()()
	if got := percent(); got != 5 {
		t.Errorf("tighter than that: %d %%, want 5", got)
	}
}
