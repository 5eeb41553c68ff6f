package diagnostics

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
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
// Before the first collection it may grow to 48 MiB: a log of a few rows is read
// by then, and with memorySlack alone it would collect at every half MiB.
const (
	memorySlack = 10
	firstHeap   = 48 << 20
	leastHeap   = 4 << 20 // what Go counts with at least
)

// firstSlack is by how much in a hundred the memory may grow until it is firstHeap.
func firstSlack(live uint64) int {
	return max(memorySlack, int((firstHeap-int64(live))*100/int64(max(live, leastHeap))))
}

// tightMemory keeps the collector at memorySlack from the first collection on,
// until done is called.
func tightMemory() (done func()) {
	// A collection that is under way would take what comes now for used, and growth is
	// measured by that.
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := debug.SetGCPercent(firstSlack(m.HeapAlloc))
	if before < memorySlack { // tight already, or off on purpose
		debug.SetGCPercent(before)
		return func() {}
	}
	var mu sync.Mutex
	over := false
	// What nothing points to goes with the first collection.
	runtime.AddCleanup(new(any), func(int) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			debug.SetGCPercent(memorySlack)
		}
	}, 0)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		debug.SetGCPercent(before)
	}
}
