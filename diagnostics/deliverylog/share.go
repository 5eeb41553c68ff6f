package deliverylog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// A Worker takes the rows of some blocks of a log, one block after the other: the
// rows of a block with Row, then Block. What that gave goes to Turn, in the order of
// the blocks, of one worker at a time, which need not be the one that took the rows.
// After a few Turns comes Free. Row, Block and Free run beside those of other workers.
type Worker interface {
	// Row takes a row. Its Line counts from the line before the block's first.
	Row(r *Record)
	// Block gives the rows since the last Block.
	Block() any
	// Turn puts the rows of a block behind those of all blocks before it. line is to
	// be added to their lines.
	Turn(block any, line int64) error
	// Free is for work that needs no order.
	Free() error
	// Drop forgets the rows of a block: they will come again.
	Drop(block any)
}

// Share reads every row, with one goroutine a worker, and is otherwise like
// [Reader.Each]: the same rows in the same order, the same rejections.
//
// The text is cut into blocks at line ends that look like the end of a record.
// Each block is read by itself; where it turns out that a record does not end
// with the block, that record is read alone, and blocks begin behind it.
func (r *Reader) Share(workers []Worker, progress func(Progress)) error {
	r.progress = progress
	return r.finish(r.share(workers))
}

// chunkSize is how much of a log that cannot be cut is read between two turns.
const chunkSize = 256 << 10

// Where blocks are cut wrong so often, one soon after the other, the rest of the
// log is read as a whole.
const (
	maxStumbles = 8
	soon        = 64 * blockSize
)

func (r *Reader) share(workers []Worker) error {
	first := workers[0]
	r.worker = first
	stumbles := 0
	for !r.w.atEnd() {
		step := int64(chunkSize)
		switch {
		case r.skip > 0:
			step = 1
		case !r.recovering && !r.inPage && stumbles < maxStumbles:
			from := r.w.offset
			if err := r.blocks(workers); err != nil {
				return err
			}
			if r.w.offset-from > soon {
				stumbles = 0
			}
			stumbles++
			step = 1
		}
		r.until = r.w.offset + step
		if err := r.read(); err != nil {
			return err
		}
		if err := first.Turn(first.Block(), 0); err != nil {
			return err
		}
		if err := first.Free(); err != nil {
			return err
		}
	}
	return nil
}

// errBlock says that a record does not end with its block, or that the block
// cannot be read without knowing what comes before or behind it.
var errBlock = errors.New("a record is cut by the end of its block")

// blocks reads blocks up to the end of the text or the first one that was cut
// wrong, with all workers.
func (r *Reader) blocks(workers []Worker) error {
	c := &cutter{r: r, left: bytes.Clone(r.w.bytes()), ready: make([]*block, len(workers)+3)}
	c.room.L = &c.turn
	r.w.buf, r.w.start, r.w.end = nil, 0, 0 // made again where it is needed
	if len(workers) == 1 {
		c.work(workers[0])
	} else {
		if r.u.packed {
			c.ahead(len(workers) + 3)
		}
		var all sync.WaitGroup
		for _, w := range workers {
			all.Go(func() { c.work(w) })
		}
		all.Wait()
	}
	r.w.buf = append(c.rest, c.left...)
	r.w.end = len(r.w.buf)
	return c.failed
}

// cutter cuts a text into blocks and keeps their order.
type cutter struct {
	r *Reader

	reading sync.Mutex
	left    []byte // read, and behind the last block
	store   []byte // where left is kept
	next    int    // number of the next block
	stop    bool   // no more blocks

	cuts chan *block // blocks that were cut ahead; nil where each worker cuts for itself
	free chan *block // memory for these

	turn    sync.Mutex // over what follows
	spare   []*block
	ready   []*block // blocks that were read, by number modulo how many there may be
	room    sync.Cond
	now     int    // number of the block whose turn it is
	turning bool   // a worker is having blocks counted
	broken  bool   // a block before it was cut wrong, or its worker failed
	rest    []byte // what of the blocks must be read again
	failed  error
}

// block is a piece of the text, and what reading it came to.
type block struct {
	text   []byte
	number int
	last   bool // the text ends with it

	rows  any // of its worker
	used  int64
	lines int64
	sum   Summary
	facts facts
	err   error
}

// ahead cuts blocks in a goroutine of its own, as it takes its time where they have to
// be unpacked. There is memory for some of them.
func (c *cutter) ahead(blocks int) {
	c.cuts, c.free = make(chan *block, blocks), make(chan *block, blocks)
	for range blocks {
		c.free <- new(block)
	}
	go func() {
		defer close(c.cuts)
		for b := range c.free {
			if !c.cut(b) {
				return
			}
			c.cuts <- b
		}
	}()
}

// take gives the next block, in the memory of one that is done with.
func (c *cutter) take() (b *block, ok bool) {
	if c.cuts != nil {
		b, ok = <-c.cuts
		return b, ok
	}
	b = new(block)
	c.turn.Lock()
	if n := len(c.spare); n > 0 {
		b, c.spare = c.spare[n-1], c.spare[:n-1]
	}
	c.turn.Unlock()
	return b, c.cut(b)
}

// work reads blocks until there are no more.
func (c *cutter) work(w Worker) {
	sub := c.r.sub(w)
	for {
		b, ok := c.take()
		if !ok {
			return
		}
		sub.w.open(b.text, b.last)
		b.err = guarded(sub)
		sub.giveBlock(b)
		for c.end(w, b) {
			if err := w.Free(); err != nil {
				c.fail(err)
			}
			b = nil
		}
	}
}

// guarded reads a block. A panic becomes an error that says where, and not what
// was read: a program that ends by one prints the words of each call.
func guarded(sub *Reader) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &InputError{File: sub.name, Reason: fmt.Sprintf("reading ended by an internal fault (%T), %d rows into a block", p, sub.sum.Rows)}
		}
	}()
	return sub.read()
}

// sub makes a reader for blocks of r.
func (r *Reader) sub(w Worker) *Reader {
	s := &Reader{name: r.name, o: r.o, ctx: r.ctx, plan: r.plan, rows: r.rows.again(), w: &window{ctx: r.ctx, limit: r.w.limit}, worker: w}
	s.sum.Name, s.sum.Newest = r.sum.Name, NoTime
	return s
}

// again makes rows of the same kind for another reader of the same input.
func (p *rows) again() *rows {
	return &rows{f: p.f, names: p.names, clock: p.clock, header: p.header, cols: p.cols, utcs: p.utcs,
		receipts: p.receipts, halves: p.halves, twoCells: make(map[role][]byte), minutes: firstMinutes}
}

// open makes the window a block.
func (w *window) open(block []byte, last bool) {
	w.buf, w.start, w.end = block, 0, len(block)
	w.done, w.part = last, !last
	w.line, w.offset = 1, 0
}

// giveBlock gives what was read since the last block.
func (r *Reader) giveBlock(b *block) {
	b.rows, b.used, b.lines = r.worker.Block(), r.w.offset, r.w.line-1
	r.sum, b.sum = Summary{Name: r.sum.Name, Newest: NoTime, Rejections: b.sum.Rejections[:0]}, r.sum
	b.facts, r.rows.facts = r.rows.facts, facts{}
}

// end has a block counted, with some behind it that were read before it. Where it is
// not its turn, or another worker is having blocks counted, the block is left there:
// nobody waits unless too many were read ahead. It gives false where w had nothing to
// count; else w may have more to do, without a block of its own.
func (c *cutter) end(w Worker, b *block) (counted bool) {
	c.turn.Lock()
	defer c.turn.Unlock()
	if b != nil {
		for b.number-c.now >= len(c.ready) {
			c.room.Wait()
		}
		c.ready[b.number%len(c.ready)] = b
	}
	if c.turning {
		return false
	}
	c.turning = true
	for n := 0; n < len(c.ready); {
		at := &c.ready[c.now%len(c.ready)]
		if b = *at; b == nil {
			break
		}
		*at = nil
		if c.broken {
			w.Drop(b.rows)
			c.rest = append(c.rest, b.text...)
		} else {
			n++
			counted = true
			if err := c.count(w, b); err != nil {
				c.broken = true
				c.rest = append(c.rest, b.text[b.used:]...)
				if err != errBlock && c.failed == nil {
					c.failed = err
				}
				c.halt()
			}
		}
		c.now++
		c.room.Broadcast()
		if c.free != nil {
			c.free <- b // there is room for all of them
		} else {
			c.spare = append(c.spare, b)
		}
	}
	c.turning = false
	return counted
}

// count counts a block whose turn it is, while others may leave theirs.
func (c *cutter) count(w Worker, b *block) error {
	c.turn.Unlock()
	defer c.turn.Lock()
	before := c.r.w.line - 1
	c.r.add(b, before)
	err := b.err
	if failed := w.Turn(b.rows, before); failed != nil {
		err = failed
	}
	c.r.w.line += b.lines
	c.r.w.offset += b.used
	c.r.tell()
	return err
}

func (c *cutter) fail(err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.broken = true
	if c.failed == nil {
		c.failed = err
	}
	c.halt()
}

func (c *cutter) halt() {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.stop = true
}

// add counts what was read of a block behind the line before.
func (r *Reader) add(b *block, before int64) {
	s := &b.sum
	r.sum.Rows += s.Rows
	r.sum.Skipped += s.Skipped
	r.sum.Rejected += s.Rejected
	for _, e := range s.Rejections {
		if len(r.sum.Rejections) < MaxRejections {
			e.Line += before
			r.sum.Rejections = append(r.sum.Rejections, e)
		}
	}
	r.sum.Newest = max(r.sum.Newest, s.Newest)
	r.rows.facts.add(&b.facts)
}

// cut reads the next block, whose text grows where a record needs it.
func (c *cutter) cut(b *block) (ok bool) {
	c.reading.Lock()
	defer c.reading.Unlock()
	w, want := c.r.w, c.r.o.block()
	if c.stop {
		return false
	}
	buf := b.text[:0]
	for {
		buf = slices.Grow(buf, max(0, want-len(buf)))
		n := min(want-len(buf), len(c.left))
		buf = append(buf, c.left[:n]...)
		c.left = c.left[n:]
		for len(buf) < want && !w.done {
			if w.err = w.ctx.Err(); w.err != nil {
				w.done = true
				break
			}
			n, err := w.src.Read(buf[len(buf):want])
			buf = buf[:len(buf)+n]
			if err != nil {
				w.done = true
				if err != io.EOF {
					w.err = err
				}
			}
		}
		last := w.done && len(c.left) == 0
		n = len(buf)
		if !last {
			n = c.r.recordEnd(buf)
		}
		switch {
		case n > 0:
			c.keep(buf[n:])
			c.stop = last
			b.text, b.number, b.last = buf[:n], c.next, last
			c.next++
			return true
		case last || want >= w.limit:
			c.keep(buf)
			c.stop = true
			return false
		}
		want = min(2*want, w.limit)
	}
}

// keep puts bytes in front of what is left.
func (c *cutter) keep(b []byte) {
	if len(c.left) == 0 {
		c.store = append(c.store[:0], b...)
	} else { // of what was read before the first block
		c.store = append(bytes.Clone(b), c.left...)
	}
	c.left = c.store
}

// recordEnd finds the last line end in b that looks like the end of a record,
// and gives how many bytes there are up to it, 0 where there is none.
func (r *Reader) recordEnd(b []byte) int {
	switch r.plan.framing {
	case frameCSV, frameCell:
		// A record ends where the number of quotes is even: a doubled quote counts two.
		quotes := bytes.Count(b, quoteMark)
		for end := len(b); ; {
			i := bytes.LastIndexByte(b[:end], '\n')
			if i < 0 {
				return 0
			}
			if quotes -= bytes.Count(b[i:end], quoteMark); quotes%2 == 0 {
				return i + 1
			}
			end = i
		}
	case frameJSON:
		if i := bytes.LastIndex(b, objectStart); i >= 0 {
			return i + 1
		}
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

var quoteMark, objectStart = []byte{'"'}, []byte("\n{")
