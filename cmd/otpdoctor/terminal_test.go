//go:build !windows

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/spf13/cobra"
)

// A terminal is never asked anything, by no command: many never answer, and then
// the asker waits. What a question looks like:
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
var questions = []struct {
	what string
	form *regexp.Regexp
}{
	{"a colour (OSC 4, 10 to 19)", regexp.MustCompile(`\x1b\](?:4;\d+|1\d);\?`)},
	{"its kind (DA)", regexp.MustCompile(`\x1b\[[>=]?\d*c`)},
	{"its state or cursor (DSR)", regexp.MustCompile(`\x1b\[\??[56]n`)},
	{"its name (XTVERSION)", regexp.MustCompile(`\x1b\[>\d*q`)},
	{"its keyboard (kitty)", regexp.MustCompile(`\x1b\[\?u`)},
	{"its graphics (kitty)", regexp.MustCompile(`\x1b_G`)},
	{"a mode (DECRQM)", regexp.MustCompile(`\x1b\[\??\d+\$p`)},
	{"a capability (XTGETTCAP, DECRQSS)", regexp.MustCompile(`\x1bP[+$]q`)},
	{"its window (XTWINOPS)", regexp.MustCompile(`\x1b\[(?:1[13-9]|2[01])(?:;\d+)?t`)},
	{"its clipboard (OSC 52)", regexp.MustCompile(`\x1b\]52;[^;]*;\?`)},
}

type terminalRun struct {
	args  []string
	leave string   // what ends the ones that wait for the agent
	plain []string // what its time is compared with, where it needs a terminal
}

// terminalRuns are all commands with what makes them answer. Those that show a
// case or read answers are left by a key.
var terminalRuns = []terminalRun{
	{args: nil, leave: "q", plain: []string{"wizard", "--accessible"}},
	{args: []string{"wizard"}, leave: "q", plain: []string{"wizard", "--accessible"}},
	{args: []string{"wizard", "--no-mouse", "--no-save", "LOG"}, leave: "qy", plain: []string{"wizard", "--accessible"}},
	{args: []string{"wizard", "--accessible"}, leave: "q\n"},
	{args: []string{"demo"}},
	{args: []string{"check", "+4407700900187"}},
	{args: []string{"analyze", "LOG"}},
	{args: []string{"convert", "LOG"}},
	{args: []string{"ticket", "--logs", "LOG"}},
	{args: []string{"lockout"}},
	{args: []string{"faq"}},
	{args: []string{"faq", "no-code"}},
	{args: []string{"faq", "search", "backup", "code"}},
	{args: []string{"faq", "walk", "no-code"}, leave: "\x04"},
	{args: []string{"faq", "validate", "."}},
	{args: []string{"explain", "30007"}},
	{args: []string{"formats"}},
	{args: []string{"schema", "ticket"}},
	{args: []string{"verify", "LOG"}},
	{args: []string{"redact", "LOG"}},
	{args: []string{"cases"}},
	{args: []string{"cases", "list"}},
	{args: []string{"cases", "show", "none"}},
	{args: []string{"cases", "delete", "none"}},
	{args: []string{"cases", "purge"}},
	{args: []string{"config"}},
	{args: []string{"man"}},
	{args: []string{"version"}},
	{args: []string{"completion", "bash"}},
	{args: []string{"completion", "zsh"}},
	{args: []string{"completion", "fish"}},
	{args: []string{"completion", "powershell"}},
	{args: []string{"help"}},
	{args: []string{"--help"}},
	{args: []string{"no-such-command"}},
}

// TestNoCommandAsksTheTerminal runs every command on a pseudo-terminal that never
// answers. Nothing is asked, and the first output comes as soon as it does on a
// pipe, 200 ms at most later: a machine that is busy is busy for both.
func TestNoCommandAsksTheTerminal(t *testing.T) {
	const longer = 200 * time.Millisecond
	log := filepath.Join(t.TempDir(), "twilio.csv")
	sample, err := os.ReadFile(filepath.Join("..", "..", "testdata", "logs", "twilio-csv.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, sample, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, run := range terminalRuns {
		t.Run(strings.Join(append([]string{"otpdoctor"}, run.args...), " "), func(t *testing.T) {
			args := slices.Clone(run.args)
			for i := range args {
				args[i] = strings.Replace(args[i], "LOG", log, 1)
			}
			plain := run.plain
			if plain == nil {
				plain = args
			}
			// The quickest of several counts, since what is waited for in vain is
			// waited for each time; more are made only where the first are too slow.
			best, bestPlain := time.Hour, time.Hour
			for range 12 {
				took, out := onTerminal(t, args, run.leave)
				best, bestPlain = min(best, took), min(bestPlain, onPipe(t, plain))
				if len(out) == 0 {
					t.Fatal("nothing was written")
				}
				for _, q := range questions {
					if found := q.form.Find(out); found != nil {
						t.Fatalf("the terminal was asked for %s: %q", q.what, found)
					}
				}
				if best <= bestPlain+longer {
					return
				}
			}
			t.Errorf("the first output comes after %v on a terminal that answers nothing, after %v on a pipe", best, bestPlain)
		})
	}
}

// No command is missing above.
func TestTerminalRunsAreComplete(t *testing.T) {
	root := newApp(strings.NewReader(""), io.Discard, io.Discard).root()
	root.InitDefaultCompletionCmd()
	var visit func(c *cobra.Command, path []string)
	visit = func(c *cobra.Command, path []string) {
		if !slices.ContainsFunc(terminalRuns, func(r terminalRun) bool {
			return len(r.args) >= len(path) && slices.Equal(r.args[:len(path)], path)
		}) {
			t.Errorf("otpdoctor %s is not run on a terminal", strings.Join(path, " "))
		}
		for _, sub := range c.Commands() {
			visit(sub, append(slices.Clone(path), sub.Name()))
		}
	}
	visit(root, nil)
}

// program is the real program in a process of its own, without a home of anyone.
func program(t *testing.T, args []string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	cmd := exec.Command(exe)
	cmd.Args = append([]string{"otpdoctor"}, args...)
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home, "XDG_CONFIG_HOME="+home, "GOCOVERDIR="+home,
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "TMUX=", "NO_COLOR=", "ACCESSIBLE=", "OTPDOCTOR_ACCESSIBLE=")
	return cmd
}

// onTerminal runs a command on a pseudo-terminal: when the first output came, and
// all of it.
func onTerminal(t *testing.T, args []string, leave string) (first time.Duration, out []byte) {
	t.Helper()
	cmd := program(t, args)
	begun := time.Now()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	end := time.AfterFunc(20*time.Second, func() { cmd.Process.Signal(syscall.SIGKILL) })
	defer end.Stop()
	var all bytes.Buffer
	buf := make([]byte, 32<<10)
	for {
		n, err := file.Read(buf)
		if n > 0 && first == 0 {
			first = time.Since(begun)
			if leave != "" {
				time.AfterFunc(50*time.Millisecond, func() { io.WriteString(file, leave) })
			}
		}
		all.Write(buf[:n])
		if err != nil { // a pseudo-terminal that nobody has open any more
			break
		}
	}
	cmd.Wait()
	if cmd.ProcessState.ExitCode() < 0 {
		t.Fatalf("%v does not end; the terminal got %q", args, all.Bytes())
	}
	return first, all.Bytes()
}

// onPipe is when the first output of a command came on a pipe.
func onPipe(t *testing.T, args []string) (first time.Duration) {
	t.Helper()
	cmd := program(t, args)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.Stdout, cmd.Stderr = w, w
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	r.Read(make([]byte, 1))
	first = time.Since(begun)
	io.Copy(io.Discard, r)
	cmd.Wait()
	return first
}
