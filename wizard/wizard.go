// Package wizard is the guided case on a terminal. In come keys or lines; out go
// screens ([Run]) or plain lines ([RunLines]). It asks and shows: everything that
// it knows is the case's.
//
// House rules. Update does no I/O and waits for nothing: whatever takes time runs
// in a command. Text from outside is cleaned before it reaches a line. A line is
// measured in cells and is never wider than the window. Nothing is told by colour
// alone. Nothing is ever asked of the terminal: some never answer.
//
// Next: wizard/termguard, which sees to that.
package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sirupsen/logrus"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
	_ "cli.otpdoctor/wizard/termguard" // before Bubble Tea's init
)

// Options say what the wizard works on and how it looks.
type Options struct {
	Set      *faq.Set
	Case     *diagnostics.Case  // nil: the one at CasePath, else a new one
	Store    *diagnostics.Store // nil: nothing is saved
	CasePath string             // file of the case, where it is not the store's

	Diag     diagnostics.Options // how logs are read
	Logs     []string            // delivery logs to begin with, paths
	Identity []string            // login logs to begin with, paths

	Now         func() time.Time // its zone is the agent's
	Color       bool
	Theme       string // background of the terminal: light, dark or "" where nobody knows
	ASCII       bool   // signs without UTF-8
	Mouse       bool
	Redact      bool           // numbers and names masked from the start
	Firm        string         // of a case that names none
	Contact     ticket.Contact // whom to ask there
	Log         logrus.FieldLogger
	Version     string
	CopyCommand string // takes the text to copy on its standard input
}

// ErrInputEnded says that the input of the line mode ended before the case did.
// The case is saved, and that was said.
var ErrInputEnded = errors.New("input ended")

// Run opens the drawn wizard and returns when it is left. in and out are the
// terminal. The end of ctx, SIGTERM and SIGHUP save the case and leave.
func Run(ctx context.Context, o Options, in io.Reader, out io.Writer) error {
	m, err := newModel(o, out)
	if err != nil {
		return err
	}
	return m.run(ctx, in, out)
}

func (m *model) run(ctx context.Context, in io.Reader, out io.Writer) error {
	defer func() { m.saver.close() }() // the saver of the case that is open then
	options := []tea.ProgramOption{tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(),
		tea.WithoutSignalHandler(), tea.WithFPS(60)}
	if m.o.Mouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	p := tea.NewProgram(m, options...)

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, endSignals...)
	defer signal.Stop(signals)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ctx.Done():
		case <-signals:
		case <-done:
			return
		}
		p.Send(ended{})
		// A terminal that is gone takes no more output, and the program may hang
		// on it; the case is saved all the same.
		select {
		case <-done:
		case <-time.After(2 * time.Second):
			p.Kill()
		}
	}()

	_, err := p.Run()
	m.stopReading()
	saved := m.saver.flush()
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return m.afterPanic(saved)
	case saved != nil:
		return fmt.Errorf("the last answers could not be saved: %w", saved)
	case m.ended: // the way out was asked for by a signal, and went well
		return ctx.Err()
	}
	return err
}

// afterPanic is what is said once the terminal is itself again.
func (m *model) afterPanic(saved error) error {
	where := m.saver.name()
	switch {
	case saved != nil:
		return fmt.Errorf("an internal fault ended the guided case, and the last answers could not be saved: %w", saved)
	case where == "":
		return errors.New("an internal fault ended the guided case, which was not kept")
	}
	return &faultError{where}
}

// faultError is a fault after which the case is saved.
type faultError struct{ file string }

func (e *faultError) Error() string {
	return "an internal fault ended the guided case, which is saved as " + e.file
}

// Hint says how to go on.
func (e *faultError) Hint() string { return "otpdoctor offers to resume it" }

// openCase finds the case to begin with and locks its file. A case that another
// window has open is shown read-only.
func openCase(o Options) (*diagnostics.Case, *saver, error) {
	c := o.Case
	path := o.CasePath
	existing := c != nil && path != ""
	if c == nil && path != "" {
		if _, err := os.Stat(path); err == nil {
			if c, err = diagnostics.LoadCase(path, o.Set, o.Diag, o.Now); err != nil {
				return nil, nil, err
			}
			existing = true
		}
	}
	if c == nil {
		c = diagnostics.NewCase(o.Set, o.Now)
	}
	c.UseOptions(o.Diag)
	if path == "" && o.Store != nil {
		path = o.Store.Path(c.ID)
	}
	s := &saver{path: path}
	if existing {
		err := s.open()
		if errors.Is(err, diagnostics.ErrInUse) {
			s.readOnly = true
		} else if err != nil {
			return nil, nil, err
		}
	}
	return c, s, nil
}

// fileRefs names files by absolute path, so that a case can be resumed from
// another folder.
func fileRefs(paths []string) []diagnostics.FileRef {
	var refs []diagnostics.FileRef
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			p = abs
		}
		refs = append(refs, diagnostics.FileRef{Path: p})
	}
	return refs
}
