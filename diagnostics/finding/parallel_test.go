package finding

import (
	"sync/atomic"
	"testing"
)

// TestEach: every number once, on a processor that there is.
func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 1000} {
		seen := make([]atomic.Int32, n)
		each(n, func(on, i int) {
			if on < 0 || on >= processors() {
				t.Errorf("%d of %d is on processor %d of %d", i, n, on, processors())
			}
			seen[i].Add(1)
		})
		for i := range seen {
			if got := seen[i].Load(); got != 1 {
				t.Errorf("%d of %d: %d times, want once", i, n, got)
			}
		}
	}
}
