package message

import (
	"encoding/binary"
	"sort"
)

// held holds the messages that were put back, in that order. They have numbers,
// from 1 on.
type held struct {
	list []heldMessage
	gone int  // of list, at its beginning
	past int  // how many there were before list
	ids  fifo // of those of list that have one and are no entries, in order
}

// heldMessage is a message that was put back, at the row that the brief tells.
type heldMessage struct {
	brief
	line int64 // where lines are wanted
}

func (h *held) len() int   { return len(h.list) - h.gone }
func (h *held) first() int { return h.past + h.gone + 1 }
func (h *held) end() int   { return h.past + len(h.list) + 1 }

func (h *held) at(n int) *heldMessage { return &h.list[n-h.past-1] }

func (h *held) push(m heldMessage) { h.list = append(h.list, m) }

// pop forgets the first.
func (h *held) pop() {
	if h.gone++; 2*h.gone > len(h.list) {
		h.past += h.gone
		h.list = h.list[:copy(h.list, h.list[h.gone:])]
		h.gone = 0
	}
}

// from is the first that was put back at a row, or later, as seen from a row behind it.
func (h *held) from(at, row int64) int {
	return h.first() + sort.Search(h.len(), func(i int) bool { return h.list[h.gone+i].age(row) <= row-at })
}

// fifo holds texts in the order of coming, in pages, so that growing copies nothing.
type fifo struct {
	pages [][]byte
	spare []byte
	first int // of the first page
}

const fifoPage = 64 << 10

func (q *fifo) push(text []byte) {
	n := len(q.pages) - 1
	if need := binary.MaxVarintLen32 + len(text); n < 0 || cap(q.pages[n])-len(q.pages[n]) < need {
		page := q.spare
		if q.spare = nil; cap(page) < need {
			page = make([]byte, 0, max(fifoPage, need))
		}
		q.pages = append(q.pages, page[:0])
		n++
	}
	q.pages[n] = append(binary.AppendUvarint(q.pages[n], uint64(len(text))), text...)
}

// pop gives the first text. It is good until the next push.
func (q *fifo) pop() []byte {
	for q.first == len(q.pages[0]) {
		q.spare, q.pages[0] = q.pages[0], nil
		q.pages, q.first = q.pages[1:], 0
	}
	page := q.pages[0][q.first:]
	n, size := binary.Uvarint(page)
	q.first += size + int(n)
	return page[size : size+int(n)]
}
