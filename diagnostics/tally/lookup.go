package tally

import (
	"cmp"
	"slices"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/number"
)

// groupKey is what makes two messages one group.
type groupKey struct{ country, name string }

// unknown is the name of the group of messages whose carrier nobody knows.
const unknown = "unknown"

// keyOf folds a name as the dimension wants it: a sender ID is exact, the
// others are names that people spell in several ways.
func keyOf(by, country, name string) groupKey {
	switch by {
	case bySender:
		return groupKey{"", name}
	case byProvider:
		country = ""
	}
	folded := carrier.Fold(name)
	if folded == "" { // punctuation alone is still not another such name
		folded = name
	}
	return groupKey{country, folded}
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
func (t *Table) User(n number.MSISDN) (u User, ok bool) { return t.people.user(n) }

// EachUser calls f with each number's record, by number. The record is reused:
// copy what you keep.
func (t *Table) EachUser(f func(*User)) { t.people.each(f) }

// GroupsOf lists all groups in which the number has a message, by index.
func (t *Table) GroupsOf(n number.MSISDN) []int { return t.people.groupsOf(n) }

// Watched gives all that is known of a number of [Options].Watch; ok is false for
// any other, and where it has no message.
func (t *Table) Watched(n number.MSISDN) (w *Watched, ok bool) {
	w, ok = t.watched[n]
	return w, ok
}

// people are the records of all numbers, by number.
type people struct {
	users  []User
	groups [][]int
}

func (p *people) find(n number.MSISDN) (int, bool) {
	return slices.BinarySearchFunc(p.users, n, func(u User, n number.MSISDN) int { return cmp.Compare(u.Number, n) })
}

func (p *people) user(n number.MSISDN) (User, bool) {
	if i, ok := p.find(n); ok {
		return p.users[i], true
	}
	return User{}, false
}

func (p *people) each(f func(*User)) {
	for i := range p.users {
		u := p.users[i]
		f(&u)
	}
}

func (p *people) groupsOf(n number.MSISDN) []int {
	if i, ok := p.find(n); ok {
		return slices.Clone(p.groups[i])
	}
	return nil
}
