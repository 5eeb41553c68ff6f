// Package number is the book of phone numbers. In comes any text; out goes whether
// it is a number, what was wrong with the way it was written, and the right form.
// [Check] explains one input in full; [Classify] gives country and line type of
// digits in E.164, without allocation, for every row of a log. Both give the same
// answers, and know nothing of logs or carriers.
//
// Next: diagnostics/reason, the second book.
package number

// LineType is what a numbering plan says a number is for, in the words of
// libphonenumber. It is a property of the range, not of the subscription.
type LineType uint8

// The line types, in the order of their words.
const (
	UnknownType LineType = iota
	Mobile
	FixedLine
	FixedLineOrMobile // cannot be told from the number (North America and a few others)
	TollFree
	PremiumRate
	SharedCost
	VOIP
	PersonalNumber
	Pager
	UAN
	Voicemail
)

var lineTypeWords = [...]string{"unknown", "mobile", "fixed_line", "fixed_line_or_mobile", "toll_free",
	"premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"}

// String gives the word for the type that reports have.
func (t LineType) String() string {
	if int(t) < len(lineTypeWords) {
		return lineTypeWords[t]
	}
	return lineTypeWords[UnknownType]
}

// Words says the type as people do: "landline", "mobile or landline".
func (t LineType) Words() string {
	if int(t) < len(lineTypeNames) {
		return lineTypeNames[t]
	}
	return lineTypeNames[UnknownType]
}

var lineTypeNames = [...]string{"unknown", "mobile", "landline", "mobile or landline", "toll-free", "premium rate", "shared cost",
	"internet phone (VOIP)", "personal number", "pager", "company access number", "voicemail"}

// CorrectionKind names one thing that was wrong with a number as written.
type CorrectionKind string

// The correction kinds, as reports have them.
const (
	LeadingZero         CorrectionKind = "leading_zero"         // a national trunk prefix kept after the country code, 0 or other
	MobilePrefix        CorrectionKind = "mobile_prefix"        // Mexico's 1, 044, 045; Argentina's 15 and 9
	CarrierCode         CorrectionKind = "carrier_code"         // Brazil, Colombia
	MissingPlus         CorrectionKind = "missing_plus"         // digits of an international number without its plus
	InternationalPrefix CorrectionKind = "international_prefix" // 00, 011, 0011, 810 in place of +
	MissingCountryCode  CorrectionKind = "missing_country_code" // a national number, read with a region
	Punctuation         CorrectionKind = "punctuation"          // spaces, brackets, quotes, invisible marks
	OtherDigits         CorrectionKind = "other_digits"         // full-width, Arabic-Indic and other digits
	ExtensionRemoved    CorrectionKind = "extension_removed"
)

// Correction is one difference between what was typed and what is right.
type Correction struct {
	Kind     CorrectionKind
	From, To string // From as typed, To in E.164
	Why      string // for people, "the 0 after +44 must go"
}

// What is wrong with a number, as reports have it. Empty: it is valid.
const (
	ErrInvalidCountryCode = "invalid_country_code"
	ErrNotANumber         = "not_a_number"
	ErrTooShort           = "too_short"
	ErrTooLong            = "too_long"
	ErrInvalid            = "invalid"
)

// Answers to "can it receive a text".
const (
	Yes      = "yes"
	Unlikely = "unlikely"
	No       = "no"
	Unknown  = "unknown"
)

// Number is the full answer about one raw input.
//
// Where Valid is false, E164, Country and National are empty and Type is
// UnknownType. Corrections is empty where the input was right as typed.
type Number struct {
	Input         string
	Valid         bool   // about the corrected number
	E164          string // +447111222333
	International string // +44 7111 222333, for people
	National      string // 07111 222333
	Country       string // ISO 3166 alpha-2; "001" for international services
	CallingCode   int
	Type          LineType
	Portable      bool // numbers of this country can move between carriers
	TimeZones     []string
	Corrections   []Correction
	CanReceiveSMS string // Yes, Unlikely, No or Unknown
	Reserved      bool   // a range that a regulator keeps for drama and tests
	Error         string // one of the Err words, or empty
	Likely        string // for an invalid input: the likely reading in E.164, or empty; also in Advice
	Advice        []string
}
