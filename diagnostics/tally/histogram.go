package tally

import (
	"math"
	"math/bits"
	"time"
)

// Histogram counts latencies in milliseconds in logarithmic steps, 64 to each
// doubling, so that a quantile is within 1 % of the exact value. Values below
// zero are not counted: they come of clocks that differ. The zero value is empty
// and ready.
type Histogram struct {
	counts []uint32
	n      int64
	max    int64
}

// exactBelow is the value up to which every millisecond has its own step.
const (
	stepBits   = 6
	exactBelow = 2 << stepBits
)

func stepOf(ms int64) int {
	if ms < exactBelow {
		return int(ms)
	}
	e := bits.Len64(uint64(ms)) - stepBits - 1
	return e<<stepBits + int(ms>>e)
}

// stepRange gives the first value of a step and how many values it holds.
func stepRange(step int) (from, width int64) {
	if step < exactBelow {
		return int64(step), 1
	}
	e := step>>stepBits - 1
	return int64(step-e<<stepBits) << e, 1 << e
}

// Add counts one latency of ms milliseconds.
func (h *Histogram) Add(ms int64) {
	if ms < 0 {
		return
	}
	step := stepOf(ms)
	if step >= len(h.counts) {
		h.room(step + 1)
	}
	h.counts[step]++
	h.n++
	h.max = max(h.max, ms)
}

func (h *Histogram) room(steps int) []uint32 {
	if steps > len(h.counts) {
		grown := make([]uint32, (steps+63)&^63)
		copy(grown, h.counts)
		h.counts = grown
	}
	return h.counts
}

// Merge adds what other has counted.
func (h *Histogram) Merge(other *Histogram) {
	counts := h.room(len(other.counts))
	for i, n := range other.counts {
		counts[i] += n
	}
	h.n += other.n
	h.max = max(h.max, other.max)
}

// Count is how many latencies were counted.
func (h *Histogram) Count() int64 { return h.n }

// Max is the longest latency in seconds, exact; ok is false where there is none.
func (h *Histogram) Max() (seconds float64, ok bool) { return float64(h.max) / 1000, h.n > 0 }

// Quantile gives the latency in seconds that the share q of all does not
// exceed: the value at rank q·n, rounded up. ok is false where nothing was counted.
func (h *Histogram) Quantile(q float64) (seconds float64, ok bool) { return h.QuantileAmong(q, 0) }

// QuantileAmong is [Histogram.Quantile] with missing further messages that never
// came, each slower than all that did; ok is false where the quantile is one of
// those. Quantiles over delivered messages alone look best when a carrier is worst.
func (h *Histogram) QuantileAmong(q float64, missing int64) (seconds float64, ok bool) {
	rank := max(1, int64(math.Ceil(q*float64(h.n+missing)-1e-9)))
	if rank > h.n {
		return 0, false
	}
	if rank == h.n {
		return h.Max()
	}
	var seen int64
	for step, n := range h.counts {
		if seen += int64(n); seen >= rank {
			from, width := stepRange(step)
			return min(float64(from)+float64(width-1)/2, float64(h.max)) / 1000, true
		}
	}
	return h.Max()
}

// Share is the share of latencies at or below d; within a step it is taken to
// rise evenly. ok is false where nothing was counted.
func (h *Histogram) Share(d time.Duration) (share float64, ok bool) {
	if h.n == 0 {
		return 0, false
	}
	ms := d.Milliseconds()
	if ms < 0 {
		return 0, true
	}
	last := stepOf(ms)
	var seen float64
	for _, n := range h.counts[:min(last, len(h.counts))] {
		seen += float64(n)
	}
	if last < len(h.counts) {
		from, width := stepRange(last)
		seen += float64(h.counts[last]) * float64(ms-from+1) / float64(width)
	}
	return seen / float64(h.n), true
}
