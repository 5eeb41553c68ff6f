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
// they have, for logs that name neither country nor carrier.
type heads [1 << 12]struct {
	key    uint32 // digits and count, 0: free
	origin *origin
}

// head gives the origin of a number that only its first digits decide, or nil.
func (s *resolver) head(m number.MSISDN) *origin {
	six, digits := m.Head()
	key := uint32(six)<<5 | uint32(digits)
	h := &s.heads[key*0x9E3779B1>>(32-12)]
	if h.key == key && key != 0 {
		return h.origin
	}
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
	h.key, h.origin = key, s.book.origin(o)
	return h.origin
}
