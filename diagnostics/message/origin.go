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
	list  []*head // the first one is nil: it is for heads that are not known yet
	place map[*origin]uint16
}

// headPage is places in the list by the second three digits.
type headPage [1000]uint16

// head is what the first digits of a number decide: its origin, or else the few that
// numbers which begin so have.
type head struct {
	origin *origin
	among  []*origin
}

const (
	// Numbers have at most so many digits, and so many pages are made of the
	// world's 800 at a time.
	mostHeadDigits = 16
	maxHeadPages   = 1 << 10
	maxAmong       = 64
)

// head gives the origin of a number, nil where it is too short.
func (s *resolver) head(m number.MSISDN) *origin {
	six, digits := m.Head()
	h := (*head)(nil)
	if p := s.heads.pages[digits][six/1000]; p != nil {
		h = s.heads.list[p[six%1000]]
	}
	if h == nil {
		if digits == 0 {
			return nil
		}
		h = s.heads.enter(six, digits, s.headOf(m))
	}
	if h.origin != nil {
		return h.origin
	}
	return s.among(h, m)
}

// headOf is the origin of all numbers that begin like one, nil where they differ.
func (s *resolver) headOf(m number.MSISDN) *origin {
	class, ok := number.ClassifyHead(m)
	if !ok {
		return nil
	}
	name, ok := carrier.ByHead(m)
	if !ok {
		return nil
	}
	return s.book.origin(prefixKey(class.Country, name))
}

// among gives the origin of a number whose first digits do not decide.
func (s *resolver) among(h *head, m number.MSISDN) *origin {
	key := prefixKey(number.Classify(m).Country, carrier.ByPrefix(m))
	for _, o := range h.among {
		if o.carrier == key.carrier && o.country == key.country {
			return o
		}
	}
	o := s.book.origin(key)
	if len(h.among) < maxAmong {
		h.among = append(h.among, o)
	}
	return o
}

// prefixKey is the key of an origin that the number alone tells. name may be empty.
func prefixKey(country, name string) originKey {
	if name == "" {
		return originKey{country, "unknown", carrier.Unknown, anyProfile}
	}
	return originKey{country, name, carrier.Prefix, anyProfile}
}

// enter remembers a head, of which o is the origin or nil.
func (h *heads) enter(six, digits int, o *origin) *head {
	p := &h.pages[digits][six/1000]
	if *p == nil {
		if h.made == maxHeadPages {
			*h = heads{}
		}
		*p = new(headPage)
		h.made++
	}
	if h.place == nil {
		h.list, h.place = []*head{nil}, map[*origin]uint16{}
	}
	at, ok := h.place[o]
	if !ok || o == nil {
		if len(h.list) > math.MaxUint16 {
			return &head{origin: o}
		}
		at = uint16(len(h.list))
		h.list = append(h.list, &head{origin: o})
		if o != nil {
			h.place[o] = at
		}
	}
	(*p)[six%1000] = at
	return h.list[at]
}
