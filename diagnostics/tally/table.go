// Package tally counts messages. In come messages in any order ([Counter]); out goes
// a [Table] of carriers, users, attempts and hours. It grows with users and time,
// not with messages, and judges nothing.
//
// Next: diagnostics/finding.
package tally

import (
	"sync"
	"sync/atomic"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// AttemptGap is the longest pause between two messages of one attempt: exactly
// ten minutes apart are still one.
const AttemptGap = 10 * time.Minute

// SlotLength is the grain of [Slot].
const SlotLength = 5 * time.Minute

// Outcome is how an attempt ended.
type Outcome uint8

// The outcomes of an attempt. NotJudged: none delivered and one still in flight.
const (
	NotJudged Outcome = iota
	OK                // one message delivered within the validity of its own submission, or with a latency that is not known or below zero
	Late              // delivered, none in time
	Failed            // none delivered
)

var outcomeWords = [...]string{"unknown", "ok", "late", "failed"}

// String gives the word that reports have.
func (o Outcome) String() string { return outcomeWords[o] }

// DefaultValidity is how long a code is good where [Options] do not say.
const DefaultValidity = 3 * time.Minute

// Options are what the counting depends on.
type Options struct {
	Validity time.Duration   // how long a code is good; 0: DefaultValidity
	Grace    time.Duration   // 0: from the log, see message.Grace
	By       string          // "carrier" (default), "country", "provider", "sender"
	Watch    []number.MSISDN // numbers whose every message is kept
	Since    deliverylog.Time
	Until    deliverylog.Time // messages submitted outside [Since, Until) are left out; NoTime or 0: no bound

	// MaxMemory bounds the bytes kept of numbers and their attempts, 0: no bound.
	// A log that has more is still counted in messages, to the last one; users and
	// attempts are then left out. Flooded is called once when that begins, by the
	// goroutine that counts; nil: nobody is told.
	MaxMemory int64
	Flooded   func()
}

// Table is a finished count.
type Table struct {
	Validity time.Duration
	Clock    message.Clock
	By       string
	Flooded  bool             // there were more numbers than memory for them: users and attempts are 0, see [Options]
	From, To deliverylog.Time // oldest and newest submit time; NoTime in a log without times
	Totals   Group            // Country and Carrier empty; users counted once
	Groups   []*Group         // most messages first, then by country and name

	Bad     []Attempt // every late or failed attempt, by First; see [Table.Code] and [Table.MessageID]
	BadUser []int32   // whose attempt each of Bad is: affected users by their first one there, from 0

	watched map[number.MSISDN]*Watched
	index   map[groupKey]int
	people  *people
	reg     *registry
	cells   []cell
	groupOf []int32  // by cell; -1: no message
	rank    []uint16 // by cell: its place in sort order
	errors  []errorKey

	kept store        // records of people with bad attempts whose messages wait: [Table.keepAll]
	size atomic.Int64 // bytes of these and of Bad
	over atomic.Bool  // they are too many

	badBlocks atomic.Int64   // taken of Bad while it is made
	affected  []affectedList // by closer
	seats     []int32        // by affected user: their place among those, times the number of closers, and the closer
	ids       idPages

	mu      sync.Mutex // over what follows
	scratch *assembler
	looked  map[number.MSISDN]*record // nil: not in the log
	sought  int                       // numbers that had no record when they were looked up
	keptAll bool                      // all with a bad attempt have a record
}

// Counts are messages by status.
type Counts struct {
	Messages, Delivered, Failed, Unconfirmed, InFlight int64
	LateMessages                                       int64 // delivered later than the validity
}

// Judged is the denominator of the delivery rate.
func (c Counts) Judged() int64 { return c.Delivered + c.Failed + c.Unconfirmed }

// Group is one carrier of one country, or one value of another dimension.
//
// Carriers are grouped without case, spaces and punctuation and shown in the
// commonest spelling, of equally common ones the first in sort order. By
// country, Carrier repeats Country; by provider and sender, Country is empty.
// Where the log does not say, Carrier is "unknown".
type Group struct {
	Country       string
	Carrier       string         // the value of the dimension, for other dimensions than carrier
	CarrierSource carrier.Source // of most of its messages, of equally many the surer one
	Counts
	Users          int64 // different numbers with a message here
	AffectedUsers  int64 // numbers with at least one late or failed attempt
	Attempts       int64 // judged or not
	AttemptsJudged int64
	AttemptsLate   int64
	AttemptsFailed int64 // failed alone; attempts_failed of the JSON is late + failed
	ReachedUsers   int64 // numbers here that had a delivered message, at whatever carrier
	TypedUsers     int64 // those of them that typed a code in, where the log knows
	AttemptSquares int64 // each user's judged attempts here, squared and added up: how far few users make the count
	Latency        Histogram
	Hours          [24]Hour    // messages by local hour of submission
	Errors         []Error     // of failed messages, most first, then by code; those without a code too
	Slots          []Slot      // attempts by 5 minutes UTC of their first message, oldest first, empty ones left out
	Volume         []Volume    // messages by hour UTC, oldest first, empty ones left out
	Days           []Day       // attempts by local day and hour of their first message, oldest first
	ErrorSlots     []ErrorSlot // failed messages by slot and code, oldest first
}

// Hour is one local hour of the day over the whole log, in messages.
type Hour struct{ Messages, Failed, Late int64 }

// Error is one code of failed messages.
type Error struct {
	Code   string
	Reason reason.Reason
	Count  int64
}

// Slot counts the judged attempts that began in SlotLength from Start.
type Slot struct {
	Start                deliverylog.Time
	Judged, Late, Failed uint32
}

// Volume counts the messages submitted in the hour, UTC, from Start. Those
// neither delivered nor failed have no final receipt.
type Volume struct {
	Start                       deliverylog.Time
	Messages, Delivered, Failed uint32
}

// DelaySlot counts the judged attempts that began in SlotLength from Start, the ok
// ones by [DelayBounds] of their fastest message.
type DelaySlot struct {
	Start        deliverylog.Time
	OK           [DelayClasses]uint32
	Late, Failed uint32
}

// DelayClasses is how many classes there are for the latency of ok attempts.
const DelayClasses = 5

// DelayBounds are the upper bounds of the first three classes, not within them;
// the fourth ends with the validity, the fifth is for latencies not known or below zero.
var DelayBounds = [...]time.Duration{5 * time.Second, 15 * time.Second, time.Minute}

// ErrorSlot counts failed messages with one code that were submitted in SlotLength from Start.
type ErrorSlot struct {
	Start deliverylog.Time
	Error int32 // index in the group's Errors
	Count uint32
}

// Day is one local calendar day.
type Day struct {
	Date  string // 2026-03-03
	Hours [24]Cell
}

// Cell counts judged attempts.
type Cell struct{ Judged, Late, Failed uint32 }

// Attempt is one person's try to log in: messages to one number with no gap
// over [AttemptGap]. It belongs to its first message's carrier; of two submitted
// in the same millisecond, to the carrier that sorts first. A message without a
// recipient or without a submit time forms no attempt: nobody can say to which it
// belongs.
type Attempt struct {
	Number      number.MSISDN
	First, Last deliverylog.Time // submit times of the first and last message
	DeliveredAt deliverylog.Time // earliest delivery time of its messages, NoTime if none is known
	Group       int32            // index in Table.Groups
	Hours       uint32           // bit h: a message was submitted at local hour h
	Messages    uint16
	Delivered   uint16 // messages of it that were delivered, however late
	FailedMsgs  uint16 // messages with a final no; the rest has no receipt
	ReasonMsgs  uint16 // failed messages with Reason; 0 for Unknown
	id          idPlace
	user        int32  // while [Table].Bad is put together
	err         uint16 // of the table's errors
	Outcome     Outcome
	Reason      reason.Reason // of its failed messages the commonest known one, else Unknown; of equally many the first in the list of reasons
}

// Code gives the commonest code of an attempt's failed messages with its Reason, of
// equally many the first in sort order; "" where there is none.
func (t *Table) Code(a *Attempt) string { return t.errors[a.err].code }

// MessageID gives the id that a provider is asked about: of an attempt's first
// message not delivered; of a late attempt, of its first late one; "" where not kept.
func (t *Table) MessageID(a *Attempt) string { return t.ids.at(a.id) }

// HasMessageID says whether the id was kept.
func (a *Attempt) HasMessageID() bool { return a.id != 0 }

// User is one number's record over the whole log.
type User struct {
	Number                number.MSISDN
	Group                 int32 // group of most of its attempts, of equally many the first in Table.Groups
	Messages              int32
	Delivered             int32                // messages
	Attempts              int32                // judged
	Late, Failed          int32                // attempts
	BadDays               int32                // different local days with a late or failed attempt
	Multi, MultiDelivered int32                // attempts with two messages or more, and those of them with one delivered
	LastDelivered         deliverylog.Time     // of the newest delivered message the delivery time, its submit time where the log has none
	LastOK                deliverylog.Time     // First of the last ok attempt
	FirstBad, LastBad     deliverylog.Time     // submit time of the first and last message of bad attempts
	RunStart              deliverylog.Time     // first message of the present run of bad attempts, after the last ok one
	RunBad                int32                // bad attempts in that run
	BadHours              uint32               // bit h: a message of a bad attempt was submitted at local hour h
	Verified              bool                 // a code was typed in correctly
	Reasons               [reason.Count]uint16 // bad attempts by their Reason
}

// Affected is what is known at once of a number with late or failed attempts; more is
// in its record, which may have to be read, see [Table.User].
type Affected struct {
	LastOK    deliverylog.Time // as in User
	Group     int32            // as in User
	Attempts  int32            // judged
	Delivered bool             // it has a delivered message
	Several   bool             // it has messages of several groups
}

// Affected gives what is known at once of an affected user, by its number in BadUser.
func (t *Table) Affected(user int32) *Affected {
	seat := int(t.seats[user])
	return t.affected[seat%len(t.affected)].at(seat / len(t.affected))
}

// Watched is all that is known of a number asked for.
type Watched struct {
	Messages []message.Message // by submit time, statuses judged
	Attempts []Attempt         // by First
}
