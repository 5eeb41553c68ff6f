package carrier

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"strings"
)

const (
	blockSize = 128 << 10
	maxLine   = 16 << 20 // what is over it is dropped: no number is that long
)

// block is a stretch of whole lines on its way from reader to writer.
type block struct {
	lines  []byte
	out    []byte
	totals Totals
	done   chan struct{}
}

// CheckStream checks every line of r, a raw number each, and writes what
// render makes of it to w, in the order of the lines. render may be called
// from several goroutines; c is good until it returns. Lines end with LF or
// CR LF; an empty one is checked like any other. Memory does not grow with the
// number of lines, and only with a line up to 16 MiB. It ends at the end of r,
// with an error of r, w or ctx; what was read before is written.
func CheckStream(ctx context.Context, r io.Reader, region string, l *Lookup, w io.Writer,
	render func(dst []byte, c *Checked) []byte) (Totals, error) {

	workers := runtime.GOMAXPROCS(0)
	free := make(chan *block, 3*workers)
	for range cap(free) {
		free <- &block{done: make(chan struct{}, 1)}
	}
	work := make(chan *block, cap(free))
	order := make(chan *block, cap(free))
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	for range workers {
		go func() {
			for b := range work {
				b.check(region, l, render)
				b.done <- struct{}{}
			}
		}()
	}
	var readErr error // read after order is closed
	go func() {
		defer close(order)
		defer close(work)
		readErr = readBlocks(ctx, r, free, func(b *block) {
			work <- b
			order <- b
		})
	}()

	var totals Totals
	for {
		select {
		case <-ctx.Done():
			return totals, ctx.Err()
		case b, more := <-order:
			if !more {
				return totals, readErr
			}
			<-b.done
			totals.merge(b.totals)
			if _, err := w.Write(b.out); err != nil {
				return totals, err
			}
			free <- b
		}
	}
}

// readBlocks cuts r into blocks of whole lines. It hands on what it has when r
// has no more for the moment, so that a person at a terminal is answered.
func readBlocks(ctx context.Context, r io.Reader, free <-chan *block, hand func(*block)) error {
	var rest []byte // the beginning of a line whose end is not read yet
	dropping := false
	for {
		var b *block
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b = <-free:
		}
		b.lines = append(b.lines[:0], rest...)
		for {
			start := len(b.lines)
			if cap(b.lines)-start < blockSize/2 {
				b.lines = append(make([]byte, 0, max(blockSize, 2*cap(b.lines))), b.lines...)
			}
			n, err := r.Read(b.lines[start:cap(b.lines)])
			b.lines = b.lines[:start+n]
			if dropping { // the rest of a line that is too long
				i := bytes.IndexByte(b.lines[start:], '\n')
				if i < 0 {
					b.lines = b.lines[:start]
				} else {
					b.lines = append(b.lines[:start], b.lines[start+i:]...)
					dropping = false
				}
			}
			if err != nil {
				if len(b.lines) > 0 {
					hand(b)
				}
				if err == io.EOF {
					return nil
				}
				return err
			}
			end := bytes.LastIndexByte(b.lines[start:], '\n') + 1
			if end > 0 {
				end += start
				rest = append(rest[:0], b.lines[end:]...)
				b.lines = b.lines[:end]
				hand(b)
				break
			}
			if len(b.lines) > maxLine {
				b.lines, dropping = b.lines[:maxLine], true
			}
		}
	}
}

// check fills out and totals.
func (b *block) check(region string, l *Lookup, render func([]byte, *Checked) []byte) {
	b.out, b.totals = b.out[:0], Totals{}
	text := string(b.lines)
	if cap(b.lines) > 4*blockSize {
		b.lines, b.out = nil, nil // one long line shall not be paid for ever after
	}
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		c := Check(strings.TrimSuffix(line, "\r"), region, l)
		b.totals.Add(&c)
		b.out = render(b.out, &c)
	}
}
