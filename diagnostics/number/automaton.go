package number

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
)

// An automaton answers for a string of digits what follows from the patterns
// that match it, in one step a digit. Its states are made when a number first
// comes by them, so that a run pays for the ranges that it meets: the first
// number of a country costs some microseconds a digit, the next ones a few
// nanoseconds. All states of all countries are about 23,000.
type automaton[T any] struct {
	table   atomic.Pointer[table[T]]
	insts   []inst
	resolve func(length int, matched matches) T
	prefix  []bool // by pattern: it matches a number that begins with it

	mu     sync.Mutex // guards what follows, and the making of states
	states []state
	ids    map[string]uint32 // state by what is in it
	seen   []uint32
	round  uint32
}

// table is the part that is read without a lock. A state is in it before the
// first entry of next that leads to it. It is replaced by a larger one when it
// is full; an older one stays right as far as it goes.
type table[T any] struct {
	next   [][16]uint32 // by state and digit; 0 where the state is not made yet
	values []T
	tails  []uint32
}

// From many states on all digits are alike and only their count matters. Such
// a state has two more entries: where in tails its followers stand, itself
// first, and how many they are; the last one stays for all longer numbers.
const (
	tailAt  = 10
	tailLen = 11
)

// state is what is needed to make the states that follow.
type state struct {
	threads []uint32 // the instructions that wait for a digit, in order
	begun   []uint16 // the prefix patterns that have matched, in order
	length  int
}

const root = 1

// inst is an instruction of the combined patterns: it consumes a digit in
// digits and goes to out, or it goes to out and alt at once, or it matches.
type inst struct {
	op       op
	digits   uint16
	out, alt uint32
}

type op uint8

const (
	opFork op = iota
	opDigit
	opMatch // out is the pattern
	opFail
)

// matches tells which patterns have matched.
type matches []uint16

func (m matches) has(pattern int) bool {
	_, ok := slices.BinarySearch(m, uint16(pattern))
	return ok
}

// newAutomaton compiles patterns. Those that prefix names match a number that
// begins with them, the others a whole number. resolve is called once a state.
func newAutomaton[T any](patterns []string, prefix []bool, resolve func(length int, matched matches) T) *automaton[T] {
	a := &automaton[T]{resolve: resolve, prefix: prefix, ids: make(map[string]uint32), states: make([]state, 1)}
	a.table.Store(&table[T]{next: make([][16]uint32, 16), values: make([]T, 16)})
	var roots []uint32
	for i, p := range patterns {
		re, err := syntax.Parse(p, syntax.Perl)
		if err != nil {
			panic("number: embedded data: " + err.Error())
		}
		prog, err := syntax.Compile(re.Simplify())
		if err != nil {
			panic("number: embedded data: " + err.Error())
		}
		base := uint32(len(a.insts))
		for _, in := range prog.Inst {
			a.insts = append(a.insts, translate(&in, base, i))
		}
		roots = append(roots, base+uint32(prog.Start))
	}
	a.seen = make([]uint32, len(a.insts))
	a.enter(0, roots, nil)
	return a
}

func translate(in *syntax.Inst, base uint32, pattern int) inst {
	switch in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return inst{op: opFork, out: base + in.Out, alt: base + in.Arg}
	case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth: // the metadata's only assertion is a $ at the end
		return inst{op: opFork, out: base + in.Out, alt: base + in.Out}
	case syntax.InstMatch:
		return inst{op: opMatch, out: uint32(pattern)}
	case syntax.InstFail:
		return inst{op: opFail}
	}
	d := inst{op: opDigit, out: base + in.Out}
	for r := '0'; r <= '9'; r++ {
		if in.MatchRune(r) {
			d.digits |= 1 << (r - '0')
		}
	}
	return d
}

// after gives the value for a number: digits are its digits, 0 to 9.
func (a *automaton[T]) after(digits []byte) *T {
	s := a.state(digits)
	return &a.table.Load().values[s]
}

// state gives the state that digits lead to.
func (a *automaton[T]) state(digits []byte) uint32 {
	t, s := a.table.Load(), uint32(root)
	for i, d := range digits {
		next := &t.next[s]
		if at := atomic.LoadUint32(&next[tailAt]); at != 0 {
			if int(at) >= len(t.tails) {
				t = a.table.Load() // made since
			}
			s = t.tails[at+min(uint32(len(digits)-i), next[tailLen]-1)]
			break
		}
		n := atomic.LoadUint32(&next[d&15])
		if n == 0 {
			n = a.make(s, int(d))
			t = a.table.Load()
		}
		s = n
	}
	return s
}

// onward gives the states that one digit more leads to from any of states, in
// order.
func (a *automaton[T]) onward(states []uint32) []uint32 {
	var out []uint32
	for _, s := range states {
		for d := range 10 {
			next := &a.table.Load().next[s]
			if at := atomic.LoadUint32(&next[tailAt]); at != 0 { // one state for all digits
				out = append(out, a.table.Load().tails[at+min(1, next[tailLen]-1)])
				break
			}
			n := atomic.LoadUint32(&next[d])
			if n == 0 {
				n = a.make(s, d)
			}
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// run is after for ASCII digits.
func (a *automaton[T]) run(digits string) *T {
	var buf [32]byte
	n := min(len(digits), len(buf))
	for i := range n {
		buf[i] = digits[i] - '0'
	}
	return a.after(buf[:n])
}

func (a *automaton[T]) make(s uint32, digit int) uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.follow(s, digit)
	a.tail(n)
	return n
}

// follow makes the state after s; the lock is held.
func (a *automaton[T]) follow(s uint32, digit int) uint32 {
	st := a.states[s]
	var out []uint32
	for _, t := range st.threads {
		if a.insts[t].digits&(1<<digit) != 0 {
			out = append(out, a.insts[t].out)
		}
	}
	n := a.enter(st.length+1, out, st.begun)
	atomic.StoreUint32(&a.table.Load().next[s][digit], n)
	return n
}

// tail sets the tail of s, if it has one.
func (a *automaton[T]) tail(s uint32) {
	var chain []uint32
	for {
		if a.table.Load().next[s][tailAt] != 0 && len(chain) == 0 {
			return
		}
		chain = append(chain, s)
		st := a.states[s]
		if len(st.threads) == 0 && a.table.Load().next[s][0] == s {
			break
		}
		for _, t := range st.threads {
			if a.insts[t].digits != 1<<10-1 {
				return
			}
		}
		s = a.follow(s, 0)
	}
	t := a.table.Load()
	at := max(len(t.tails), 1)
	grown := *t
	grown.tails = append(make([]uint32, 0, at+len(chain)), t.tails...)
	grown.tails = append(grown.tails[:at], chain...)
	a.table.Store(&grown)
	next := &grown.next[chain[0]]
	next[tailLen] = uint32(len(chain))
	atomic.StoreUint32(&next[tailAt], uint32(at))
}

// enter finds or makes the state that has the instructions at ats to follow.
func (a *automaton[T]) enter(length int, ats []uint32, begun []uint16) uint32 {
	a.round++
	var threads []uint32
	matched := slices.Clone(begun)
	begun = slices.Clone(begun)
	for len(ats) > 0 {
		at := ats[len(ats)-1]
		ats = ats[:len(ats)-1]
		if a.seen[at] == a.round {
			continue
		}
		a.seen[at] = a.round
		switch in := a.insts[at]; in.op {
		case opFork:
			ats = append(ats, in.alt, in.out)
		case opDigit:
			threads = append(threads, at)
		case opMatch:
			p := uint16(in.out)
			if !slices.Contains(matched, p) {
				matched = append(matched, p)
				if a.prefix[p] {
					begun = append(begun, p)
				}
			}
		}
	}
	slices.Sort(threads)
	slices.Sort(matched)
	slices.Sort(begun)
	if len(threads) == 0 && len(matched) == len(begun) {
		length = -1 // nothing can match any more: the same state for every longer number
	}
	key := make([]byte, 0, 2+4*len(threads)+2*len(begun)+2*len(matched))
	key = append(key, byte(length), byte(len(threads)), byte(len(threads)>>8), byte(len(begun)))
	for _, t := range threads {
		key = binary.LittleEndian.AppendUint32(key, t)
	}
	for _, p := range begun {
		key = binary.LittleEndian.AppendUint16(key, p)
	}
	for _, p := range matched {
		key = binary.LittleEndian.AppendUint16(key, p)
	}
	if id, ok := a.ids[string(key)]; ok {
		return id
	}
	id := uint32(len(a.states))
	a.ids[string(key)] = id
	a.states = append(a.states, state{threads, begun, max(length, 0)})
	t := a.table.Load()
	if int(id) >= len(t.values) {
		larger := &table[T]{make([][16]uint32, 2*len(t.next)), make([]T, 2*len(t.values)), t.tails}
		copy(larger.next, t.next) // all writers hold the lock
		copy(larger.values, t.values)
		a.table.Store(larger)
		t = larger
	}
	t.values[id] = a.resolve(max(length, 0), matched)
	if length < 0 {
		for d := range uint32(10) {
			atomic.StoreUint32(&t.next[id][d], id)
		}
	}
	return id
}
