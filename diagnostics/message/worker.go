package message

import (
	"encoding/binary"
	"hash/maphash"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// worker takes the rows of blocks of a log: it makes them ready for folding,
// folds them when it is their turn, and gives out the messages that are over.
type worker struct {
	folder *folder // of all workers
	res    *resolver
	emit   func(*Message) error

	rows  []brief // of the present block; one that is an entry is the number of a whole row
	whole []row
	lines []int64 // of rows, where they are wanted
	ids   []byte  // of rows
	ends  []int32 // … where each ends

	out     batch
	message Message
	silent  []*silence // by input
	touched uint32
}

// batch is messages that were given out.
type batch struct {
	list  []brief // one that is an entry is the number of a whole row
	whole []given
	lines []int64 // of the briefs, where they are wanted
	ids   []byte  // length and text of those that have them
}

type given struct {
	row
	file int32
}

func (b *batch) give(short *brief, id []byte, line int64) {
	b.list = append(b.list, *short)
	if short.hasID() {
		b.ids = append(binary.AppendUvarint(b.ids, uint64(len(id))), id...)
	}
	if line > 0 {
		b.lines = append(b.lines, line)
	}
}

func (b *batch) giveWhole(r *row, id string, file int32) {
	short := brief{bits: idKept}
	short.setEntry(int32(len(b.whole)))
	b.list = append(b.list, short)
	b.whole = append(b.whole, given{*r, file})
	b.ids = append(binary.AppendUvarint(b.ids, uint64(len(id))), id...)
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
	p := profile(r.Note - 1)
	if p < 0 {
		p = w.res.profile(r)
		r.Note = int32(p) + 1
	}
	to := w.res.recipient(r)
	b, ok := w.folder.brief(r, key, to, p)
	if !ok {
		b = brief{key: key, to: to}
		b.setEntry(int32(len(w.whole)))
		w.whole = append(w.whole, row{key: key, to: to, submitted: r.Submitted, seen: r.Seen, done: r.Done, at: r.At, verified: r.Verified,
			line: r.Line, profile: p, state: r.State, rank: r.Rank, begins: r.Begins})
	}
	w.rows = append(w.rows, b)
	w.ids = append(w.ids, r.ID...)
	w.ends = append(w.ends, int32(len(w.ids)))
	if w.folder.whole {
		w.lines = append(w.lines, r.Line)
	}
}

// Turn folds the rows of the block.
func (w *worker) Turn(line int64) error {
	const ahead = 32
	f := w.folder
	from := int32(0)
	for i := range w.rows {
		if i%ahead == 0 {
			w.touched ^= f.queue.touch(w.rows[i:min(i+ahead, len(w.rows))])
		}
		b, at := &w.rows[i], int64(0)
		id := w.ids[from:w.ends[i]]
		from = w.ends[i]
		var whole *row
		if b.entry() {
			whole = &w.whole[b.index()]
			whole.line += line
		} else if f.whole {
			at = w.lines[i] + line
		}
		f.add(b, whole, id, at, &w.out)
	}
	w.Drop()
	return nil
}

// Drop forgets the rows of the block.
func (w *worker) Drop() {
	w.rows, w.whole, w.lines, w.ids, w.ends = w.rows[:0], w.whole[:0], w.lines[:0], w.ids[:0], w.ends[:0]
}

// Free emits the messages that were given out.
func (w *worker) Free() error {
	o := w.out
	w.out = batch{o.list[:0], o.whole[:0], o.lines[:0], o.ids[:0]}
	ids := string(o.ids)
	for i := range o.list {
		b := &o.list[i]
		id := ""
		if b.hasID() {
			n, size := uvarint(ids)
			id, ids = ids[size:size+n], ids[size+n:]
		}
		var m *Message
		if b.entry() {
			g := &o.whole[b.index()]
			w.res.message(&g.row, id, g.file, &w.message)
			m = &w.message
		} else {
			m = w.res.short(b, id)
			if len(o.lines) > 0 {
				m.Line, o.lines = o.lines[0], o.lines[1:]
			}
		}
		w.silent[m.File].count(m)
		if err := w.emit(m); err != nil {
			return err
		}
	}
	return nil
}

// uvarint is binary.Uvarint for a text.
func uvarint(s string) (n, size int) {
	for shift := 0; ; shift += 7 {
		c := s[size]
		size++
		if n |= int(c&0x7f) << shift; c < 0x80 {
			return n, size
		}
	}
}
