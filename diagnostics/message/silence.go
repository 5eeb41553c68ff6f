package message

import (
	"fmt"
	"slices"
)

// silence counts what came back from each country's networks, for one input.
type silence struct {
	coded [26 * 26]receipts // by two letters
	other map[string]*receipts
}

// receipts count what came back from a country's networks, up to the first receipt
// that says delivered: from then on nobody asks.
type receipts struct{ messages, delivered, open int64 }

func (s *silence) of(country string) *receipts {
	if len(country) == 2 {
		if a, b := country[0]-'A', country[1]-'A'; a < 26 && b < 26 {
			return &s.coded[int(a)*26+int(b)]
		}
	}
	r := s.other[country]
	if r == nil {
		if s.other == nil {
			s.other = make(map[string]*receipts)
		}
		r = new(receipts)
		s.other[country] = r
	}
	return r
}

func (s *silence) count(m *Message) {
	c := s.of(m.Country)
	if c.delivered > 0 { // it is not silent, whatever comes
		return
	}
	c.messages++
	switch {
	case m.Status == Delivered:
		c.delivered++
	case m.Status != Failed:
		c.open++
	}
}

func (s *silence) each(f func(country string, r *receipts)) {
	for i := range s.coded {
		if r := &s.coded[i]; r.messages > 0 {
			f(string([]byte{'A' + byte(i/26), 'A' + byte(i%26)}), r)
		}
	}
	for country, r := range s.other {
		f(country, r)
	}
}

func (s *silence) add(other *silence) {
	other.each(func(country string, r *receipts) {
		c := s.of(country)
		c.messages += r.messages
		c.delivered += r.delivered
		c.open += r.open
	})
}

// silentMessages is how many messages a country needs before its silence is said.
const silentMessages = 20

// warnings tell of countries whose networks send no receipts at all.
func (s *silence) warnings() (warnings []string) {
	var total, delivered int64
	s.each(func(_ string, c *receipts) {
		total += c.messages
		delivered += c.delivered
	})
	if delivered == 0 {
		if total >= silentMessages {
			return []string{"no receipt says delivered: nothing can be said about what arrived"}
		}
		return nil
	}
	s.each(func(cc string, c *receipts) {
		if cc != "" && c.messages >= silentMessages && c.delivered == 0 && c.open*10 >= c.messages*8 {
			warnings = append(warnings, fmt.Sprintf("no receipts from networks in %s (%d messages): they may have arrived all the same", cc, c.messages))
		}
	})
	slices.Sort(warnings)
	return warnings
}
