package number

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// A block is what all numbers with the same first digits, six of them or more,
// have in common. Six digits mostly decide what the automaton would say after
// eight or twelve, so that a number costs a few loads and not one a digit. Where
// they do not, one more digit leads to a smaller block: +44 7911 1 is Guernsey's,
// +44 7911 2 is not.
type block struct {
	class [mostDigits - headDigits + 1]*Class // by how many digits follow; nil where it depends on them
	zones *zones                              // nil where none are known
	place [mostDigits - headDigits + 1]atomic.Pointer[place]
	zoned bool                      // no longer prefix has other zones
	next  [10]atomic.Pointer[block] // by the next digit, made when first asked for
	index uint32                    // in blockTable.list, 0 where it is not there
}

const (
	headDigits = 6  // find a block
	mostDigits = 16 // that [MSISDN.Digits] gives
)

// blockTable finds the block of a head by its first three digits and then three
// more. Pages and blocks are made when a number first comes by them, so that a
// run pays for those that it meets: of some 800 pages of 2 KB and 5,000 blocks.
type blockTable struct {
	pages [1000]atomic.Pointer[page]
	list  atomic.Pointer[[]*block] // of heads, the first one nil

	mu   sync.Mutex // guards what follows, and all that is made
	made map[blockKey]*block
}

// page is indices of a list by three digits, 0 where none is known yet. Two
// share a word, since there are no atomic words of 16 bits, and since all that a
// log needs of the pages has to stay in a core's cache beside much else.
type page [500]atomic.Uint32

func (p *page) at(i int) uint16 { return uint16(p[i/2].Load() >> (i % 2 * 16)) }

// blockKey is all that a block depends on. Many heads share one.
type blockKey struct {
	code  *callingCode
	state uint32 // of the code's automaton
	zones *zones
	node  uint16 // of the zone table, 0 where zoned
}

var blocks blockTable

// block finds the block of a number's head, and how many digits follow; nil
// where the number has none: its calling code is not known, or it is short.
func (m MSISDN) block() (b *block, left int) {
	six, digits := m.Head()
	if p := blocks.pages[six/1000].Load(); p != nil {
		b = (*blocks.list.Load())[p.at(six%1000)]
	}
	if b == nil && digits > 0 {
		b = blocks.enter(m, six)
	}
	return b, digits - headDigits
}

// within gives the block of m in b that one more digit leads to, of the left ones
// that follow.
func (b *block) within(m MSISDN, left int) *block {
	next := &b.next[m.without(left-1)%10]
	n := next.Load()
	if n == nil {
		var buf [16]byte
		digits := m.Digits(&buf)
		blocks.mu.Lock()
		defer blocks.mu.Unlock()
		n = blocks.make(digits[:len(digits)-left+1])
		next.Store(n)
	}
	return n
}

// enter makes the block of m's head and enters it; nil where there is none.
func (t *blockTable) enter(m MSISDN, six int) *block {
	var buf [16]byte
	digits := m.Digits(&buf)[:headDigits]
	if c, _ := splitDigits(digits); c == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.make(digits)
	if b.index == 0 {
		list := []*block{nil}
		if old := t.list.Load(); old != nil {
			list = *old
		}
		b.index = uint32(len(list))
		list = append(list, b) // behind what readers of the old one see
		t.list.Store(&list)
	}
	p := t.pages[six/1000].Load()
	if p == nil {
		p = new(page)
		t.pages[six/1000].Store(p)
	}
	p[six%1000/2].Or(b.index << (six % 2 * 16))
	return b
}

// make finds or makes the block of the numbers that begin with digits, their
// calling code among them. The lock is held.
func (t *blockTable) make(digits []byte) *block {
	c, national := splitDigits(digits)
	a := c.automaton()
	key := blockKey{code: c, state: a.state(national)}
	key.node, key.zones = timeZones().find(digits)
	if timeZones().next[key.node] == [16]uint16{} {
		key.node = 0
	}
	if b := t.made[key]; b != nil {
		return b
	}
	b := &block{zones: key.zones, zoned: key.node == 0}
	states := []uint32{key.state}
	for left := range b.class {
		b.class[left] = common(a, states)
		states = a.onward(states)
	}
	if t.made == nil {
		t.made = make(map[blockKey]*block)
	}
	t.made[key] = b
	return b
}

// common is the class that numbers have which end in any of these states, nil
// where they differ.
func common(a *automaton[verdict], states []uint32) *Class {
	values := a.table.Load().values
	first := &values[states[0]].Class
	for _, s := range states[1:] {
		if values[s].Class != *first {
			return nil
		}
	}
	return first
}

// Head gives the first six digits of a number, as a number, and how many digits
// it has in all. Both are 0 where it has fewer than six, and for an odd recipient.
func (m MSISDN) Head() (six, digits int) {
	if m < 1e5 || m >= 1e16 {
		return 0, 0
	}
	digits = bits.Len64(uint64(m)) * 1233 >> 12 // log10(2) is a little more than 1233/4096
	if uint64(m) >= tens[digits].n {
		digits++
	}
	return int(m.without(digits - headDigits)), digits
}

// without is the number without its last n digits, of up to 15.
func (m MSISDN) without(n int) uint64 {
	t := &tens[n+1]
	q, _ := bits.Mul64(uint64(m)*10, t.inverse)
	return q >> t.shift
}

// tens are powers of ten with what divides by them: x/n is x*inverse without its
// last 64+shift bits, for x below 2^63 (Warren, Hacker's Delight, 10-9). Dividing
// by a variable takes several times as long.
var tens = func() (t [mostDigits + 1]struct {
	n, inverse uint64
	shift      uint
}) {
	n := uint64(1)
	for i := range t {
		t[i].n = n
		if i > 0 {
			t[i].shift = uint(bits.Len64(n) - 1)
			t[i].inverse, _ = bits.Div64(1<<t[i].shift, 0, n)
			t[i].inverse++
		}
		n *= 10
	}
	return t
}()
