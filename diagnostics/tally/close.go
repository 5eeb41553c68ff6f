package tally

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
)

// groupBuild collects a group's figures.
type groupBuild struct {
	key        groupKey
	g          Group
	names      map[string]int64
	sources    [len(sources)]int64
	errors     map[uint16]int64
	errorSlots slotErrors
	volume     book[volume]
	attempts   attemptCount
	slots      book[[slotsPerHour]uint32] // judged attempts, by hour since 1970
}

// attemptCount counts the attempts of a group.
type attemptCount struct {
	users, affected, attempts, judged, late, failed int64
	squares                                         int64                       // of each user's judged attempts
	reached, typed                                  int64                       // users with a delivered message, and those of them who typed a code in
	badSlots                                        book[[slotsPerHour]badSlot] // by hour since 1970
	days                                            book[[24]Cell]              // by local day since 1970, but for what slots tell
}

// badSlot is the judged attempts of a slot that were not ok. They are few, and what
// is counted of all of them has to stay in a core's cache.
type badSlot struct{ late, failed uint32 }

const slotsPerHour = int(time.Hour / SlotLength)

// Close finishes the count. newest is the newest time in any record of the log,
// or NoTime where the counter has seen it. Forks must have been merged before.
//
// The table looks into the counter's memory and its temporary file: it is good
// until the counter counts on, or is released.
func (c *Counter) Close(newest deliverylog.Time) *Table {
	if c.flushAll(); c.Flooded() {
		c.gather()
	}
	t := &Table{Validity: c.o.Validity, By: c.o.By, Flooded: c.Flooded(), From: c.from, To: c.to, people: c.people, reg: c.reg,
		index: map[groupKey]int{}, watched: map[number.MSISDN]*Watched{}}
	c.reg.mu.RLock()
	t.cells, t.errors = slices.Clip(c.reg.cells), slices.Clip(c.reg.errors)
	c.reg.mu.RUnlock()

	total := newGroupBuild(groupKey{})
	groups := c.groups(t, total)
	t.Clock = message.Clock{Newest: max(newest, c.newest), Grace: c.o.Grace}
	if t.Clock.Grace == 0 {
		p, _ := total.g.Latency.Quantile(0.995)
		t.Clock.Grace = message.Grace(time.Duration(p*1000) * time.Millisecond)
	}
	for id, cc := range c.cells {
		if cc != nil && cc.Messages > 0 {
			t.judge(cc, &groups[t.groupOf[id]].g, &total.g)
		}
	}
	closers := c.countPeople(t, groups, total)
	if c.Flooded() && !t.Flooded {
		return c.Close(newest)
	}
	var sorting sync.WaitGroup
	sorting.Go(func() { t.sortBad(closers) })
	c.closeWatched(t)
	for _, b := range append(groups, total) {
		b.finish(t.errors)
	}
	sorting.Wait()
	t.Groups = make([]*Group, len(groups))
	for i, b := range groups {
		g := b.g // what it was built of is not kept with it
		t.Groups[i] = &g
		t.index[b.key] = i
	}
	t.Totals = total.g
	t.Totals.Carrier, t.Totals.CarrierSource = "", ""
	return t
}

func newGroupBuild(key groupKey) *groupBuild {
	return &groupBuild{key: key, g: Group{Country: key.country}, names: map[string]int64{}, errors: map[uint16]int64{}}
}

// groups adds up cells to groups, in the order of the table.
func (c *Counter) groups(t *Table, total *groupBuild) []*groupBuild {
	byKey := map[groupKey]*groupBuild{}
	of := make([]*groupBuild, len(t.cells))
	for id, cc := range c.cells {
		if cc == nil || cc.Messages == 0 {
			continue
		}
		key := groupKey{t.cells[id].country, t.cells[id].name}
		if t.By == byProvider || t.By == bySender {
			key.country = ""
		}
		b := byKey[key]
		if b == nil {
			b = newGroupBuild(key)
			byKey[key] = b
		}
		of[id] = b
	}
	c.tidy()
	var adding sync.WaitGroup
	adding.Go(func() {
		for _, cc := range c.cells {
			if cc != nil && cc.Messages > 0 {
				total.add(cc)
			}
		}
	})
	for id, b := range of {
		if b != nil {
			b.add(c.cells[id])
		}
	}
	adding.Wait()
	for id, n := range c.spellings {
		if sp := c.reg.spelling(id); n > 0 && of[sp.cell] != nil {
			of[sp.cell].names[sp.name] += n
		}
	}
	groups := slices.Collect(maps.Values(byKey))
	for _, b := range groups {
		b.g.Carrier, b.g.CarrierSource = b.name(), b.source()
	}
	slices.SortFunc(groups, func(x, y *groupBuild) int {
		return cmp.Or(cmp.Compare(y.g.Messages, x.g.Messages), cmp.Compare(x.g.Country, y.g.Country),
			cmp.Compare(x.g.Carrier, y.g.Carrier), cmp.Compare(x.key.name, y.key.name))
	})
	place := map[*groupBuild]int32{}
	for i, b := range groups {
		place[b] = int32(i)
	}
	t.groupOf, t.rank = make([]int32, len(t.cells)), make([]uint16, len(t.cells))
	order := make([]uint16, len(t.cells))
	for id, b := range of {
		order[id] = uint16(id)
		t.groupOf[id] = -1
		if b != nil {
			t.groupOf[id] = place[b]
		}
	}
	key := func(id uint16) (string, string, string) {
		x := t.cells[id]
		if t.By == byProvider || t.By == bySender {
			return "", x.name, x.country
		}
		return x.country, x.name, ""
	}
	slices.SortFunc(order, func(x, y uint16) int {
		a, b, c := key(x)
		d, e, f := key(y)
		return cmp.Or(cmp.Compare(a, d), cmp.Compare(b, e), cmp.Compare(c, f))
	})
	for i, id := range order {
		t.rank[id] = uint16(i)
	}
	return groups
}

// add counts a cell, but for messages that are not judged yet.
func (b *groupBuild) add(cc *cellCount) {
	b.g.Counts.add(&cc.Counts)
	for i, n := range cc.sources {
		b.sources[i] += n
	}
	b.g.Latency.Merge(&cc.latency)
	for i, h := range cc.hours {
		b.g.Hours[i].add(h)
	}
	for e, n := range cc.errors {
		b.errors[e] += n
	}
	b.errorSlots.merge(&cc.errorSlots)
	for hour, h := range cc.volume.all() {
		b.volume.at(hour).add(&h.volume)
	}
}

func (v *volume) add(other *volume) {
	v.delivered += other.delivered
	v.failed += other.failed
	v.others += other.others
}

func (b *groupBuild) name() string {
	best := ""
	for name, n := range b.names {
		if most := b.names[best]; n > most || n == most && name < best {
			best = name
		}
	}
	return best
}

func (b *groupBuild) source() carrier.Source {
	best := 0
	for i, n := range b.sources {
		if n > 0 && n >= b.sources[best] {
			best = i
		}
	}
	return sources[best]
}

// inFlight says whether a message without a final receipt, submitted at at, may
// still get one.
func (t *Table) inFlight(at deliverylog.Time) bool {
	return t.Clock.Judge(message.Open, false, at) == message.InFlight
}

// judge counts a cell's open messages.
func (t *Table) judge(cc *cellCount, groups ...*Group) {
	inFlight, unconfirmed := int64(0), int64(0)
	for _, at := range cc.open {
		if t.inFlight(at) {
			inFlight++
		} else {
			unconfirmed++
		}
	}
	if t.Clock.Newest.Known() {
		inFlight += cc.waiting
	} else {
		unconfirmed += cc.waiting
	}
	for _, g := range groups {
		g.InFlight += inFlight
		g.Unconfirmed += unconfirmed
	}
}

// countPeople goes through all numbers, shard by shard. It gives those who did so,
// with the bad attempts that they found.
func (c *Counter) countPeople(t *Table, groups []*groupBuild, total *groupBuild) []*closer {
	p := c.people
	workers := min(runtime.GOMAXPROCS(0), 4)
	if p.used()+p.waits() < fewWaiting {
		workers = 1
	}
	var next atomic.Int32
	closers := make([]*closer, workers)
	c.makeBad(t, workers)
	var all sync.WaitGroup
	for i := range closers {
		closers[i] = newCloser(c, t, len(groups), i, workers)
		all.Go(func() { closers[i].work(&next) })
	}
	all.Wait()
	if t.over.Load() {
		c.flood()
	}
	if c.Flooded() {
		return nil
	}
	for _, u := range p.untimed {
		if !u.timed {
			closers[0].user.reset()
			closers[0].untimed(u)
			closers[0].countUser()
		}
		u.timed = false
	}
	for id, cc := range c.cells {
		if cc != nil && cc.Messages > 0 {
			groups[t.groupOf[id]].addWaiting(cc, &c.places, total)
		}
	}
	for _, cl := range closers {
		for i := range cl.groups {
			groups[i].attempts.add(&cl.groups[i])
			groups[i].addSlots(cl.slots[i], &cl.counts, &c.places, total)
		}
		for g := range cl.hours {
			for i, h := range cl.hours[g] {
				groups[g].g.Hours[i].add(h)
				total.g.Hours[i].add(h)
			}
		}
		total.attempts.users += cl.users
		total.attempts.squares += cl.squares
		total.attempts.reached += cl.reached
		total.attempts.typed += cl.typed
		total.attempts.affected += int64(cl.affected.len())
	}
	for _, b := range groups {
		total.attempts.addAttempts(&b.attempts)
	}
	return closers
}

// closer counts the attempts of some shards.
type closer struct {
	c      *Counter
	t      *Table
	a      *assembler
	user   userCount // the present number
	groups []attemptCount
	hours  [][24]Hour  // by group, of messages that wait, less the first ones of attempts where slots tell
	slots  []zoneSlots // judged attempts by group
	counts later       // of slots
	bad    badBlock

	items  []item // of an attempt
	keeper keeper

	affected                       affectedList
	users, squares, reached, typed int64 // over all groups
}

// userCount is what closing counts of one number.
type userCount struct {
	groups    groupList
	judged    int64
	delivered bool
	verified  bool
	bad       int              // judged attempts that are not ok
	lastOK    deliverylog.Time // First of the last ok attempt
}

func (u *userCount) reset() { *u = userCount{groups: u.groups[:0], lastOK: deliverylog.NoTime} }

func newCloser(c *Counter, t *Table, groups, nth, of int) *closer {
	return &closer{bad: badBlock{nth: nth, of: of}, c: c, t: t, a: t.assembler(), groups: make([]attemptCount, groups), slots: make([]zoneSlots, groups), hours: make([][24]Hour, groups)}
}

// work counts the shards that no other closer has taken.
func (cl *closer) work(next *atomic.Int32) {
	p := cl.c.people
	for i := next.Add(1) - 1; int(i) < len(p.shards) && !cl.t.over.Load(); i = next.Add(1) - 1 {
		cl.shard(&p.shards[i], &cl.t.kept.shards[i])
	}
	cl.counts.settle()
}

// shard counts the numbers of a shard, and keeps records of some.
func (cl *closer) shard(s, kept *shard) {
	p, bad, affected := cl.c.people, cl.bad.n, cl.affected.len()
	waits := s.waiting.n > 0
	v := &cl.a.visitor
	wanted := func() bool { return cl.user.bad > 0 && (cl.t.keptAll || len(cl.user.groups) > 1) }
	quick := func(key uint64, list []event) bool {
		if !cl.quick(key, list) {
			return false
		}
		if wanted() {
			person := v.read(key, nil, s, list)
			cl.t.settle(person.items)
			cl.keeper.keep(kept, person)
		}
		return true
	}
	v.shard(s, quick, func(person *person) {
		cl.person(person)
		if waits && wanted() {
			cl.keeper.keep(kept, person)
		}
	})
	cl.keeper.write(kept, &cl.t.kept.pages)
	if len(s.waiting.chunks) > 0 { // to the file with all of it: memory is wanted for what is found now
		cl.a.visitor.sorter.buf, _ = s.waiting.spill(&p.spill, cl.a.visitor.sorter.buf, &p.blocks)
		if len(s.waiting.blocks) == 0 {
			s.waiting.blocks, s.waiting.notes = nil, nil
		}
		p.blocks.drop()
	}
	cl.t.size.Add(int64((cl.bad.n-bad)*attemptBytes + (cl.affected.len()-affected)*affectedBytes + kept.bytes))
	if size := p.size.Load() + cl.t.size.Load(); cl.c.o.MaxMemory > 0 && size > cl.c.o.MaxMemory {
		cl.t.over.Store(true)
	}
}

// quick counts a number whose events came in the order of time, as those of most do.
// Nearly all attempts are of messages that were delivered in time, which makes them
// ok; of the others alone items are made.
func (cl *closer) quick(key uint64, list []event) bool {
	people, notes := cl.c.people, cl.a.visitor.notes
	if len(people.untimed)+len(people.typed) > 0 {
		return false
	}
	u := &cl.user
	if u.reset(); allPlain(list) && cl.plain(key, list) {
		return true
	}
	before := deliverylog.NoTime
	for i := range list {
		at := list[i].submitted(notes)
		if at < before || at == before && list[i].anyCell(notes) != list[i-1].anyCell(notes) { // of equally old ones the carrier decides
			return false
		}
		before = at
	}
	home := cl.a.places.of(key)
	for rest := list; len(rest) > 0; {
		n, plain, last := 1, !rest[0].noted(), rest[0].submitted(notes)
		for ; n < len(rest); n++ {
			at := rest[n].submitted(notes)
			if at-last > gapMS {
				break
			}
			last, plain = at, plain && !rest[n].noted()
		}
		if plain {
			cl.ok(home, rest[:n])
		} else {
			items, verified := people.collect(key, rest[:n], notes, cl.items[:0])
			u.verified = u.verified || verified
			cl.items = items
			cl.attempts(&person{key: key, zone: home, items: items, fresh: items})
		}
		rest = rest[n:]
	}
	cl.countUser()
	return true
}

// allPlain says that messages are of one cell, came in the order of time and were all
// delivered in time.
func allPlain(list []event) bool {
	differs, before := uint64(0), deliverylog.Time(0)
	for i := range list {
		e := &list[i]
		differs |= e.head ^ list[0].head | e.tail&1
		if e.at() < before {
			return false
		}
		before = e.at()
	}
	return differs == 0
}

// plain counts a number with messages of that kind, if the clock there was not
// changed between them.
func (cl *closer) plain(key uint64, list []event) (ok bool) {
	cell, first, newest := list[0].cell(), list[0].at(), list[len(list)-1].at()
	usual := cl.t.cells[cell].zone
	zone := cl.a.zone(cl.a.places.of(key), cell)
	clock := cl.a.places.clock(zone, int64(first))
	if !clock.even || int64(newest) >= clock.to {
		return false
	}
	group := cl.t.groupOf[cell]
	attempts, last := int64(0), first-gapMS-1
	for i := range list {
		at := list[i].at()
		begins := at-last > gapMS
		last = at
		if begins {
			if attempts++; zone == usual { // it stands in its slot already
				continue
			}
			cl.counts.add(cl.slot(group, slotZone{zone, true}, at), 1)
		} else {
			cl.hours[group][hourOf(int64(at)+clock.offset)].Messages++
		}
		cl.unslot(cell, at)
	}
	c := &cl.groups[group]
	c.attempts += attempts
	c.judged += attempts
	c.squares += attempts * attempts
	c.users++
	c.reached++
	cl.squares += attempts * attempts
	cl.users++
	cl.reached++
	return true
}

// ok counts an attempt of messages that were all delivered in time.
func (cl *closer) ok(home uint16, list []event) {
	u := &cl.user
	u.delivered = true
	for i := range list {
		at, cell := list[i].at(), list[i].cell()
		zone, usual := cl.a.zone(home, cell), cl.t.cells[cell].zone
		g := u.groups.of(cl.t.groupOf[cell])
		if i == 0 {
			g.attempts++
			g.judged++
			u.judged++
			u.lastOK = at
			c := &cl.groups[g.group]
			c.attempts++
			if zone == usual && cl.a.places.slotsTell(zone, int64(at)) { // it stands in its slot already
				c.judged++
				continue
			}
			if cl.unslot(cell, at); cl.judged(g.group, zone, at) {
				continue
			}
		} else {
			cl.unslot(cell, at)
		}
		cl.hours[g.group][hourOf(cl.a.places.local(zone, int64(at)))].Messages++
	}
}

// person counts any number.
func (cl *closer) person(p *person) {
	u := &cl.user
	u.reset()
	u.verified = p.verified
	cl.attempts(p)
	if len(cl.c.people.untimed) > 0 {
		if others := cl.c.people.untimed[number.MSISDN(p.key)]; others != nil {
			others.timed = true
			cl.untimed(others)
		}
	}
	cl.countUser()
}

// attempts counts what there is of a person for the present number.
func (cl *closer) attempts(p *person) {
	for i := range p.fresh {
		it := &p.fresh[i]
		cl.unslot(it.cell, it.first)
		cl.hours[cl.t.groupOf[it.cell]][hourOf(cl.a.places.local(cl.a.zone(p.zone, it.cell), int64(it.first)))].count(it.kind)
	}
	u := &cl.user
	for i := range p.items {
		u.groups.of(cl.t.groupOf[p.items[i].cell])
		u.delivered = u.delivered || p.items[i].kind.delivered()
	}
	cl.a.each(number.MSISDN(p.key), p.zone, p.items, cl.attempt)
}

// attempt counts an attempt of the present number.
func (cl *closer) attempt(at *attempt) {
	u := &cl.user
	g := u.groups.of(at.Group)
	g.attempts++
	cl.count(at)
	if at.Outcome == NotJudged {
		return
	}
	g.judged++
	u.judged++
	if at.Outcome == OK {
		u.lastOK = at.First
	} else {
		g.hit = true
		u.bad++
		cl.bad.keep(cl.t, at, cl.affected.len()) // who is counted after their last attempt
	}
}

// untimed counts the messages of the present number that have no submit time.
func (cl *closer) untimed(others *untimed) {
	u := &cl.user
	u.delivered = u.delivered || others.delivered > 0
	u.verified = u.verified || others.verified
	for _, c := range others.cells {
		u.groups.of(cl.t.groupOf[c])
	}
}

// countUser counts the present number.
func (cl *closer) countUser() {
	u := &cl.user
	reached := int64(bit(u.delivered))
	typed := reached * int64(bit(u.verified))
	for i := range u.groups {
		g := &u.groups[i]
		c := &cl.groups[g.group]
		c.users++
		c.squares += int64(g.judged) * int64(g.judged)
		c.reached += reached
		c.typed += typed
		c.affected += int64(bit(g.hit))
	}
	cl.users++
	cl.reached += reached
	cl.typed += typed
	cl.squares += u.judged * u.judged
	if u.bad > 0 {
		cl.affected.add(Affected{u.lastOK, u.groups.most(), int32(u.judged), u.delivered, len(u.groups) > 1})
	}
}

// judged counts a judged attempt by its time. It says whether slots tell the local
// hour of its first message.
func (cl *closer) judged(group int32, zone uint16, first deliverylog.Time) (told bool) {
	c := &cl.groups[group]
	c.judged++
	if told = cl.a.places.slotsTell(zone, int64(first)); !told {
		local := cl.a.places.local(zone, int64(first))
		c.days.at(FloorDiv(local, dayMS))[hourOf(local)].Judged++
	}
	cl.counts.add(cl.slot(group, slotZone{zone, told}, first), 1)
	return told
}

// slot is where the attempts of a slot are counted.
func (cl *closer) slot(group int32, zone slotZone, at deliverylog.Time) (place uint32) {
	hour, slot := slotOf(at)
	hours := cl.slots[group].of(zone)
	page := hours.find(hour)
	if page == 0 {
		page = cl.counts.page()
		hours.put(hour, page)
	}
	return page + uint32(slot)
}

// unslot takes a message off the slots of its cell, where it stands as an attempt.
func (cl *closer) unslot(cell uint16, at deliverylog.Time) {
	cl.counts.add(cl.slot(cl.t.groupOf[cell], slotZone{cl.t.cells[cell].zone, true}, at), -1)
}

func (cl *closer) count(at *attempt) {
	c := &cl.groups[at.Group]
	c.attempts++
	if at.Outcome == NotJudged {
		return
	}
	if cl.judged(at.Group, at.zone, at.First) {
		cl.hours[at.Group][hourOf(cl.a.places.local(at.zone, int64(at.First)))].Messages-- // it is in a slot, and was counted with the others
	}
	if at.Outcome == OK {
		return
	}
	inHour, slot := slotOf(at.First)
	s, d := &c.badSlots.at(inHour)[slot], &c.days.at(FloorDiv(at.local, dayMS))[hourOf(at.local)]
	switch at.Outcome {
	case Late:
		c.late++
		s.late++
		d.Late++
	case Failed:
		c.failed++
		s.failed++
		d.Failed++
	}
}

// add adds users too, which is right for parts that have no number in common.
func (c *attemptCount) add(other *attemptCount) {
	c.users += other.users
	c.affected += other.affected
	c.squares += other.squares
	c.reached += other.reached
	c.typed += other.typed
	c.addAttempts(other)
}

func (c *attemptCount) addAttempts(other *attemptCount) {
	c.attempts += other.attempts
	c.judged += other.judged
	c.late += other.late
	c.failed += other.failed
	for i, p := range other.badSlots.all() {
		q := c.badSlots.at(i)
		for k := range p {
			q[k].late += p[k].late
			q[k].failed += p[k].failed
		}
	}
	for i, p := range other.days.all() {
		q := c.days.at(i)
		for k := range p {
			q[k].add(p[k])
		}
	}
}

// addWaiting adds the messages of a cell that wait, as attempts of its zone.
func (b *groupBuild) addWaiting(cc *cellCount, pl *places, total *groupBuild) {
	for hour, h := range cc.volume.all() {
		if h.slots != [slotsPerHour]uint32{} {
			b.addHour(hour, h.slots[:], slotZone{cc.zone, true}, pl, total)
		}
	}
}

// addSlots adds what a closer has counted by slot: more attempts, or fewer.
func (b *groupBuild) addSlots(slots zoneSlots, in *later, pl *places, total *groupBuild) {
	for i := range slots {
		z := &slots[i]
		for hour, page := range z.hours.all() {
			b.addHour(hour, in.counts(page), z.slotZone, pl, total)
		}
	}
}

// addHour adds attempts by slot, to the group and to the total, and counts by local day
// and hour what slots tell: days are added to the total later.
func (b *groupBuild) addHour(hour int64, counts []uint32, zone slotZone, pl *places, total *groupBuild) {
	own, all := b.slots.at(hour), total.slots.at(hour)
	for k, n := range counts {
		own[k] += n
		all[k] += n
		if n == 0 || !zone.told {
			continue
		}
		local := pl.local(zone.zone, hour*hourMS+int64(k)*slotMS)
		h := hourOf(local)
		b.attempts.days.at(FloorDiv(local, dayMS))[h].Judged += n
		b.g.Hours[h].Messages += int64(int32(n))
		total.g.Hours[h].Messages += int64(int32(n))
	}
}

func (c *Cell) add(other Cell) {
	c.Judged += other.Judged
	c.Late += other.Late
	c.Failed += other.Failed
}

// finish turns what was collected into the group's lists.
func (b *groupBuild) finish(errs []errorKey) {
	g, a := &b.g, &b.attempts
	g.Users, g.AffectedUsers, g.AttemptSquares = a.users, a.affected, a.squares
	g.ReachedUsers, g.TypedUsers = a.reached, a.typed
	g.Attempts, g.AttemptsJudged, g.AttemptsLate, g.AttemptsFailed = a.attempts, a.judged, a.late, a.failed

	ids := slices.Collect(maps.Keys(b.errors))
	slices.SortFunc(ids, func(x, y uint16) int {
		return cmp.Or(cmp.Compare(b.errors[y], b.errors[x]), cmp.Compare(errs[x].code, errs[y].code), cmp.Compare(errs[x].reason, errs[y].reason))
	})
	place := map[uint16]int32{}
	for i, id := range ids {
		place[id] = int32(i)
		g.Errors = append(g.Errors, Error{errs[id].code, errs[id].reason, b.errors[id]})
	}
	if slots := b.errorSlots.all(); len(slots) > 0 {
		g.ErrorSlots = make([]ErrorSlot, len(slots))
		for i, p := range slots {
			g.ErrorSlots[i] = ErrorSlot{deliverylog.Time(p.slot() * slotMS), place[p.err()], p.n}
		}
	}
	slices.SortFunc(g.ErrorSlots, func(x, y ErrorSlot) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.Error, y.Error))
	})
	for hour, v := range b.volume.all() {
		g.Volume = append(g.Volume, Volume{deliverylog.Time(hour * hourMS), v.messages(), v.delivered, v.failed})
	}
	n := 0
	for _, p := range b.slots.all() {
		for _, judged := range p {
			n += int(bit(judged > 0))
		}
	}
	if n > 0 {
		g.Slots = make([]Slot, 0, n)
	}
	for hour, p := range b.slots.all() {
		bad := a.badSlots.find(hour)
		for k, judged := range p {
			if judged == 0 {
				continue
			}
			s := Slot{Start: deliverylog.Time(hour*hourMS + int64(k)*slotMS), Judged: judged}
			if bad != nil {
				s.Late, s.Failed = bad[k].late, bad[k].failed
			}
			g.Slots = append(g.Slots, s)
		}
	}
	for day, p := range a.days.all() {
		if *p == [24]Cell{} {
			continue
		}
		g.Days = append(g.Days, Day{time.UnixMilli(day * dayMS).UTC().Format(time.DateOnly), *p})
	}
}

// closeWatched gives the numbers asked for their messages and attempts.
func (c *Counter) closeWatched(t *Table) {
	a := t.assembler()
	a.full = true
	var ids idWriter
	for n, ms := range c.watch {
		if len(*ms) == 0 {
			continue
		}
		w := &Watched{Messages: slices.Clone(*ms)}
		var items []item
		for i := range w.Messages {
			m := &w.Messages[i]
			m.Status = t.Clock.Judge(m.Status, m.Waiting, m.Submitted)
			at := m.Submitted
			if !storable(at) {
				continue
			}
			it := item{first: at, last: at, kind: c.kindOf(m, at), cell: c.name(m).cell, id: []byte(m.ID)}
			if it.deliver(m.Done); it.kind == refused {
				it.err = c.errorOf(m)
			}
			items = append(items, it)
		}
		slices.SortFunc(w.Messages, func(x, y message.Message) int {
			return cmp.Or(cmp.Compare(x.Submitted, y.Submitted), cmp.Compare(x.ID, y.ID), cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
		})
		zone := a.places.of(uint64(n))
		a.each(n, zone, items, func(at *attempt) {
			at.Attempt.id = ids.put(&t.ids, at.id)
			w.Attempts = append(w.Attempts, at.Attempt)
		})
		t.watched[n] = w
	}
}
