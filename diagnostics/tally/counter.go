package tally

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// Counter counts messages in any order: the same messages give the same [Table]
// whatever their order, and however they are split over counters that are merged
// afterwards. Messages wait, the first 20 MiB of them in memory and up to 2 GiB in a
// temporary file. Closing counts them from there, put beside those of their number;
// a record is kept of numbers with bad attempts alone. All numbers have one where
// there is no file, or no room left in it, and in a count that is saved: that costs
// about 10 bytes a number, 6 for each log-in attempt and 25 for each message that
// was late or did not come: nearly 60 bytes a number in a week of eight messages each.
// Add allocates nothing for a message like those before. The memory holds no
// pointers, so that a program that has much to count may set the collector tight
// (debug.SetGCPercent) at little cost.
//
// A Counter is for one goroutine. [Counter.Fork] gives more of them that fill the
// same memory.
type Counter struct {
	o      Options
	newest deliverylog.Time
	from   deliverylog.Time
	to     deliverylog.Time
	watch  map[number.MSISDN]*[]message.Message

	people *people
	reg    *registry
	places places

	sources []deliverylog.Summary // noted logs

	cells     []*cellCount
	spellings []int64 // messages by spelling
	names     [nameSlots]nameSlot
	profiles  []nameSlot // by message.Message.Profile
	dimension dimension
	validity  deliverylog.Time
	errs      [errorSlots]errorSlot
	batches   [1 << shardBits]batch
	absorber
}

// people are all numbers, shared by forks.
type people struct {
	store
	mu      sync.Mutex
	untimed map[number.MSISDN]*untimed
	typed   map[number.MSISDN]struct{} // who typed a code in, of those with messages that wait

	waitingBytes int   // of a shard, before it goes to the file
	fewBad       int64 // see [Table.keepAll]

	size    atomic.Int64 // bytes of records
	flooded atomic.Bool  // they were too many: none is kept any more
	failed  atomic.Pointer[error]
}

// Err is why what was counted or looked up is not whole: what waited in a temporary
// file could not be read again.
func (c *Counter) Err() error {
	if err := c.people.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Release lets go of the temporary file; the counter and its table are of no use afterwards.
func (c *Counter) Release() { c.people.spill.close() }

func (p *people) fail(err error) { p.failed.CompareAndSwap(nil, &err) }

// untimed is what is known of a number's messages without a submit time.
type untimed struct {
	messages, delivered int64
	verified            bool
	done                deliverylog.Time // newest
	cells               []uint16         // in order
	timed               bool             // there are others too, as closing has found
}

// cellCount counts the messages of a cell.
type cellCount struct {
	Counts
	sources    [len(sources)]int64
	latency    Histogram
	hours      [24]Hour
	errors     map[uint16]int64
	errorSlots slotErrors
	volume     book[hourCount]    // by hour since 1970
	hour       int64              // … of the message before
	lastHour   *hourCount         // … its page
	open       []deliverylog.Time // submit times of messages that may yet be in flight
	openSettle int
	zone       uint16
	waiting    int64 // messages without a submit time, not handed on
}

// hourAt gives the count of an hour.
func (cc *cellCount) hourAt(hour int64) *hourCount {
	if cc.hour != hour || cc.lastHour == nil {
		cc.hour, cc.lastHour = hour, cc.volume.at(hour)
	}
	return cc.lastHour
}

// hourCount is the messages of an hour.
type hourCount struct {
	volume
	// slots are the messages that wait as events, by the slot of their submit time.
	// Most are an attempt each, in the cell's zone: the others are taken off again.
	// Counts that are to be added up may be below zero, modulo 2^32.
	slots [slotsPerHour]uint32
}

type volume struct{ delivered, failed, others uint32 }

func (v *volume) messages() uint32 { return v.delivered + v.failed + v.others }

// unslot takes a message that waits no more off the slots.
func (cc *cellCount) unslot(at deliverylog.Time) {
	hour, slot := slotOf(at)
	cc.hourAt(hour).slots[slot]--
}

// sources in order of sureness.
var sources = [...]carrier.Source{carrier.Unknown, carrier.Prefix, carrier.FromLookup, carrier.FromLog, carrier.FromAgent}

// names remembers the spellings seen last.
const nameSlots = 1 << 9

type nameSlot struct {
	country, name string // as messages have them
	source        carrier.Source
	count         *cellCount
	messages      int64 // that are in no other count yet
	spelling      int32
	cell          uint16
}

// settle counts the messages of a name for its cell, its spelling and its source.
func (c *Counter) settle(n *nameSlot) {
	if n.messages > 0 {
		n.count.Messages += n.messages
		n.count.sources[sourceIndex(n.source)] += n.messages
		c.spellings[n.spelling] += n.messages
		n.messages = 0
	}
}

// errs remembers the errors seen last.
const errorSlots = 1 << 7

type errorSlot struct {
	key errorKey
	id  uint16
	set bool
}

// NewCounter makes an empty counter.
func NewCounter(o Options) *Counter {
	if o.Validity == 0 {
		o.Validity = DefaultValidity
	}
	if o.By == "" {
		o.By = byCarrier
	}
	if o.Since == 0 {
		o.Since = deliverylog.NoTime
	}
	if o.Until == 0 {
		o.Until = deliverylog.NoTime
	}
	p := &people{untimed: map[number.MSISDN]*untimed{}, waitingBytes: waitingBytes, fewBad: fewBad}
	return newCounter(o, p, newRegistry(o.By))
}

func newCounter(o Options, p *people, r *registry) *Counter {
	c := &Counter{o: o, newest: deliverylog.NoTime, from: deliverylog.NoTime, to: deliverylog.NoTime,
		people: p, reg: r, places: places{r: r}, dimension: dimensionOf(o.By), validity: deliverylog.Time(o.Validity.Milliseconds()), watch: map[number.MSISDN]*[]message.Message{}}
	for _, n := range o.Watch {
		c.watch[n] = new([]message.Message)
	}
	return c
}

// Fork gives a further counter that fills the same memory, for another
// goroutine. Merge it back when it has counted its part.
func (c *Counter) Fork() *Counter { return newCounter(c.o, c.people, c.reg) }

// See notes a time of the log that stands in no message: the newest one decides
// which open messages are still in flight.
func (c *Counter) See(t deliverylog.Time) { c.newest = max(c.newest, t) }

// Cells is how many groups there are at least besides the one of the unknown,
// those of forks among them.
func (c *Counter) Cells() int { return len(c.cells) - 1 }

// Add counts one message. Of m nothing is kept but texts.
func (c *Counter) Add(m *message.Message) {
	at := m.Submitted
	c.newest = max(c.newest, at, m.Done, m.Verified)
	if !storable(at) {
		at = deliverylog.NoTime
	}
	if c.o.Since.Known() && at < c.o.Since || c.o.Until.Known() && (at >= c.o.Until || !at.Known()) {
		return
	}

	n := c.name(m)
	n.messages++
	cc := n.count

	kind, err := c.kindOf(m, at), uint16(0)
	switch kind {
	case inTime, late:
		cc.Delivered++
		if at.Known() && m.Done.Known() {
			cc.latency.Add(int64(m.Done - at))
		}
		if kind == late {
			cc.LateMessages++
		}
	case refused:
		cc.Failed++
		err = c.errorOf(m)
		cc.errors[err]++
	case unconfirmed:
		cc.Unconfirmed++
	case inFlight:
		cc.InFlight++
	case unresolved:
		switch {
		case at.Known():
			c.wait(cc, at)
		case m.Waiting:
			cc.waiting++
		default:
			cc.Unconfirmed++
		}
	}
	if len(c.watch) > 0 && m.To != 0 {
		if w := c.watch[m.To]; w != nil {
			*w = append(*w, clone(m))
		}
	}
	if !at.Known() {
		if m.To != 0 {
			c.people.addUntimed(m, n.cell)
			c.checkSize(0)
		}
		return
	}

	if !c.from.Known() {
		c.from = at
	}
	c.from, c.to = min(c.from, at), max(c.to, at)
	hour, slot := slotOf(at)
	h := cc.hourAt(hour)
	switch {
	case kind.delivered():
		h.delivered++
	case kind == refused:
		h.failed++
		cc.errorSlots.add(FloorDiv(int64(at), slotMS), err, 1)
	default:
		h.others++
	}
	if m.To == 0 {
		c.countHour(cc, 0, at, kind)
		return
	}
	h.slots[slot]++

	key := uint64(m.To)
	shard := int(hash(key) >> (64 - shardBits))
	b := &c.batches[shard]
	if kind != inTime || m.Verified.Known() || !b.append(key, at, m.Done, n.cell) {
		it := item{first: at, last: at, kind: kind, cell: n.cell, err: err}
		it.deliver(m.Done)
		b.appendNoted(key, &it, m.ID, m.Verified.Known())
	}
	if b.n == batchSize {
		c.flush(shard)
	}
}

// TakesPlain says whether messages may come by AddPlain: a Profile stands for carrier
// and country, not for sender and provider, and Add has not looked at one whose
// messages so far were left out.
func (c *Counter) TakesPlain() bool {
	return (c.dimension == carriers || c.dimension == countries) && !c.o.Since.Known() && !c.o.Until.Known()
}

// AddPlain counts messages to numbers that are not watched; of the profile of each
// Add has counted one before.
func (c *Counter) AddPlain(list []message.Plain) {
	for i := range list {
		m := &list[i]
		n, at := &c.profiles[m.Profile], m.Submitted
		if lag := m.Done - at; m.Done.Known() && (lag < 0 || lag > c.validity) || !storable(at) {
			c.addPlain(n, m)
			continue
		}
		if c.newest = max(c.newest, at, m.Done); !c.from.Known() {
			c.from = at
		}
		c.from, c.to = min(c.from, at), max(c.to, at)
		n.messages++
		cc := n.count
		cc.Delivered++
		if m.Done.Known() {
			cc.latency.Add(int64(m.Done - at))
		}
		hour, slot := slotOf(at)
		h := cc.hourAt(hour)
		h.delivered++
		h.slots[slot]++

		shard := int(hash(uint64(m.To)) >> (64 - shardBits))
		b := &c.batches[shard]
		if !b.append(uint64(m.To), at, m.Done, n.cell) {
			it := item{first: at, last: at, cell: n.cell}
			it.deliver(m.Done)
			b.appendNoted(uint64(m.To), &it, "", false)
		}
		if b.n == batchSize {
			c.flush(shard)
		}
	}
}

// addPlain counts a plain message as any other.
func (c *Counter) addPlain(n *nameSlot, p *message.Plain) {
	c.Add(&message.Message{To: p.To, Submitted: p.Submitted, Done: p.Done, Verified: deliverylog.NoTime, Status: message.Delivered, Reason: reason.Delivered,
		Country: n.country, Carrier: n.name, CarrierSource: n.source, Profile: p.Profile})
}

// latestTyping is how long after the newest message a code may be typed in.
const latestTyping = deliverylog.Time(time.Hour / time.Millisecond)

// Typed notes that the user of a number typed a code in, as login logs tell it.
// It counts for numbers that have messages, within the time of the messages.
// Counters must have been merged before.
func (c *Counter) Typed(n number.MSISDN, at deliverylog.Time) {
	if n == 0 || !c.from.Known() || at < c.from || at > c.to+latestTyping {
		return
	}
	s := c.people.shard(uint64(n))
	if record, ok := s.locate(uint64(n)); ok {
		record[0] |= recordVerified
	}
	if c.flushAll(); s.waiting.n > 0 {
		if c.people.typed == nil {
			c.people.typed = map[number.MSISDN]struct{}{}
		}
		c.people.typed[n] = struct{}{}
	}
}

// kindOf is what became of a message that was submitted at a time.
func (c *Counter) kindOf(m *message.Message, at deliverylog.Time) kind {
	switch m.Status {
	case message.Delivered:
		if m.Done.Known() && at.Known() && m.Done-at > c.validity {
			return late
		}
		return inTime
	case message.Failed:
		return refused
	case message.Unconfirmed:
		return unconfirmed
	case message.InFlight:
		return inFlight
	}
	return unresolved
}

// deliver notes when a message was delivered.
func (it *item) deliver(done deliverylog.Time) {
	it.done = it.first
	if !it.kind.delivered() {
		return
	}
	it.delay = DelayClasses - 1
	if done.Known() {
		it.done, it.doneKnown, it.delay = done, true, delayClass(int64(done-it.first))
	}
}

const slotMS = int64(SlotLength / time.Millisecond)

// countHour counts a message under its local hour; zone 0 is the country's.
func (c *Counter) countHour(cc *cellCount, zone uint16, at deliverylog.Time, k kind) {
	if zone == 0 {
		zone = cc.zone
	}
	cc.hours[hourOf(c.places.local(zone, int64(at)))].count(k)
}

func (h *Hour) count(k kind) {
	h.Messages++
	switch k {
	case late:
		h.Late++
	case refused:
		h.Failed++
	}
}

// name finds the spelling and cell of a message.
func (c *Counter) name(m *message.Message) *nameSlot {
	name := c.dimension.of(m)
	p := int(m.Profile)
	if p <= 0 {
		return c.named(m.Country, name, m.CarrierSource)
	}
	if p < len(c.profiles) {
		if n := &c.profiles[p]; n.name == name && n.country == m.Country && n.source == m.CarrierSource {
			return n
		}
		c.settle(&c.profiles[p])
	}
	n := *c.named(m.Country, name, m.CarrierSource)
	n.country, n.name, n.source = m.Country, name, m.CarrierSource // the same texts, not ones like them: those are quick to compare
	n.messages = 0
	for len(c.profiles) <= p {
		c.profiles = append(c.profiles, nameSlot{})
	}
	c.profiles[p] = n
	return &c.profiles[p]
}

// named finds a name among those seen last.
func (c *Counter) named(country, name string, source carrier.Source) *nameSlot {
	h := uint32(len(name)) * 0x9E3779B1
	h ^= uint32(name[0])<<8 ^ uint32(name[len(name)-1])<<16 ^ uint32(name[len(name)/2])
	if len(country) > 1 {
		h ^= uint32(country[0])<<3 ^ uint32(country[1])<<20
	}
	n := &c.names[h*0x85EBCA6B>>(32-9)]
	same := n.name == name && n.country == country
	if same && n.source == source {
		return n
	}
	if c.settle(n); same {
		n.source = source
		return n
	}
	id := c.reg.spell(country, name)
	sp := c.reg.spelling(id)
	for len(c.spellings) <= id {
		c.spellings = append(c.spellings, 0)
	}
	*n = nameSlot{country: strings.Clone(country), name: sp.name, source: source, count: c.cell(sp.cell), spelling: int32(id), cell: sp.cell}
	if sp.name != name { // counted under another name
		n.name = strings.Clone(name)
	}
	return n
}

// cell makes room for counting a cell.
func (c *Counter) cell(id uint16) *cellCount {
	for len(c.cells) <= int(id) {
		c.cells = append(c.cells, nil)
	}
	if c.cells[id] == nil {
		c.cells[id] = &cellCount{zone: c.reg.cell(id).zone, errors: map[uint16]int64{}}
	}
	return c.cells[id]
}

// errorOf finds the number of a failed message's reason and code.
func (c *Counter) errorOf(m *message.Message) uint16 {
	h := uint32(m.Reason)
	for i := range min(len(m.Code), 8) {
		h = h*31 + uint32(m.Code[len(m.Code)-1-i])
	}
	e := &c.errs[h%errorSlots]
	if key := (errorKey{m.Reason, m.Code}); !e.set || e.key != key {
		key.code = strings.Clone(key.code)
		*e = errorSlot{key, c.reg.errorOf(m.Reason, key.code), true}
	}
	return e.id
}

func sourceIndex(s carrier.Source) int {
	for i := len(sources) - 1; i > 0; i-- {
		if sources[i] == s {
			return i
		}
	}
	return 0
}

// delayClass is the class of a latency in ms, see DelayBounds. It has no branch
// that the latency of most messages decides.
func delayClass(ms int64) uint8 {
	if ms < 0 {
		return DelayClasses - 1
	}
	return uint8(bit(ms >= delayMS[0]) + bit(ms >= delayMS[1]) + bit(ms >= delayMS[2]))
}

var delayMS = [...]int64{DelayBounds[0].Milliseconds(), DelayBounds[1].Milliseconds(), DelayBounds[2].Milliseconds()}

// longestGrace is the longest that there may be in the end: a count with a
// shorter one may be merged with this one.
func (c *Counter) longestGrace() deliverylog.Time {
	g := c.o.Grace
	return deliverylog.Time(max(g, message.MaxGrace).Milliseconds())
}

// wait notes an open message. Those that are too old to be in flight whatever
// comes are counted and forgotten when they are many.
func (c *Counter) wait(cc *cellCount, at deliverylog.Time) {
	if at <= c.newest-c.longestGrace() {
		cc.Unconfirmed++
		return
	}
	cc.open = append(cc.open, at)
	if len(cc.open) >= 2*cc.openSettle {
		c.forget(cc)
		cc.openSettle = max(512, len(cc.open))
	}
}

func (c *Counter) forget(cc *cellCount) {
	old := c.newest - c.longestGrace()
	keep := cc.open[:0]
	for _, at := range cc.open {
		if at <= old {
			cc.Unconfirmed++
		} else {
			keep = append(keep, at)
		}
	}
	cc.open = keep
}

func (p *people) addUntimed(m *message.Message, cell uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flooded.Load() { // asked here, so that nothing is put in behind the one who empties it
		return
	}
	u := &untimed{messages: 1, verified: m.Verified.Known(), done: deliverylog.NoTime, cells: []uint16{cell}}
	if m.Status == message.Delivered {
		u.delivered, u.done = 1, m.Done
	}
	p.mergeUntimed(m.To, u)
}

func (p *people) mergeUntimed(n number.MSISDN, u *untimed) {
	old := p.untimed[n]
	if old == nil {
		p.untimed[n] = u
		p.size.Add(untimedBytes)
		return
	}
	old.messages += u.messages
	old.delivered += u.delivered
	old.verified = old.verified || u.verified
	old.done = max(old.done, u.done)
	for _, c := range u.cells {
		if i, ok := slices.BinarySearch(old.cells, c); !ok {
			old.cells = slices.Insert(old.cells, i, c)
		}
	}
}

func clone(m *message.Message) message.Message {
	k := *m
	k.ID, k.Country, k.Carrier = strings.Clone(m.ID), strings.Clone(m.Country), strings.Clone(m.Carrier)
	k.Sender, k.Provider, k.Code = strings.Clone(m.Sender), strings.Clone(m.Provider), strings.Clone(m.Code)
	return k
}

// fewWaiting is up to how many waiting messages one goroutine puts in.
const fewWaiting = 20_000

// Settle does what merging and closing would do first, for forks that may do it at
// the same time. c may count on.
func (c *Counter) Settle() {
	c.flushAll()
	c.tidy()
}

// tidy puts what is counted in lists in order.
func (c *Counter) tidy() {
	for _, cc := range c.cells {
		if cc != nil {
			cc.errorSlots.all()
		}
	}
}

// gather puts all in its place, so that the shards can be read.
func (c *Counter) gather() {
	c.flushAll()
	waiting := c.people.waits()
	if waiting == 0 && !c.people.flooded.Load() {
		return
	}
	forks := []*Counter{c}
	if waiting > fewWaiting {
		for len(forks) < min(runtime.GOMAXPROCS(0), 4) {
			forks = append(forks, c.Fork())
		}
	}
	next := new(atomic.Int32)
	var all sync.WaitGroup
	for _, f := range forks {
		all.Go(func() { f.gatherFrom(next) })
	}
	all.Wait()
	for _, f := range forks[1:] {
		c.mergeCells(f)
	}
	if c.people.flooded.Load() { // perhaps after some shards were done
		c.gatherFrom(new(atomic.Int32))
	}
	c.absorber = absorber{}
	c.people.blocks.drop()
	c.people.spill.close()
	c.people.typed = nil
}

// waits is how many messages wait.
func (p *people) waits() (n int) {
	for i := range p.shards {
		n += p.shards[i].waiting.n
	}
	return n
}

// gatherFrom puts in what waits in the shards that nobody else has taken.
func (c *Counter) gatherFrom(next *atomic.Int32) {
	for i := next.Add(1) - 1; int(i) < len(c.people.shards); i = next.Add(1) - 1 {
		s := &c.people.shards[i]
		c.absorb(s)
		if c.people.flooded.Load() {
			c.pass(s)
		}
	}
}

// settleNames counts what waits in names.
func (c *Counter) settleNames() {
	for i := range c.names {
		c.settle(&c.names[i])
	}
	for i := range c.profiles {
		c.settle(&c.profiles[i])
	}
}

// flushAll hands on what waits in batches and names.
func (c *Counter) flushAll() {
	c.settleNames()
	for i := range c.batches {
		if c.batches[i].n > 0 {
			c.flush(i)
		}
	}
}

// Merge adds what other has counted, a fork of c or any other counter; other must
// not be used afterwards. Counts with another validity or by another dimension
// cannot be added.
func (c *Counter) Merge(other *Counter) error {
	switch {
	case c.o.Validity != other.o.Validity:
		return errors.New("counted with another validity: " + other.o.Validity.String() + ", not " + c.o.Validity.String())
	case c.o.By != other.o.By:
		return errors.New("counted by " + other.o.By + ", not by " + c.o.By)
	}
	c.flushAll()
	if other.flushAll(); other.people != c.people {
		other.gather()
	}
	c.sources = append(c.sources, other.sources...)
	c.newest, c.to = max(c.newest, other.newest), max(c.to, other.to)
	if !c.from.Known() || other.from.Known() && other.from < c.from {
		c.from = other.from
	}
	for n, ms := range other.watch {
		if c.watch[n] == nil {
			c.watch[n] = new([]message.Message)
		}
		*c.watch[n] = append(*c.watch[n], *ms...)
	}

	cells, errs := c.mergeCells(other)
	if other.people.flooded.Load() && c.people != other.people {
		c.flood()
		c.gather()
	}
	if c.people != other.people && !c.people.flooded.Load() {
		c.mergePeople(other, cells, errs)
	}
	*other = Counter{} // for whoever still points to it
	return nil
}

// mergeCells adds up the groups, and gives c's numbers for other's cells and errors.
func (c *Counter) mergeCells(other *Counter) (cells, errs []uint16) {
	cells, errs = c.translate(other)
	for id, n := range other.spellings {
		if n > 0 {
			sp := other.reg.spelling(id)
			c.countSpelling(other.reg.cell(sp.cell).country, sp.name, n)
		}
	}
	for id, oc := range other.cells {
		if oc != nil {
			c.mergeCell(c.cell(cells[id]), oc, errs)
		}
	}
	return cells, errs
}

// countSpelling counts messages under a name.
func (c *Counter) countSpelling(country, name string, messages int64) {
	id := c.reg.spell(country, name)
	for len(c.spellings) <= id {
		c.spellings = append(c.spellings, 0)
	}
	c.spellings[id] += messages
}

// translate gives c's numbers for other's cells and errors.
func (c *Counter) translate(other *Counter) (cells, errs []uint16) {
	other.reg.mu.RLock()
	theirs, theirErrors, theirSpellings := other.reg.cells, other.reg.errors, other.reg.spellings
	other.reg.mu.RUnlock()
	cells, errs = make([]uint16, len(theirs)), make([]uint16, len(theirErrors))
	for _, sp := range theirSpellings {
		id := c.reg.spell(theirs[sp.cell].country, sp.name)
		cells[sp.cell] = c.reg.spelling(id).cell
	}
	for i, e := range theirErrors {
		errs[i] = c.reg.errorOf(e.reason, e.code)
	}
	return cells, errs
}

func (c *Counter) mergeCell(cc, other *cellCount, errs []uint16) {
	cc.Counts.add(&other.Counts)
	for i, n := range other.sources {
		cc.sources[i] += n
	}
	cc.latency.Merge(&other.latency)
	for i, h := range other.hours {
		cc.hours[i].add(h)
	}
	for e, n := range other.errors {
		cc.errors[errs[e]] += n
	}
	theirs := slotErrors{}
	for _, p := range other.errorSlots.all() {
		theirs.pairs = append(theirs.pairs, slotError{p.slot()<<16 | int64(errs[p.err()]), p.n})
	}
	cc.errorSlots.merge(&theirs)
	for hour, from := range other.volume.all() {
		to := cc.volume.at(hour)
		to.add(&from.volume)
		for i, n := range from.slots {
			to.slots[i] += n
		}
	}
	cc.waiting += other.waiting
	for _, at := range other.open {
		c.wait(cc, at)
	}
}

func (c *Counts) add(other *Counts) {
	c.Messages += other.Messages
	c.Delivered += other.Delivered
	c.Failed += other.Failed
	c.Unconfirmed += other.Unconfirmed
	c.InFlight += other.InFlight
	c.LateMessages += other.LateMessages
}

func (h *Hour) add(other Hour) {
	h.Messages += other.Messages
	h.Failed += other.Failed
	h.Late += other.Late
}

func (c *Counter) mergePeople(other *Counter, cells, errs []uint16) {
	for n, u := range other.people.untimed {
		for i, id := range u.cells {
			u.cells[i] = cells[id]
		}
		slices.Sort(u.cells)
		u.cells = slices.Compact(u.cells)
		c.people.mergeUntimed(n, u)
	}
	var r reader
	for i := range other.people.shards {
		if c.checkSize(0); c.people.flooded.Load() {
			c.gather()
			return
		}
		from := &other.people.shards[i]
		in, sl, e := cursor{s: from}, new(slot), new(entry)
		c.absorb(&c.people.shards[i])
		c.merge(&c.people.shards[i], false, func() *entry {
			if !in.slot(sl) {
				return nil
			}
			e.key, e.messages, e.verified = sl.key, sl.messages, sl.verified
			e.items = r.read(sl)
			for k := range e.items {
				it := &e.items[k]
				it.cell, it.err = cells[it.cell], errs[it.err]
			}
			return e
		})
		*from = shard{}
	}
}
