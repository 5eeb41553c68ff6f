package tally

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// A count as bytes, so that parts counted on another day or another machine can
// be added. All integers are varints, lists begin with their length, names are
// in sort order:
//
//	magic and version
//	validity ms, grace ns, dimension; newest, oldest and newest submit time
//	errors:  reason word, code
//	cells:   country, spellings with their messages, counts, sources, latencies,
//	         hours, errors, errors by slot, volume, open messages
//	numbers: ascending, as the difference to the one before; messages, items
//	odd:     recipients that are no numbers, as text
//	untimed: what is known of messages without a submit time
//	sources: the logs that were counted; left out where none was noted
//	CRC-32 (IEEE) of everything before, four bytes
//
// It holds phone numbers, and the ids of messages that were late or not delivered.
const (
	magic   = "otpdoctor tally\n"
	version = 1
)

// IsTally says whether a file that begins so holds a count, of whatever version.
func IsTally(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }

// encoder writes the form and remembers the first error.
type encoder struct {
	w   io.Writer
	buf []byte
	sum uint32
	n   int64
	err error
}

func (e *encoder) uint(v uint64)           { e.buf = binary.AppendUvarint(e.buf, v) }
func (e *encoder) int(v int64)             { e.buf = binary.AppendVarint(e.buf, v) }
func (e *encoder) count(v int64)           { e.uint(uint64(v)) }
func (e *encoder) time(v deliverylog.Time) { e.int(int64(v)) }
func (e *encoder) string(s string)         { e.uint(uint64(len(s))); e.buf = append(e.buf, s...) }
func (e *encoder) length(n int)            { e.uint(uint64(n)); e.spill() }

// spill writes what has gathered, when it is much.
func (e *encoder) spill() {
	if len(e.buf) >= 1<<16 {
		e.flush()
	}
}

func (e *encoder) flush() {
	e.sum = crc32.Update(e.sum, crc32.IEEETable, e.buf)
	if e.err == nil {
		var n int
		n, e.err = e.w.Write(e.buf)
		e.n += int64(n)
	}
	e.buf = e.buf[:0]
}

// MarshalBinary gives the count in a form that [Counter.UnmarshalBinary] reads.
// Messages of watched numbers and the bounds of time are not in it. Forks must
// have been merged before.
func (c *Counter) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return b.Bytes(), err
}

// ErrFlooded says that a count without its numbers is not kept: it could not be added to others.
var ErrFlooded = errors.New("the count has left its numbers out")

// WriteTo writes what [Counter.MarshalBinary] gives. The error may be [ErrFlooded].
func (c *Counter) WriteTo(w io.Writer) (int64, error) {
	c.gather()
	if c.Flooded() {
		return 0, ErrFlooded
	}
	e := &encoder{w: w}
	e.buf = append(e.buf, magic...)
	e.uint(version)
	e.count(c.o.Validity.Milliseconds())
	e.count(int64(c.o.Grace))
	e.string(c.o.By)
	e.time(c.newest)
	e.time(c.from)
	e.time(c.to)
	cells, errs := c.writeNames(e)
	c.writeNumbers(e, cells, errs)
	c.writeSources(e)
	e.flush()
	sum := e.sum
	e.buf = binary.LittleEndian.AppendUint32(e.buf, sum)
	e.flush()
	return e.n, e.err
}

// writeNames writes errors and cells, and gives their numbers in the file.
func (c *Counter) writeNames(e *encoder) (cells, errs []uint16) {
	c.reg.mu.RLock()
	all, allErrors := slices.Clip(c.reg.cells), slices.Clip(c.reg.errors)
	spellings := slices.Clip(c.reg.spellings)
	c.reg.mu.RUnlock()

	used := map[uint16]bool{}
	for _, cc := range c.cells {
		if cc != nil {
			for id := range cc.errors {
				used[id] = true
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(used), func(x, y uint16) int {
		return cmp.Or(cmp.Compare(allErrors[x].reason.String(), allErrors[y].reason.String()), cmp.Compare(allErrors[x].code, allErrors[y].code))
	})
	errs = make([]uint16, len(allErrors))
	e.length(len(order))
	for i, id := range order {
		errs[id] = uint16(i)
		e.string(allErrors[id].reason.String())
		e.string(allErrors[id].code)
	}

	names := make([][]int, len(all))
	for id, n := range c.spellings {
		if n > 0 {
			names[spellings[id].cell] = append(names[spellings[id].cell], id)
		}
	}
	var ids []uint16
	for id, cc := range c.cells {
		if cc != nil && cc.Messages > 0 {
			ids = append(ids, uint16(id))
		}
	}
	slices.SortFunc(ids, func(x, y uint16) int {
		return cmp.Or(cmp.Compare(all[x].country, all[y].country), cmp.Compare(all[x].name, all[y].name))
	})
	cells = make([]uint16, len(all))
	e.length(len(ids))
	for i, id := range ids {
		cells[id] = uint16(i)
		e.string(all[id].country)
		list := names[id]
		slices.SortFunc(list, func(x, y int) int { return cmp.Compare(spellings[x].name, spellings[y].name) })
		e.length(len(list))
		for _, sp := range list {
			e.string(spellings[sp].name)
			e.count(c.spellings[sp])
		}
		c.forget(c.cells[id])
		c.cells[id].write(e, errs)
	}
	return cells, errs
}

func (cc *cellCount) write(e *encoder, errs []uint16) {
	for _, n := range cc.Counts.list() {
		e.count(*n)
	}
	e.count(cc.waiting)
	for i, n := range cc.sources {
		e.string(string(sources[i]))
		e.count(n)
	}
	e.count(cc.latency.max)
	steps := 0
	for _, n := range cc.latency.counts {
		steps += int(bit(n > 0))
	}
	e.length(steps)
	last := 0
	for step, n := range cc.latency.counts {
		if n > 0 {
			e.uint(uint64(step - last))
			e.uint(uint64(n))
			last = step
		}
	}
	for _, h := range cc.hours {
		e.count(h.Messages)
		e.count(h.Failed)
		e.count(h.Late)
	}
	errors := slices.SortedFunc(maps.Keys(cc.errors), func(x, y uint16) int { return cmp.Compare(errs[x], errs[y]) })
	e.length(len(errors))
	for _, id := range errors {
		e.uint(uint64(errs[id]))
		e.count(cc.errors[id])
	}
	var slots slotErrors // by their numbers in the file
	for _, p := range cc.errorSlots.all() {
		slots.add(p.slot(), errs[p.err()], p.n)
	}
	e.length(len(slots.all()))
	before := int64(0)
	for _, p := range slots.all() {
		e.int(p.slot() - before)
		before = p.slot()
		e.uint(uint64(p.err()))
		e.uint(uint64(p.n))
		e.spill()
	}
	e.length(int(cc.volume.pages))
	before = 0
	for hour, v := range cc.volume.all() {
		e.int(hour - before)
		before = hour
		e.uint(uint64(v.messages()))
		e.uint(uint64(v.delivered))
		e.uint(uint64(v.failed))
		e.spill()
	}
	slices.Sort(cc.open)
	e.length(len(cc.open))
	before = 0
	for _, at := range cc.open {
		e.int(int64(at) - before)
		before = int64(at)
		e.spill()
	}
}

func (c *Counts) list() [6]*int64 {
	return [...]*int64{&c.Messages, &c.Delivered, &c.Failed, &c.Unconfirmed, &c.InFlight, &c.LateMessages}
}

func (c *Counter) writeNumbers(e *encoder, cells, errs []uint16) {
	var r reader
	person := func(sl *slot) {
		e.count(sl.messages)
		e.uint(bit(sl.verified))
		writeItems(e, join(r.read(sl), cells), cells, errs)
	}
	plain := 0
	var odd []number.MSISDN
	for i := range c.people.shards {
		in := cursor{s: &c.people.shards[i]}
		for key, _, ok := in.next(); ok; key, _, ok = in.next() {
			if n := number.MSISDN(key); n.IsOdd() {
				odd = append(odd, n)
			} else {
				plain++
			}
		}
	}
	e.length(plain)
	before := uint64(0)
	for sl := range c.people.ordered() {
		if !number.MSISDN(sl.key).IsOdd() {
			e.uint(sl.key - before)
			before = sl.key
			person(sl)
		}
	}
	slices.SortFunc(odd, func(x, y number.MSISDN) int { return strings.Compare(x.E164(), y.E164()) })
	e.length(len(odd))
	for _, n := range odd {
		var sl slot
		c.people.find(uint64(n), &sl)
		e.string(n.E164())
		person(&sl)
	}
	e.length(len(c.people.untimed))
	for _, n := range slices.Sorted(maps.Keys(c.people.untimed)) {
		u := c.people.untimed[n]
		text := ""
		if n.IsOdd() {
			text = n.E164()
		}
		e.string(text)
		if text == "" {
			e.uint(uint64(n))
		}
		e.count(u.messages)
		e.count(u.delivered)
		e.uint(bit(u.verified))
		e.time(u.done)
		list := make([]uint16, len(u.cells))
		for i, id := range u.cells {
			list[i] = cells[id]
		}
		slices.Sort(list)
		e.length(len(list))
		for _, id := range list {
			e.uint(uint64(id))
		}
	}
}

// join sorts items by time, and makes one of the stretches of a cell that follow
// each other. The time of the last delivery is kept for the newest stretch alone.
func join(items []item, rank []uint16) []item {
	slices.SortFunc(items, func(x, y item) int {
		return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(rank[x.cell], rank[y.cell]), cmp.Compare(x.kind, y.kind),
			cmp.Compare(x.last, y.last), cmp.Compare(x.done, y.done), cmp.Compare(x.delay, y.delay), bytes.Compare(x.id, y.id))
	})
	newest := deliverylog.NoTime
	for i := range items {
		if items[i].fits() {
			newest = max(newest, items[i].last)
		}
	}
	out := items[:0]
	var ends []int // the last stretch of each cell
	for _, it := range items {
		if !it.isStretch() {
			out = append(out, it)
			continue
		}
		if it.last < newest {
			it.done = it.last
		}
		k := slices.IndexFunc(ends, func(i int) bool { return out[i].cell == it.cell })
		if k < 0 {
			k, ends = len(ends), append(ends, 0)
		} else if end := &out[ends[k]]; it.first <= end.last+gapMS && max(it.last, end.last)-end.first <= maxLength {
			switch {
			case it.last > end.last:
				end.last, end.done = it.last, it.done
			case it.last == end.last:
				end.done = max(end.done, it.done)
			}
			end.delay, end.multi = min(end.delay, it.delay), true
			continue
		}
		ends[k] = len(out)
		out = append(out, it)
	}
	return out
}

// An item in the file: kind | multi<<3 | done follows<<4 | cell follows<<5 | length follows<<6 | lag follows<<7.
func writeItems(e *encoder, items []item, cells, errs []uint16) {
	e.length(len(items))
	before, cell := deliverylog.Time(0), uint16(0)
	for i := range items {
		it := &items[i]
		id := cells[it.cell]
		lag := !it.doneKnown && it.done > it.last
		e.buf = append(e.buf, byte(it.kind)|byte(bit(it.multi)<<3|bit(it.doneKnown)<<4|bit(id != cell)<<5|bit(it.last > it.first)<<6|bit(lag)<<7))
		e.int(int64(it.first - before))
		before = it.first
		if it.doneKnown {
			e.int(int64(it.done - it.first))
		}
		if id != cell {
			cell = id
			e.uint(uint64(id))
		}
		if it.last > it.first {
			e.uint(uint64(it.last - it.first))
		}
		if lag {
			e.uint(uint64(it.done - it.last))
		}
		switch it.kind {
		case inTime:
			e.buf = append(e.buf, it.delay)
		case refused:
			e.uint(uint64(errs[it.err]))
		}
		if it.kind.named() {
			e.buf = packID(e.buf, it.id)
		}
		e.spill()
	}
}

// decoder reads the form. After an error everything reads as zero.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.b = nil
}

func (d *decoder) uint(limit uint64) uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > limit {
		d.fail("a number is cut off or too large")
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail("a number is cut off")
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count reads a count of messages.
func (d *decoder) count() int64           { return int64(d.uint(1 << 56)) }
func (d *decoder) flag() bool             { return d.uint(1) == 1 }
func (d *decoder) small() uint32          { return uint32(d.uint(math.MaxUint32)) }
func (d *decoder) time() deliverylog.Time { return deliverylog.Time(d.int()) }

// length reads how long a list is, of elements of at least size bytes.
func (d *decoder) length(size int) int {
	n := d.uint(1 << 40)
	if n > uint64(len(d.b)/size) {
		d.fail("a list is longer than the file")
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.length(1)
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail("the file is cut off")
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

// UnmarshalBinary makes c the count that [Counter.MarshalBinary] gave, with its
// validity, grace and dimension.
func (c *Counter) UnmarshalBinary(b []byte) error {
	if !IsTally(b) {
		return errors.New("not a saved count")
	}
	if len(b) < len(magic)+5 || crc32.ChecksumIEEE(b[:len(b)-4]) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return errors.New("the saved count is damaged: its checksum does not fit")
	}
	d := &decoder{b: b[len(magic) : len(b)-4]}
	if v := d.uint(math.MaxUint64); v != version {
		return fmt.Errorf("the saved count has version %d, which this otpdoctor does not know", v)
	}
	o := Options{Validity: time.Duration(d.uint(1<<40)) * time.Millisecond, Grace: time.Duration(d.uint(1 << 60)), By: string(d.bytes())}
	if d.err == nil && (o.Validity == 0 || !slices.Contains([]string{byCarrier, byCountry, byProvider, bySender}, o.By)) {
		d.fail("it is counted by %q with a validity of %v", o.By, o.Validity)
	}
	n := NewCounter(o)
	n.newest, n.from, n.to = d.time(), d.time(), d.time()
	cells, errs := n.readNames(d)
	n.readNumbers(d, cells, errs)
	n.readSources(d)
	if d.err == nil && len(d.b) > 0 {
		d.fail("something follows its end")
	}
	if d.err != nil {
		return fmt.Errorf("the saved count is damaged: %w", d.err)
	}
	*c = *n
	c.places = places{r: c.reg}
	return nil
}

func (c *Counter) readNames(d *decoder) (cells, errs []uint16) {
	errs = make([]uint16, d.length(2))
	for i := range errs {
		why, _ := reason.Parse(string(d.bytes()))
		errs[i] = c.reg.errorOf(why, string(d.bytes()))
	}
	cells = make([]uint16, d.length(4))
	for i := range cells {
		country := string(d.bytes())
		spellings := d.length(2)
		if spellings == 0 {
			d.fail("a group has no name")
		}
		named := int64(0)
		for k := range spellings {
			name, n := string(d.bytes()), d.count()
			if name == "" || n == 0 {
				d.fail("a group has no name")
				return cells, errs
			}
			named += n
			c.countSpelling(country, name, n)
			cell := c.reg.spelling(c.reg.spell(country, name)).cell
			if c.cell(cell); k == 0 {
				cells[i] = cell
			} else if cell != cells[i] {
				d.fail("a group has the name of another")
			}
		}
		if d.err != nil {
			return cells, errs
		}
		part := &cellCount{errors: map[uint16]int64{}}
		part.read(d, len(errs))
		if !part.adds(named) {
			d.fail("the messages of a group do not add up")
		}
		if d.err == nil {
			c.mergeCell(c.cell(cells[i]), part, errs)
		}
	}
	for _, id := range errs {
		if !slices.ContainsFunc(c.cells, func(cc *cellCount) bool { return cc != nil && cc.errors[id] > 0 }) {
			d.fail("an error has no message")
		}
	}
	return cells, errs
}

// adds says whether a cell's messages, of which named have a name, are as many
// whichever way they are counted.
func (cc *cellCount) adds(named int64) bool {
	refused := int64(0)
	for _, n := range cc.errors {
		refused += n
	}
	return cc.Messages > 0 && cc.Messages == named && cc.Failed == refused &&
		cc.Messages == cc.Delivered+cc.Failed+cc.Unconfirmed+cc.InFlight+cc.waiting+int64(len(cc.open))
}

func (cc *cellCount) read(d *decoder, errs int) {
	for _, n := range cc.Counts.list() {
		*n = d.count()
	}
	cc.waiting = d.count()
	for range cc.sources {
		word := carrier.Source(d.bytes())
		cc.sources[sourceIndex(word)] += d.count()
	}
	cc.latency.max = int64(d.uint(math.MaxInt64))
	step := 0
	for range d.length(2) {
		step += int(d.uint(uint64(stepOf(math.MaxInt64))))
		if step > stepOf(cc.latency.max) {
			d.fail("a latency is above the longest one")
			return
		}
		n := d.small()
		cc.latency.room(step + 1)[step] += n
		cc.latency.n += int64(n)
	}
	for i := range cc.hours {
		cc.hours[i] = Hour{d.count(), d.count(), d.count()}
	}
	for range d.length(2) {
		id := d.index(errs)
		cc.errors[id] += d.count()
	}
	slot, timed := int64(0), map[uint16]int64{}
	for range d.length(3) {
		slot += d.int()
		d.within(slot, slotMS)
		id := d.index(errs)
		n := d.small()
		cc.errorSlots.add(slot, id, n)
		if timed[id] += int64(n); n == 0 || timed[id] > cc.errors[id] {
			d.fail("an error has more messages by time than in all")
		}
	}
	hour := int64(0)
	for range d.length(4) {
		hour += d.int()
		if d.within(hour, hourMS); d.err != nil {
			return
		}
		messages, delivered, failed := d.small(), d.small(), d.small()
		if uint64(delivered)+uint64(failed) > uint64(messages) {
			d.fail("an hour has more messages delivered and failed than in all")
			return
		}
		cc.volume.at(hour).add(&volume{delivered: delivered, failed: failed, others: messages - delivered - failed})
	}
	at := deliverylog.Time(0)
	for range d.length(1) {
		at += d.time()
		cc.open = append(cc.open, at)
		if !storable(at) {
			d.fail("a submit time lies outside of the calendar")
		}
	}
}

// id reads a message id.
func (d *decoder) id() []byte {
	n := 1
	if len(d.b) > 0 {
		n += packedLength(d.b[0])
	}
	if n > len(d.b) {
		d.fail("a message id is cut off")
		return nil
	}
	id, _ := unpackID(nil, d.b)
	d.b = d.b[n:]
	return id
}

// index reads the number of one of n names.
func (d *decoder) index(n int) uint16 {
	if n == 0 {
		d.fail("a name is missing")
		return 0
	}
	return uint16(d.uint(uint64(n - 1)))
}

// pick reads the number of a name and gives that of the counter.
func (d *decoder) pick(names []uint16) uint16 {
	if i := d.index(len(names)); d.err == nil {
		return names[i]
	}
	return 0
}

// within checks the number of a step of time.
func (d *decoder) within(i, ms int64) {
	if i > math.MaxInt64/ms || i < math.MinInt64/ms || !storable(deliverylog.Time(i*ms)) && !storable(deliverylog.Time((i+1)*ms)) {
		d.fail("a submit time lies outside of the calendar")
	}
}

func (c *Counter) readNumbers(d *decoder, cells, errs []uint16) {
	writers := make([]writer, len(c.people.shards))
	for i := range writers {
		writers[i] = writer{s: &c.people.shards[i], pool: &c.people.pages}
	}
	// Numbers come in order.
	keep := func(e *entry) {
		w := &writers[hash(e.key)>>(64-shardBits)]
		if !w.s.based {
			w.s.base, w.s.based = e.items[0].first, true
		}
		w.s.used++
		byTime(e.items)
		w.putSlot(&slot{key: e.key, messages: e.messages, verified: e.verified, zone: c.places.of(e.key)}, e.items)
	}
	person := func(n number.MSISDN, e *entry) {
		e.key, e.messages, e.verified = uint64(n), int64(d.uint(1<<31-1)), d.flag()
		if singles := c.readItems(d, e, cells, errs); singles > e.messages {
			d.fail("a number has more messages than it should")
		}
	}
	n, e := uint64(0), new(entry)
	for range d.length(3) {
		delta := d.uint(math.MaxUint64)
		if n += delta; delta == 0 || n < delta || number.MSISDN(n).IsOdd() {
			d.fail("numbers are not in order")
			return
		}
		if person(number.MSISDN(n), e); d.err != nil {
			return
		}
		keep(e)
	}
	var odd []*entry // greater than all plain ones
	for range d.length(3) {
		text := string(d.bytes())
		if number.Odd(text) == 0 {
			d.fail("a recipient is empty")
			return
		}
		e := new(entry)
		person(number.Odd(text), e)
		odd = append(odd, e)
	}
	slices.SortFunc(odd, func(x, y *entry) int { return cmp.Compare(x.key, y.key) })
	for i, e := range odd {
		if i > 0 && e.key == odd[i-1].key {
			d.fail("a number comes twice")
		}
		if d.err == nil {
			keep(e)
		}
	}
	for i := range writers {
		writers[i].done()
	}
	for range d.length(6) {
		n := number.MSISDN(0)
		if text := string(d.bytes()); text != "" {
			n = number.Odd(text)
		} else {
			n = number.MSISDN(d.uint(math.MaxUint64))
		}
		u := &untimed{messages: d.count(), delivered: d.count(), verified: d.flag(), done: d.time()}
		for range d.length(1) {
			u.cells = append(u.cells, d.pick(cells))
		}
		if d.err != nil || n == 0 || len(u.cells) == 0 {
			d.fail("a recipient is empty")
			return
		}
		slices.Sort(u.cells)
		u.cells = slices.Compact(u.cells)
		c.people.mergeUntimed(n, u)
	}
}

// readItems gives how many messages there are at least.
func (c *Counter) readItems(d *decoder, e *entry, cells, errs []uint16) (messages int64) {
	e.items = e.items[:0]
	first, id := deliverylog.Time(0), uint16(0)
	n := d.length(2)
	if n == 0 || len(cells) == 0 {
		d.fail("a number has no message")
		return 0
	}
	for range n {
		head := d.byte()
		it := item{kind: kind(head & 7), multi: head&(1<<3) != 0, doneKnown: head&(1<<4) != 0}
		first += d.time()
		it.first = first
		if it.doneKnown {
			it.done = first + d.time()
		}
		if head&(1<<5) != 0 {
			id = d.index(len(cells))
		}
		it.cell, it.last = cells[id], first
		if head&(1<<6) != 0 {
			it.last += deliverylog.Time(d.uint(maxLength))
		}
		if !it.doneKnown {
			it.done = it.last
		}
		if head&(1<<7) != 0 {
			it.done = it.last + deliverylog.Time(d.uint(maxLag))
		}
		switch it.kind {
		case inTime:
			it.delay = d.byte()
		case refused:
			it.err = d.pick(errs)
		}
		if it.kind.named() {
			it.id = d.id()
		}
		if d.err == nil && (it.kind >= kinds || it.delay >= DelayClasses || len(it.id) > maxID || !storable(it.first) || !storable(it.last) ||
			it.last > it.first && !it.fits()) {
			d.fail("an item is not possible")
		}
		if d.err != nil {
			return 0
		}
		if !it.doneKnown || it.kind != inTime {
			messages++
		}
		e.items = append(e.items, it)
	}
	return messages
}
