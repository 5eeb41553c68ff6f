package wizard

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/atotto/clipboard"
	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// osc52Limit is how many bytes of base64 terminals take at most; above it the
// sequence is dropped without a word, so nothing is claimed.
const osc52Limit = 75000

func stripped(s string) string { return ansi.Strip(s) }

// clipboards are the ways to a clipboard, in the order in which they are tried.
// They are fields so that a test can stand in for the machine.
type clipboards struct {
	command string // what the user set
	env     func(string) string
	run     func(ctx context.Context, command []string, text string) error
	native  func(text string) error // nil where there is none
	out     io.Writer               // the terminal that is drawn on
	write   func(name, text string) (path string, err error)
}

func (m *model) clipboards() clipboards {
	c := clipboards{command: m.o.CopyCommand, env: os.Getenv, run: pipeTo, out: m.out, write: writeTemporary}
	if !clipboard.Unsupported {
		c.native = clipboard.WriteAll
	}
	return c
}

// copyText copies in a command and says which way it went, and whether what was
// copied is masked.
func (m *model) copyText(text string) tea.Cmd {
	text = strings.TrimRight(stripped(text), "\n ")
	if text == "" {
		m.say("Nothing to copy here.")
		return nil
	}
	c, masked := m.clipboards(), m.masked
	return func() tea.Msg {
		how, show := c.put(text)
		which := " (full number)"
		if masked {
			which = " (masked)"
		}
		if !hasDigits(text) {
			which = ""
		}
		return copied{upperFirst(how) + which + ".", show}
	}
}

func hasDigits(text string) bool { return strings.ContainsAny(text, "0123456789") }

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// put tries the ways in order: the user's own command, tmux's buffer, the
// machine's clipboard unless this is a session from elsewhere, the terminal's by
// OSC 52. To OSC 52 there is no answer, so it is only said to be sent. Where no
// way is left, show is the text for the screen.
func (c clipboards) put(text string) (how, show string) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if c.command != "" {
		if err := c.run(ctx, shell(c.command), text); err == nil {
			return "copied", ""
		}
		return "the copy command failed: " + clean(c.command) + "; not copied", text
	}
	remote := c.env("SSH_CONNECTION") != "" || c.env("SSH_TTY") != ""
	if c.env("TMUX") != "" {
		if err := c.run(ctx, []string{"tmux", "load-buffer", "-w", "-"}, text); err == nil {
			if remote {
				return "sent to your terminal's clipboard", ""
			}
			return "copied", ""
		}
	}
	if c.native != nil && !remote {
		if err := c.native(text); err == nil {
			return "copied", ""
		}
	}
	if len(text) <= base64.StdEncoding.DecodedLen(osc52Limit) && c.env("TERM") != "dumb" && c.env("TERM") != "linux" {
		seq := osc52.New(text)
		switch term := c.env("TERM"); {
		case c.env("TMUX") != "":
			seq = seq.Tmux()
		case strings.HasPrefix(term, "screen"):
			seq = seq.Screen()
		}
		// One write, so that a frame cannot fall in between.
		if _, err := io.WriteString(c.out, seq.String()); err == nil {
			return "sent to your terminal's clipboard", ""
		}
	}
	if path, err := c.write("otpdoctor-copy", text); err == nil {
		return "not copied: shown here, and written to " + clean(path), text
	}
	return "not copied: shown here", text
}

func shell(command string) []string {
	if runtime.GOOS == "windows" {
		return []string{"cmd", "/c", command}
	}
	return []string{"sh", "-c", command}
}

func pipeTo(ctx context.Context, command []string, text string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(text)
	var out bytes.Buffer // never onto the screen
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd.Run()
}

// writeTemporary writes a text where only its user can read it.
func writeTemporary(name, text string) (string, error) {
	f, err := os.CreateTemp("", name+"-*.txt") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text + "\n")
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return f.Name(), err
}
