package number

import (
	"slices"
	"strconv"
	"sync"
	"time"
)

// zoneTable finds the zones of the longest prefix, one step a digit.
type zoneTable struct {
	next  [][16]uint16 // by node and digit; 0 where no longer prefix is known
	zones []*zones     // by node, nil where no prefix ends
}

// zones is what a prefix tells: the zones that its numbers are in use in.
type zones struct {
	names    []string
	own      sync.Map // country to names without those of other countries
	location func() *time.Location
}

var timeZones = sync.OnceValue(readTimeZones)

func readTimeZones() *zoneTable {
	t := &zoneTable{next: make([][16]uint16, 1, 4096), zones: make([]*zones, 1, 4096)}
	same := make(map[*string]*zones) // by the first word of a list that prefixes share
	var digits [20]byte
	prefixTable(wire(timezonesFile), func(prefix int, names []string) {
		node := uint16(0)
		for _, d := range strconv.AppendInt(digits[:0], int64(prefix), 10) {
			if d -= '0'; t.next[node][d] == 0 {
				t.next[node][d] = uint16(len(t.next))
				t.next, t.zones = append(t.next, [16]uint16{}), append(t.zones, nil)
			}
			node = t.next[node][d]
		}
		if same[&names[0]] == nil {
			z := &zones{names: names}
			z.location = sync.OnceValue(z.one)
			same[&names[0]] = z
		}
		t.zones[node] = same[&names[0]]
	})
	return t
}

// of gives the zones of the digits of an international number, ASCII or 0 to
// 9, or nil.
func (t *zoneTable) of(digits []byte) *zones {
	_, z := t.find(digits)
	return z
}

// find gives the zones and the node that digits end at, 0 where no prefix goes on
// so far.
func (t *zoneTable) find(digits []byte) (node uint16, found *zones) {
	for _, d := range digits {
		if node = t.next[node][d&15]; node == 0 {
			break
		}
		if z := t.zones[node]; z != nil {
			found = z
		}
	}
	return node, found
}

// in gives the names without the zones that are other countries' main ones: a
// British mobile number's are not Guernsey's.
func (z *zones) in(country string) []string {
	if len(z.names) == 1 {
		return z.names
	}
	if own, ok := z.own.Load(country); ok {
		return own.([]string)
	}
	others := make(map[string]bool)
	for id, c := range countryTable() {
		others[c.zone] = others[c.zone] || id != country
	}
	if c := countryTable()[country]; c != nil {
		delete(others, c.zone)
	}
	own := slices.DeleteFunc(slices.Clone(z.names), func(name string) bool { return others[name] })
	if len(own) == 0 {
		own = z.names
	}
	z.own.Store(country, own)
	return own
}

// one is the only zone, or, where several keep the same time, the one that is
// some country's own; nil where they differ.
func (z *zones) one() *time.Location {
	if len(z.names) == 1 {
		return loadZone(z.names[0])
	}
	var first *time.Location
	for _, name := range z.names {
		loc := loadZone(name)
		if loc == nil {
			return nil
		}
		if first == nil {
			first = loc
		}
		for month := time.January; month <= time.December; month++ {
			t := time.Date(2026, month, 15, 12, 0, 0, 0, time.UTC)
			_, a := t.In(first).Zone()
			if _, b := t.In(loc).Zone(); a != b {
				return nil
			}
		}
	}
	return first
}

// Location gives the number's own time zone, or nil where the number does not
// tell: it is not valid, or its range is in use across several zones that
// keep different hours.
func (m MSISDN) Location() *time.Location {
	b, left := m.block()
	if b == nil {
		var buf [16]byte
		return timeZones().of(m.Digits(&buf)).place(classify(m))
	}
	for ; b.class[left] == nil || !b.zoned && left > 0; left-- {
		b = b.within(m, left)
	}
	at := b.place[left].Load()
	if at == nil {
		at = &place{b.zones.place(*b.class[left])}
		b.place[left].Store(at)
	}
	return at.Location
}

// place is what [MSISDN.Location] gives, nil included.
type place struct{ *time.Location }

// place is the one zone of a number of these zones, nil where that is not known.
func (z *zones) place(class Class) *time.Location {
	if z == nil || !class.Valid {
		return nil
	}
	if len(z.names) == 1 {
		return z.location()
	}
	at := z.location()
	// Guernsey, Jersey, Man and London keep one time: a British number is London's.
	if c := countryTable()[class.Country]; c != nil && slices.Contains(z.names, c.zone) && at != nil {
		at = c.location()
	}
	return at
}
