package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// TestCollectLater: after the first collection the collector is as it was.
func TestCollectLater(t *testing.T) {
	percent := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	t.Setenv("GOGC", "50")
	collectLater()
	if got := percent(); got != 77 {
		t.Errorf("GOGC was overruled: %d %%", got)
	}
	t.Setenv("GOGC", "")
	collectLater()
	if got := percent(); got != 800 {
		t.Errorf("before a collection: %d %%, want 800", got)
	}
	for end := time.Now().Add(time.Minute); percent() != 77; {
		if time.Now().After(end) {
			t.Fatalf("after collections: %d %%, want 77", percent())
		}
		runtime.GC()
	}
}
