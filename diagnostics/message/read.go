package message

import (
	"cmp"
	"context"
	"sync"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// Options say how logs are read and resolved.
type Options struct {
	deliverylog.Options
	Region string          // ISO 3166 alpha-2, for numbers without a country; empty: none
	Lookup *carrier.Lookup // results of number lookups, or nil
	Watch  []number.MSISDN // recipients of whose messages [Share] gives everything
	Late   time.Duration   // [Share] gives the ID of messages that took longer; 0: of none for that
}

// Progress is how far reading has come, over one input.
type Progress struct {
	Name        string
	Bytes, Size int64 // of the input as it lies on disk; Size is 0 where not known
	Messages    int64 // over all inputs so far
	Rejected    int64 // rows of this input
}

// Result is what reading the logs came to.
type Result struct {
	Inputs   []deliverylog.Summary
	Newest   deliverylog.Time // newest time in any record, for [Clock]
	Messages int64
}

// Read reads logs as one log, folds their rows to messages and gives each
// message to emit exactly once, in the order in which the messages begin. The
// Message is used again after emit returns; its strings may be kept.
//
// Messages without a final receipt have the Status Open: only when Read has
// returned is the newest time known by which a [Clock] judges them.
//
// Rows of one message are folded whatever lies between them as long as the
// message is open, else when no more than [Window] rows do. Over several logs,
// repeats of a message that has been given out are left out.
//
// An input that cannot be read ends the run with its error (see
// [deliverylog.Open]); Result then has what was read before.
func Read(ctx context.Context, logs []deliverylog.Log, o Options, progress func(Progress), emit func(*Message) error) (Result, error) {
	return read(ctx, logs, o, progress, emit, Window)
}

func read(ctx context.Context, logs []deliverylog.Log, o Options, progress func(Progress), emit func(*Message) error, window int) (Result, error) {
	return newReading(len(logs), o, int64(window), true, Sink{Message: emit}).read(ctx, logs, o, progress)
}

// Share reads logs as Read does, with a goroutine for each sink: each gets a
// part of the messages, in no order that can be relied on. Messages have a Line
// of 0 unless they had several rows, and an ID only if they had, were not
// delivered or took longer than o.Late; those to the numbers of o.Watch have both.
func Share(ctx context.Context, logs []deliverylog.Log, o Options, progress func(Progress), sinks ...Sink) (Result, error) {
	return newReading(len(logs), o, Window, false, sinks...).read(ctx, logs, o, progress)
}

// reading is one run over some logs.
type reading struct {
	folder  *folder
	workers []*worker
}

func newReading(logs int, o Options, window int64, whole bool, sinks ...Sink) *reading {
	b := newBook()
	f := newFolder(window, logs > 1, whole, b)
	f.watch, f.late = o.Watch, deliverylog.Time(o.Late.Milliseconds())
	r := &reading{folder: f}
	for _, s := range sinks {
		r.workers = append(r.workers, &worker{folder: f, res: newResolver(o, b), sink: s})
	}
	return r
}

func (r *reading) read(ctx context.Context, logs []deliverylog.Log, o Options, progress func(Progress)) (Result, error) {
	res := Result{Newest: deliverylog.NoTime}
	for i, log := range logs {
		sum, err := r.readLog(ctx, log, o, i, progress)
		res.Inputs = append(res.Inputs, sum)
		res.Newest = max(res.Newest, sum.Newest)
		if err != nil {
			res.Messages = r.folder.created
			return res, err
		}
	}
	err := r.flush(ctx)
	res.Messages = r.folder.created
	for i := range res.Inputs {
		var all silence
		for _, w := range r.workers {
			all.add(w.silent[i])
		}
		res.Inputs[i].Messages = r.folder.perFile[i]
		res.Inputs[i].Warnings = append(res.Inputs[i].Warnings, all.warnings()...)
	}
	return res, err
}

func (r *reading) readLog(ctx context.Context, log deliverylog.Log, o Options, file int, progress func(Progress)) (deliverylog.Summary, error) {
	in, err := deliverylog.Open(ctx, log, o.Options)
	if err != nil {
		return deliverylog.Summary{Name: log.Name, Newest: deliverylog.NoTime}, err
	}
	defer in.Close()
	format := in.Format()
	r.folder.begin(file, &format)
	var workers []deliverylog.Worker
	for _, w := range r.workers {
		w.begin(file, &format)
		workers = append(workers, w)
	}
	var report func(deliverylog.Progress)
	if progress != nil {
		report = func(p deliverylog.Progress) {
			progress(Progress{Name: p.Name, Bytes: p.Bytes, Size: p.Size, Messages: r.folder.created, Rejected: p.Rejected})
		}
	}
	err = in.Share(workers, report)
	return in.Summary(), err
}

// flush gives out what is left, with all workers.
func (r *reading) flush(ctx context.Context) error {
	var turn sync.Mutex
	r.folder.spares.drop()
	drain := func(w *worker) error {
		for ctx.Err() == nil {
			turn.Lock()
			s := r.folder.flush()
			turn.Unlock()
			if s == nil {
				return nil
			}
			if err := w.give(s); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	if len(r.workers) == 1 {
		return drain(r.workers[0])
	}
	errs := make([]error, len(r.workers))
	var all sync.WaitGroup
	for i, w := range r.workers {
		all.Go(func() { errs[i] = drain(w) })
	}
	all.Wait()
	return cmp.Or(errs...) // all are of the same kind
}
