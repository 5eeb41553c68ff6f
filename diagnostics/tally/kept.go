package tally

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"cli.otpdoctor/diagnostics/number"
)

// Of who has bad attempts the table has what rules ask of all of them, see [Affected].
// More of them is looked up now and then, and for a number whose messages wait a part of
// all messages has to be read. So the table keeps records: of those with messages of
// several groups, and, where bad messages are few, of all. Those of the others are made
// for all of them at once when somebody goes through them.

// Where no more messages than this were late or did not come, all who have a bad
// attempt have a record from the beginning.
const fewBad = 100_000

// mostSought is how many numbers without a record are looked up before all get one.
const mostSought = 128

// keeper makes the records of a shard; it is one goroutine's own.
type keeper struct {
	list    []keptRecord // of the present shard
	records []byte       // their bytes
	byKey   sorter       // of them
	writer  writer
}

type keptRecord struct {
	key      uint64
	from, to int // in records
}

// keep makes the record of a person, whose items it changes.
func (k *keeper) keep(s *shard, p *person) {
	if !s.based {
		s.base, s.based = p.items[0].first, true
	}
	for i := range p.items {
		p.items[i].id = nil // Bad has what is wanted
	}
	from := len(k.records)
	k.records = appendRecord(k.records, &slot{key: p.key, messages: p.messages, verified: p.verified, zone: p.zone}, p.items, s.base)
	k.list = append(k.list, keptRecord{p.key, from, len(k.records)})
}

// write puts the records into a shard that has none, in the order of their numbers.
func (k *keeper) write(s *shard, pages *pool[byte]) {
	order, odd := slices.Grow(k.byKey.events[:0], len(k.list)), false
	for i := range k.list {
		key := k.list[i].key
		order = append(order, event{key << cellBits, uint64(i)})
		odd = odd || key >= anyNumber
	}
	if order = k.byKey.byNumber(order); odd {
		slices.SortFunc(order, func(x, y event) int { return cmp.Compare(k.list[x.tail].key, k.list[y.tail].key) })
	}
	k.writer.s, k.writer.pool = s, pages
	for _, e := range order {
		r := &k.list[e.tail]
		k.writer.put(r.key, k.records[r.from:r.to])
	}
	k.writer.done()
	s.used = len(k.list)
	k.list, k.records = k.list[:0], k.records[:0]
}

// keepAll makes records of all who have a bad attempt and whose messages wait. t.mu is
// held.
func (t *Table) keepAll() {
	if t.keptAll {
		return
	}
	t.keptAll = true
	t.kept = store{}
	var next atomic.Int32
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		all.Go(func() {
			a, k := t.assembler(), keeper{}
			for i := next.Add(1) - 1; int(i) < len(t.kept.shards); i = next.Add(1) - 1 {
				to := &t.kept.shards[i]
				if t.people.shards[i].waiting.n == 0 {
					continue
				}
				a.visitor.shard(&t.people.shards[i], nil, func(p *person) {
					bad := false
					a.each(number.MSISDN(p.key), p.zone, p.items, func(at *attempt) { bad = bad || at.Outcome == Late || at.Outcome == Failed })
					if bad {
						k.keep(to, p)
					}
				})
				k.write(to, &t.kept.pages)
			}
		})
	}
	all.Wait()
}
