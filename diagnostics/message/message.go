// Package message turns rows into messages. In come the rows of one log in any
// order ([Share], [Each]); out goes one [Message] for a message id and recipient,
// with country, carrier, reason and time, in one form for all providers. What a
// number, a code and a network are it asks the three books; it does not count.
//
// Next: diagnostics/number, the first book.
package message

import (
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// Status is where a message stands.
type Status uint8

// The statuses. Open is for messages without a final receipt as long as the
// log's newest time is not known; [Judge] turns it into Unconfirmed or InFlight.
const (
	Open Status = iota
	Delivered
	Failed
	Unconfirmed
	InFlight
)

var statusWords = [...]string{"open", "delivered", "failed", "unconfirmed", "in_flight"}

// String gives the word that reports have.
func (s Status) String() string { return statusWords[s] }

// Message is one SMS in normal form: one (message id, recipient) after folding.
// There is no field for its text: the code inside is never kept.
type Message struct {
	ID            string
	To            number.MSISDN
	Country       string // ISO 3166 alpha-2: the log's column where set, else the number's
	Carrier       string // never empty: "unknown" where nobody says
	CarrierSource carrier.Source
	Sender        string // sender ID as written
	Provider      string // "twilio", "aws" … or what the log's provider column says
	Format        string // format name of the log it came from
	Status        Status
	Waiting       bool // Open, and the provider has not handed it on yet
	Reason        reason.Reason
	Code          string // the provider's error code or status as it stands in the log, "" where none
	Submitted     deliverylog.Time
	Done          deliverylog.Time // delivery time; NoTime unless Delivered and told
	Verified      deliverylog.Time // when the code was typed in
	Profile       int32            // a hint: messages of a reading that share it have country and carrier in common; 0: nothing is known of that
	File          int              // index of the input
	Line          int64            // line of the winning row there
}

// Plain is a message that was delivered and of which nothing else is to be told: it has
// a number and a submit time, no ID and no line. It has country, carrier and source of
// a delivered Message with the same Profile that was given before.
type Plain struct {
	To              number.MSISDN
	Submitted, Done deliverylog.Time // Done may be NoTime
	Profile         int32
}

// Sink takes the messages that one goroutine of [Share] gives.
type Sink struct {
	Message func(*Message) error
	// Plain takes many messages at once, in a list that is used again; none is to a
	// number of [Options].Watch. Where it is nil, all go to Message.
	Plain func([]Plain) error
}

// Latency is submitted to delivered; ok is false where either is not known.
// It may be negative: clocks differ.
func (m *Message) Latency() (d time.Duration, ok bool) {
	if m.Status != Delivered || !m.Submitted.Known() || !m.Done.Known() {
		return 0, false
	}
	return time.Duration(m.Done-m.Submitted) * time.Millisecond, true
}

// Clock is what the whole log says about time; it decides the age of open messages.
type Clock struct {
	Newest deliverylog.Time // newest time in any record, NoTime in a log without times
	Grace  time.Duration
}

// Limits of the grace (see [Grace]).
const (
	MinGrace = 10 * time.Minute
	MaxGrace = time.Hour
)

// Grace is the time in which a receipt may still come: the longer of ten minutes
// and the log's own 99.5th percentile of latency, at most one hour.
func Grace(p995 time.Duration) time.Duration { return min(max(p995, MinGrace), MaxGrace) }

// Judge gives the status of a message once the log's end is known. Only Open changes.
func (c Clock) Judge(s Status, waiting bool, submitted deliverylog.Time) Status {
	switch {
	case s != Open:
		return s
	case !c.Newest.Known():
		return Unconfirmed
	case !submitted.Known():
		if waiting {
			return InFlight
		}
		return Unconfirmed
	case int64(c.Newest-submitted) < c.Grace.Milliseconds(): // a Duration holds no more than 292 years
		return InFlight
	}
	return Unconfirmed
}
