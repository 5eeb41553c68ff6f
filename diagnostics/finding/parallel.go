package finding

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// each calls f with 0 to n-1, on all processors at once, and with which of them
// does so, from 0. What f finds it leaves at its own number, so that answers do not
// depend on who was first.
func each(n int, f func(on, i int)) {
	workers := min(processors(), n)
	if workers <= 1 {
		for i := range n {
			f(0, i)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for on := range workers {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				f(on, i-1)
			}
		})
	}
	all.Wait()
}

// partSize is how many one processor looks at at a time.
const partSize = 1 << 13

// eachPart is each for much that is little each: from and to bound a part of n.
func eachPart(n int, f func(from, to int)) {
	each((n+partSize-1)/partSize, func(_, i int) { f(i*partSize, min((i+1)*partSize, n)) })
}

// mostProcessors bounds the memory that each of them takes, see scratch.
const mostProcessors = 8

// processors is how many each uses; it does not change while the program runs.
var processors = sync.OnceValue(func() int { return min(runtime.GOMAXPROCS(0), mostProcessors) })

// scratch is one processor's memory for counting by person.
type scratch struct {
	touched []int32 // by person, zero between uses
	hit     []int32 // people
}

// scratchOn gives a processor its own, made when it is first needed.
func (b *board) scratchOn(on int) *scratch {
	s := &b.scratch[on]
	if s.touched == nil {
		s.touched = make([]int32, len(b.people))
	}
	return s
}
