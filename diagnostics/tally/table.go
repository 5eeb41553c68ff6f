// Package tally counts messages: per carrier, per user, per attempt, per hour.
// It grows with users and time, not with rows, and judges nothing.
package tally

import (
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// AttemptGap is the longest pause between two messages of one attempt.
const AttemptGap = 10 * time.Minute

// SlotLength is the grain of [Slot].
const SlotLength = 5 * time.Minute

// Outcome is how an attempt ended.
type Outcome uint8

// The outcomes of an attempt. NotJudged: none delivered and one still in flight.
const (
	NotJudged Outcome = iota
	OK                // one message delivered within the validity of its own submission
	Late              // delivered, none in time
	Failed            // none delivered
)

var outcomeWords = [...]string{"unknown", "ok", "late", "failed"}

// String gives the contract's word.
func (o Outcome) String() string { return outcomeWords[o] }

// Options are what the counting depends on.
type Options struct {
	Validity time.Duration   // how long a code is good, 3 min by default
	Grace    time.Duration   // 0: from the log, see message.Grace
	By       string          // "carrier" (default), "country", "provider", "sender"
	Watch    []number.MSISDN // numbers whose every message is kept
	Since    deliverylog.Time
	Until    deliverylog.Time // messages submitted outside [Since, Until) are left out; NoTime: no bound
}

// Table is a finished count.
type Table struct {
	Validity time.Duration
	Clock    message.Clock
	By       string
	From, To deliverylog.Time // oldest and newest submit time; NoTime in a log without times
	Totals   Group            // Country and Carrier empty; users counted once
	Groups   []*Group         // most messages first, then by country and name

	Bad []Attempt // every late or failed attempt, by First

	users   []User // by number
	watched map[number.MSISDN]*Watched
}

// Counts are messages by status.
type Counts struct {
	Messages, Delivered, Failed, Unconfirmed, InFlight int64
	LateMessages                                       int64 // delivered after the validity
}

// Judged is the denominator of the delivery rate.
func (c Counts) Judged() int64 { return c.Delivered + c.Failed + c.Unconfirmed }

// Group is one carrier of one country, or one value of another dimension.
type Group struct {
	Country       string
	Carrier       string // the value of the dimension, for other dimensions than carrier
	CarrierSource carrier.Source
	Counts
	Users          int64
	AffectedUsers  int64 // numbers with at least one late or failed attempt
	Attempts       int64 // judged or not
	AttemptsJudged int64
	AttemptsLate   int64
	AttemptsFailed int64 // failed alone; the contract's attempts_failed is late + failed
	Latency        Histogram
	Hours          [24]Hour // messages by local hour of submission
	Errors         []Error  // most first, of failed messages
	Slots          []Slot   // attempts by 5 minutes UTC of their first message, oldest first, empty ones left out
	Days           []Day    // attempts by local day and hour, oldest first
}

// Hour is one local hour of the day over the whole log, in messages.
type Hour struct{ Messages, Failed, Late int64 }

// Error is one code of failed messages.
type Error struct {
	Code   string
	Reason reason.Reason
	Count  int64
}

// Slot counts judged attempts that began in SlotLength from Start.
type Slot struct {
	Start                deliverylog.Time
	Judged, Late, Failed uint32
}

// Day is one local calendar day.
type Day struct {
	Date  string // 2026-03-03
	Hours [24]Cell
}

// Cell counts judged attempts.
type Cell struct{ Judged, Late, Failed uint32 }

// Attempt is one person's try to log in: messages to one number with no gap
// over [AttemptGap]. It belongs to its first message's carrier.
type Attempt struct {
	Number      number.MSISDN
	Group       int32            // index in Table.Groups
	First, Last deliverylog.Time // submit times of the first and last message
	DeliveredAt deliverylog.Time // delivery time of the first delivered message, NoTime if none
	Messages    uint16
	Delivered   uint16 // messages of it that were delivered, however late
	FailedMsgs  uint16 // messages with a final no; the rest has no receipt
	Hours       uint32 // bit h: a message was submitted at local hour h
	Outcome     Outcome
	Reason      reason.Reason // of its failed messages the commonest known one, else Unknown
	Code        string        // that message's code
	MessageID   string        // of its first message not delivered, for the provider; "" where not kept
}

// User is one number's record over the whole log.
type User struct {
	Number                number.MSISDN
	Group                 int32 // group of most of its attempts
	Messages              int32
	Attempts              int32 // judged
	Late, Failed          int32 // attempts
	BadDays               int32 // different local days with a late or failed attempt
	Multi, MultiDelivered int32 // attempts with two messages or more, and those of them with one delivered
	LastDelivered         deliverylog.Time
	LastOK                deliverylog.Time // First of the last ok attempt
	FirstBad, LastBad     deliverylog.Time // submit time of the first and last message of bad attempts
	RunStart              deliverylog.Time // first message of the present run of bad attempts, after the last ok one
	RunBad                int32            // bad attempts in that run
	BadHours              uint32           // bit h: a message of a bad attempt was submitted at local hour h
	Verified              bool             // a code was typed in correctly
	Reasons               [reason.Count]uint16
}

// Watched is all that is known of a number asked for.
type Watched struct {
	Messages []message.Message // by submit time, statuses judged
	Attempts []Attempt         // by First
}
