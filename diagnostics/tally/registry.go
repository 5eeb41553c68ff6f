package tally

import (
	"strings"
	"sync"
	"time"

	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// registry numbers the names that messages bring along, so that counting needs
// no strings. Counters that fill one store share one. Numbers are given in the
// order of coming and never leave the counter: results are sorted by name.
type registry struct {
	by string
	mu sync.RWMutex

	spellings   []spelling
	spellingIDs map[groupKey]int // by country and name as written
	cells       []cell
	cellIDs     map[groupKey]uint16 // by country and folded name
	errors      []errorKey
	errorIDs    map[errorKey]uint16
	zones       []*time.Location // 0: the country's
	zoneIDs     map[string]uint16
}

// spelling is one way to write the name of a cell.
type spelling struct {
	name string
	cell uint16
}

// cell is the finest group: one value of the dimension in one country.
type cell struct {
	country, name string // folded
	zone          uint16 // the country's
}

// errorKey is what failed messages are counted by.
type errorKey struct {
	reason reason.Reason
	code   string
}

const (
	utc          = 1 // zone
	maxErrors    = 1 << 16
	maxSpellings = 1 << 18
)

func newRegistry(by string) *registry {
	r := &registry{by: by, spellingIDs: map[groupKey]int{}, cellIDs: map[groupKey]uint16{},
		errorIDs: map[errorKey]uint16{}, zones: []*time.Location{nil, time.UTC}, zoneIDs: map[string]uint16{"UTC": utc}}
	// The first of each kind are for what finds no room.
	r.spell("", unknown)
	for e := range reason.Count {
		r.errorOf(e, "")
	}
	return r
}

// dimension is what messages are grouped by, within their country.
type dimension uint8

const (
	carriers dimension = iota
	countries
	providers
	senders
)

func dimensionOf(by string) dimension {
	switch by {
	case byCountry:
		return countries
	case byProvider:
		return providers
	case bySender:
		return senders
	}
	return carriers
}

// of gives what a message is grouped by.
func (d dimension) of(m *message.Message) string {
	name := m.Carrier
	switch d {
	case countries:
		name = m.Country
	case providers:
		name = m.Provider
	case senders:
		name = m.Sender
	}
	if name == "" {
		return unknown
	}
	return name
}

// spell gives the number of a spelling. Where there are too many of them, it is
// counted under its folded name; where there are too many groups, as unknown.
func (r *registry) spell(country, name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spellLocked(country, name)
}

func (r *registry) spellLocked(country, name string) int {
	if id, ok := r.spellingIDs[groupKey{country, name}]; ok {
		return id
	}
	folded := fold(r.by, name)
	key := groupKey{country, folded}
	c, ok := r.cellIDs[key]
	switch {
	case !ok && len(r.cells) == MaxCells:
		return 0
	case !ok:
		c = uint16(len(r.cells))
		key = groupKey{strings.Clone(country), strings.Clone(folded)}
		zone := uint16(utc)
		if loc := number.CountryLocation(country); loc != nil {
			zone = r.zoneLocked(loc)
		}
		r.cells = append(r.cells, cell{key.country, key.name, zone})
		r.cellIDs[key] = c
	case len(r.spellings) >= maxSpellings && name != folded:
		return r.spellLocked(country, folded)
	}
	id := len(r.spellings)
	name = strings.Clone(name)
	r.spellings = append(r.spellings, spelling{name, c})
	r.spellingIDs[groupKey{r.cells[c].country, name}] = id
	return id
}

func (r *registry) spelling(id int) spelling {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.spellings[id]
}

func (r *registry) cell(id uint16) cell {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.cells[id]
}

// errorOf gives the number of a reason and code; where there are too many codes,
// that of the reason alone.
func (r *registry) errorOf(why reason.Reason, code string) uint16 {
	if why >= reason.Count {
		why = reason.Unknown
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := r.errorIDs[errorKey{why, code}]; ok {
		return id
	}
	if len(r.errors) == maxErrors {
		return uint16(why)
	}
	id := uint16(len(r.errors))
	key := errorKey{why, strings.Clone(code)}
	r.errors = append(r.errors, key)
	r.errorIDs[key] = id
	return id
}

// zone gives the number of a zone.
func (r *registry) zone(loc *time.Location) uint16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.zoneLocked(loc)
}

func (r *registry) zoneLocked(loc *time.Location) uint16 {
	if id, ok := r.zoneIDs[loc.String()]; ok {
		return id
	}
	if len(r.zones) == maxZones { // the tz database has fewer
		return utc
	}
	id := uint16(len(r.zones))
	r.zones = append(r.zones, loc)
	r.zoneIDs[loc.String()] = id
	return id
}

func (r *registry) location(zone uint16) *time.Location {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.zones[zone]
}

// places tells local time. It is one counter's own.
type places struct {
	r      *registry
	clocks [][2]clock // the one used last before another: a log may go over a change of clocks again and again
	ids    map[*time.Location]uint16
}

// clock is a zone between two changes of its offset, in ms since 1970.
type clock struct {
	loc              *time.Location
	from, to, offset int64
	even             bool // nothing of that changes within a slot
}

// of gives the zone of a number, 0 where it does not tell.
func (p *places) of(key uint64) uint16 {
	loc := number.MSISDN(key).Location()
	if loc == nil {
		return 0
	}
	id, ok := p.ids[loc]
	if !ok {
		id = p.r.zone(loc)
		if p.ids == nil {
			p.ids = map[*time.Location]uint16{}
		}
		p.ids[loc] = id
	}
	return id
}

const (
	hourMS = 3_600_000
	dayMS  = 24 * hourMS
)

// clock gives the clock of a zone at a time.
func (p *places) clock(zone uint16, at int64) *clock {
	if int(zone) < len(p.clocks) {
		if c := &p.clocks[zone][0]; at >= c.from && at < c.to {
			return c
		}
	}
	return p.other(zone, at)
}

// other is clock for a zone that had another clock before.
func (p *places) other(zone uint16, at int64) *clock {
	if int(zone) >= len(p.clocks) {
		p.clocks = append(p.clocks, make([][2]clock, int(zone)+1-len(p.clocks))...)
	}
	c := &p.clocks[zone]
	c[0], c[1] = c[1], c[0]
	if at < c[0].from || at >= c[0].to {
		p.set(&c[0], zone, at)
	}
	return &c[0]
}

// local gives local milliseconds since 1970-01-01 00:00 there.
func (p *places) local(zone uint16, at int64) int64 { return at + p.clock(zone, at).offset }

// slotsTell says whether all times of a slot are of one local hour: slots of five
// minutes are, but for those of zones before there was railway time.
func (p *places) slotsTell(zone uint16, at int64) bool { return p.clock(zone, at).even }

func (p *places) set(c *clock, zone uint16, at int64) {
	if c.loc == nil {
		c.loc = p.r.location(zone)
	}
	t := time.UnixMilli(at).In(c.loc)
	_, offset := t.Zone()
	c.offset = int64(offset) * 1000
	c.from, c.to = -1<<62, 1<<62
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		c.from = start.UnixMilli()
	}
	if !end.IsZero() {
		c.to = end.UnixMilli()
	}
	c.even = c.offset%slotMS == 0 && (start.IsZero() || c.from%slotMS == 0) && (end.IsZero() || c.to%slotMS == 0)
}

// FloorDiv divides towards the past.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// hourOf is the hour of the day of a local time.
func hourOf(local int64) int {
	if hour := FloorDiv(local, hourMS) % 24; hour >= 0 {
		return int(hour)
	} else {
		return int(hour) + 24
	}
}
