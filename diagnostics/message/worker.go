package message

import (
	"hash/maphash"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// worker takes the rows of blocks of a log: it makes them ready for folding,
// folds them when it is their turn, and gives out the messages that are over.
type worker struct {
	folder *folder // of all workers
	res    *resolver
	emit   func(*Message) error

	rows []row
	ids  []byte // of rows

	out     batch
	message Message
	silent  []*silence // by input
	touched uint32
}

// batch is messages that were given out.
type batch struct {
	list []given
	ids  []byte
}

type given struct {
	row
	file int32
}

func (b *batch) give(r *row, id string, file int32) {
	b.ids = append(b.ids, id...)
	b.list = append(b.list, given{*r, file})
	b.list[len(b.list)-1].id = int32(len(b.ids))
}

// seed is the same in all workers: a message's key must be.
var seed = maphash.MakeSeed()

func (w *worker) begin(file int, f *deliverylog.Format) {
	w.res.begin(file, f)
	for len(w.silent) <= file {
		w.silent = append(w.silent, new(silence))
	}
}

// Row takes a row of the present block.
func (w *worker) Row(r *deliverylog.Record) {
	var key uint64
	if len(r.ID) > 0 {
		key = maphash.Bytes(seed, r.ID)
		if len(r.Scope) > 0 {
			key ^= maphash.Bytes(seed, r.Scope) * 0x9e3779b97f4a7c15
		}
		key |= 1 // 0 is for rows without one
	}
	w.ids = append(w.ids, r.ID...)
	w.rows = append(w.rows, row{key: key, to: w.res.recipient(r),
		submitted: r.Submitted, seen: r.Seen, done: r.Done, at: r.At, verified: r.Verified,
		line: r.Line, profile: w.res.profile(r), id: int32(len(w.ids)), state: r.State, rank: r.Rank, begins: r.Begins})
}

// Turn folds the rows of the block.
func (w *worker) Turn(line int64) error {
	const ahead = 32
	from := int32(0)
	for i := range w.rows {
		if i%ahead == 0 {
			w.touched ^= w.folder.queue.touch(w.rows[i:min(i+ahead, len(w.rows))])
		}
		r := &w.rows[i]
		r.line += line
		id := w.ids[from:r.id]
		from = r.id
		w.folder.add(r, id, &w.out)
	}
	w.Drop()
	return nil
}

// Drop forgets the rows of the block.
func (w *worker) Drop() { w.rows, w.ids = w.rows[:0], w.ids[:0] }

// Free emits the messages that were given out.
func (w *worker) Free() error {
	ids, from := string(w.out.ids), int32(0)
	list := w.out.list
	w.out.list, w.out.ids = list[:0], w.out.ids[:0]
	for i := range list {
		g := &list[i]
		w.res.message(&g.row, ids[from:g.id], g.file, &w.message)
		from = g.id
		w.silent[g.file].count(&w.message)
		if err := w.emit(&w.message); err != nil {
			return err
		}
	}
	return nil
}
