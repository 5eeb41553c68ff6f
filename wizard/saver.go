package wizard

import (
	"path/filepath"
	"sync"

	"cli.otpdoctor/diagnostics"
)

// saver writes the events of a case in the order in which they happened, though
// commands run beside each other. What could not be written stays in the queue
// and is tried again with the next.
type saver struct {
	path string // empty: nothing is saved

	readOnly bool

	// Two locks: whoever adds never waits for the disk.
	mu    sync.Mutex
	queue []batch

	disk    sync.Mutex
	journal *diagnostics.Journal
}

type batch struct {
	events []diagnostics.Event
	state  *diagnostics.State
}

// replacedBy says that what is in b is what stood in a field, and events have the
// same field as it stands now.
func (b batch) replacedBy(events []diagnostics.Event) bool {
	return len(b.events) == 1 && len(events) == 1 && b.events[0].Kind == diagnostics.EventDraft &&
		events[0].Kind == diagnostics.EventDraft && b.events[0].Step == events[0].Step
}

// keeps says that what is added reaches a disk.
func (s *saver) keeps() bool { return s.path != "" && !s.readOnly }

// name is the file's name, for people; empty where nothing is saved.
func (s *saver) name() string {
	if !s.keeps() {
		return ""
	}
	return filepath.Base(s.path)
}

func (s *saver) open() error {
	s.disk.Lock()
	defer s.disk.Unlock()
	return s.openLocked()
}

func (s *saver) openLocked() error {
	if s.journal != nil || s.path == "" {
		return nil
	}
	j, err := diagnostics.OpenJournal(s.path)
	if err != nil {
		return err
	}
	s.journal = j
	return nil
}

// add queues events; flush writes them. It does no I/O.
func (s *saver) add(events []diagnostics.Event, state *diagnostics.State) {
	if !s.keeps() || len(events) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.queue); n > 0 && s.queue[n-1].replacedBy(events) {
		s.queue = s.queue[:n-1] // it was typed on before the disk had it
	}
	s.queue = append(s.queue, batch{events, state})
}

// flush writes what is queued and waits until it is on the disk.
func (s *saver) flush() error {
	s.disk.Lock()
	defer s.disk.Unlock()
	for {
		b, ok := s.take()
		if !ok {
			return nil
		}
		err := s.openLocked()
		if err == nil {
			err = s.journal.Append(b.events, b.state)
		}
		if err != nil {
			s.putBack(b)
			return err
		}
	}
}

// take takes the oldest out of the queue.
func (s *saver) take() (batch, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return batch{}, false
	}
	b := s.queue[0]
	s.queue = s.queue[1:]
	return b, true
}

func (s *saver) putBack(b batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append([]batch{b}, s.queue...)
}

// close lets the case go for other windows.
func (s *saver) close() {
	s.disk.Lock()
	defer s.disk.Unlock()
	if s.journal != nil {
		s.journal.Close()
		s.journal = nil
	}
}
