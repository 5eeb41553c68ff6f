// Package finding turns counts into causes. In comes a table of counts; out go the
// causes that it shows ([Find]), each with its figures, its window and its
// confidence. A rule says nothing it cannot show, reads no file and asks no clock.
//
// Next: faq, which has the words for what was found.
package finding

import (
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// Cause is why users get no code, in the word that stands in reports, in the
// FAQ and in docs/causes.md.
type Cause string

// The causes.
const (
	NumberInvalid       Cause = "number_invalid"
	LeadingZero         Cause = "leading_zero"
	NotMobile           Cause = "not_mobile"
	VOIP                Cause = "voip"
	OptedOut            Cause = "opted_out"
	HandsetUnreachable  Cause = "handset_unreachable"
	RepeatFailures      Cause = "repeat_failures"
	CarrierOutage       Cause = "carrier_outage"
	CarrierSpamBlocking Cause = "carrier_spam_blocking"
	CarrierDelay        Cause = "carrier_delay"
	PeakHourDelay       Cause = "peak_hour_delay"
	ProviderOutage      Cause = "provider_outage"
	SenderMisconfigured Cause = "sender_misconfigured"
	ProviderBlock       Cause = "provider_block"
)

// Causes lists them in the order in which the FAQ would ask.
var Causes = []Cause{NumberInvalid, LeadingZero, NotMobile, VOIP, OptedOut, HandsetUnreachable, RepeatFailures,
	CarrierOutage, CarrierSpamBlocking, CarrierDelay, PeakHourDelay, ProviderOutage, SenderMisconfigured, ProviderBlock}

// Severity is how much it matters, from people affected and their share.
type Severity string

// The severities.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
)

// AtLeast says whether s is as severe as floor, or more.
func (s Severity) AtLeast(floor Severity) bool { return s.rank() >= floor.rank() }

func (s Severity) rank() int {
	switch s {
	case High:
		return 3
	case Medium:
		return 2
	case Low:
		return 1
	}
	return 0
}

// Scope is what a finding is about.
type Scope struct {
	Level   string        // "number", "carrier", "hours", "country" or "global"
	Number  string        // E.164, level number
	Key     number.MSISDN // the number as the log has it, level number
	Country string
	Carrier string
	Hours   []int // local hours, level hours
}

// Window is the time a finding speaks of.
type Window struct {
	From, To deliverylog.Time
	Open     bool // it has not ended by the log's end
	Whole    bool // the whole log: the cause has no start in it
}

// Figures are counted in user-attempts. A nil pointer is a figure that does not apply.
type Figures struct {
	Affected     int
	Total        int
	Rate         *float64
	BaselineRate *float64
	Baseline     string // whose rate that is: "GB, other carriers"
	BaseAffected *int   // the counts behind BaselineRate
	BaseTotal    *int
	BeforeBad    *int // the same scope outside the window
	BeforeTotal  *int
	RiskRatio    *float64
	PValue       *float64 // after correction for everything looked at
}

// Evidence is one line of proof.
type Evidence struct {
	Text      string // a sentence or figure for people
	Number    number.MSISDN
	MessageID string
	Code      string
	At        deliverylog.Time
}

// Finding is one cause that the data shows.
type Finding struct {
	Cause         Cause
	Severity      Severity
	Confidence    float64 // calibrated: of findings with 0.9, nine in ten are right
	Scope         Scope
	Window        Window
	AffectedUsers int
	Messages      int
	Users         []number.MSISDN // the affected users, as the log has their numbers
	Figures       Figures
	Code          string // the error code that dominates, with its count
	CodeCount     int
	CodeTotal     int
	Title         string // "O2 (GB) filters our texts"
	Summary       string // one sentence with its numbers
	Evidence      []Evidence
	FAQ           string // topic id
	FAQStep       string // step id in it
	NextStep      string
	Reply         string // what to tell the user
}

// NearMiss is a finding that was not stated, and what is missing for it.
type NearMiss struct {
	Cause   Cause
	Scope   Scope
	Text    string // "O2 (GB) looks worse, 3 of 14 attempts; 11 more users would settle it"
	Figures Figures
}

// Report is what was looked at, what was counted and what was found.
type Report struct {
	Inputs     []deliverylog.Summary
	Table      *tally.Table
	Findings   []Finding
	NearMisses []NearMiss
	Partial    bool // reading stopped early: the counts are of what was read
}
