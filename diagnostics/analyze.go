// Package diagnostics works a case. In come the paths of logs, numbers and an
// agent's answers; out go a report ([Analyze]), messages ([Convert]) and a case
// that is saved with each answer ([Case]). It sends everything down the one line
// from row to ticket, and asks and prints nothing.
//
// Next: diagnostics/deliverylog, where the line begins.
package diagnostics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// DefaultValidity is how long a code is good where nobody says otherwise.
const DefaultValidity = 3 * time.Minute

// Limits of --max-carriers. There are about 2,500 mobile networks in the world; with
// its JSON a group takes some 40 KB.
const (
	DefaultMaxCarriers = 10_000
	MostCarriers       = tally.MaxCells - 1
)

// CarriersError says that a log has more groups than [Options] allow.
type CarriersError struct {
	By   string // what was grouped by, or empty
	Most int
}

func (e *CarriersError) Error() string {
	word := map[string]string{"country": "countries", "provider": "providers", "sender": "senders"}[e.By]
	return fmt.Sprintf("more than %d %s in the log (--max-carriers)", e.Most, cmp.Or(word, "carriers"))
}

// Hint says what to do next.
func (e *CarriersError) Hint() string {
	return "is the right column taken for it? --map names another, --max-carriers allows more"
}

// Options say what to read and how. The zero value of each field is its default.
type Options struct {
	Logs     []deliverylog.Log // several are one log
	Identity []deliverylog.Log
	Logins   *ticket.Identity // what reading Identity gave: an analysis reads no login log itself
	Lookup   *carrier.Lookup

	Format    string            // log format by name instead of by content
	Map       map[string]string // field to column, for CSV and JSON lines of no known kind
	Region    string            // country of numbers written without one
	Zone      *time.Location    // zone of times written without one, default UTC
	MaxRecord int64             // longest record in bytes

	MaxUnpacked int64 // most bytes that a packed log may unpack to
	MaxRatio    int64 // how many times its size a packed log may unpack to
	MaxColumns  int   // most cells of a row
	MaxCarriers int   // most groups of an analysis, default [DefaultMaxCarriers]
	MaxMemory   int64 // most bytes for numbers and their attempts in an analysis, default [DefaultMaxMemory]

	Validity     time.Duration
	Grace        time.Duration // 0: from the log
	Since, Until time.Time     // submit times outside are left out
	By           string        // dimension to group by, default "carrier"
	Watch        []number.MSISDN
	Workers      int      // goroutines that read, default one for each processor
	BlockSize    int      // bytes that each reads at a time, default half a MiB
	Sum          bool     // give each input's SHA-256
	Explain      bool     // keep what was nearly found
	FAQ          *faq.Set // the words of findings; nil: the built-in ones

	Save func(*tally.Counter) error // takes the whole count, to keep it; nil: nobody does

	Warn func(text string) // told at once of what an analysis leaves out; nil: it is in the warnings alone

	Log logrus.FieldLogger // nil: none
}

// Progress is how far a reading has come.
type Progress struct {
	Name     string
	Bytes    int64
	Size     int64 // 0: not known
	Messages int64
	Rejected int64
}

// Share is the part read, 0 to 1, and false where the size is not known.
func (p Progress) Share() (float64, bool) {
	if p.Size <= 0 {
		return 0, false
	}
	return min(1, float64(p.Bytes)/float64(p.Size)), true
}

func (o Options) deliverylog() deliverylog.Options {
	return deliverylog.Options{Format: o.Format, Map: o.Map, TZ: o.Zone, MaxRecord: o.MaxRecord,
		MaxUnpacked: o.MaxUnpacked, MaxRatio: o.MaxRatio, MaxColumns: o.MaxColumns, BlockSize: o.BlockSize, Sum: o.Sum}
}

func (o Options) message() message.Options {
	return message.Options{Options: o.deliverylog(), Region: o.Region, Lookup: o.Lookup, Watch: o.Watch, Late: o.validity()}
}

// workers is how many goroutines read.
func (o Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (o Options) validity() time.Duration {
	if o.Validity > 0 {
		return o.Validity
	}
	return DefaultValidity
}

func (o Options) logger() logrus.FieldLogger {
	if o.Log != nil {
		return o.Log
	}
	return discard
}

var discard = func() logrus.FieldLogger {
	l := logrus.New()
	l.SetLevel(logrus.PanicLevel)
	return l
}()

// Analyze reads the logs once and gives what was counted and found. Saved counts
// among them ([Options].Save) are added, as if their logs had been read; but a
// message that is in two of them is counted twice. Where ctx ends it, the error
// is ctx's and the report is nil. The progress function may be nil; it is called
// from the reading goroutine, about ten times a second.
func Analyze(ctx context.Context, o Options, progress func(Progress)) (report *finding.Report, err error) {
	if len(o.Logs) == 0 {
		return nil, errors.New("no log to read")
	}
	log, started := o.logger(), time.Now()
	defer tightMemory()()
	counters := []*tally.Counter{tally.NewCounter(tally.Options{
		Validity: o.validity(),
		Grace:    o.Grace,
		By:       o.By,
		Watch:    o.Watch,
		Since:    deliverylog.FromTime(o.Since),
		Until:    deliverylog.FromTime(o.Until),

		MaxMemory: cmp.Or(o.MaxMemory, DefaultMaxMemory()),
		Flooded:   func() { o.warn(floodWarning) },
	})}
	for len(counters) < o.workers() {
		counters = append(counters, counters[0].Fork())
	}
	held := counters[0]
	defer func() {
		if held != nil {
			held.Release()
		}
	}()
	saved, logs, err := addSaved(ctx, o, counters[0])
	if err != nil {
		return nil, err
	}
	o.Sum = o.Sum || o.Save != nil || len(saved) > 0 // by it a log is known that is counted twice
	most := cmp.Or(o.MaxCarriers, DefaultMaxCarriers)
	var sinks []message.Sink
	for _, c := range counters {
		sink := message.Sink{Message: func(m *message.Message) error {
			if c.Add(m); c.Cells() > most {
				return &CarriersError{By: o.By, Most: most}
			}
			return nil
		}}
		if c.TakesPlain() {
			sink.Plain = func(list []message.Plain) error {
				c.AddPlain(list)
				return nil
			}
		}
		sinks = append(sinks, sink)
	}
	result, err := message.Share(ctx, logs, o.message(), messageProgress(progress), sinks...)
	if err != nil {
		return nil, err
	}
	var settling sync.WaitGroup
	for _, c := range counters {
		settling.Go(c.Settle)
	}
	settling.Wait()
	counter := counters[0]
	for _, c := range counters[1:] {
		if err := counter.Merge(c); err != nil {
			return nil, err
		}
	}
	counter.See(result.Newest)
	for _, in := range result.Inputs {
		counter.Note(in)
	}
	inputs := allInputs(len(o.Logs), saved, result.Inputs)
	if o.Logins != nil {
		for n, at := range o.Logins.Typed() {
			counter.Typed(n, at)
		}
	}
	last := &inputs[len(inputs)-1]
	if o.Save != nil {
		switch err := o.Save(counter); {
		case errors.Is(err, tally.ErrFlooded):
			last.Warnings = append(last.Warnings, "the count is not kept: "+err.Error())
		case err != nil:
			return nil, err
		}
	}
	table := counter.Close(result.Newest)
	if err := counter.Err(); err != nil {
		return nil, err
	}
	if table.Flooded {
		last.Warnings = append(last.Warnings, floodWarning)
	}
	counters, sinks, held = nil, nil, nil // rules need memory as well
	report = &finding.Report{Inputs: inputs, Table: table, Partial: partial(inputs, saved)}
	for _, in := range inputs {
		log.WithFields(logrus.Fields{"format": in.Format, "rows": in.Rows, "messages": in.Messages,
			"rejected": in.Rejected, "skipped": in.Skipped}).Info("log read")
	}
	report.Findings, report.NearMisses = finding.Find(report.Table, finding.Options{Numbers: o.Watch, Explain: o.Explain, FAQ: o.FAQ})
	log.WithFields(logrus.Fields{"findings": len(report.Findings), "groups": len(report.Table.Groups),
		"took": time.Since(started).Round(time.Millisecond).String()}).Info("analysed")
	return report, nil
}

// floodWarning is said as soon as it holds, and of the last input.
const floodWarning = "more numbers than memory for them (--max-memory): users, attempts and findings are left out, messages are counted to the last one"

func (o Options) warn(text string) {
	if o.Warn != nil {
		o.Warn(text)
	}
}

func messageProgress(f func(Progress)) func(message.Progress) {
	if f == nil {
		return nil
	}
	return func(p message.Progress) { f(Progress(p)) }
}

// Convert reads the logs and gives every message in normal form, judged at the
// log's end, one after the other.
func Convert(ctx context.Context, o Options, progress func(Progress), emit func(*message.Message) error) ([]deliverylog.Summary, error) {
	since, until := deliverylog.FromTime(o.Since), deliverylog.FromTime(o.Until)
	logs := make([]deliverylog.Log, len(o.Logs))
	for i, log := range o.Logs {
		logs[i] = refuseSaved(log, "is a saved count, which holds no single messages", "name the log itself")
	}
	result, err := message.Each(ctx, logs, o.message(), o.Grace, messageProgress(progress), func(m *message.Message) error {
		if m.Submitted.Known() && (since.Known() && m.Submitted < since || until.Known() && m.Submitted >= until) {
			return nil
		}
		return emit(m)
	})
	return result.Inputs, err
}
