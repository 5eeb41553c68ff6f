package tally

import (
	"cmp"
	"slices"
	"sync"
	"unsafe"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// Bad attempts are many in a large log, and each is large. So they are put where
// they stay from the beginning: closers fill blocks of one list, which is made as
// long as it can become, and is sorted in its place. They hold no pointers, which
// the collector would have to follow.

const (
	badLength    = 512 // attempts in a block
	attemptBytes = int(unsafe.Sizeof(Attempt{}))
	fewBad       = 64 << 20 / attemptBytes
	pageSize     = 4 << 10 // the smallest that systems have
)

// makeBad makes the list for some closers. A bad attempt has a message at least
// that was late or not delivered.
//
// A list that is not large is written to at once, page by page: where the collector
// has looked at a page before it is written to, that takes several times as long
// (the page is one of zeros then, and all cores have to forget it). Of a larger one
// what is not used is never touched.
func (c *Counter) makeBad(t *Table, closers int) {
	most := int64(0)
	for _, cc := range c.cells {
		if cc != nil {
			most += cc.Failed + cc.LateMessages + cc.Unconfirmed + cc.InFlight + cc.waiting + int64(len(cc.open))
		}
	}
	t.badBlocks.Store(0)
	t.Bad = make([]Attempt, (int(most)/badLength+closers)*badLength)
	if len(t.Bad) <= fewBad {
		for i := 0; i < len(t.Bad); i += pageSize / attemptBytes {
			t.Bad[i].Group = 0
		}
	}
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
func (b *badBlock) keep(t *Table, at *attempt, user int64) {
	if len(b.list) == cap(b.list) {
		b.from = int(t.badBlocks.Add(1)-1) * badLength
		b.list = t.Bad[b.from : b.from : b.from+badLength]
	}
	at.user = int32(user)*int32(b.of) + int32(b.nth)
	at.Attempt.id = b.ids.put(&t.ids, at.id)
	b.list = append(b.list, at.Attempt)
	b.n++
}

// badKey is what bad attempts are sorted by.
type badKey struct {
	first  deliverylog.Time
	number number.MSISDN
	at     int32 // its place in the list
}

func (k badKey) compare(o badKey) int {
	return cmp.Or(cmp.Compare(k.first, o.first), cmp.Compare(k.number, o.number))
}

// sortBad puts the attempts of all closers in order, and numbers their users.
func (t *Table) sortBad(closers []*closer) {
	n, users := 0, int64(0)
	for _, cl := range closers {
		n += cl.bad.n
		users = max(users, cl.affected)
	}
	if n == 0 {
		t.Bad = nil
		return
	}
	t.fillGaps(closers)
	t.Bad = t.Bad[:n:n]
	permute(t.Bad, t.orderBad(len(closers)))

	seats := make([]int32, users*int64(len(closers))) // from 1
	t.BadUser = make([]int32, n)
	next := int32(0)
	for i := range t.Bad {
		seat := &seats[t.Bad[i].user]
		if *seat == 0 {
			next++
			*seat = next
		}
		t.BadUser[i] = *seat - 1
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

// orderBad gives the places of the attempts in their order, found by several
// goroutines.
func (t *Table) orderBad(parts int) []int32 {
	lists := make([][]badKey, parts)
	var all sync.WaitGroup
	for p := range lists {
		from, to := len(t.Bad)*p/parts, len(t.Bad)*(p+1)/parts
		all.Go(func() {
			keys := make([]badKey, to-from)
			for i := range keys {
				at := &t.Bad[from+i]
				keys[i] = badKey{at.First, at.Number, int32(from + i)}
			}
			slices.SortFunc(keys, badKey.compare)
			lists[p] = keys
		})
	}
	all.Wait()
	order := make([]int32, len(t.Bad))
	for i := range order {
		least := -1
		for p, keys := range lists {
			if len(keys) > 0 && (least < 0 || keys[0].compare(lists[least][0]) < 0) {
				least = p
			}
		}
		order[i] = lists[least][0].at
		lists[least] = lists[least][1:]
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
