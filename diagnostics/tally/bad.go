package tally

import (
	"cmp"
	"slices"
	"unsafe"
)

// Bad attempts are many in a large log, and each is large. So they are put where
// they stay from the beginning: closers fill blocks of one list, which is made as
// long as it can become, and is sorted in its place. They hold no pointers, which
// the collector would have to follow.

const (
	badLength     = 512                                // attempts in a block
	attemptBytes  = int(unsafe.Sizeof(Attempt{})) + 4  // and its user
	affectedBytes = int(unsafe.Sizeof(Affected{})) + 4 // and its seat
)

// makeBad makes the list for some closers. A bad attempt has a message at least
// that was late or not delivered. What of the list is not used is never touched.
func (c *Counter) makeBad(t *Table, closers int) {
	most := int64(0)
	for _, cc := range c.cells {
		if cc != nil {
			most += cc.Failed + cc.LateMessages + cc.Unconfirmed + cc.InFlight + cc.waiting + int64(len(cc.open))
		}
	}
	t.keptAll = most <= c.people.fewBad
	t.badBlocks.Store(0)
	t.Bad = make([]Attempt, (int(most)/badLength+closers)*badLength)
}

// badBlock is the block that a closer fills.
type badBlock struct {
	nth, of int // which one of how many closers
	n       int // attempts, of all blocks
	from    int // where it begins
	list    []Attempt
	ids     idWriter
}

// keep puts an attempt in. user is the closer's own number for who it is of.
func (b *badBlock) keep(t *Table, at *attempt, user int) {
	if len(b.list) == cap(b.list) {
		b.from = int(t.badBlocks.Add(1)-1) * badLength
		b.list = t.Bad[b.from : b.from : b.from+badLength]
	}
	at.user = int32(user*b.of + b.nth)
	at.Attempt.id = b.ids.put(&t.ids, at.id)
	b.list = append(b.list, at.Attempt)
	b.n++
}

// affectedList is the affected users of a closer, in blocks, which are not moved as it
// grows.
type affectedList [][]Affected

const affectedBlock = 512

func (l affectedList) len() int {
	n := len(l)
	if n == 0 {
		return 0
	}
	return (n-1)*affectedBlock + len(l[n-1])
}

func (l *affectedList) add(a Affected) {
	if l.len() == len(*l)*affectedBlock {
		*l = append(*l, make([]Affected, 0, affectedBlock))
	}
	last := &(*l)[len(*l)-1]
	*last = append(*last, a)
}

func (l affectedList) at(i int) *Affected { return &l[i/affectedBlock][i%affectedBlock] }

// sortBad puts the attempts of all closers in order, and numbers their users.
func (t *Table) sortBad(closers []*closer) {
	n, users, most := 0, 0, 0
	t.affected = nil
	for _, cl := range closers {
		t.affected = append(t.affected, cl.affected)
		n += cl.bad.n
		users += cl.affected.len()
		most = max(most, cl.affected.len())
	}
	if n == 0 {
		t.Bad = nil
		return
	}
	t.fillGaps(closers)
	t.Bad = t.Bad[:n:n]
	permute(t.Bad, t.orderBad())

	numbers := make([]int32, most*len(closers)) // by seat, from 1
	t.BadUser, t.seats = make([]int32, n), make([]int32, 0, users)
	for i := range t.Bad {
		number := &numbers[t.Bad[i].user]
		if *number == 0 {
			t.seats = append(t.seats, t.Bad[i].user)
			*number = int32(len(t.seats))
		}
		t.BadUser[i] = *number - 1
	}
}

// fillGaps moves attempts from the end of the list to where blocks were not filled.
func (t *Table) fillGaps(closers []*closer) {
	gap := func(i int) bool {
		for _, cl := range closers {
			if b := &cl.bad; b.from+len(b.list) <= i && i < b.from+cap(b.list) {
				return true
			}
		}
		return false
	}
	end := int(t.badBlocks.Load()) * badLength
	for _, cl := range closers {
		b := &cl.bad
		for i := b.from + len(b.list); i < b.from+cap(b.list); i++ {
			for end > i && gap(end-1) {
				end--
			}
			if end <= i {
				break
			}
			end--
			t.Bad[i] = t.Bad[end]
			t.Bad[end] = Attempt{}
			b.list = b.list[:len(b.list)+1]
		}
	}
}

// orderBad gives the places of the attempts in their order: by First, then by number.
func (t *Table) orderBad() []int32 {
	oldest := t.Bad[0].First
	for i := range t.Bad {
		oldest = min(oldest, t.Bad[i].First)
	}
	list := make([]event, len(t.Bad))
	for i := range list {
		list[i] = event{uint64(t.Bad[i].First-oldest) << cellBits, uint64(i)} // times that can be stored differ by less than a number takes
	}
	var st sorter
	list = st.byNumber(list)
	for rest := list; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].head == rest[0].head {
			n++
		}
		if n > 1 {
			slices.SortFunc(rest[:n], func(x, y event) int { return cmp.Compare(t.Bad[x.tail].Number, t.Bad[y.tail].Number) })
		}
		rest = rest[n:]
	}
	order := make([]int32, len(list))
	for i := range list {
		order[i] = int32(list[i].tail)
	}
	return order
}

// permute puts the element at order[i] to place i, for all i. order is used up.
func permute[T any](list []T, order []int32) {
	for i := range order {
		if order[i] < 0 {
			continue
		}
		first, to := list[i], i
		for {
			from := int(order[to])
			order[to] = -1
			if from == i {
				list[to] = first
				break
			}
			list[to] = list[from]
			to = from
		}
	}
}
