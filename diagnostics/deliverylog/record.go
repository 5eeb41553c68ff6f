// Package deliverylog turns the bytes of any provider's log into rows. In comes a
// file, packed or not ([Open], [ReadIdentity]); out go a [Record] a row in the
// provider's own words, and why a row is none. It knows the formats, and what each
// provider's status words mean; it does not fold, count or judge.
//
// Next: diagnostics/message.
package deliverylog

import (
	"fmt"
	"math"
	"time"
)

// Time is a moment in milliseconds since 1970-01-01 UTC, or [NoTime].
type Time int64

// NoTime says that the log has no such time.
const NoTime Time = math.MinInt64

// FromTime cuts to milliseconds; the zero time is NoTime.
func FromTime(t time.Time) Time {
	if t.IsZero() {
		return NoTime
	}
	return Time(t.UnixMilli())
}

// Known says whether there is a time.
func (t Time) Known() bool { return t != NoTime }

// Std is the moment as a time.Time in UTC, zero for NoTime.
func (t Time) Std() time.Time {
	if t == NoTime {
		return time.Time{}
	}
	return time.UnixMilli(int64(t)).UTC()
}

// State is what the provider's own words say of a message, before its age counts.
type State uint8

// The states of a row.
const (
	Passing    State = iota // not final, or a word that the provider's list lacks
	Waiting                 // passing, and not yet handed on: queued, accepted, scheduled
	Delivered               // a receipt says so
	Failed                  // a final status says not
	NoReceipt               // the provider's own final word that no receipt came
	Unanswered              // AWS UNKNOWN: NoReceipt where it comes 72 hours or more after the submission, else Failed
)

// AnswerLimit is when AWS gives up waiting for a receipt, see [Unanswered].
// https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
const AnswerLimit = 72 * time.Hour

// Record is one row of a log in shared field names and the provider's own words.
// The reader reuses it and the bytes behind it: copy what you keep.
//
// An empty field means that the row does not say. There is no field for the
// text of the message: the code inside is never kept.
type Record struct {
	*Words
	ID, To []byte // message id and recipient as written
	Digits uint64 // To as a number where the reader knows that it is digits alone, perhaps behind a plus; else 0
	Scope  []byte // what ID is unique within, such as an SMSC; mostly empty

	Submitted Time // the sending side's own time of this message
	Seen      Time // a time at which the message was there; the earliest stands in where no row has Submitted
	Done      Time // delivery time, for Delivered rows only
	At        Time // when the state of this row was reached, or the row written
	Verified  Time // when the code was typed in

	State  State
	Rank   uint8 // the state's place in the provider's order; the higher one wins whatever the time
	Begins bool  // this row submits a message: an earlier one with the same key and another Submitted is another message
	Line   int64 // 1-based line of the input on which the row begins
}

// Words are what many rows of a log have in common. They belong to the reader.
type Words struct {
	From         []byte // sender as written
	Network      []byte // carrier name as written
	MCCMNC       []byte // network code of the recipient as written, MCC first
	Country      []byte // recipient's country, ISO 3166 alpha-2
	Provider     []byte // where the row itself names the SMS provider
	Status, Code []byte

	// Set only where otpdoctor itself wrote the row (convert): its words stay as they are.
	Format, Reason, Source []byte

	// Note is for whoever takes the rows: 0 at first; what is put there comes
	// again with rows of the same words, as far as the reader knows them for the same.
	Note int32
}

// Newest is the newest time in the record, NoTime where it has none.
func (r *Record) Newest() Time {
	return max(r.Submitted, r.Seen, r.Done, r.At, r.Verified)
}

// clear makes r an empty record that has its words in w.
func (r *Record) clear(w *Words) {
	*w = Words{}
	*r = Record{Words: w, Submitted: NoTime, Seen: NoTime, Done: NoTime, At: NoTime, Verified: NoTime}
}

// RowError says why one row was left out. It spoils the row, never the run.
type RowError struct {
	File   string
	Line   int64
	Reason string
}

func (e RowError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason) }

// Summary is what reading one input came to.
type Summary struct {
	Name       string // as given, last path element only
	Format     string // format name, such as "twilio-csv"
	Rows       int64  // data rows seen, broken ones included
	Messages   int64  // after folding
	Skipped    int64  // rows that are no text to a user: inbound, other channels, foreign lines
	Rejected   int64  // broken rows
	Rejections []RowError
	Warnings   []string // what this log cannot say
	SHA256     string   // of the bytes read, hex; empty where Options do not ask for it or a stream was not read to its end
	Size       int64    // bytes read
	Truncated  string   // why the input ended before its end, or empty
	Newest     Time     // newest time in any of its records
}

// MaxRejections is how many rejections a Summary keeps; Rejected counts them all.
const MaxRejections = 20
