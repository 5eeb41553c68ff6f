package message

import (
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// brief is a message in the queue: either all of a message of one plain row, or
// the number of an entry.
//
//	time  submit time +1 (42 bits, ms, 0: none), profile (22 bits); or the entry's number
//	bits  offset of the delivery time from the submit time +1 (28 bits, 0: none), of the
//	      row's time where it is not delivered; row (24 bits) at which it was put back;
//	      rank (4), state (3), flags (5)
type brief struct {
	key  uint64 // 0 is found by no row
	to   number.MSISDN
	time uint64
	bits uint64
}

const (
	isEntry     = 1 << 0
	idKept      = 1 << 1
	wasRepeated = 1 << 2
	isGone      = 1 << 3 // no message: folded into another, given out otherwise, or put back
	isFollowed  = 1 << 4 // messages were put back to its row
	stateShift  = 5
	rankShift   = 8
	bornShift   = 12
	offsetShift = 36

	profileBits = 22
	maxSubmit   = 1<<42 - 2
	maxOffset   = 1<<28 - 2
	bornMask    = 1<<24 - 1
)

// set makes b the short form of a row, ok false where it does not fit.
func (b *brief) set(r *deliverylog.Record, key uint64, to number.MSISDN, p profile) (ok bool) {
	if to == 0 || r.Seen.Known() || r.Verified.Known() || r.Rank > 15 || p >= 1<<profileBits {
		return false
	}
	end := r.Done
	if r.State != deliverylog.Delivered {
		end = r.At
	} else if r.At.Known() {
		return false
	}
	offset := uint64(0)
	submitted := uint64(0)
	if r.Submitted.Known() {
		if r.Submitted < 0 || r.Submitted > maxSubmit {
			return false
		}
		submitted = uint64(r.Submitted) + 1
	}
	if end.Known() {
		if !r.Submitted.Known() || end < r.Submitted || end-r.Submitted > maxOffset {
			return false
		}
		offset = uint64(end-r.Submitted) + 1
	}
	*b = brief{key: key, to: to, time: submitted<<profileBits | uint64(p),
		bits: offset<<offsetShift | uint64(r.Rank)<<rankShift | uint64(r.State)<<stateShift}
	return true
}

func (b *brief) entry() bool              { return b.bits&isEntry != 0 }
func (b *brief) index() int32             { return int32(b.time) }
func (b *brief) hasID() bool              { return b.bits&idKept != 0 }
func (b *brief) repeated() bool           { return b.bits&wasRepeated != 0 }
func (b *brief) gone() bool               { return b.bits&isGone != 0 }
func (b *brief) followed() bool           { return b.bits&isFollowed != 0 }
func (b *brief) state() deliverylog.State { return deliverylog.State(b.bits >> stateShift & 7) }
func (b *brief) profile() profile         { return profile(b.time & (1<<profileBits - 1)) }

// setEntry makes it the number of an entry. What was kept of its id stays.
func (b *brief) setEntry(i int32) { b.bits |= isEntry; b.time = uint64(uint32(i)) }

// leave makes it no message.
func (b *brief) leave() { b.key, b.bits = 0, b.bits|isGone }

func (b *brief) setBirth(row int64) {
	b.bits = b.bits&^(bornMask<<bornShift) | uint64(row)&bornMask<<bornShift
}

// age is how many rows ago a brief was put back.
func (b *brief) age(row int64) int64 { return int64((uint64(row) - b.bits>>bornShift) & bornMask) }

// born is the row at which a brief was put back, as seen from a later one.
func (b *brief) born(row int64) int64 { return row - b.age(row) }

// end is the delivery time, of a message that is not delivered the row's time.
func (b *brief) end() deliverylog.Time {
	if offset := b.bits >> offsetShift; offset > 0 {
		return b.submitted() + deliverylog.Time(offset) - 1
	}
	return deliverylog.NoTime
}

func (b *brief) submitted() deliverylog.Time {
	if t := b.time >> profileBits; t > 0 {
		return deliverylog.Time(t) - 1
	}
	return deliverylog.NoTime
}

// same says that two briefs are of rows that say the same but for their profiles.
func (b *brief) same(c *brief) bool {
	return b.to == c.to && b.time>>profileBits == c.time>>profileBits && (b.bits^c.bits)&^(bornMask<<bornShift|wasRepeated|isFollowed) == 0
}

// row gives the row that the brief was made of, without its line.
func (b *brief) row() row {
	r := row{key: b.key, to: b.to, submitted: b.submitted(), seen: deliverylog.NoTime, done: deliverylog.NoTime, at: deliverylog.NoTime,
		verified: deliverylog.NoTime, profile: b.profile(), state: b.state(), rank: uint8(b.bits >> rankShift & 15)}
	if r.state == deliverylog.Delivered {
		r.done = b.end()
	} else {
		r.at = b.end()
	}
	return r
}
