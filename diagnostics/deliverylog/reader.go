package deliverylog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

var errCutOff = errors.New("record is cut off")

// Reader reads one input. Open finds out what it is; Each then reads it to its end.
type Reader struct {
	name  string
	size  int64
	o     Options
	ctx   context.Context
	input io.Closer
	stop  func() bool
	u     *unpacked
	w     *window
	plan  *plan
	rows  *rows
	sum   Summary

	progress func(Progress)
	emit     func(*Record) error
	worker   Worker // takes the records where it is set
	record   Record
	since    int // rows since the last progress

	// Where reading stands. It goes on from here when it is interrupted.
	csv        csvFrame
	json       *jsonFrame
	skip       int   // records to leave out: what stands before a header, and it
	until      int64 // place in the text at whose next record reading is interrupted
	rescanned  int64 // bytes of broken JSON that were looked at again
	recovering bool  // behind an object that is not valid
	inPage     bool  // within an object that is longer than the window
	afterList  bool  // … and behind its list of records

	cells [][]byte // of the present row of a table
	want  int      // cells of its header
	last  bool     // the input ends with it, without a line end

	ambiguous bool // day and month of its dates cannot be told apart
}

// Open opens a log, unpacks it and finds out its format. It fails with an
// [InputError], an [UnknownFormatError] or an [UnknownNameError]. Reading stops
// when ctx ends. The caller closes the Reader.
func Open(ctx context.Context, log Log, o Options) (*Reader, error) {
	src, err := log.Open()
	if err != nil {
		return nil, err
	}
	r := &Reader{name: log.Name, size: log.Size, o: o, ctx: ctx, input: src}
	r.sum.Name, r.sum.Newest = shortName(log.Name), NoTime
	// A read that blocks, on a pipe, ends by closing what is read.
	r.stop = context.AfterFunc(ctx, func() { src.Close() })
	if err := r.begin(src); err != nil {
		r.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return r, nil
}

func (r *Reader) begin(src io.Reader) error {
	u, err := unpack(r.name, src, r.size, &r.o)
	r.u = u
	if err != nil {
		return r.inputError(err)
	}
	r.w = newWindow(r.ctx, u.text, r.o.maxRecord())
	for len(r.w.bytes()) < headSize && r.w.more() {
	}
	if r.w.err != nil && len(r.w.bytes()) == 0 {
		return r.inputError(r.w.err)
	}
	head := r.w.bytes()
	whole := r.w.done && len(head) <= headSize
	head = head[:min(len(head), headSize)]
	if len(head) == 0 && u.cut != "" {
		return &InputError{File: r.name, Reason: u.cut}
	}
	if r.plan, err = look(r.name, head, whole, &r.o); err != nil {
		return err
	}
	r.rows = newRows(r.plan.format, &r.o)
	r.sum.Format = r.plan.format.Name
	r.rows.clock.excel = u.excel
	if r.plan.framing == frameCSV {
		if err := r.rows.bind(r.plan.header, &r.o); err != nil {
			return &InputError{File: r.name, Reason: err.Error()}
		}
	} else {
		r.rows.bindTree(&r.o)
	}
	r.skip = r.plan.skip
	r.probe(bytes.Clone(head), whole)
	return nil
}

func (r *Reader) inputError(err error) error {
	var a errArchive
	if errors.As(err, &a) {
		return &InputError{File: r.name, Reason: a.reason, Hint: a.hint}
	}
	return &InputError{File: r.name, Reason: "cannot be read", Err: err}
}

// probe reads the head once without keeping anything, to learn in which order
// its dates are, and which columns of a general format only sound like times.
func (r *Reader) probe(head []byte, whole bool) {
	rows := *r.rows
	p := &Reader{name: r.name, o: r.o, ctx: r.ctx, plan: r.plan, skip: r.skip, rows: &rows, emit: func(*Record) error { return nil }}
	rows.dates = &dateProbe{}
	if !whole {
		if i := bytes.LastIndexByte(head, '\n'); i > 0 {
			head = head[:i+1]
		}
	}
	p.w = newWindow(r.ctx, bytes.NewReader(head), r.o.maxRecord())
	_ = p.read() // what is wrong is found, and told, when the rows are read
	if r.plan.format.general() {
		for role, f := range rows.flags {
			if f.flags > 0 && f.others == 0 && r.o.Map[fieldNames[role]] == "" {
				r.rows.cols[role], r.rows.names[role] = nil, nil
			}
		}
	}
	var sure bool
	r.rows.clock.order, sure = rows.dates.order()
	r.ambiguous = !sure
}

// Format is what the log was recognised as.
func (r *Reader) Format() Format { return *r.plan.format }

// Close releases what reading needs.
func (r *Reader) Close() error {
	r.stop()
	err := r.input.Close()
	if r.u != nil {
		r.u.done()
	}
	if errors.Is(err, io.ErrClosedPipe) {
		err = nil
	}
	return err
}

// Each reads every row and gives its record to emit, in the log's order. Rows
// that are broken or no texts are counted in the Summary. progress may be nil;
// it is called about once a block. An error of emit ends reading and is given back.
func (r *Reader) Each(progress func(Progress), emit func(*Record) error) error {
	r.progress, r.emit = progress, emit
	return r.finish(r.read())
}

// finish is the end of reading, for better or worse.
func (r *Reader) finish(err error) error {
	if err == nil && r.w.err != nil {
		err = r.w.err
	}
	if cerr := r.ctx.Err(); cerr != nil {
		return cerr
	}
	if err != nil && errors.Is(err, r.w.err) { // reading failed, not emit
		if r.sum.Rows == 0 {
			return r.inputError(err)
		}
		r.sum.Truncated = "reading stopped: " + err.Error()
	} else if err != nil {
		return err
	} else {
		io.Copy(io.Discard, r.u.raw)
	}
	if r.u.cut != "" {
		r.sum.Truncated = r.u.cut
	}
	r.tell()
	return nil
}

// Summary is what reading came to; Messages is the caller's to count.
func (r *Reader) Summary() Summary {
	s := r.sum
	s.Size = r.u.raw.n.Load()
	s.SHA256 = r.u.raw.sum()
	s.Warnings = r.warnings()
	return s
}

// read reads on, to the end of the text or the first record behind until.
func (r *Reader) read() error {
	if r.until == 0 {
		r.until = math.MaxInt64
	}
	switch r.plan.framing {
	case frameJSON:
		return r.readJSON()
	case frameForm, frameLine:
		return r.readLines()
	}
	return r.readCSV()
}

// rowsPerCheck is how many rows are read between two looks at the context.
const rowsPerCheck = 4096

// tick is called once a row.
func (r *Reader) tick() error {
	if r.since++; r.since < rowsPerCheck {
		return nil
	}
	return r.check()
}

func (r *Reader) check() error {
	r.since = 0
	if err := r.ctx.Err(); err != nil {
		return err
	}
	r.tell()
	return nil
}

func (r *Reader) tell() {
	if r.progress != nil && r.u != nil {
		r.progress(Progress{Name: r.sum.Name, Bytes: r.u.raw.n.Load(), Size: r.size, Rows: r.sum.Rows, Rejected: r.sum.Rejected})
	}
}

func (r *Reader) reject(line int64, reason error) {
	r.sum.Rejected++
	if len(r.sum.Rejections) < MaxRejections {
		r.sum.Rejections = append(r.sum.Rejections, RowError{File: r.sum.Name, Line: line, Reason: reason.Error()})
	}
}

// take makes a record with fill and hands it on, or counts why not.
func (r *Reader) take(line int64, fill func(*Record) error) error {
	r.sum.Rows++
	switch err := fill(&r.record); {
	case err == errSkip:
		r.sum.Skipped++
	case err != nil:
		r.reject(line, err)
	default:
		r.record.Line = line
		if err := r.hand(&r.record); err != nil {
			return err
		}
	}
	return r.tick()
}

// likes gives what rows of this reader have in common, nil where they may have nothing.
func (p *rows) likes(delim byte, limit int) *alike {
	if p.alike == nil && p.fits() && (delim == 0) == (p.header == nil) {
		p.alike = &alike{delim: delim, delims: uint64(delim) * bytesOfOne, limit: limit}
		if delim != 0 {
			p.bindColumns()
		}
	}
	return p.alike
}

// takeAlike takes rows as long as they are like others before them.
func (r *Reader) takeAlike(a *alike) error {
	if a == nil {
		return nil
	}
	if a.rest > 0 {
		a.rest--
		return nil
	}
	p, rec := r.rows, &r.record
	rec.Seen, rec.Scope, rec.Begins = NoTime, nil, false
	data := r.w.bytes()
	until, at, line := int(min(r.until-r.w.offset, int64(len(data)))), 0, r.w.line
	for at < until {
		n, k, lines := a.match(p, rec, data[at:])
		if k == nil || !k.skip && p.fillAlike(rec, k) != nil {
			a.missed()
			break
		}
		a.hits++
		r.sum.Rows++
		if k.skip {
			r.sum.Skipped++
		} else {
			rec.Line = line
			if err := r.hand(rec); err != nil {
				return err
			}
		}
		if err := r.tick(); err != nil {
			return err
		}
		at, line = at+n, line+int64(lines)
		if a.delim == 0 {
			r.recovering = false
			if at < len(data) && data[at] == '\n' {
				at, line = at+1, line+1
			}
		}
	}
	r.w.passLines(at, line-r.w.line)
	return nil
}

// hand hands a record on.
func (r *Reader) hand(rec *Record) error {
	r.sum.Newest = max(r.sum.Newest, rec.Newest())
	if r.worker != nil {
		r.worker.Row(rec)
		return nil
	}
	return r.emit(rec)
}

func (r *Reader) readCSV() error {
	f := &r.csv
	f.delim, f.max, f.columns = r.plan.delim, r.o.maxRecord(), r.o.maxColumns()
	h := r.rows.header
	a := r.rows.likes(f.delim, f.max)
	if r.plan.framing == frameCell && r.json == nil {
		r.json = newJSONFrame(f.max)
	}
	j := r.json
	fill := r.fillRow
	for {
		if r.skip == 0 {
			if err := r.takeAlike(a); err != nil {
				return err
			}
		}
		if r.w.offset >= r.until || r.w.atEnd() {
			return nil
		}
		data := r.w.bytes()
		n, err := f.line(data), error(nil)
		plain := n > 0
		if !plain {
			n, err = f.cut(data, r.w.done)
		}
		if (n == 0 || err != nil) && r.w.part {
			return errBlock
		}
		if n == 0 {
			if !r.w.more() && !r.w.done {
				return fmt.Errorf("record at line %d cannot be cut", r.w.line)
			}
			continue
		}
		line := r.w.line
		last := n == len(data) && r.w.done && data[n-1] != '\n' && data[n-1] != '\r'
		if err != nil {
			if r.skip == 0 {
				r.sum.Rows++
				r.reject(line, err)
				if err := r.tick(); err != nil {
					return err
				}
			}
			broken := data[n-1] != '\n'
			r.w.pass(n)
			if broken {
				r.w.passLine()
			}
			continue
		}
		if r.skip > 0 {
			r.skip--
			r.w.passRecord(n)
			continue
		}
		switch {
		case blank(f.cells):
		case j != nil:
			err = r.takeCell(j, f.cells, line)
		case r.headerAgain(h, f.cells):
			if again := newHeader(f.cells); !slices.Equal(again.plain, h.plain) {
				if r.w.part {
					return errBlock
				}
				h = again
				err = r.rows.bind(h, &r.o)
				r.rows.alike = nil
				a = r.rows.likes(f.delim, f.max)
			}
			r.sum.Rows++
			r.sum.Skipped++
		default:
			r.cells, r.want, r.last = f.cells, len(h.cells), last
			rejected, skipped := r.sum.Rejected, r.sum.Skipped
			err = r.take(line, fill)
			if a != nil && a.rest == 0 && r.sum.Rejected == rejected {
				r.rows.learnLine(a, &r.record, data[:n], r.sum.Skipped > skipped)
			}
		}
		if err != nil {
			return err
		}
		if plain {
			r.w.passLines(n, 1)
		} else {
			r.w.passRecord(n)
		}
	}
}

func blank(cells [][]byte) bool {
	for _, c := range cells {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// headerAgain says that a row is a header: exports pasted together have several.
func (r *Reader) headerAgain(h *header, cells [][]byte) bool {
	if c := cells[0]; !h.digits && len(c) > 1 && (isDigit(c[0]) || c[0] == '+' && isDigit(c[1])) {
		return false // most rows begin with a number or an id
	}
	for _, p := range h.plain {
		if p != "" && sameName(cells[0], p) {
			return bestFormat(newHeader(cells), &r.o) == r.plan.format
		}
	}
	return false
}

// fillRow reads the row in cells, of a table whose header has want. A row with more
// has a comma that was not quoted. One with fewer is taken where only empty
// cells at its end can be missing: what is there makes sense, and the input does
// not end with it.
func (r *Reader) fillRow(rec *Record) error {
	cells, want := r.cells, r.want
	n := len(cells)
	for n > want && len(bytes.TrimSpace(cells[n-1])) == 0 {
		n--
	}
	switch {
	case n > want:
		return fmt.Errorf("%d cells where the header has %d", n, want)
	case n == want:
		return r.rows.row(cells, rec)
	case r.last:
		return errCutOff
	}
	r.rows.known = true
	if err := r.rows.row(cells, rec); err == errSkip || err == nil && r.rows.known {
		return err
	}
	return fmt.Errorf("%d cells where the header has %d", n, want)
}

// takeCell reads the JSON in one cell of a row.
func (r *Reader) takeCell(j *jsonFrame, cells [][]byte, line int64) error {
	if r.plan.column >= len(cells) {
		r.sum.Rows++
		r.reject(line, errCutOff)
		return r.tick()
	}
	text := bytes.TrimSpace(cells[r.plan.column])
	if i := bytes.IndexByte(text, '{'); i > 0 {
		text = text[i:]
	}
	if len(text) == 0 || text[0] != '{' {
		r.sum.Rows++
		r.sum.Skipped++
		return r.tick()
	}
	return r.takeObject(j, text, func(int32) int64 { return line }, line, false)
}

// takeObject reads the rows in the text of one JSON object. lineAt gives the
// line of a place in the text. about says that the object tells about the page
// and need not be a row.
func (r *Reader) takeObject(j *jsonFrame, text []byte, lineAt func(int32) int64, line int64, about bool) error {
	if err := j.trees[0].parse(text); err != nil {
		r.sum.Rows++
		r.reject(line, err)
		return r.tick()
	}
	var err error
	j.foreign = 0
	top := &j.trees[0]
	taken := j.walk(0, 0, 0, func(t *tree, n int32) bool {
		if err != nil || !r.plan.format.fitsTree(t, n) {
			return false
		}
		if t == top && n == 0 && r.plan.framing == frameJSON {
			r.rows.layouts.learn(r.plan.format, &r.rows.names, t, text)
		}
		r.rows.object(t, n, func(at int32, fill func(*Record) error) {
			if err != nil {
				return
			}
			where := line
			if t == top {
				where = lineAt(at)
			}
			err = r.take(where, fill)
		})
		return true
	})
	if err != nil {
		return err
	}
	if taken == 0 && j.foreign == 0 && !about {
		j.foreign = 1
	}
	r.sum.Rows += int64(j.foreign)
	r.sum.Skipped += int64(j.foreign)
	return r.tick()
}

func (r *Reader) readJSON() error {
	limit := r.o.maxRecord()
	if r.json == nil {
		r.json = newJSONFrame(limit)
	}
	j := r.json
	quick := r.rows.fillLayout
	a := r.rows.likes(0, limit)
	for {
		if err := r.takeAlike(a); err != nil {
			return err
		}
		if r.w.offset >= r.until || r.w.atEnd() {
			return nil
		}
		data := r.w.bytes()
		if n := r.rows.layouts.match(data, limit); n > 0 {
			rejected, skipped := r.sum.Rejected, r.sum.Skipped
			if err := r.take(r.w.line, quick); err != nil {
				return err
			}
			if a != nil && a.rest == 0 && r.sum.Rejected == rejected {
				r.rows.learnObject(a, &r.record, data[:n], r.sum.Skipped > skipped)
			}
			r.recovering = false
			if n < len(data) && data[n] == '\n' {
				r.w.passLines(n+1, 1)
			} else {
				r.w.pass(n)
			}
			continue
		}
		value, n := j.cut(data, r.w.done)
		switch {
		case r.w.part && (n == 0 || n > limit):
			return errBlock
		case value == nil && n > 0: // between objects
			if text := bytes.Trim(data[:n], " \t\r\n,[]{}\x1e"); len(text) > 0 && !r.recovering && !r.inPage && data[n-1] == '\n' {
				r.sum.Rows++
				r.sum.Skipped++
			}
			if r.inPage {
				r.afterList = r.afterList || bytes.IndexByte(data[:n], ']') >= 0
				r.inPage = bytes.IndexByte(data[:n], '}') < 0
				r.afterList = r.afterList && r.inPage
			}
			r.w.pass(n)
			if err := r.tick(); err != nil {
				return err
			}
		case n > 0 && n <= limit:
			line := r.w.line
			before := r.sum
			counted, at := line, int32(0)
			err := r.takeObject(j, value, func(to int32) int64 {
				if to > at {
					counted += int64(bytes.Count(value[at:to], newline))
					at = to
				}
				return counted
			}, line, r.afterList)
			if err != nil {
				return err
			}
			r.recovering = false
			if r.sum.Rejected > before.Rejected && bytes.IndexByte(value, '\n') >= 0 && j.trees[0].pos != len(value) {
				// Not valid: it may have swallowed the lines behind it.
				if r.w.part {
					r.sum = before
					return errBlock
				}
				r.again(n)
			} else {
				r.w.pass(n)
			}
		case n == 0 && !r.w.done && !r.w.full():
			r.w.more()
		case n == 0 && len(data) <= limit: // cut off at the end
			r.sum.Rows++
			r.reject(r.w.line, errJSONEnds)
			r.again(len(data))
		default: // longer than a record may be
			if k := page(data); k > 0 {
				r.inPage = true
				r.w.pass(k)
				continue
			}
			r.sum.Rows++
			r.reject(r.w.line, errLong(limit))
			r.w.passValue()
		}
	}
}

// maxRescan bounds how many bytes of broken JSON are looked at again.
const maxRescan = 64 << 20

// again goes on at the line after the beginning of a broken value of n bytes,
// which may have swallowed good ones. Where a log makes too much of that, all
// of the value is left behind.
func (r *Reader) again(n int) {
	r.recovering = true
	if r.rescanned += int64(n); r.rescanned > maxRescan {
		r.w.pass(n)
		return
	}
	r.w.passLine()
}

// passValue leaves the JSON object at the start behind, however long it is.
func (w *window) passValue() {
	depth, inText, escaped := 0, false, false
	for {
		b := w.bytes()
		for i, c := range b {
			switch {
			case escaped:
				escaped = false
			case inText && c == '\\':
				escaped = true
			case c == '"':
				inText = !inText
			case inText && c == '\n':
				w.pass(i + 1)
				return
			case inText:
			case c == '{' || c == '[':
				depth++
			case c == '}' || c == ']':
				if depth--; depth == 0 {
					w.pass(i + 1)
					return
				}
			}
		}
		w.pass(len(b))
		if !w.more() {
			return
		}
	}
}

func (r *Reader) readLines() error {
	limit := r.o.maxRecord()
	var t tree
	fill := func(rec *Record) error {
		var err error
		r.rows.object(&t, 0, func(_ int32, fill func(*Record) error) { err = fill(rec) })
		return err
	}
	for r.w.offset < r.until && !r.w.atEnd() {
		line, n, whole := r.w.text(limit)
		at := r.w.line
		if !whole {
			if r.w.part {
				return errBlock
			}
			r.sum.Rows++
			r.reject(at, errLong(limit))
			r.w.passLine()
			continue
		}
		var err error
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case r.splits(&t, line) && r.plan.format.fitsTree(&t, 0):
			err = r.take(at, fill)
		default:
			r.sum.Rows++
			r.sum.Skipped++
			err = r.tick()
		}
		if err != nil {
			return err
		}
		r.w.pass(n)
	}
	return nil
}

func (r *Reader) splits(t *tree, line []byte) bool {
	if r.plan.framing == frameForm {
		return splitForm(t, line)
	}
	t.object(line)
	return r.plan.format.split(t, line)
}

// warnings say what this log cannot say.
func (r *Reader) warnings() []string {
	f := &r.rows.facts
	list := slices.Clone(r.plan.format.Warnings)
	rows := f.count(0)
	if rows == 0 {
		return append(list, "no message in it")
	}
	if f.count(isDelivered) > 0 && f.count(hasDone) == 0 {
		list = append(list, "no delivery times: nothing can be said about delay")
	}
	switch {
	case f.count(hasTime) == 0:
		list = append(list, "no times at all: messages without a receipt count as unconfirmed")
	case f.count(hasSubmitted) == 0 && f.count(hasSeen) == rows:
		list = append(list, "no submit times: the first report of a message stands in")
	case f.count(hasSubmitted) == 0:
		list = append(list, "no submit times: nothing can be said about when messages were sent")
	}
	switch {
	case f.count(hasTo) == 0:
		list = append(list, "no phone numbers: users, attempts and carriers cannot be told")
	case f.count(hasNetwork) == 0:
		list = append(list, "no carrier column: carriers are told by number prefix, and a number may have moved since")
	}
	if f.count(isFailed) == rows {
		list = append(list, "failures only: nothing can be said about the delivery rate")
	}
	if len(f.unknownWords) > 0 {
		var words []string
		for _, w := range f.unknownWords {
			words = append(words, quote([]byte(w)))
		}
		slices.Sort(words)
		if f.unknownMore {
			words = append(words, "others")
		}
		list = append(list, "status words that are not known count as not final: "+strings.Join(words, ", "))
	}
	if r.ambiguous {
		list = append(list, warnAmbiguous)
	}
	return list
}

const warnAmbiguous = "dates could be day or month first: read day first"
