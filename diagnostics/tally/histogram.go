package tally

// Histogram counts latencies in milliseconds in logarithmic steps, so that a
// quantile is within 1 % of the exact value. Values below zero are not counted.
type Histogram struct {
	counts []uint32
	n      int64
	max    int64
}
