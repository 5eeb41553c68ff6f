package tally

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// Counter counts messages in any order: the same messages give the same [Table]
// whatever their order, and however they are split over counters that are merged
// afterwards. It is not safe for use by several goroutines at once.
type Counter struct {
	o        Options
	newest   deliverylog.Time
	messages []message.Message
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
	return &Counter{o: o, newest: deliverylog.NoTime}
}

// See notes a time of the log that stands in no message: the newest one decides
// which open messages are still in flight.
func (c *Counter) See(t deliverylog.Time) { c.newest = max(c.newest, t) }

// Add counts one message. Nothing of m is kept but copies.
func (c *Counter) Add(m *message.Message) {
	c.See(max(m.Submitted, m.Done, m.Verified))
	if c.o.Since.Known() && (!m.Submitted.Known() || m.Submitted < c.o.Since) ||
		c.o.Until.Known() && (!m.Submitted.Known() || m.Submitted >= c.o.Until) {
		return
	}
	c.messages = append(c.messages, clone(m))
}

func clone(m *message.Message) message.Message {
	k := *m
	k.ID, k.Country, k.Carrier = strings.Clone(m.ID), strings.Clone(m.Country), strings.Clone(m.Carrier)
	k.Sender, k.Provider, k.Code = strings.Clone(m.Sender), strings.Clone(m.Provider), strings.Clone(m.Code)
	return k
}

// Merge adds what other has counted; other must not be used afterwards. Counts
// with another validity or another dimension cannot be added.
func (c *Counter) Merge(other *Counter) error {
	switch {
	case c.o.Validity != other.o.Validity:
		return errors.New("counted with another validity: " + other.o.Validity.String() + ", not " + c.o.Validity.String())
	case c.o.By != other.o.By:
		return errors.New("counted by " + other.o.By + ", not by " + c.o.By)
	}
	c.newest = max(c.newest, other.newest)
	c.messages = append(c.messages, other.messages...)
	c.o.Watch = append(slices.Clip(c.o.Watch), other.o.Watch...)
	return nil
}

// Close finishes the count. newest is the newest time in any record of the log,
// or NoTime where the counter has seen it. The counter stays as it was.
func (c *Counter) Close(newest deliverylog.Time) *Table {
	b := &builder{c: c, groups: map[groupKey]*tallied{}, people: map[number.MSISDN][]*message.Message{}}
	b.clock.Newest = max(newest, c.newest)
	b.total = newTallied()
	for i := range c.messages {
		m := &c.messages[i]
		if l, ok := m.Latency(); ok {
			b.total.g.Latency.Add(l.Milliseconds())
		}
	}
	b.clock.Grace = c.o.Grace
	if b.clock.Grace == 0 {
		p, _ := b.total.g.Latency.Quantile(0.995)
		b.clock.Grace = message.Grace(time.Duration(p*1000) * time.Millisecond)
	}
	return b.table()
}

// place is the zone of a recipient: its own, else its country's, else UTC.
func place(n number.MSISDN, country string) *time.Location {
	if loc := n.Location(); loc != nil {
		return loc
	}
	if loc := number.CountryLocation(country); loc != nil {
		return loc
	}
	return time.UTC
}

type errorKey struct {
	reason reason.Reason
	code   string
}

type tallied struct {
	g         *Group
	key       groupKey
	spellings map[string]int
	sources   map[carrier.Source]int
	errors    map[errorKey]int64
	slots     map[deliverylog.Time]*Slot
	errSlots  map[deliverylog.Time]map[errorKey]uint32
	days      map[string]*Day
}

func newTallied() *tallied {
	return &tallied{g: &Group{}, spellings: map[string]int{}, sources: map[carrier.Source]int{}, errors: map[errorKey]int64{},
		slots: map[deliverylog.Time]*Slot{}, errSlots: map[deliverylog.Time]map[errorKey]uint32{}, days: map[string]*Day{}}
}

type builder struct {
	c      *Counter
	clock  message.Clock
	total  *tallied
	groups map[groupKey]*tallied
	people map[number.MSISDN][]*message.Message
}

func (b *builder) dimension(m *message.Message) (country, name string) {
	switch b.c.o.By {
	case byCountry:
		if m.Country == "" {
			return "", unknown
		}
		return m.Country, m.Country
	case byProvider:
		return "", cmp.Or(m.Provider, unknown)
	case bySender:
		return "", cmp.Or(m.Sender, unknown)
	}
	return m.Country, cmp.Or(m.Carrier, unknown)
}

func (b *builder) groupOf(m *message.Message) *tallied {
	country, name := b.dimension(m)
	key := keyOf(b.c.o.By, country, name)
	t := b.groups[key]
	if t == nil {
		t = newTallied()
		t.key, t.g.Country = key, key.country
		b.groups[key] = t
	}
	return t
}

func slotStart(t deliverylog.Time) deliverylog.Time {
	const length = deliverylog.Time(SlotLength / time.Millisecond)
	s := t / length * length
	if t < s {
		s -= length
	}
	return s
}

func (t *tallied) slot(at deliverylog.Time) *Slot {
	at = slotStart(at)
	s := t.slots[at]
	if s == nil {
		s = &Slot{Start: at}
		t.slots[at] = s
	}
	return s
}

func (b *builder) count(t *tallied, m *message.Message) {
	g := t.g
	g.Messages++
	status := b.clock.Judge(m.Status, m.Waiting, m.Submitted)
	late := false
	switch status {
	case message.Delivered:
		g.Delivered++
		if l, ok := m.Latency(); ok {
			if late = l > b.c.o.Validity; late {
				g.LateMessages++
			}
			if t != b.total { // counted before: the grace depends on it
				g.Latency.Add(l.Milliseconds())
			}
		}
	case message.Failed:
		g.Failed++
		t.errors[errorKey{m.Reason, m.Code}]++
	case message.Unconfirmed:
		g.Unconfirmed++
	case message.InFlight:
		g.InFlight++
	}
	_, name := b.dimension(m)
	t.spellings[name]++
	if m.CarrierSource != "" {
		t.sources[m.CarrierSource]++
	}
	if !m.Submitted.Known() {
		return
	}
	h := &g.Hours[m.Submitted.Std().In(place(m.To, m.Country)).Hour()]
	h.Messages++
	s := t.slot(m.Submitted)
	s.Messages++
	switch {
	case late:
		h.Late++
		s.Delivered++
	case status == message.Delivered:
		s.Delivered++
	case status == message.Failed:
		h.Failed++
		s.Refused++
		at := slotStart(m.Submitted)
		if t.errSlots[at] == nil {
			t.errSlots[at] = map[errorKey]uint32{}
		}
		t.errSlots[at][errorKey{m.Reason, m.Code}]++
	}
}

// delayClass is the class of an ok message, see DelayBounds.
func delayClass(m *message.Message) int {
	l, ok := m.Latency()
	if !ok || l < 0 {
		return DelayClasses - 1
	}
	for i, bound := range DelayBounds {
		if l < bound {
			return i
		}
	}
	return len(DelayBounds)
}

func (b *builder) inTime(m *message.Message) bool {
	l, ok := m.Latency()
	return m.Status == message.Delivered && (!ok || l <= b.c.o.Validity)
}

// attempt sums up messages of one attempt, by submit time.
func (b *builder) attempt(ms []*message.Message) (a Attempt, delay int) {
	a = Attempt{Number: ms[0].To, First: ms[0].Submitted, Last: ms[len(ms)-1].Submitted, DeliveredAt: deliverylog.NoTime}
	delay = DelayClasses - 1
	inTime, inFlight := false, false
	var first *message.Message
	reasons := map[reason.Reason]int{}
	for _, m := range ms {
		a.Messages++
		a.Hours |= 1 << m.Submitted.Std().In(place(m.To, m.Country)).Hour()
		switch b.clock.Judge(m.Status, m.Waiting, m.Submitted) {
		case message.Delivered:
			a.Delivered++
			if b.inTime(m) {
				inTime = true
				delay = min(delay, delayClass(m))
			}
			if m.Done.Known() && (!a.DeliveredAt.Known() || m.Done < a.DeliveredAt) {
				a.DeliveredAt = m.Done
			}
			continue
		case message.Failed:
			a.FailedMsgs++
			if m.Reason != reason.Unknown {
				reasons[m.Reason]++
			}
		case message.InFlight:
			inFlight = true
		}
		if first == nil || m.Submitted == first.Submitted && m.ID < first.ID {
			first = m
		}
	}
	if first != nil {
		a.MessageID = first.ID
	}
	switch {
	case inTime:
		a.Outcome = OK
	case a.Delivered > 0:
		a.Outcome = Late
	case inFlight:
		a.Outcome = NotJudged
	default:
		a.Outcome = Failed
	}
	for r := range reason.Count {
		if reasons[r] > reasons[a.Reason] {
			a.Reason = r
		}
	}
	codes := map[string]int{}
	for _, m := range ms {
		if m.Status == message.Failed && m.Reason == a.Reason && m.Code != "" {
			codes[m.Code]++
		}
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if codes[code] > codes[a.Code] {
			a.Code = code
		}
	}
	return a, delay
}

func (b *builder) table() *Table {
	c := b.c
	t := &Table{Validity: c.o.Validity, Clock: b.clock, By: c.o.By, From: deliverylog.NoTime, To: deliverylog.NoTime,
		watched: map[number.MSISDN]*Watched{}, index: map[groupKey]int{}}
	for i := range c.messages {
		m := &c.messages[i]
		b.count(b.total, m)
		b.count(b.groupOf(m), m)
		if m.Submitted.Known() {
			if !t.From.Known() {
				t.From = m.Submitted
			}
			t.From, t.To = min(t.From, m.Submitted), max(t.To, m.Submitted)
		}
		if m.To != 0 {
			b.people[m.To] = append(b.people[m.To], m)
		}
	}
	all := slices.Collect(maps.Values(b.groups))
	for _, g := range all {
		g.name()
	}
	slices.SortFunc(all, func(x, y *tallied) int {
		return cmp.Or(cmp.Compare(y.g.Messages, x.g.Messages), cmp.Compare(x.g.Country, y.g.Country),
			cmp.Compare(x.g.Carrier, y.g.Carrier), cmp.Compare(x.key.name, y.key.name))
	})
	for i, g := range all {
		t.Groups = append(t.Groups, g.g)
		t.index[g.key] = i
	}
	for _, n := range slices.Sorted(maps.Keys(b.people)) {
		b.person(t, all, n)
	}
	slices.SortFunc(t.Bad, func(x, y Attempt) int { return cmp.Or(cmp.Compare(x.First, y.First), cmp.Compare(x.Number, y.Number)) })
	for _, g := range append(all, b.total) {
		g.finish()
	}
	t.Totals = *b.total.g
	return t
}

func (t *tallied) name() {
	for _, s := range slices.Sorted(maps.Keys(t.spellings)) {
		if t.spellings[s] > t.spellings[t.g.Carrier] {
			t.g.Carrier = s
		}
	}
	t.g.CarrierSource = carrier.Unknown
	best := 0
	for _, s := range sourcesBySureness {
		if n := t.sources[s]; n > 0 && n >= best {
			t.g.CarrierSource, best = s, n
		}
	}
}

var sourcesBySureness = [...]carrier.Source{carrier.Unknown, carrier.Prefix, carrier.FromLookup, carrier.FromLog, carrier.FromAgent}

func (t *tallied) finish() {
	g := t.g
	for k, n := range t.errors {
		g.Errors = append(g.Errors, Error{k.code, k.reason, n})
	}
	slices.SortFunc(g.Errors, func(x, y Error) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Reason, y.Reason))
	})
	at := map[errorKey]int32{}
	for i, e := range g.Errors {
		at[errorKey{e.Reason, e.Code}] = int32(i)
	}
	for start, errs := range t.errSlots {
		for k, n := range errs {
			g.ErrorSlots = append(g.ErrorSlots, ErrorSlot{start, at[k], n})
		}
	}
	slices.SortFunc(g.ErrorSlots, func(x, y ErrorSlot) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.Error, y.Error))
	})
	for _, start := range slices.Sorted(maps.Keys(t.slots)) {
		g.Slots = append(g.Slots, *t.slots[start])
	}
	for _, date := range slices.Sorted(maps.Keys(t.days)) {
		g.Days = append(g.Days, *t.days[date])
	}
}

func (b *builder) person(t *Table, all []*tallied, n number.MSISDN) {
	ms := b.people[n]
	key := func(m *message.Message) groupKey {
		country, name := b.dimension(m)
		return keyOf(b.c.o.By, country, name)
	}
	slices.SortFunc(ms, func(x, y *message.Message) int {
		kx, ky := key(x), key(y)
		return cmp.Or(cmp.Compare(x.Submitted, y.Submitted), cmp.Compare(kx.country, ky.country), cmp.Compare(kx.name, ky.name), cmp.Compare(x.ID, y.ID))
	})
	u := User{Number: n, LastDelivered: deliverylog.NoTime, LastOK: deliverylog.NoTime, FirstBad: deliverylog.NoTime,
		LastBad: deliverylog.NoTime, RunStart: deliverylog.NoTime}
	in, hit := map[int]bool{}, map[int]bool{}
	perGroup := map[int]int{}
	var known []*message.Message
	for _, m := range ms {
		u.Messages++
		in[t.index[key(m)]] = true
		if m.Status == message.Delivered {
			u.Delivered++
			at := m.Done
			if !at.Known() {
				at = m.Submitted
			}
			u.LastDelivered = max(u.LastDelivered, at)
		}
		u.Verified = u.Verified || m.Verified.Known()
		if m.Submitted.Known() {
			known = append(known, m)
		}
	}
	var watch *Watched
	if slices.Contains(b.c.o.Watch, n) {
		watch = &Watched{}
		t.watched[n] = watch
		for _, m := range ms {
			k := *m
			k.Status = b.clock.Judge(m.Status, m.Waiting, m.Submitted)
			watch.Messages = append(watch.Messages, k)
		}
	}
	days := map[string]bool{}
	for len(known) > 0 {
		end := 1
		for end < len(known) && time.Duration(known[end].Submitted-known[end-1].Submitted)*time.Millisecond <= AttemptGap {
			end++
		}
		a, delay := b.attempt(known[:end])
		first := known[0]
		known = known[end:]
		a.Group = int32(t.index[key(first)])
		g := all[a.Group]
		perGroup[int(a.Group)]++
		if watch != nil {
			watch.Attempts = append(watch.Attempts, a)
		}
		for _, g := range []*tallied{g, b.total} {
			g.g.Attempts++
		}
		if a.Outcome == NotJudged {
			continue
		}
		local := a.First.Std().In(place(n, first.Country))
		u.Attempts++
		if a.Messages > 1 {
			u.Multi++
			if a.Delivered > 0 {
				u.MultiDelivered++
			}
		}
		for _, g := range []*tallied{g, b.total} {
			date := local.Format(time.DateOnly)
			d := g.days[date]
			if d == nil {
				d = &Day{Date: date}
				g.days[date] = d
			}
			cell, s := &d.Hours[local.Hour()], g.slot(a.First)
			g.g.AttemptsJudged++
			cell.Judged++
			s.Judged++
			switch a.Outcome {
			case OK:
				s.Delays[delay]++
			case Late:
				g.g.AttemptsLate++
				cell.Late++
				s.Late++
			case Failed:
				g.g.AttemptsFailed++
				cell.Failed++
				s.Failed++
			}
		}
		if a.Outcome == OK {
			u.LastOK = a.First
			u.RunStart, u.RunBad = deliverylog.NoTime, 0
			continue
		}
		t.Bad = append(t.Bad, a)
		hit[int(a.Group)] = true
		days[local.Format(time.DateOnly)] = true
		if a.Outcome == Late {
			u.Late++
		} else {
			u.Failed++
		}
		if !u.FirstBad.Known() {
			u.FirstBad = a.First
		}
		u.LastBad = a.Last
		if u.RunBad == 0 {
			u.RunStart = a.First
		}
		u.RunBad++
		u.BadHours |= a.Hours
		u.Reasons[a.Reason]++
	}
	u.BadDays = int32(len(days))
	groups := slices.Sorted(maps.Keys(in))
	u.Group = int32(groups[0])
	for _, i := range groups {
		all[i].g.Users++
		if perGroup[i] > perGroup[int(u.Group)] {
			u.Group = int32(i)
		}
		if hit[i] {
			all[i].g.AffectedUsers++
		}
	}
	b.total.g.Users++
	if len(hit) > 0 {
		b.total.g.AffectedUsers++
	}
	t.people.users = append(t.people.users, u)
	t.people.groups = append(t.people.groups, groups)
}
