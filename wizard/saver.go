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

	mu       sync.Mutex
	readOnly bool
	journal  *diagnostics.Journal
	queue    []batch
}

type batch struct {
	events []diagnostics.Event
	state  *diagnostics.State
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
	s.mu.Lock()
	defer s.mu.Unlock()
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
	s.queue = append(s.queue, batch{events, state})
}

// flush writes what is queued and waits until it is on the disk.
func (s *saver) flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return nil
	}
	if err := s.openLocked(); err != nil {
		return err
	}
	for len(s.queue) > 0 {
		b := s.queue[0]
		if err := s.journal.Append(b.events, b.state); err != nil {
			return err
		}
		s.queue = s.queue[1:]
	}
	return nil
}

// close lets the case go for other windows.
func (s *saver) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal != nil {
		s.journal.Close()
		s.journal = nil
	}
}
