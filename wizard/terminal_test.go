//go:build !windows

package wizard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/faq"
)

// The tests here run the wizard in a process of its own on a pseudo-terminal,
// which never answers a question.

const childVar = "OTPDOCTOR_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		os.Exit(m.Run())
	}
	o := Options{
		Set: faq.Builtin(), Store: diagnostics.NewStore(os.Getenv("CASES")), Color: os.Getenv("NO_COLOR") == "", Mouse: true,
		Now: func() time.Time { return diagnostics.DemoNow },
	}
	run := func() error { return Run(context.Background(), o, os.Stdin, os.Stdout) }
	if os.Getenv(childVar) == "panics" {
		run = func() error {
			m, err := newModel(o, os.Stdout)
			if err != nil {
				return err
			}
			m.pages[atFindings] = breaking{m.pages[atFindings]}
			return m.run(context.Background(), os.Stdin, os.Stdout)
		}
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "otpdoctor: "+err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

// terminal is a wizard on a pseudo-terminal.
type terminal struct {
	t    testing.TB
	cmd  *exec.Cmd
	file *os.File
	mu   sync.Mutex
	out  bytes.Buffer
	done chan struct{}
}

func openTerminal(t testing.TB, cases, mode string, env ...string) *terminal {
	t.Helper()
	return openSized(t, &pty.Winsize{Rows: 24, Cols: 80}, cases, mode, env...)
}

func openSized(t testing.TB, size *pty.Winsize, cases, mode string, env ...string) *terminal {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tm := &terminal{t: t, cmd: exec.Command(exe), done: make(chan struct{})}
	tm.cmd.Env = append(append(os.Environ(), childVar+"="+mode, "CASES="+cases, "TERM=xterm-256color", "NO_COLOR=", "TMUX=", "GOCOVERDIR="+t.TempDir()), env...)
	tm.file, err = pty.StartWithSize(tm.cmd, size)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(tm.done)
		buf := make([]byte, 32<<10)
		for {
			n, err := tm.file.Read(buf)
			tm.mu.Lock()
			tm.out.Write(buf[:n])
			tm.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		tm.cmd.Process.Kill()
		tm.cmd.Wait()
		tm.file.Close()
	})
	return tm
}

func (tm *terminal) output() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.out.String()
}

func (tm *terminal) wait(text string) {
	tm.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if strings.Contains(stripped(tm.output()), text) {
			return
		}
	}
	tm.t.Fatalf("%q did not come; the terminal got:\n%q", text, tm.output())
}

func (tm *terminal) keys(text string) {
	tm.t.Helper()
	if _, err := io.WriteString(tm.file, text); err != nil {
		tm.t.Fatal(err)
	}
}

// exit waits for the end and gives its status.
func (tm *terminal) exit() int {
	tm.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- tm.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(15 * time.Second):
		tm.t.Fatalf("the wizard does not end; the terminal got:\n%q", tm.output())
	}
	<-tm.done
	return tm.cmd.ProcessState.ExitCode()
}

// The first frame comes at once, and the terminal is asked nothing: not its
// background, not its cursor, not its kind.
func TestNothingIsAskedOfTheTerminal(t *testing.T) {
	const limit = 200 * time.Millisecond
	best, work := time.Hour, time.Hour
	for range 10 {
		tm := openTerminal(t, t.TempDir(), "plain")
		begun := time.Now()
		tm.wait("What does the caller say?")
		best = min(best, time.Since(begun))
		tm.keys("q")
		if status := tm.exit(); status != 0 {
			t.Errorf("exit status %d", status)
		}
		work = min(work, tm.cmd.ProcessState.UserTime()+tm.cmd.ProcessState.SystemTime())
		for _, ask := range []string{"\x1b]10;?", "\x1b]11;?", "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[0c", "\x1b[?u", "\x1b[5n", "\x1bP+q"} {
			if strings.Contains(tm.output(), ask) {
				t.Errorf("the terminal was asked %q", ask)
			}
		}
		if best < limit {
			return
		}
	}
	// On a busy machine, or with the race detector, the work alone takes longer; what
	// counts then is that nothing was waited for: a terminal's answer costs five seconds.
	if best > 10*limit {
		t.Errorf("the first frame took %v, %v of them work, on a terminal that answers nothing", best, work)
	}
}

// BenchmarkStart is from the start of the process to the first frame on a terminal.
func BenchmarkStart(b *testing.B) {
	cases := b.TempDir()
	for b.Loop() {
		tm := openTerminal(b, cases, "plain")
		tm.wait("What does the caller say?")
		b.StopTimer()
		tm.keys("q")
		tm.exit()
		b.StartTimer()
	}
}

// A terminal that does not tell its size gets 80 by 24.
func TestTerminalWithoutSize(t *testing.T) {
	tm := openSized(t, &pty.Winsize{}, t.TempDir(), "plain")
	tm.wait("Nothing leaves this machine. Cases are deleted after 30 days.")
	tm.keys("q")
	tm.exit()
}

func TestLeavingRestoresTheTerminal(t *testing.T) {
	for _, key := range []string{"q", "\x03"} {
		tm := openTerminal(t, t.TempDir(), "plain")
		tm.wait("What does the caller say?")
		tm.keys(key)
		if status := tm.exit(); status != 0 {
			t.Errorf("%q: exit status %d", key, status)
		}
		if !strings.Contains(tm.output(), "\x1b[?1049l") || !strings.Contains(tm.output(), "\x1b[?25h") {
			t.Errorf("%q: the screen or the cursor was not given back: %q", key, tm.output())
		}
	}
}

// SIGTERM and SIGHUP save and leave; the case is then offered again.
func TestSignalsSave(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		cases := t.TempDir()
		tm := openTerminal(t, cases, "plain")
		tm.wait("What does the caller say?")
		tm.keys("\r")
		tm.wait("as it is stored")
		tm.keys(diagnostics.DemoNumber + "\r")
		tm.wait("4/13")
		tm.cmd.Process.Signal(sig)
		tm.exit()
		saved, err := diagnostics.NewStore(cases).List()
		if err != nil || len(saved) != 1 || saved[0].Topic != "no-code" || len(saved[0].Masked) != 1 || saved[0].Closed {
			t.Errorf("%v: saved %+v, %v", sig, saved, err)
		}
	}
}

// ctrl+z stops the process and gives the terminal back; going on draws again.
func TestSuspend(t *testing.T) {
	tm := openTerminal(t, t.TempDir(), "plain")
	tm.wait("What does the caller say?")
	tm.keys("\x1a")
	tm.waitRaw("\x1b[?1049l")
	before := len(tm.output())
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(stripped(tm.output()[before:]), "What does the caller say?"); time.Sleep(20 * time.Millisecond) {
		tm.cmd.Process.Signal(syscall.SIGCONT)
		if time.Now().After(deadline) {
			t.Fatalf("not drawn again: %q", tm.output()[before:])
		}
	}
	tm.keys("q")
	tm.exit()
}

func (tm *terminal) waitRaw(text string) {
	tm.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(tm.output(), text); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			tm.t.Fatalf("%q did not come: %q", text, tm.output())
		}
	}
}

// breaking is a page with a fault in it.
type breaking struct{ page }

func (b breaking) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	if _, key := msg.(tea.KeyMsg); key {
		panic("made to fail")
	}
	return false, nil
}

// A fault ends the wizard with the terminal restored, the case saved and its name said.
func TestPanicSaves(t *testing.T) {
	cases := t.TempDir()
	tm := openTerminal(t, cases, "panics")
	tm.wait("What does the caller say?")
	tm.keys("\r")
	tm.wait("as it is stored")
	tm.keys("\x1b")
	tm.wait("enter edit")
	tm.keys("5x")
	if status := tm.exit(); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	out := tm.output()
	saved, err := diagnostics.NewStore(cases).List()
	if err != nil || len(saved) != 1 {
		t.Fatalf("saved %+v, %v; the terminal got %q", saved, err, out)
	}
	restored := strings.Index(out, "\x1b[?1049l")
	named := strings.Index(out, filepath.Base(saved[0].Path))
	if restored < 0 || named < restored {
		t.Errorf("the terminal was not restored before the case was named: %q", out)
	}
}

// kill -9 in the middle of typing, twenty times at random moments: every field
// that was entered is there, of the one in hand all but what the disk had not yet,
// and the next window has it all in its fields again.
func TestKillLosesNothing(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	const firm = "northfirm.example"
	r := rand.New(rand.NewPCG(9, 9))
	for round := range rounds {
		cases := t.TempDir()
		tm := openTerminal(t, cases, "plain")
		tm.wait("What does the caller say?")
		tm.keys("\r")
		tm.wait("as it is stored")
		tm.keys("+447700900187\r")
		tm.wait("4/13") // once the carrier is asked
		tm.keys("Vodafone\r")
		waitCase(t, cases, "Vodafone", func(c *diagnostics.Case) bool { return c.CarrierSaid() == "Vodafone" })
		typed := firm[:1+r.IntN(len(firm)-1)]
		for _, letter := range []byte(typed) {
			tm.keys(string(letter))
			time.Sleep(time.Duration(r.IntN(8)) * time.Millisecond)
		}
		waited := round%2 == 0
		if waited { // nothing was entered, and it is on the disk all the same
			waitCase(t, cases, typed, func(c *diagnostics.Case) bool {
				text, _ := c.Draft(diagnostics.DraftFirm)
				return text == typed
			})
		}
		tm.cmd.Process.Kill()
		tm.exit()
		c := waitCase(t, cases, "the number", func(c *diagnostics.Case) bool { return len(c.Typed()) == 1 })
		draft, _ := c.Draft(diagnostics.DraftFirm)
		if c.Topic() != "no-code" || c.Typed()[0] != "+447700900187" || !strings.HasPrefix(typed, draft) {
			t.Errorf("round %d, killed after %q: topic %q, numbers %v, firm so far %q", round, typed, c.Topic(), c.Typed(), draft)
		}
		// And the next window offers it.
		next := openTerminal(t, cases, "plain")
		next.wait("A case was left open.")
		next.keys("\r")
		next.wait("Checklist 4/8")
		if waited {
			next.keys("2")
			next.wait(typed)
		}
		next.cmd.Process.Kill()
		next.exit()
	}
}

// waitCase waits until the only case on the disk is as it should be.
func waitCase(t *testing.T, cases, what string, is func(c *diagnostics.Case) bool) *diagnostics.Case {
	t.Helper()
	store := diagnostics.NewStore(cases)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		saved, err := store.List()
		if err != nil || len(saved) != 1 {
			continue // it is being begun
		}
		c, err := diagnostics.LoadCase(saved[0].Path, faq.Builtin(), diagnostics.Options{}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if is(c) {
			return c
		}
	}
	t.Fatalf("%s does not come to the disk", what)
	return nil
}

// A second window on the same case can only read.
func TestSecondWindowReadsOnly(t *testing.T) {
	cases := t.TempDir()
	first := openTerminal(t, cases, "plain")
	first.wait("What does the caller say?")
	first.keys("\r")
	first.wait("Saved")
	second := openTerminal(t, cases, "plain")
	second.wait("A case was left open.")
	second.keys("\r")
	second.wait("Read-only")
	first.keys("+447700900187\r")
	first.wait("4/13")
	second.keys("\x03")
	if status := second.exit(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	saved, _ := diagnostics.NewStore(cases).List()
	if len(saved) != 1 || saved[0].Closed {
		t.Errorf("the second window wrote into the case: %+v", saved)
	}
}
