// Package carrier is the book of mobile networks. In comes a number, a network code
// or the file of a lookup; out goes who carries the number, and how that is known:
// by the prefix that its range was given to, the code, the lookup, a log or an
// agent. It guesses nothing without saying so.
//
// Next: diagnostics/tally, back on the line.
package carrier

import (
	"strings"
	"unicode"
)

// Source is how the name of a carrier is known.
type Source string

// The sources, in the words that reports have.
const (
	Prefix     Source = "prefix" // the carrier that the range was given to first; the number may have moved
	FromLookup Source = "lookup"
	FromLog    Source = "log"
	FromAgent  Source = "agent"
	Unknown    Source = "unknown"
)

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
