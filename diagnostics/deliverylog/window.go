package deliverylog

import (
	"bytes"
	"context"
	"io"
)

// blockSize is how much is read at a time.
const blockSize = 512 << 10

// window is the part of the unpacked text that is in memory. Framings cut
// records out of it; they may ask for more bytes, up to the longest record, and
// then look at the same bytes again. It counts lines as bytes are passed.
type window struct {
	ctx    context.Context
	src    io.Reader
	buf    []byte
	start  int // unread bytes are buf[start:end]
	end    int
	limit  int // how much text may be held at once
	done   bool
	part   bool  // the window is a block, and the text goes on in the next one
	err    error // why reading ended before the end, nil at the end
	line   int64 // 1-based line of buf[start]
	offset int64 // of buf[start] in the text
}

func newWindow(ctx context.Context, src io.Reader, maxRecord int) *window {
	return &window{ctx: ctx, src: src, limit: maxRecord + blockSize, line: 1}
}

// bytes are the unread bytes in memory.
func (w *window) bytes() []byte { return w.buf[w.start:w.end] }

// atEnd says that no byte is left, neither here nor to be read.
func (w *window) atEnd() bool { return w.start == w.end && !w.more() }

// full says that the longest record does not fit any more.
func (w *window) full() bool { return w.end-w.start >= w.limit }

// more reads on. It gives false at the end of the text and when the window is full.
// What bytes gave before is then invalid: the bytes may have moved.
func (w *window) more() bool {
	if w.done || w.part || w.full() {
		return false
	}
	held := w.end - w.start
	need := held + blockSize
	if w.buf == nil { // enough for a small log
		need = headSize
	}
	if held > blockSize { // doubling keeps the rescans of long records linear
		need = 2 * held
	}
	need = min(need, w.limit)
	switch {
	case w.start > 0 && need <= cap(w.buf):
		w.buf = w.buf[:cap(w.buf)]
		copy(w.buf, w.buf[w.start:w.end])
	case need > cap(w.buf):
		bigger := make([]byte, need)
		copy(bigger, w.buf[w.start:w.end])
		w.buf = bigger
	}
	w.buf = w.buf[:cap(w.buf)]
	w.start, w.end = 0, held
	for got := false; !got; {
		if err := w.ctx.Err(); err != nil {
			w.done, w.err = true, err
			return false
		}
		n, err := w.src.Read(w.buf[w.end:need])
		w.end += n
		got = n > 0 && (held <= blockSize || w.end == need)
		if err != nil {
			w.done = true
			if err != io.EOF {
				w.err = err
			}
			return w.end > held
		}
		if w.end == need {
			return true
		}
	}
	return true
}

// pass leaves n bytes behind.
func (w *window) pass(n int) {
	w.line += int64(bytes.Count(w.buf[w.start:w.start+n], newline))
	w.start += n
	w.offset += int64(n)
}

// passLines leaves n bytes behind, with so many line ends.
func (w *window) passLines(n int, lines int64) {
	w.line += lines
	w.start += n
	w.offset += int64(n)
}

// passRecord leaves the n bytes of a table's record behind. Where CR alone ends
// it, that is a line's end.
func (w *window) passRecord(n int) {
	if w.buf[w.start+n-1] == '\r' {
		w.line++
	}
	w.pass(n)
}

var newline = []byte{'\n'}

// passLine leaves the rest of the present line behind, however long it is. It
// gives false where the text ends first.
func (w *window) passLine() bool {
	for {
		if i := bytes.IndexByte(w.bytes(), '\n'); i >= 0 {
			w.pass(i + 1)
			return true
		}
		w.pass(w.end - w.start)
		if !w.more() {
			return false
		}
	}
}

// text gives the next line without its end, and its length with it. whole is
// false where the line is longer than the window.
func (w *window) text(maxRecord int) (line []byte, n int, whole bool) {
	for {
		b := w.bytes()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return trimCR(b[:i]), i + 1, i <= maxRecord
		}
		if len(b) > maxRecord {
			return nil, 0, false
		}
		if !w.more() {
			b = w.bytes()
			return trimCR(b), len(b), len(b) <= maxRecord
		}
	}
}

func trimCR(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		return b[:n-1]
	}
	return b
}
