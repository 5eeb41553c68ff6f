package diagnostics

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
)

// unknownMemory is what a machine is taken to have that does not say.
const unknownMemory = 8 << 30

// DefaultMaxMemory is a quarter of the memory that this process may use: as much
// again is needed while rules look at what was counted.
var DefaultMaxMemory = sync.OnceValue(func() int64 {
	total := memoryOf(os.ReadFile)
	if total == 0 {
		total = unknownMemory
	}
	return total / 4
})

// memoryOf is the memory of the machine, or of the container where that is less,
// in bytes; 0 where neither says.
// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
func memoryOf(read func(string) ([]byte, error)) int64 {
	least := int64(math.MaxInt64)
	take := func(text string, unit int64) {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && n < math.MaxInt64/unit {
			least = min(least, n*unit)
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if b, err := read(path); err == nil {
			take(strings.TrimSpace(string(b)), 1)
		}
	}
	if b, err := read("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if f := strings.Fields(line); len(f) == 3 && f[0] == "MemTotal:" && f[2] == "kB" {
				take(f[1], 1024)
			}
		}
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// memorySlack is by how much in a hundred the memory may grow between two
// collections of an analysis. Nearly all of it is free of pointers and cheap to
// collect, and what large logs take in memory is what people run out of.
//
// It may grow to 48 MiB in any case: a log of a few rows is read by then, and with
// memorySlack alone it would collect at every half MiB. And it may grow to five eighths
// of what it once was: this process has had that much, and as new pieces are of other
// sizes they do not all fit where the old ones were.
const (
	memorySlack = 10
	firstHeap   = 48 << 20
	leastHeap   = 4 << 20 // what Go counts with at least
)

// slack is by how much in a hundred the memory may grow that is live now and once had
// so many bytes.
func slack(live, once uint64) int {
	most := int64(max(firstHeap, once/8*5))
	return max(memorySlack, int((most-int64(live))*100/int64(max(live, leastHeap))))
}

// tightness is how tight the collector is kept, for all analyses of the process.
type tightness struct {
	mu       sync.Mutex
	analyses int // that are running
	run      int // of them without a pause
	before   int // percent
	percent  int
	once     uint64 // bytes that the heap came to
}

var tight tightness

// tightMemory keeps the collector tight until done is called, see [memorySlack]. Where
// it is tighter already, or off on purpose, it stays so.
func tightMemory() (done func()) {
	t := &tight
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.analyses++; t.analyses == 1 {
		// A collection that is under way would take what comes now for used, and growth is
		// measured by that.
		runtime.GC()
		t.run++
		t.once = 0
		t.percent = slack(liveHeap(), 0)
		if t.before = debug.SetGCPercent(t.percent); t.before < memorySlack {
			debug.SetGCPercent(t.before)
		} else {
			t.await()
		}
	}
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.analyses--; t.analyses == 0 {
			debug.SetGCPercent(t.before)
		}
	})
}

// await has collected called behind the next collection: what nothing points to goes
// with it.
func (t *tightness) await() { runtime.AddCleanup(new(any), t.collected, t.run) }

// collected says how far the memory may grow now, in a run that goes on.
func (t *tightness) collected(run int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.analyses == 0 || run != t.run {
		return
	}
	live := liveHeap()
	t.once = max(t.once, live+live*memorySlack/100)
	if percent := slack(live, t.once); percent != t.percent {
		t.percent = percent
		debug.SetGCPercent(percent)
	}
	t.await()
}

// liveHeap is what the last collection left, in bytes.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
