// Package carrier says who carries a number, and how that is known: by the
// prefix that its range was given to, by a network code, by the result of a
// lookup, from a log or an agent. It guesses nothing without saying so.
package carrier

import (
	"strings"
	"unicode"

	pn "github.com/nyaruka/phonenumbers"

	"cli.otpdoctor/diagnostics/number"
)

// Source is how the name of a carrier is known.
type Source string

// The sources, in the contract's words.
const (
	Prefix     Source = "prefix" // the carrier that the range was given to first; the number may have moved
	FromLookup Source = "lookup"
	FromLog    Source = "log"
	FromAgent  Source = "agent"
	Unknown    Source = "unknown"
)

// ByPrefix names the carrier that m's range was given to, or "". Where
// numbers are portable, m may have moved since.
func ByPrefix(m number.MSISDN) string {
	if m == 0 || m.IsOdd() {
		return ""
	}
	p, err := pn.Parse(m.E164(), "ZZ")
	if err != nil {
		return ""
	}
	name, _ := pn.GetCarrierForNumber(p, "en")
	return name
}

// Fold gives the key under which spellings of one carrier's name are grouped:
// without case, spaces and punctuation.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
