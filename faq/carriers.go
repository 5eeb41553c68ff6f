package faq

import (
	"strings"
	"unicode"
)

// CarrierHelp is what is known of how one carrier, or the phones on it, block
// texts, and how that is lifted. Every entry was read on a public page.
type CarrierHelp struct {
	Carrier string   `yaml:"carrier" json:"carrier"`
	Country string   `yaml:"country" json:"country"` // ISO 3166 alpha-2, empty for any
	Names   []string `yaml:"names" json:"names,omitempty"`
	Blocks  []string `yaml:"blocks" json:"blocks"` // what may stop a text there
	Lift    []string `yaml:"lift" json:"lift"`     // what to do, in order
	Contact string   `yaml:"contact,omitempty" json:"contact,omitempty"`
	Source  string   `yaml:"source" json:"source"` // address of the page
	Date    string   `yaml:"date" json:"date"`     // when it was read, or the page's own date
	General bool     `yaml:"-" json:"general"`     // no entry of its own: the general advice
	Search  string   `yaml:"-" json:"search"`      // words for a web search
}

// UnblockAdvice is what holds at any carrier.
type UnblockAdvice struct {
	Tell   string   `yaml:"tell"`   // to the user
	Ask    []string `yaml:"ask"`    // what to ask the carrier
	Device []string `yaml:"device"` // what to look at on the phone
	Search string   `yaml:"search"` // "{carrier} blocking sms"
}

// HowToUnblock returns what to do at a carrier; country may be empty. ok is
// false where the carrier has no entry of its own and the general advice, with
// the carrier's name in it, is returned.
func (s *Set) HowToUnblock(carrier, country string) (CarrierHelp, bool) {
	words := map[string]string{"carrier": carrier}
	search := s.Fill(s.Unblock.Search, words)
	want := plain(carrier)
	for _, c := range s.Carriers {
		if want == "" || country != "" && c.Country != "" && !strings.EqualFold(c.Country, country) {
			continue
		}
		for _, name := range append([]string{c.Carrier}, c.Names...) {
			if plain(name) == want {
				c.Search = search
				return c, true
			}
		}
	}
	help := CarrierHelp{Carrier: carrier, Country: country, General: true, Search: search}
	for _, line := range s.Unblock.Device {
		help.Lift = append(help.Lift, s.Fill(line, words))
	}
	for _, line := range s.Unblock.Ask {
		help.Lift = append(help.Lift, s.Fill(line, words))
	}
	return help, false
}

// plain is a name without case, spaces and punctuation: logs spell one carrier
// in many ways.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
