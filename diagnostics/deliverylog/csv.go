package deliverylog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// csvFrame cuts CSV records out of a window. It takes what exports and
// spreadsheets write: quotes only where they are needed, doubled quotes, line
// breaks inside quotes, LF, CRLF and lone CR, text behind a closing quote.
type csvFrame struct {
	delim   byte
	max     int // longest record
	columns int // most cells of one
	cells   [][]byte
	scratch []byte // unescaped cells
}

// errLong is the reason of a record over --max-record.
func errLong(limit int) error {
	return fmt.Errorf("record is longer than %s (--max-record)", byteSize(int64(limit)))
}

// errWide is the reason of a row over --max-columns.
type errWide int

func (e errWide) Error() string { return fmt.Sprintf("more than %d cells (--max-columns)", int(e)) }

func byteSize(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// line splits the record at the start of data where that is a line without
// quotes: as cut does, but faster. n is 0 for all else.
func (f *csvFrame) line(data []byte) (n int) {
	end := bytes.IndexByte(data, '\n')
	if end < 0 || end >= f.max {
		return 0
	}
	text := trimCR(data[:end])
	if bytes.IndexByte(text, '"') >= 0 || bytes.IndexByte(text, '\r') >= 0 {
		return 0
	}
	f.cells = f.cells[:0]
	delims := uint64(f.delim) * bytesOfOne
	start, i := 0, 0
	for ; i+8 <= len(text); i += 8 {
		for found := zeroBytes(binary.LittleEndian.Uint64(text[i:]) ^ delims); found != 0; found &= found - 1 {
			at := i + bits.TrailingZeros64(found)/8
			f.cells = append(f.cells, text[start:at])
			start = at + 1
		}
	}
	for ; i < len(text); i++ {
		if text[i] == f.delim {
			f.cells = append(f.cells, text[start:i])
			start = i + 1
		}
	}
	if f.cells = append(f.cells, text[start:]); len(f.cells) > f.columns {
		return 0
	}
	return end + 1
}

const bytesOfOne = 0x0101010101010101

// zeroBytes has the highest bit of each byte of x set that is 0.
func zeroBytes(x uint64) uint64 {
	const low = 0x7f * bytesOfOne
	return ^((x&low + low) | x | low)
}

// cut splits the record at the start of data. n is its length with the line
// end; 0 asks for more bytes. A quote that is never closed gives an error, and
// n is then the length of the first line alone, so that reading can go on there.
func (f *csvFrame) cut(data []byte, atEnd bool) (n int, err error) {
	f.cells, f.scratch = f.cells[:0], f.scratch[:0]
	i := 0
	for {
		if len(f.cells) > f.columns {
			return f.brokenAt(data, atEnd, errWide(f.columns))
		}
		if i < len(data) && data[i] == '"' {
			j, cell, closed := f.quoted(data, i, atEnd)
			if !closed {
				if !atEnd && len(data) <= f.max {
					return 0, nil
				}
				if len(data) > f.max {
					return f.brokenAt(data, atEnd, errLong(f.max))
				}
				return f.brokenAt(data, atEnd, fmt.Errorf("quote is not closed"))
			}
			f.cells = append(f.cells, cell)
			i = j
		} else {
			j := i
			for j < len(data) && data[j] != f.delim && data[j] != '\n' && data[j] != '\r' {
				j++
			}
			f.cells = append(f.cells, data[i:j])
			i = j
		}
		switch {
		case i >= len(data):
			if !atEnd {
				if len(data) > f.max {
					return f.brokenAt(data, atEnd, errLong(f.max))
				}
				return 0, nil
			}
			return f.fits(i)
		case data[i] == f.delim:
			i++
		case data[i] == '\n':
			return f.fits(i + 1)
		default: // CR
			if i+1 >= len(data) && !atEnd {
				return 0, nil
			}
			if i+1 < len(data) && data[i+1] == '\n' {
				i++
			}
			return f.fits(i + 1)
		}
	}
}

func (f *csvFrame) fits(n int) (int, error) {
	switch {
	case n > f.max:
		return n, errLong(f.max)
	case len(f.cells) > f.columns:
		return n, errWide(f.columns)
	}
	return n, nil
}

// quoted reads the cell that begins with the quote at i. closed is false where
// data ends first.
func (f *csvFrame) quoted(data []byte, i int, atEnd bool) (end int, cell []byte, closed bool) {
	start := i + 1
	mark := -1 // start of the cell in scratch, once it had to be copied
	from := start
	for j := start; ; {
		k := bytes.IndexByte(data[j:], '"')
		if k < 0 {
			return 0, nil, false
		}
		j += k
		if j+1 >= len(data) && !atEnd {
			return 0, nil, false
		}
		if j+1 < len(data) && data[j+1] == '"' {
			if mark < 0 {
				mark = len(f.scratch)
			}
			f.scratch = append(f.scratch, data[from:j+1]...)
			j += 2
			from = j
			continue
		}
		// Closing quote. Excel keeps what stands between it and the next delimiter.
		rest := j + 1
		for rest < len(data) && data[rest] != f.delim && data[rest] != '\n' && data[rest] != '\r' {
			rest++
		}
		if rest >= len(data) && !atEnd {
			return 0, nil, false
		}
		if mark < 0 && rest == j+1 {
			return rest, data[start:j], true
		}
		if mark < 0 {
			mark = len(f.scratch)
		}
		f.scratch = append(f.scratch, data[from:j]...)
		f.scratch = append(f.scratch, data[j+1:rest]...)
		return rest, f.scratch[mark:len(f.scratch):len(f.scratch)], true
	}
}

// brokenAt gives up on a record: only its first line is left out.
func (f *csvFrame) brokenAt(data []byte, atEnd bool, err error) (int, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, err
	}
	return len(data), err
}
