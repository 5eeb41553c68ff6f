// Package carrier says who carries a number, and how it is known.
package carrier

// Source says how a carrier's name is known, in the words of the contract.
type Source string

// The sources, surest last.
const (
	Unknown    Source = "unknown"
	Prefix     Source = "prefix" // the carrier that the range was given to first; the number may have moved
	FromLookup Source = "lookup"
	FromLog    Source = "log"
	FromAgent  Source = "agent"
)
