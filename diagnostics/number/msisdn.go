package number

import "time"

// MSISDN is a number as a log holds it: the digits of an international number
// without its plus, as written, right or wrong. A recipient that has no digits
// or too many of them is kept as text (see [Odd]), so that nothing is lost.
// Zero means that the log named no recipient.
type MSISDN uint64

// Class is what the numbering plan says of an MSISDN.
type Class struct {
	Country  string   // ISO 3166 alpha-2, empty where unknown
	Type     LineType // UnknownType where the number is not valid
	Valid    bool
	Reserved bool // kept by a regulator for drama and tests; Valid is true
	Portable bool
}

// The functions below are the hot path's whole interface:
//
//	ParseMSISDN  text of a log cell to MSISDN, by E.164 or by region
//	Odd          a recipient that is no number
//	(MSISDN) E164, International, Location
//	Classify     country and type
var _ = time.UTC
