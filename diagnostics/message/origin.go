package message

import (
	"math"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/number"
)

// origin is a country and a carrier that messages are counted under.
type origin struct {
	originKey
	number int32 // from 1, see [Message].Profile; 0: there are too many
}

// originKey is what origins differ by. of is the profile that they are of, or
// anyProfile, where number and nothing else decides.
type originKey struct {
	country, carrier string
	source           carrier.Source
	of               profile
}

const (
	anyProfile profile = -1
	maxOrigins         = 1 << 16
)

// origin finds or makes an origin.
func (b *book) origin(key originKey) *origin {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.origins[key]
	if o == nil {
		o = &origin{originKey: key}
		if len(b.origins) < maxOrigins {
			o.number = int32(len(b.origins)) + 1
			b.origins[key] = o
		}
	}
	return o
}

// put writes an origin into a message.
func (o *origin) put(m *Message) {
	m.Country, m.Carrier, m.CarrierSource, m.Profile = o.country, o.carrier, o.source, o.number
}

// heads remember the origins of numbers by how many digits they have and the first
// six, for logs that name neither country nor carrier: an international log has some
// 6,000 such heads, which fill few of a core's cache lines this way.
type heads struct {
	pages [mostHeadDigits + 1][1000]*headPage // by digits, and the first three of them
	made  int
	list  []*origin // the first one is nil: it is for heads that are not known yet
	place map[*origin]uint16
}

// headPage is places in the list by the second three digits.
type headPage [1000]uint16

// Numbers have at most so many digits, and so many pages are made of the world's
// 800 at a time.
const (
	mostHeadDigits = 16
	maxHeadPages   = 1 << 10
)

// undecided stands in heads for numbers that need more digits or have too few.
var undecided = new(origin)

// head gives the origin of a number that only its first digits decide, or nil.
func (s *resolver) head(m number.MSISDN) *origin {
	six, digits := m.Head()
	o := (*origin)(nil)
	if p := s.heads.pages[digits][six/1000]; p != nil {
		o = s.heads.list[p[six%1000]]
	}
	if o == nil {
		o = s.heads.enter(six, digits, s.headOf(m))
	}
	if o == undecided {
		return nil
	}
	return o
}

// headOf is head for what is not remembered.
func (s *resolver) headOf(m number.MSISDN) *origin {
	class, ok := number.ClassifyHead(m)
	if !ok {
		return nil
	}
	name, ok := carrier.ByHead(m)
	if !ok {
		return nil
	}
	o := originKey{class.Country, name, carrier.Prefix, anyProfile}
	if name == "" {
		o.carrier, o.source = "unknown", carrier.Unknown
	}
	return s.book.origin(o)
}

// enter remembers the origin of a head, nil where it is undecided.
func (h *heads) enter(six, digits int, o *origin) *origin {
	if o == nil {
		o = undecided
	}
	p := &h.pages[digits][six/1000]
	if *p == nil {
		if h.made == maxHeadPages {
			*h = heads{}
		}
		*p = new(headPage)
		h.made++
	}
	at, ok := h.place[o]
	if !ok {
		if h.place == nil {
			h.list, h.place = []*origin{nil}, map[*origin]uint16{}
		}
		if len(h.list) > math.MaxUint16 {
			return o
		}
		at = uint16(len(h.list))
		h.list, h.place[o] = append(h.list, o), at
	}
	(*p)[six%1000] = at
	return o
}
