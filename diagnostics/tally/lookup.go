package tally

import (
	"maps"
	"math"
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
	r, ok := t.record(t.assemble(), n)
	if !ok {
		return User{}, false
	}
	return r.User, true
}

// EachUser calls f with each number's record, by number. The record is reused:
// copy what you keep.
func (t *Table) EachUser(f func(*User)) {
	a := t.assembler()
	var others []number.MSISDN // without a time in any message
	for n := range t.people.untimed {
		if !t.people.has(uint64(n)) {
			others = append(others, n)
		}
	}
	slices.Sort(others)
	untimed := func(until uint64) {
		for ; len(others) > 0 && uint64(others[0]) < until; others = others[1:] {
			a.record(&a.last, others[0], nil, t.people.untimed[others[0]], nil)
			f(&a.last.User)
		}
	}
	for sl := range t.people.ordered() {
		untimed(sl.key)
		n := number.MSISDN(sl.key)
		a.record(&a.last, n, sl, t.people.untimed[n], nil)
		f(&a.last.User)
	}
	untimed(math.MaxUint64)
}

// GroupsOf lists all groups in which the number has a message, by index.
func (t *Table) GroupsOf(n number.MSISDN) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.record(t.assemble(), n)
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
		i := floorDiv(int64(at.First), slotMS)
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
		for sl := range t.people.shards[i].all() {
			a.record(&a.last, number.MSISDN(sl.key), sl, nil, count)
		}
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

// record reads one number into a's own record, good until its next call.
func (t *Table) record(a *assembler, n number.MSISDN) (r *record, ok bool) {
	sl, u := &a.slot, t.people.untimed[n]
	if n == 0 || !t.people.find(uint64(n), sl) {
		sl = nil
	}
	if sl == nil && u == nil {
		return nil, false
	}
	a.record(&a.last, n, sl, u, nil)
	return &a.last, true
}
