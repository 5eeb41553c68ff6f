package message

import (
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

// heads remember the origins of numbers by their first six digits and how many
// they have, for logs that name neither country nor carrier: six digits and count
// in the upper half, in the lower one the place of the origin in list, the first
// one of which is nil, for numbers that need more digits or have too few.
type heads struct {
	slots [1 << headBits][2]uint64 // the one used last before the other
	list  []*origin
	place map[*origin]uint32
}

// headBits: an international log has some 6,000 heads.
const headBits = 13

// head gives the origin of a number that only its first digits decide, or nil.
func (s *resolver) head(m number.MSISDN) *origin {
	six, digits := m.Head()
	key := uint32(six)<<5 | uint32(digits)
	pair := &s.heads.slots[key*0x9E3779B1>>(32-headBits)]
	switch {
	case uint32(pair[0]>>32) == key:
	case uint32(pair[1]>>32) == key:
		pair[0], pair[1] = pair[1], pair[0]
	default:
		pair[0], pair[1] = uint64(key)<<32|uint64(s.heads.enter(s.headOf(m))), pair[0]
	}
	return s.heads.list[uint32(pair[0])]
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

// enter gives the place of an origin in the list.
func (h *heads) enter(o *origin) uint32 {
	at, ok := h.place[o]
	if !ok {
		at = uint32(len(h.list))
		h.list, h.place[o] = append(h.list, o), at
	}
	return at
}
