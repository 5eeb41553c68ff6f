package faq

import (
	"slices"
	"strings"
	"unicode"
)

// CarrierHelp is what is known of how one carrier, or the phones on it, block
// texts, and how that is lifted. Every entry was read on a public page; what no
// page confirmed is left out.
type CarrierHelp struct {
	Carrier string   `yaml:"carrier" json:"carrier"`
	Country string   `yaml:"country" json:"country"` // ISO 3166 alpha-2, empty for any
	Names   []string `yaml:"names" json:"names,omitempty"`
	Blocks  []string `yaml:"blocks" json:"blocks"` // what may stop a text there
	Lift    []string `yaml:"lift" json:"lift"`     // what to do, in order
	Contact string   `yaml:"contact,omitempty" json:"contact,omitempty"`
	Source  string   `yaml:"source" json:"source"`                           // address of the page
	Also    []string `yaml:"also,omitempty" json:"also,omitempty"`           // further pages
	Date    string   `yaml:"date" json:"date"`                               // when it was read, 2026-11-24
	Page    string   `yaml:"page_date,omitempty" json:"page_date,omitempty"` // the page's own date, where it has one
	Tell    string   `yaml:"-" json:"tell"`                                  // to the user
	General bool     `yaml:"-" json:"general"`                               // no entry of its own: the general advice
	Search  string   `yaml:"-" json:"search"`                                // words for a web search
}

// UnblockAdvice is what holds at any carrier.
type UnblockAdvice struct {
	Tell   string   `yaml:"tell"`   // to the user
	Ask    []string `yaml:"ask"`    // what to ask the carrier
	Device []string `yaml:"device"` // what to look at on the phone
	Search string   `yaml:"search"` // "{carrier} blocking sms"
}

// HowToUnblock returns what to do at a carrier; country may be empty. ok is
// false where the carrier has no entry of its own, or its name alone could mean
// carriers of several countries; the general advice, with the carrier's name in
// it, is returned then.
func (s *Set) HowToUnblock(carrier, country string) (CarrierHelp, bool) {
	words := map[string]string{"carrier": carrier}
	search, tell := s.Fill(s.Unblock.Search, words), s.Fill(s.Unblock.Tell, words)
	want := plain(carrier)
	var found []CarrierHelp
	for _, c := range s.Carriers {
		if want == "" || country != "" && c.Country != "" && !strings.EqualFold(c.Country, country) {
			continue
		}
		if slices.ContainsFunc(append([]string{c.Carrier}, c.Names...), func(name string) bool { return plain(name) == want }) {
			found = append(found, c)
		}
	}
	if len(found) == 1 {
		found[0].Search, found[0].Tell = search, tell
		return found[0], true
	}
	help := CarrierHelp{Carrier: carrier, Country: country, General: true, Search: search, Tell: tell}
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
