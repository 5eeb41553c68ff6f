package tally

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// spill is a temporary file for events that are too many to wait in memory. It is
// made when it is first needed. Where there can be none, or the disk is full,
// events are put in early instead, which takes longer.
type spill struct {
	mu   sync.Mutex // over opening and closing
	file *os.File
	end  atomic.Int64
	full atomic.Bool // nothing can be written any more
}

func (sp *spill) open() *os.File {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.file == nil && !sp.full.Load() {
		f, err := deliverylog.TempFile()
		if err != nil {
			sp.full.Store(true)
			return nil
		}
		sp.file = f
	}
	return sp.file
}

// write puts bytes into the file.
func (sp *spill) write(b []byte) (at int64, ok bool) {
	if sp.full.Load() {
		return 0, false
	}
	f := sp.open()
	if f == nil {
		return 0, false
	}
	at = sp.end.Add(int64(len(b))) - int64(len(b))
	if _, err := f.WriteAt(b, at); err != nil {
		sp.full.Store(true)
		return 0, false
	}
	return at, true
}

func (sp *spill) close() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.file != nil {
		sp.file.Close()
		sp.file = nil
		sp.end.Store(0)
	}
}

// chunk is events of a shard in the file: the events, then their notes.
type chunk struct {
	at            int64
	events, notes int
}

const (
	// waitingBytes is how much of a shard waits in memory: 20 MiB in all shards.
	waitingBytes = 5 << 15
	// spillBytes is how much of a shard may wait in the file, 2 GiB of all shards,
	// or spillPart times what its records take.
	spillBytes = 16 << 20
	spillPart  = 4
)

// spill moves the waiting events to the file. It gives false where they stay.
func (w *waiting) spill(sp *spill, buf []byte, free *pool[event]) (scratch []byte, ok bool) {
	buf = buf[:0]
	n := 0
	for _, b := range w.blocks {
		buf = append(buf, bytesOf(b)...)
		n += len(b)
	}
	buf = append(buf, w.notes...)
	at, ok := sp.write(buf)
	if !ok {
		return buf, false
	}
	w.chunks = append(w.chunks, chunk{at, n, len(w.notes)})
	w.spilled += len(buf)
	free.give(w.blocks)
	clear(w.blocks)
	w.blocks, w.notes = w.blocks[:0], w.notes[:0]
	return buf, true
}

// load appends what was moved to the file, in order. There is room for the events.
func (w *waiting) load(sp *spill, list []event, notes []byte) ([]event, []byte, error) {
	for _, c := range w.chunks {
		before, from := len(notes), len(list)
		list = list[:from+c.events]
		notes = slices.Grow(notes, c.notes)[:before+c.notes]
		_, err := sp.open().ReadAt(bytesOf(list[from:]), c.at)
		if err == nil && c.notes > 0 {
			_, err = sp.open().ReadAt(notes[before:], c.at+int64(c.events*eventBytes))
		}
		if err != nil {
			return list[:from], notes[:before], fmt.Errorf("temporary file: %w", err)
		}
		if before > 0 && c.notes > 0 {
			shiftNotes(list[from:], before)
		}
	}
	return list, notes, nil
}

// shiftNotes moves the places of notes that stand behind others now.
func shiftNotes(list []event, by int) {
	for i := range list {
		if list[i].noted() {
			list[i].tail += uint64(by) << 1
		}
	}
}

// bytesOf is events as they lie in memory: the file is this machine's own.
func bytesOf(list []event) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(list))), len(list)*eventBytes)
}
