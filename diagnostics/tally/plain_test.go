package tally

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// The reference counts plainly: it keeps all messages and sorts them out at the end.
type plain struct {
	o        Options
	messages []message.Message
}

// count gives what Close should, for messages in any order.
func (p *plain) count(newest deliverylog.Time) *counted {
	b := &refBuilder{p: p, groups: map[groupKey]*refGroup{}, people: map[number.MSISDN][]*message.Message{}}
	b.clock.Newest = newest
	b.total = newRefGroup()
	var kept []message.Message
	for _, m := range p.messages {
		b.clock.Newest = max(b.clock.Newest, m.Submitted, m.Done, m.Verified)
		if p.o.Since.Known() && (!m.Submitted.Known() || m.Submitted < p.o.Since) ||
			p.o.Until.Known() && (!m.Submitted.Known() || m.Submitted >= p.o.Until) {
			continue
		}
		kept = append(kept, m)
		if l, ok := m.Latency(); ok {
			b.total.g.Latency.Add(l.Milliseconds())
		}
	}
	p.messages = kept
	b.clock.Grace = p.o.Grace
	if b.clock.Grace == 0 {
		q, _ := b.total.g.Latency.Quantile(0.995)
		b.clock.Grace = message.Grace(time.Duration(q*1000) * time.Millisecond)
	}
	return b.table()
}

// counted is what can be seen of a Table, in a form that compares.
type counted struct {
	Clock    message.Clock
	From     deliverylog.Time
	To       deliverylog.Time
	Totals   Group
	Groups   []Group
	Bad      []told
	BadUser  []int32
	Users    []User
	GroupsOf [][]int
	Watched  map[number.MSISDN]*toldWatched
	Delays   [][]DelaySlot
}

// told is an attempt with its texts.
type told struct {
	Attempt
	Code, MessageID string
}

type toldWatched struct {
	Messages []message.Message
	Attempts []told
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

type refGroup struct {
	g         *Group
	key       groupKey
	spellings map[string]int
	sources   map[carrier.Source]int
	errors    map[errorKey]int64
	slots     map[deliverylog.Time]*Slot
	volume    map[deliverylog.Time]*Volume
	errSlots  map[deliverylog.Time]map[errorKey]uint32
	days      map[string]*Day
}

func newRefGroup() *refGroup {
	return &refGroup{g: &Group{}, spellings: map[string]int{}, sources: map[carrier.Source]int{}, errors: map[errorKey]int64{},
		slots: map[deliverylog.Time]*Slot{}, volume: map[deliverylog.Time]*Volume{}, errSlots: map[deliverylog.Time]map[errorKey]uint32{}, days: map[string]*Day{}}
}

type refBuilder struct {
	p      *plain
	delays map[int32]map[deliverylog.Time]*DelaySlot
	clock  message.Clock
	total  *refGroup
	groups map[groupKey]*refGroup
	index  map[groupKey]int
	people map[number.MSISDN][]*message.Message
}

func (b *refBuilder) dimension(m *message.Message) (country, name string) {
	name = dimensionOf(b.p.o.By).of(m)
	if b.p.o.By == byProvider || b.p.o.By == bySender {
		return "", name
	}
	return m.Country, name
}

func (b *refBuilder) groupOf(m *message.Message) *refGroup {
	country, name := b.dimension(m)
	key := keyOf(b.p.o.By, country, name)
	t := b.groups[key]
	if t == nil {
		t = newRefGroup()
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

func (t *refGroup) slot(at deliverylog.Time) *Slot {
	at = slotStart(at)
	s := t.slots[at]
	if s == nil {
		s = &Slot{Start: at}
		t.slots[at] = s
	}
	return s
}

func (b *refBuilder) count(t *refGroup, m *message.Message) {
	g := t.g
	g.Messages++
	status := b.clock.Judge(m.Status, m.Waiting, m.Submitted)
	late := false
	switch status {
	case message.Delivered:
		g.Delivered++
		if l, ok := m.Latency(); ok {
			if late = l > b.p.o.Validity; late {
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
	hour := deliverylog.Time(FloorDiv(int64(m.Submitted), hourMS) * hourMS)
	s := t.volume[hour]
	if s == nil {
		s = &Volume{Start: hour}
		t.volume[hour] = s
	}
	s.Messages++
	switch {
	case late:
		h.Late++
		s.Delivered++
	case status == message.Delivered:
		s.Delivered++
	case status == message.Failed:
		h.Failed++
		s.Failed++
		at := slotStart(m.Submitted)
		if t.errSlots[at] == nil {
			t.errSlots[at] = map[errorKey]uint32{}
		}
		t.errSlots[at][errorKey{m.Reason, m.Code}]++
	}
}

func refDelayClass(m *message.Message) int {
	l, ok := m.Latency()
	switch {
	case !ok || l < 0:
		return 4
	case l < 5*time.Second:
		return 0
	case l < 15*time.Second:
		return 1
	case l < time.Minute:
		return 2
	}
	return 3
}

func (b *refBuilder) inTime(m *message.Message) bool {
	l, ok := m.Latency()
	return m.Status == message.Delivered && (!ok || l <= b.p.o.Validity)
}

// attempt sums up messages of one attempt, by submit time.
func (b *refBuilder) attempt(ms []*message.Message) (a told, delay int) {
	a.Attempt = Attempt{Number: ms[0].To, First: ms[0].Submitted, Last: ms[len(ms)-1].Submitted, DeliveredAt: deliverylog.NoTime}
	delay = DelayClasses - 1
	inTime, inFlight := false, false
	var first, firstLate *message.Message
	reasons := map[reason.Reason]int{}
	for _, m := range ms {
		a.Messages++
		a.Hours |= 1 << m.Submitted.Std().In(place(m.To, m.Country)).Hour()
		switch b.clock.Judge(m.Status, m.Waiting, m.Submitted) {
		case message.Delivered:
			a.Delivered++
			if b.inTime(m) {
				inTime = true
				delay = min(delay, refDelayClass(m))
			}
			if !b.inTime(m) && (firstLate == nil || m.Submitted == firstLate.Submitted && m.ID < firstLate.ID) {
				firstLate = m
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
	if a.Outcome == Late {
		a.MessageID = firstLate.ID
	}
	for r := range reason.Count {
		if reasons[r] > reasons[a.Reason] {
			a.Reason = r
		}
	}
	a.ReasonMsgs = uint16(reasons[a.Reason])
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

func (b *refBuilder) table() *counted {
	t := &counted{Clock: b.clock, From: deliverylog.NoTime, To: deliverylog.NoTime, Watched: map[number.MSISDN]*toldWatched{}}
	b.delays = map[int32]map[deliverylog.Time]*DelaySlot{}
	b.index = map[groupKey]int{}
	for i := range b.p.messages {
		m := &b.p.messages[i]
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
	slices.SortFunc(all, func(x, y *refGroup) int {
		return cmp.Or(cmp.Compare(y.g.Messages, x.g.Messages), cmp.Compare(x.g.Country, y.g.Country),
			cmp.Compare(x.g.Carrier, y.g.Carrier), cmp.Compare(x.key.name, y.key.name))
	})
	for i, g := range all {
		b.index[g.key] = i
	}
	for _, n := range slices.Sorted(maps.Keys(b.people)) {
		b.person(t, all, n)
	}
	slices.SortFunc(t.Bad, func(x, y told) int { return cmp.Or(cmp.Compare(x.First, y.First), cmp.Compare(x.Number, y.Number)) })
	seats := map[number.MSISDN]int32{}
	for _, a := range t.Bad {
		if _, seen := seats[a.Number]; !seen {
			seats[a.Number] = int32(len(seats))
		}
		t.BadUser = append(t.BadUser, seats[a.Number])
	}
	for i, g := range all {
		g.finish()
		t.Groups = append(t.Groups, *g.g)
		slots := b.delays[int32(i)]
		delays := []DelaySlot{}
		for _, start := range slices.Sorted(maps.Keys(slots)) {
			delays = append(delays, *slots[start])
		}
		if i < 3 { // as look does
			t.Delays = append(t.Delays, delays)
		}
	}
	b.total.finish()
	t.Totals = *b.total.g
	t.Totals.Carrier, t.Totals.CarrierSource = "", ""
	return t
}

func (t *refGroup) name() {
	for _, s := range slices.Sorted(maps.Keys(t.spellings)) {
		if t.spellings[s] > t.spellings[t.g.Carrier] {
			t.g.Carrier = s
		}
	}
	t.g.CarrierSource = carrier.Unknown
	best := 0
	for _, s := range []carrier.Source{carrier.Unknown, carrier.Prefix, carrier.FromLookup, carrier.FromLog, carrier.FromAgent} {
		if n := t.sources[s]; n > 0 && n >= best {
			t.g.CarrierSource, best = s, n
		}
	}
}

func (t *refGroup) finish() {
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
	for _, hour := range slices.Sorted(maps.Keys(t.volume)) {
		g.Volume = append(g.Volume, *t.volume[hour])
	}
	for _, date := range slices.Sorted(maps.Keys(t.days)) {
		g.Days = append(g.Days, *t.days[date])
	}
}

func (b *refBuilder) person(t *counted, all []*refGroup, n number.MSISDN) {
	ms := b.people[n]
	key := func(m *message.Message) groupKey {
		country, name := b.dimension(m)
		return keyOf(b.p.o.By, country, name)
	}
	slices.SortFunc(ms, func(x, y *message.Message) int {
		kx, ky := key(x), key(y)
		return cmp.Or(cmp.Compare(x.Submitted, y.Submitted), cmp.Compare(kx.country, ky.country), cmp.Compare(kx.name, ky.name), cmp.Compare(x.Country, y.Country), cmp.Compare(x.ID, y.ID))
	})
	u := User{Number: n, LastDelivered: deliverylog.NoTime, LastOK: deliverylog.NoTime, FirstBad: deliverylog.NoTime,
		LastBad: deliverylog.NoTime, RunStart: deliverylog.NoTime}
	newest := deliverylog.NoTime
	in, hit := map[int]bool{}, map[int]bool{}
	perGroup, judged := map[int]int{}, map[int]int64{}
	var known []*message.Message
	for _, m := range ms {
		u.Messages++
		in[b.index[key(m)]] = true
		if m.Status == message.Delivered {
			u.Delivered++
			at := m.Done
			if !at.Known() {
				at = m.Submitted
			}
			if m.Submitted > newest {
				newest, u.LastDelivered = m.Submitted, at
			} else if m.Submitted == newest {
				u.LastDelivered = max(u.LastDelivered, at)
			}
		}
		u.Verified = u.Verified || m.Verified.Known()
		if m.Submitted.Known() {
			known = append(known, m)
		}
	}
	var watch *toldWatched
	if slices.Contains(b.p.o.Watch, n) {
		watch = &toldWatched{}
		t.Watched[n] = watch
		for _, m := range ms {
			k := *m
			k.Status = b.clock.Judge(m.Status, m.Waiting, m.Submitted)
			watch.Messages = append(watch.Messages, k)
		}
		slices.SortFunc(watch.Messages, func(x, y message.Message) int {
			return cmp.Or(cmp.Compare(x.Submitted, y.Submitted), cmp.Compare(x.ID, y.ID), cmp.Compare(x.Line, y.Line))
		})
	}
	days := map[string]bool{}
	for len(known) > 0 {
		end := 1
		for end < len(known) && int64(known[end].Submitted-known[end-1].Submitted) <= AttemptGap.Milliseconds() {
			end++
		}
		a, delay := b.attempt(known[:end])
		first := known[0]
		known = known[end:]
		a.Group = int32(b.index[key(first)])
		g := all[a.Group]
		perGroup[int(a.Group)]++
		if watch != nil {
			watch.Attempts = append(watch.Attempts, a)
		}
		for _, g := range []*refGroup{g, b.total} {
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
		for _, g := range []*refGroup{g, b.total} {
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
		judged[int(a.Group)]++
		if b.delays[a.Group] == nil {
			b.delays[a.Group] = map[deliverylog.Time]*DelaySlot{}
		}
		ds := b.delays[a.Group][slotStart(a.First)]
		if ds == nil {
			ds = &DelaySlot{Start: slotStart(a.First)}
			b.delays[a.Group][slotStart(a.First)] = ds
		}
		switch a.Outcome {
		case OK:
			ds.OK[delay]++
		case Late:
			ds.Late++
		case Failed:
			ds.Failed++
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
		all[i].g.AttemptSquares += judged[i] * judged[i]
		countReached(all[i].g, &u)
		if perGroup[i] > perGroup[int(u.Group)] {
			u.Group = int32(i)
		}
		if hit[i] {
			all[i].g.AffectedUsers++
		}
	}
	b.total.g.Users++
	b.total.g.AttemptSquares += int64(u.Attempts) * int64(u.Attempts)
	countReached(b.total.g, &u)
	if len(hit) > 0 {
		b.total.g.AffectedUsers++
	}
	t.Users = append(t.Users, u)
	t.GroupsOf = append(t.GroupsOf, groups)
}

// countReached counts a user who had a delivered message, and whether a code was typed in.
func countReached(g *Group, u *User) {
	if u.Delivered == 0 {
		return
	}
	g.ReachedUsers++
	if u.Verified {
		g.TypedUsers++
	}
}
