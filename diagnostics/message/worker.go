package message

import (
	"hash/maphash"
	"sync"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// worker takes the rows of blocks of a log: it makes them ready for folding,
// folds them when it is their turn, and gives out the messages that are over.
type worker struct {
	folder *folder // of all workers
	res    *resolver
	sink   Sink

	short bool   // nothing is to be kept of a plain row but its brief
	late  uint64 // up to this latency, ms

	block // the present one

	out     []*stretch // given out
	plain   []Plain    // of a stretch
	message Message
	silent  []*silence // by input
}

// block is the rows of a block of a log.
type block struct {
	rows  []*stretch // a brief that is an entry is the number of a whole row
	whole []row
	ids   []byte  // of all rows
	ends  []int32 // … where each ends
}

// spares is memory that workers have done with, for any of them: a worker folds
// blocks of others too.
type spares struct {
	mu        sync.Mutex
	stretches []*stretch
	blocks    []*block
}

func (s *spares) stretch() *stretch {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.stretches)
	if n == 0 {
		return newStretch()
	}
	last := s.stretches[n-1]
	s.stretches = s.stretches[:n-1]
	return last
}

func (s *spares) block() *block {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.blocks)
	if n == 0 {
		return new(block)
	}
	last := s.blocks[n-1]
	s.blocks = s.blocks[:n-1]
	return last
}

// keep has a stretch used again.
func (s *spares) keep(st *stretch) {
	st.reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stretches = append(s.stretches, st)
}

// keepBlock has a block used again, without its stretches.
func (s *spares) keepBlock(b *block) {
	clear(b.rows)
	b.rows, b.whole, b.ids, b.ends = b.rows[:0], b.whole[:0], b.ids[:0], b.ends[:0]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocks = append(s.blocks, b)
}

// drop lets go of all stretches.
func (s *spares) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stretches = nil
}

// seed is the same in all workers: a message's key must be.
var seed = maphash.MakeSeed()

func (w *worker) begin(file int, f *deliverylog.Format) {
	w.res.begin(file, f)
	w.short = !w.folder.full && !w.folder.events && !w.folder.whole && len(w.folder.watch) == 0 && w.res.region == ""
	if w.late = uint64(w.folder.late); w.late == 0 {
		w.late = maxOffset
	}
	for len(w.silent) <= file {
		w.silent = append(w.silent, new(silence))
	}
}

// Row takes a row of the present block.
func (w *worker) Row(r *deliverylog.Record) {
	if w.short && w.plainRow(r) {
		return
	}
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
	s, i := w.next()
	b := &s.rows[i]
	if !w.folder.brief(b, r, key, to, p) {
		*b = brief{key: key, to: to}
		b.setEntry(int32(len(w.whole)))
		s.care(i)
		w.whole = append(w.whole, row{key: key, to: to, submitted: r.Submitted, seen: r.Seen, done: r.Done, at: r.At, verified: r.Verified,
			line: r.Line, profile: p, state: r.State, rank: r.Rank, begins: r.Begins})
	} else if b.hasID() {
		s.name(i, r.ID)
		if open(b.state()) {
			s.care(i)
		}
	}
	w.ids = append(w.ids, r.ID...)
	w.ends = append(w.ends, int32(len(w.ids)))
	if w.folder.whole {
		s.lines = append(s.lines, r.Line)
	}
}

// plainRow takes a row of the kind that nearly all are: with id and number, delivered,
// and with words that were met before. It does what Row would do. ok is false for others.
func (w *worker) plainRow(r *deliverylog.Record) (ok bool) {
	p := profile(r.Note - 1)
	if p < 0 || p >= 1<<profileBits || r.Digits == 0 || len(r.ID) == 0 || r.State != deliverylog.Delivered || r.Rank > 15 || r.Begins || len(r.Scope) > 0 ||
		r.Seen.Known() || r.At.Known() || r.Verified.Known() || uint64(r.Submitted) > maxSubmit {
		return false
	}
	offset := uint64(0)
	if r.Done.Known() {
		lag := uint64(r.Done - r.Submitted)
		if lag > maxOffset || lag > w.late {
			return false
		}
		offset = lag + 1
	}
	s, i := w.next()
	s.rows[i] = brief{key: maphash.Bytes(seed, r.ID) | 1, to: number.MSISDN(r.Digits), time: (uint64(r.Submitted)+1)<<profileBits | uint64(p),
		bits: offset<<offsetShift | uint64(r.Rank)<<rankShift | uint64(deliverylog.Delivered)<<stateShift}
	w.ids = append(w.ids, r.ID...)
	w.ends = append(w.ends, int32(len(w.ids)))
	return true
}

// next gives the place of one row more.
func (w *worker) next() (s *stretch, i int) {
	if n := len(w.rows); n > 0 {
		s = w.rows[n-1]
	}
	if s == nil || len(s.rows) == stretchRows {
		s = w.folder.spares.stretch()
		w.rows = append(w.rows, s)
	}
	i = len(s.rows)
	s.rows = s.rows[:i+1]
	return s, i
}

// Block gives the rows of the present block.
func (w *worker) Block() any {
	b := w.folder.spares.block()
	w.block, *b = *b, w.block
	return b
}

// Turn folds the rows of a block.
func (w *worker) Turn(of any, line int64) error {
	f, block := w.folder, of.(*block)
	f.queue.reserve(len(block.ends), f.row)
	n := 0
	for _, s := range block.rows {
		for i := range s.lines {
			s.lines[i] += line
		}
		at, from := f.queue.append(s)
		first := n - from
		n += len(at.rows) - from
		f.add(at, from, func(i int) (more further) {
			i += first
			start := int32(0)
			if i > 0 {
				start = block.ends[i-1]
			}
			more.id = block.ids[start:block.ends[i]]
			if b := &at.rows[i-first]; b.entry() {
				more.row = &block.whole[b.index()]
				more.row.line += line
			}
			return more
		})
		if at.stretch != s {
			f.spares.keep(s)
		}
	}
	f.spares.keepBlock(block)
	f.over = f.queue.leave(f.over, f.row-f.window)
	w.out = append(w.out, f.over...)
	clear(f.over)
	f.over = f.over[:0]
	return nil
}

// Drop forgets the rows of a block.
func (w *worker) Drop(of any) {
	b := of.(*block)
	for _, s := range b.rows {
		w.folder.spares.keep(s)
	}
	w.folder.spares.keepBlock(b)
}

// Free emits the messages that were given out.
func (w *worker) Free() error {
	for _, s := range w.out {
		if err := w.give(s); err != nil {
			return err
		}
		w.folder.spares.keep(s)
	}
	clear(w.out)
	w.out = w.out[:0]
	return nil
}

// give emits the messages of a stretch.
func (w *worker) give(s *stretch) error {
	ids, from, names, later := string(s.ids), int32(0), s.names, s.late
	w.plain = w.plain[:0]
	for i := range s.rows {
		b := &s.rows[i]
		id := ""
		if b.hasID() {
			id, from, names = ids[from:names[0].end], names[0].end, names[1:]
		}
		switch {
		case b.gone():
		case b.entry():
			if err := w.giveWhole(&s.whole[b.index()]); err != nil {
				return err
			}
		case w.sink.Plain != nil && w.res.plain(b, &w.plain):
		default:
			m := w.res.short(b, id)
			m.Line = s.line(i)
			if err := w.giveMessage(m); err != nil {
				return err
			}
			if w.sink.Plain != nil {
				w.res.told(b, m)
			}
		}
		for ; len(later) > 0 && int(later[0].row) == i; later = later[1:] {
			if err := w.giveWhole(&s.whole[later[0].whole]); err != nil {
				return err
			}
		}
	}
	if len(w.plain) > 0 {
		return w.sink.Plain(w.plain)
	}
	return nil
}

func (w *worker) giveWhole(g *given) error {
	w.res.message(&g.row, g.id, g.file, &w.message)
	return w.giveMessage(&w.message)
}

func (w *worker) giveMessage(m *Message) error {
	w.silent[m.File].count(m)
	return w.sink.Message(m)
}
