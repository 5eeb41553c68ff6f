// Package ticket answers the thirteen questions of the support form. In come
// findings, counts, logins, numbers and what the agent said; out go the answers
// ([Draft]), each with its source and what disagrees with it, or the request of a
// locked-out administrator ([Lockout]). What only a person can know becomes a
// question to ask.
//
// Next: diagnostics/export.
package ticket

import (
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/faq"
)

// Source says where an answer came from, in the word that reports have.
type Source string

// The sources of an answer. An answer from a number's prefix is FromNumber; the
// value of network_provider alone says prefix.
const (
	FromLog      Source = "log"
	FromIdentity Source = "identity"
	FromNumber   Source = "number"
	FromLookup   Source = "lookup"
	FromAgent    Source = "agent"
	Unanswered   Source = "unanswered"
)

// Ids of the thirteen questions, in the FAQ's order.
const (
	AffectedUsersID       = "affected_users"
	CountryID             = "country"
	MultipleTimesID       = "multiple_times"
	NumberChangedID       = "number_changed"
	ReceivesOthersID      = "receives_other_messages"
	EventuallyReceivedID  = "eventually_received"
	EverReceivedID        = "ever_received"
	PermanentlyDisabledID = "permanently_disabled"
	WhenFailedID          = "when_failed"
	WholeFirmID           = "whole_firm"
	MobileNumberID        = "mobile_number"
	NetworkProviderID     = "network_provider"
	NoticedAtID           = "noticed_at"
)

// IDs lists the ids of the thirteen questions in their order.
var IDs = [13]string{AffectedUsersID, CountryID, MultipleTimesID, NumberChangedID, ReceivesOthersID, EventuallyReceivedID,
	EverReceivedID, PermanentlyDisabledID, WhenFailedID, WholeFirmID, MobileNumberID, NetworkProviderID, NoticedAtID}

// Answer is one of the thirteen.
type Answer struct {
	Question faq.Question
	Text     string // a full sentence, or the agent's own words; for an unanswered one what to ask
	Short    string // for tables: "yes, 3 attempts without a code"; "to ask"
	Value    any    // one of the value types below; nil where the agent's words fill none
	Source   Source
	Evidence []string // message ids and times behind a derived answer
	Conflict string   // what the data say where the agent says something else, or ""
}

// Known says whether the question is answered.
func (a Answer) Known() bool { return a.Source != Unanswered }

// Step is one step of the checklist as the ticket shows it.
type Step struct {
	ID, Title string
	Result    faq.Result // empty: still to ask
	Detail    string
	Source    string
}

// Steps gives the steps of a walk as a ticket shows them. Steps that find nothing
// out, such as the one that leads to the ticket, are left out.
func Steps(w faq.Walk) []Step {
	var list []Step
	for _, s := range w.States() {
		if s.Step.Kind == faq.KindInfo {
			continue
		}
		list = append(list, Step{ID: s.Step.ID, Title: s.Step.Title, Result: s.Result, Detail: s.Detail, Source: s.Source})
	}
	return list
}

// Person is one number that the ticket is about.
type Person struct {
	Number carrier.Checked
	Keys   []number.MSISDN // the number as the log has it; more than one where the log has it right and wrong
}

// Key is the number under which the log knows the person best.
func (p Person) Key() number.MSISDN {
	if len(p.Keys) == 0 {
		return 0
	}
	return p.Keys[0]
}

// Contact is whom to ask at the firm. Both fields may be empty.
type Contact struct{ Name, Email string }

// String writes a contact as mail does: "A. Doe <a.doe@northfirm.example>".
func (c Contact) String() string {
	switch {
	case c.Email == "":
		return c.Name
	case c.Name == "":
		return c.Email
	}
	return c.Name + " <" + c.Email + ">"
}

// Ticket is the report.
type Ticket struct {
	CreatedAt   time.Time // UTC
	FirmURL     string
	Contact     Contact
	Subject     string // one line, at most 120 characters, with no full number in it
	People      []Person
	Answers     [13]Answer
	Findings    []finding.Finding // those that cover one of the people
	Steps       []Step
	Reply       string          // what to tell the user, or ""
	Report      *finding.Report // nil without a log
	Warnings    []string        // answers kept as text, and the like
	Attachments []string        // names of files that go with it
}

// Answered counts the answered questions.
func (t Ticket) Answered() int {
	n := 0
	for _, a := range t.Answers {
		if a.Known() {
			n++
		}
	}
	return n
}

// Conflicts counts the answers with a conflict.
func (t Ticket) Conflicts() int {
	n := 0
	for _, a := range t.Answers {
		if a.Conflict != "" {
			n++
		}
	}
	return n
}

// Inputs are what a ticket is drawn from. Everything is optional.
type Inputs struct {
	Report      *finding.Report
	Numbers     []carrier.Checked // asked for; none: every number that a finding covers
	Given       map[string]string // the agent's answers by question id, see [ParseAnswers]
	CarrierSaid string            // the carrier that the caller named
	FirmURL     string
	Contact     Contact
	CreatedAt   time.Time // zero: the log's newest time, without a log Now
	Now         time.Time
	Steps       []Step
	Identity    *Identity
	Set         *faq.Set // nil: the built-in one
	Attachments []string
}

// The values of the answers, in the published shape (otpdoctor schema ticket). A nil member is not known.
type (
	// AffectedUsers is the value of affected_users. Carriers are COUNTRY/NAME.
	AffectedUsers struct {
		Users       *int     `json:"users"`
		Carriers    []string `json:"carriers"`
		SameCarrier *bool    `json:"same_carrier"`
	}
	// Country is the value of country, ISO 3166 alpha-2.
	Country struct {
		Countries []string `json:"countries"`
	}
	// MultipleTimes is the value of multiple_times.
	MultipleTimes struct {
		Repeated       *bool `json:"repeated"`
		FailedAttempts *int  `json:"failed_attempts"`
	}
	// NumberChanged is the value of number_changed.
	NumberChanged struct {
		Changed *bool `json:"changed"`
	}
	// ReceivesOthers is the value of receives_other_messages.
	ReceivesOthers struct {
		Receives *bool `json:"receives"`
	}
	// EventuallyReceived is the value of eventually_received.
	EventuallyReceived struct {
		Eventually *bool `json:"eventually"`
	}
	// EverReceived is the value of ever_received.
	EverReceived struct {
		Ever            *bool   `json:"ever"`
		LastDeliveredAt *Moment `json:"last_delivered_at"`
	}
	// PermanentlyDisabled is the value of permanently_disabled.
	PermanentlyDisabled struct {
		Disabled *bool `json:"disabled"`
	}
	// WhenFailed is the value of when_failed. Hours are local, 0 to 23.
	WhenFailed struct {
		First     *Moment `json:"first"`
		Last      *Moment `json:"last"`
		Hours     []int   `json:"hours"`
		PeakHours *bool   `json:"peak_hours"`
	}
	// WholeFirm is the value of whole_firm.
	WholeFirm struct {
		WholeFirm *bool `json:"whole_firm"`
	}
	// MobileNumber is the value of mobile_number, in E.164.
	MobileNumber struct {
		Numbers []string `json:"numbers"`
	}
	// NetworkProvider is the value of network_provider; Source is a carrier.Source.
	NetworkProvider struct {
		Carriers []string `json:"carriers"`
		Source   *string  `json:"source"`
	}
	// NoticedAt is the value of noticed_at.
	NoticedAt struct {
		At *Moment `json:"at"`
	}
)

// Moment is a time in a value: RFC 3339 in UTC, with milliseconds where it has any.
type Moment struct{ time.Time }

// String gives the moment in RFC 3339.
func (m Moment) String() string {
	t := m.UTC()
	if t.Nanosecond() < 1e6 {
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

// MarshalJSON gives the moment as a string.
func (m Moment) MarshalJSON() ([]byte, error) { return []byte(`"` + m.String() + `"`), nil }

func moment(t deliverylog.Time) *Moment {
	if !t.Known() {
		return nil
	}
	return &Moment{t.Std()}
}

func ptr[T any](x T) *T { return &x }
