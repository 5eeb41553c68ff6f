package tally

import (
	"maps"
	"slices"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// groupKey is what makes two messages one group.
type groupKey struct{ country, name string }

// unknown is the name of the group of messages whose carrier nobody knows.
const unknown = "unknown"

// keyOf is the group of a name in a country.
func keyOf(by, country, name string) groupKey {
	if by == byProvider || by == bySender {
		country = ""
	}
	return groupKey{country, fold(by, name)}
}

// fold gives what spellings of one name have in common. A sender ID is exact; the
// others are names that people write in several ways.
func fold(by, name string) string {
	if by == bySender {
		return name
	}
	if folded := carrier.Fold(name); folded != "" {
		return folded
	}
	return name // punctuation alone
}

// The dimensions of [Options].By.
const (
	byCarrier  = "carrier"
	byCountry  = "country"
	byProvider = "provider"
	bySender   = "sender"
)

// GroupIndex is the index in Groups of a carrier in a country, whatever the
// spelling, or -1. For other dimensions the country is empty.
func (t *Table) GroupIndex(country, name string) int {
	if i, ok := t.index[keyOf(t.By, country, name)]; ok {
		return i
	}
	return -1
}

// User gives one number's record; ok is false where it has no message.
func (t *Table) User(n number.MSISDN) (u User, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.look(n)
	if !ok {
		return User{}, false
	}
	return r.User, true
}

// EachUser calls f with each number's record, in no order. The record is reused:
// copy what you keep.
func (t *Table) EachUser(f func(*User)) {
	a := t.assembler()
	timed := map[number.MSISDN]bool{}
	for i := range t.people.shards {
		a.visitor.shard(&t.people.shards[i], nil, func(p *person) {
			n := number.MSISDN(p.key)
			u := t.people.untimed[n]
			if u != nil {
				timed[n] = true
			}
			a.record(&a.last, n, p, u, nil)
			f(&a.last.User)
		})
	}
	for n, u := range t.people.untimed {
		if !timed[n] {
			a.record(&a.last, n, nil, u, nil)
			f(&a.last.User)
		}
	}
}

// EachAffected calls f with the record of each number with a late or failed
// attempt, by number. The record is reused: copy what you keep.
func (t *Table) EachAffected(f func(*User)) {
	var all []number.MSISDN
	for i, user := range t.BadUser {
		if int(user) == len(all) {
			all = append(all, t.Bad[i].Number)
		}
	}
	slices.Sort(all)
	t.mu.Lock()
	t.keepAll()
	t.mu.Unlock()
	a := t.assembler()
	for _, n := range all {
		if r, ok := t.record(a, n); ok {
			f(&r.User)
		}
	}
}

// GroupsOf lists all groups in which the number has a message, by index.
func (t *Table) GroupsOf(n number.MSISDN) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.look(n)
	if !ok {
		return nil
	}
	groups := make([]int, len(r.perGroup))
	for i, g := range r.perGroup {
		groups[i] = int(g.group)
	}
	slices.Sort(groups)
	return groups
}

// Watched gives all that is known of a number of [Options].Watch; ok is false for
// any other, and where it has no message.
func (t *Table) Watched(n number.MSISDN) (w *Watched, ok bool) {
	w, ok = t.watched[n]
	return w, ok
}

// Delays counts, by slots, the judged attempts of a group that began in [from, to),
// oldest first, empty slots left out. It goes through all numbers: some hundred
// nanoseconds each.
func (t *Table) Delays(group int, from, to deliverylog.Time) []DelaySlot {
	slots := map[int64]*DelaySlot{}
	count := func(at *attempt) {
		if int(at.Group) != group || at.First < from || at.First >= to || at.Outcome == NotJudged {
			return
		}
		i := FloorDiv(int64(at.First), slotMS)
		s := slots[i]
		if s == nil {
			s = &DelaySlot{Start: deliverylog.Time(i * slotMS)}
			slots[i] = s
		}
		switch at.Outcome {
		case OK:
			s.OK[at.delay]++
		case Late:
			s.Late++
		case Failed:
			s.Failed++
		}
	}
	a := t.assembler()
	for i := range t.people.shards {
		a.visitor.shard(&t.people.shards[i], nil, func(p *person) {
			a.record(&a.last, number.MSISDN(p.key), p, nil, count)
		})
	}
	out := make([]DelaySlot, 0, len(slots))
	for _, i := range slices.Sorted(maps.Keys(slots)) {
		out = append(out, *slots[i])
	}
	return out
}

// assemble gives the assembler that queries share; t.mu is held.
func (t *Table) assemble() *assembler {
	if t.scratch == nil {
		t.scratch = t.assembler()
	}
	return t.scratch
}

// maxLooked is how many numbers are remembered that were looked up.
const maxLooked = 64

// look reads one number into a record that is good until the next call. Numbers
// without a record are remembered: for each of them a part of the messages
// that wait has to be read, and the same few are asked for again and again. t.mu is
// held.
func (t *Table) look(n number.MSISDN) (r *record, ok bool) {
	a := t.assemble()
	if p := t.keptPerson(&a.visitor, n); p != nil {
		a.record(&a.last, n, p, t.people.untimed[n], nil)
		return &a.last, true
	}
	if r, ok := t.looked[n]; ok {
		return r, r != nil
	}
	waits := n != 0 && t.people.shard(uint64(n)).waiting.n > 0
	if waits {
		if t.sought++; t.sought > mostSought && !t.keptAll {
			t.keepAll()
			waits = t.keptPerson(&a.visitor, n) == nil
		}
	}
	if r, ok = t.record(a, n); !waits {
		return r, ok
	}
	if t.looked == nil || len(t.looked) == maxLooked {
		t.looked = map[number.MSISDN]*record{}
	}
	t.looked[n] = nil
	if ok {
		own := *r
		own.perGroup = slices.Clone(r.perGroup)
		t.looked[n] = &own
	}
	return r, ok
}

// record reads one number into a's own record, good until its next call.
func (t *Table) record(a *assembler, n number.MSISDN) (r *record, ok bool) {
	p, u := t.person(&a.visitor, n), t.people.untimed[n]
	if p == nil && u == nil {
		return nil, false
	}
	a.record(&a.last, n, p, u, nil)
	return &a.last, true
}

// person is what is known of a number, nil where that is nothing.
func (t *Table) person(v *visitor, n number.MSISDN) *person {
	if n == 0 {
		return nil
	}
	if p := t.keptPerson(v, n); p != nil {
		return p
	}
	p, _ := v.find(uint64(n))
	return p
}

// keptPerson is person for a number whose record is kept, nil for others.
func (t *Table) keptPerson(v *visitor, n number.MSISDN) *person {
	s := t.kept.shard(uint64(n))
	record, ok := s.locate(uint64(n))
	if !ok {
		return nil
	}
	return v.read(uint64(n), record, s, nil)
}
