package wizard

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func TestClipboardChain(t *testing.T) {
	works := func(context.Context, []string, string) error { return nil }
	fails := func(context.Context, []string, string) error { return errors.New("no") }
	nativeWorks := func(string) error { return nil }
	nativeFails := func(string) error { return errors.New("no display") }
	long := strings.Repeat("x", 60000)
	for _, test := range []struct {
		name      string
		command   string
		env       map[string]string
		run       func(context.Context, []string, string) error
		native    func(string) error
		text      string
		how, sent string // sent: how the sequence to the terminal begins
		show      bool
	}{
		{"own command", "wl-copy", nil, works, nativeWorks, "a", "copied", "", false},
		{"own command fails: said, no other way", "wl-copy", nil, fails, nativeWorks, "a", "the copy command failed: wl-copy; not copied", "", true},
		{"tmux here", "", map[string]string{"TMUX": "/tmp/x"}, works, nativeWorks, "a", "copied", "", false},
		{"tmux over SSH", "", map[string]string{"TMUX": "/tmp/x", "SSH_TTY": "/dev/pts/1"}, works, nativeWorks, "a", "sent to your terminal's clipboard", "", false},
		{"the machine's", "", nil, fails, nativeWorks, "a", "copied", "", false},
		{"over SSH the terminal's", "", map[string]string{"SSH_CONNECTION": "1"}, fails, nativeWorks, "a", "sent to your terminal's clipboard", "\x1b]52;c;", false},
		{"no display: the terminal's", "", nil, fails, nativeFails, "a", "sent to your terminal's clipboard", "\x1b]52;c;", false},
		{"none of its own", "", nil, fails, nil, "a", "sent to your terminal's clipboard", "\x1b]52;c;", false},
		{"tmux that refuses", "", map[string]string{"TMUX": "/tmp/x", "SSH_TTY": "x"}, fails, nil, "a", "sent to your terminal's clipboard", "\x1bPtmux;", false},
		{"screen", "", map[string]string{"TERM": "screen-256color", "SSH_TTY": "x"}, fails, nil, "a", "sent to your terminal's clipboard", "\x1bP\x1b]52", false},
		{"too long for the terminal", "", map[string]string{"SSH_TTY": "x"}, fails, nil, long, "not copied: shown here, and written to /tmp/f", "", true},
		{"a console without a clipboard", "", map[string]string{"TERM": "linux"}, fails, nil, "a", "not copied: shown here, and written to /tmp/f", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			c := clipboards{command: test.command, env: func(k string) string { return test.env[k] }, run: test.run, native: test.native, out: &out,
				write: func(string, string) (string, error) { return "/tmp/f", nil }}
			how, show := c.put(test.text)
			if how != test.how || (show != "") != test.show {
				t.Errorf("got %q, shown %t; want %q, %t", how, show != "", test.how, test.show)
			}
			if got := out.String(); !strings.HasPrefix(got, test.sent) || test.sent == "" && got != "" {
				t.Errorf("to the terminal went %q, want it to begin with %q", got, test.sent)
			}
			if test.sent == "\x1b]52;c;" && !strings.Contains(out.String(), base64.StdEncoding.EncodeToString([]byte(test.text))) {
				t.Errorf("the text is not in it: %q", out.String())
			}
		})
	}
}

// What is copied follows the mask, and the message says which.
func TestCopySaysWhetherMasked(t *testing.T) {
	o := testOptions(t)
	o.Now, o.Case, o.CopyCommand = fixtureNow, fixtureCase(t), "cat > /dev/null"
	m := newTestModel(t, o, 80, 24)
	m.send(t, "6", "end", "up", "up", "y")
	if m.said != "Copied (full number)." {
		t.Errorf("said %q", m.said)
	}
	m.send(t, "r", "y")
	if m.said != "Copied (masked)." {
		t.Errorf("said %q", m.said)
	}
}
