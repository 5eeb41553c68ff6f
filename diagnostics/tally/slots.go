package tally

import "cli.otpdoctor/diagnostics/deliverylog"

// slotOf gives the hour of a time, and its slot there.
func slotOf(at deliverylog.Time) (hour, slot int64) {
	hour = FloorDiv(int64(at), hourMS)
	return hour, int64(uint32(int64(at)-hour*hourMS) / uint32(slotMS))
}

// zoneSlots is attempts by slot, of each zone by itself. Their local day and hour, and
// the local hour of their first message, are told from that when all is counted.
type zoneSlots []zoneHours

type zoneHours struct {
	slotZone
	hours directory // of pages of [later], by hour since 1970
}

// slotZone is what attempts are told apart by that began in one slot.
type slotZone struct {
	zone uint16
	told bool // the local hour is told from the slot, see [places.slotsTell]
}

// of gives the pages of a zone.
func (z *zoneSlots) of(zone slotZone) *directory {
	for i := range *z {
		if h := &(*z)[i]; h.slotZone == zone {
			return &h.hours
		}
	}
	*z = append(*z, zoneHours{slotZone: zone})
	return &(*z)[len(*z)-1].hours
}

// later counts in places that are all over a memory too large for the processor's
// nearest: places are noted first, then counted in at once, so that the waits for
// memory overlap. Pages are of slotsPerHour counts.
type later struct {
	blocks  [][]uint32
	used    uint32 // counts that belong to a page
	n       int
	pending [64]addition
}

type addition struct {
	at  uint32
	one int8
}

const (
	laterShift = 13 // counts in a block
	laterPage  = 16 // counts for a page, so that none is in two blocks
)

// page makes a page and gives where it begins, from laterPage on.
func (l *later) page() uint32 {
	l.used += laterPage
	if int(l.used>>laterShift) == len(l.blocks) {
		l.blocks = append(l.blocks, make([]uint32, 1<<laterShift))
	}
	return l.used
}

// add counts one at a place, or takes one off: counts are modulo 2^32.
func (l *later) add(at uint32, one int8) {
	l.pending[l.n] = addition{at, one}
	if l.n++; l.n == len(l.pending) {
		l.settle()
	}
}

// settle counts what is pending.
func (l *later) settle() {
	for _, p := range l.pending[:l.n] {
		l.blocks[p.at>>laterShift][p.at&(1<<laterShift-1)] += uint32(int32(p.one))
	}
	l.n = 0
}

// counts gives the counts of a page, when all is settled.
func (l *later) counts(page uint32) []uint32 {
	return l.blocks[page>>laterShift][page&(1<<laterShift-1):][:slotsPerHour]
}
