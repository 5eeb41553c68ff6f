package message

import (
	"encoding/hex"
	"unsafe"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// entry is a message that may still change. A million of them are held, so it is
// small, has no pointers, and its id lies packed in a store of its own.
type entry struct {
	key       uint64 // hash of id and scope; 0: it has no id, and no row will join it
	to        number.MSISDN
	submitted deliverylog.Time // or, with seenFlag, the earliest time at which it was there
	done, at  deliverylog.Time
	profile   profile
	id        uint32 // place of the packed id
	line      uint32
	row       uint32 // of its last change
	queued    uint32 // row at which it came into the queue
	idLen     uint16
	file      uint16
	state     deliverylog.State
	rank      uint8
	flags     uint8
	idKind    uint8
}

const (
	seenFlag     = 1 << iota // submitted is only a time at which it was there
	begunFlag                // a row that submits it was seen
	verifiedFlag             // it has a time in store.typed
)

// Sizes of the pieces in which memory is taken: small enough for small logs.
const (
	entriesPerPiece = 1 << 12
	bytesPerPiece   = 1 << 16
	maxID           = 1 << 12 // longer ids are cut
)

// store holds entries by index, and finds them by key.
type store struct {
	entries []*[entriesPerPiece]entry
	used    int32
	free    []int32
	slots   []uint64 // open addressing: upper half of the key, index + 1; 0 empty
	filled  int      // slots that are not empty
	live    int
	typed   map[int32]deliverylog.Time // when the code was typed in, for the few that have it

	pieces  [][]byte // of packed ids
	users   []int32  // entries whose id is in a piece
	spare   []uint32 // pieces that nobody uses
	current int      // piece being filled, -1 at first
	packed  []byte
}

func (s *store) at(i int32) *entry {
	return &s.entries[i/entriesPerPiece][i%entriesPerPiece]
}

// indexOf finds the index of an entry that at gave.
func (s *store) indexOf(e *entry) int32 {
	for i := s.first(e.key); i >= 0; i = s.next(i, e.key) {
		if s.at(i) == e {
			return i
		}
	}
	return -1
}

// add makes room for one more entry.
func (s *store) add(key uint64, id []byte) (int32, *entry) {
	var i int32
	if n := len(s.free); n > 0 {
		i, s.free = s.free[n-1], s.free[:n-1]
	} else {
		if int(s.used) == len(s.entries)*entriesPerPiece {
			s.entries = append(s.entries, new([entriesPerPiece]entry))
		}
		i = s.used
		s.used++
	}
	e := s.at(i)
	*e = entry{key: key}
	if key != 0 {
		s.keep(e, id)
		s.link(i, key)
	}
	return i, e
}

func (s *store) remove(i int32) {
	e := s.at(i)
	if e.key != 0 {
		for at := s.slot(e.key); ; at = (at + 1) & (len(s.slots) - 1) {
			if uint32(s.slots[at]) == uint32(i+1) {
				s.slots[at] = removed
				break
			}
		}
		s.live--
		s.release(e.id / bytesPerPiece)
	}
	if e.flags&verifiedFlag != 0 {
		delete(s.typed, i)
	}
	s.free = append(s.free, i)
}

// release says that one id less lies in a piece.
func (s *store) release(piece uint32) {
	if s.users[piece]--; s.users[piece] == 0 && int(piece) != s.current {
		s.pieces[piece] = s.pieces[piece][:0]
		s.spare = append(s.spare, piece)
	}
}

// renew moves the id of a message that stays to where the newest lie, so that
// the few that stay do not hold the pieces of the many that have gone.
func (s *store) renew(e *entry) {
	if e.key == 0 {
		return
	}
	old := e.id / bytesPerPiece
	if int(old) == s.current {
		return
	}
	s.packed = append(s.packed[:0], s.idBytes(e)...)
	s.place(e)
	s.release(old)
}

// removed marks a slot that is free again, but not the end of a search.
const removed = 1<<64 - 1

func slotOf(key uint64, i int32) uint64 { return key>>32<<32 | uint64(i+1) }

func (s *store) slot(key uint64) int {
	return int(key*0x9e3779b97f4a7c15>>20) & (len(s.slots) - 1)
}

// link puts an entry into the table of keys.
func (s *store) link(i int32, key uint64) {
	if s.filled*4 >= len(s.slots)*3 {
		s.rehash()
	}
	at := s.slot(key)
	for s.slots[at] != 0 && s.slots[at] != removed {
		at = (at + 1) & (len(s.slots) - 1)
	}
	if s.slots[at] == 0 {
		s.filled++
	}
	s.slots[at] = slotOf(key, i)
	s.live++
}

// rehash makes the table twice as large as it needs to be, without the removed.
func (s *store) rehash() {
	n := 1 << 10
	for n < 2*(s.live+1) {
		n *= 2
	}
	old := s.slots
	s.slots, s.filled = make([]uint64, n), 0
	for _, v := range old {
		if v != 0 && v != removed {
			at := s.slot(s.at(int32(uint32(v)) - 1).key)
			for s.slots[at] != 0 {
				at = (at + 1) & (n - 1)
			}
			s.slots[at] = v
			s.filled++
		}
	}
}

// first gives the first entry with a key, -1 where there is none.
func (s *store) first(key uint64) int32 {
	if len(s.slots) == 0 {
		return -1
	}
	return s.from(s.slot(key), key)
}

// next gives the entry with the same key behind i.
func (s *store) next(i int32, key uint64) int32 {
	at := s.slot(key)
	for uint32(s.slots[at]) != uint32(i+1) {
		at = (at + 1) & (len(s.slots) - 1)
	}
	return s.from((at+1)&(len(s.slots)-1), key)
}

func (s *store) from(at int, key uint64) int32 {
	for s.slots[at] != 0 {
		if v := s.slots[at]; v>>32 == key>>32 && v != removed {
			if i := int32(uint32(v)) - 1; s.at(i).key == key {
				return i
			}
		}
		at = (at + 1) & (len(s.slots) - 1)
	}
	return -1
}

// verify keeps the earliest time at which the code was typed in.
func (s *store) verify(i int32, t deliverylog.Time) {
	if i < 0 {
		return
	}
	if s.typed == nil {
		s.typed = make(map[int32]deliverylog.Time)
	}
	if old, ok := s.typed[i]; !ok || t < old {
		s.typed[i] = t
	}
	s.at(i).flags |= verifiedFlag
}

func (s *store) verified(i int32) deliverylog.Time {
	if s.at(i).flags&verifiedFlag == 0 {
		return deliverylog.NoTime
	}
	return s.typed[i]
}

// Kinds of packed ids. Providers' ids are mostly hexadecimal.
const (
	idPlain  = iota // as written
	idUUID          // 8-4-4-4-12 lower case: 16 bytes
	idHex           // lower case: half
	idPrefix        // two characters, then 32 lower case hexadecimal: 18 bytes
)

// pack gives an id in as few bytes as it can be had back from.
func pack(dst, id []byte) ([]byte, uint8) {
	if len(id) > maxID {
		id = id[:maxID]
	}
	hexOnly := func(b []byte) bool {
		for _, c := range b {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
				return false
			}
		}
		return true
	}
	switch n := len(id); {
	case n == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-':
		for _, part := range [][]byte{id[0:8], id[9:13], id[14:18], id[19:23], id[24:36]} {
			if !hexOnly(part) {
				return append(dst, id...), idPlain
			}
		}
		for _, part := range [][]byte{id[0:8], id[9:13], id[14:18], id[19:23], id[24:36]} {
			dst, _ = hex.AppendDecode(dst, part)
		}
		return dst, idUUID
	case n == 34 && hexOnly(id[2:]):
		dst, _ = hex.AppendDecode(append(dst, id[:2]...), id[2:])
		return dst, idPrefix
	case n >= 8 && n%2 == 0 && hexOnly(id):
		dst, _ = hex.AppendDecode(dst, id)
		return dst, idHex
	}
	return append(dst, id...), idPlain
}

func unpackID(b []byte, kind uint8) string {
	switch kind {
	case idUUID:
		var u [36]byte
		for i, at := range [...]int{0, 9, 14, 19, 24} {
			from := [...]int{0, 4, 6, 8, 10, 16}
			hex.Encode(u[at:], b[from[i]:from[i+1]])
		}
		u[8], u[13], u[18], u[23] = '-', '-', '-', '-'
		return string(u[:])
	case idPrefix:
		return string(b[:2]) + hex.EncodeToString(b[2:])
	case idHex:
		return hex.EncodeToString(b)
	}
	return string(b)
}

// keep stores the id of e.
func (s *store) keep(e *entry, id []byte) {
	s.packed, e.idKind = pack(s.packed[:0], id)
	s.place(e)
}

// place puts the bytes in packed into a piece.
func (s *store) place(e *entry) {
	if len(s.pieces) == 0 {
		s.current = -1
	}
	if s.current < 0 || len(s.pieces[s.current])+len(s.packed) > bytesPerPiece {
		if c := s.current; c >= 0 && s.users[c] == 0 {
			s.pieces[c] = s.pieces[c][:0]
			s.spare = append(s.spare, uint32(c))
		}
		if n := len(s.spare); n > 0 {
			s.current, s.spare = int(s.spare[n-1]), s.spare[:n-1]
		} else {
			s.current = len(s.pieces)
			s.pieces = append(s.pieces, make([]byte, 0, bytesPerPiece))
			s.users = append(s.users, 0)
		}
	}
	c := s.current
	e.id, e.idLen = uint32(c*bytesPerPiece+len(s.pieces[c])), uint16(len(s.packed))
	s.pieces[c] = append(s.pieces[c], s.packed...)
	s.users[c]++
}

func (s *store) idBytes(e *entry) []byte {
	from := e.id % bytesPerPiece
	return s.pieces[e.id/bytesPerPiece][from : from+uint32(e.idLen)]
}

// id gives the id of e as it was written.
func (s *store) id(e *entry) string {
	if e.key == 0 {
		return ""
	}
	return unpackID(s.idBytes(e), e.idKind)
}

func (s *store) sameID(e *entry, id []byte) bool {
	var kind uint8
	s.packed, kind = pack(s.packed[:0], id)
	return kind == e.idKind && string(s.packed) == string(s.idBytes(e))
}

// ring is a queue of entries in pieces, so that it never copies itself.
type ring struct {
	pieces []*[entriesPerPiece]int32
	from   int // of the first piece
	to     int // of the last piece
	spare  *[entriesPerPiece]int32
}

func (q *ring) len() int {
	if len(q.pieces) == 0 {
		return 0
	}
	return (len(q.pieces)-1)*entriesPerPiece + q.to - q.from
}

func (q *ring) push(i int32) {
	if len(q.pieces) == 0 || q.to == entriesPerPiece {
		p := q.spare
		if q.spare = nil; p == nil {
			p = new([entriesPerPiece]int32)
		}
		q.pieces = append(q.pieces, p)
		q.to = 0
	}
	q.pieces[len(q.pieces)-1][q.to] = i
	q.to++
}

func (q *ring) head() int32 { return q.pieces[0][q.from] }

func (q *ring) pop() {
	if q.from++; q.from == entriesPerPiece || len(q.pieces) == 1 && q.from == q.to {
		q.spare = q.pieces[0]
		q.pieces = append(q.pieces[:0], q.pieces[1:]...)
		q.from = 0
		if len(q.pieces) == 0 {
			q.to = 0
		}
	}
}

// keySet is a set of hashes that takes some twelve bytes for each.
type keySet struct {
	slots []uint64 // 0 is empty
	n     int
}

func (k *keySet) has(key uint64) bool {
	if k.n == 0 {
		return false
	}
	if key == 0 {
		key = 1
	}
	for at := key & uint64(len(k.slots)-1); k.slots[at] != 0; at = (at + 1) & uint64(len(k.slots)-1) {
		if k.slots[at] == key {
			return true
		}
	}
	return false
}

func (k *keySet) add(key uint64) {
	if key == 0 {
		key = 1
	}
	if k.n*4 >= len(k.slots)*3 {
		old := k.slots
		k.slots, k.n = make([]uint64, max(1024, 2*len(old))), 0
		for _, v := range old {
			if v != 0 {
				k.add(v)
			}
		}
	}
	at := key & uint64(len(k.slots)-1)
	for k.slots[at] != 0 {
		if k.slots[at] == key {
			return
		}
		at = (at + 1) & uint64(len(k.slots)-1)
	}
	k.slots[at] = key
	k.n++
}

const _ = uint(80 - unsafe.Sizeof(entry{})) // an entry takes 80 bytes at most
