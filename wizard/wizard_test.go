package wizard

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/faq"
)

// testOptions are a case store of its own and the clock of the demo.
func testOptions(t testing.TB) Options {
	t.Helper()
	return Options{
		Set:   faq.Builtin(),
		Store: diagnostics.NewStore(t.TempDir()),
		Now:   func() time.Time { return diagnostics.DemoNow },
	}
}

// demoCase is the demo's case, with its log read.
func demoCase(t testing.TB) *diagnostics.Case {
	t.Helper()
	c, err := diagnostics.Demo(context.Background(), faq.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newTestModel(t testing.TB, o Options, w, h int) *model {
	t.Helper()
	m, err := newModel(o, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.saver.close)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m
}

// drain executes a command and what follows from it, beside each other as the
// program does. The clock's tick is left out: it would never end.
func (m *model) drain(t testing.TB, cmd tea.Cmd) {
	t.Helper()
	msgs := make(chan tea.Msg)
	open := 0
	start := func(c tea.Cmd) {
		if c != nil {
			open++
			go func() { msgs <- c() }()
		}
	}
	start(cmd)
	for open > 0 {
		select {
		case msg := <-msgs:
			open--
			if cmds, ok := sequence(msg); ok {
				for _, c := range cmds {
					start(c)
				}
			} else if msg != nil {
				start(m.update(msg))
			}
		case <-time.After(30 * time.Second):
			t.Fatal("a command does not end")
		}
	}
}

// send sends keys by name: "enter", "ctrl+r", or text letter by letter after a ":".
func (m *model) send(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if text, ok := strings.CutPrefix(name, ":"); ok {
			for _, r := range text {
				m.drain(t, m.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}))
			}
			continue
		}
		m.drain(t, m.update(press(bind(name, "", name))))
	}
}

// checkFrame holds what is true of every frame: exactly h lines, none wider than
// w, and no control character or sequence but our own colours.
func checkFrame(t testing.TB, m *model, what string) {
	t.Helper()
	view := m.View()
	lines := strings.Split(view, "\n")
	if len(lines) != m.h {
		t.Fatalf("%s: %d lines in a window of %d×%d\n%s", what, len(lines), m.w, m.h, view)
	}
	for i, l := range lines {
		if cells(l) > m.w {
			t.Fatalf("%s: line %d is %d cells wide in a window of %d×%d: %q", what, i+1, cells(l), m.w, m.h, l)
		}
		if bad := unsafe(l); bad != "" {
			t.Fatalf("%s: line %d holds %s: %q", what, i+1, bad, l)
		}
	}
}

// unsafe names what a terminal must not be sent from a log or a person.
func unsafe(line string) string {
	for i := 0; i < len(line); i++ {
		if line[i] != 0x1b {
			continue
		}
		// Ours are ESC [ digits ; m.
		j := i + 1
		if j >= len(line) || line[j] != '[' {
			return "an escape sequence"
		}
		for j++; j < len(line) && (line[j] >= '0' && line[j] <= '9' || line[j] == ';'); j++ {
		}
		if j >= len(line) || line[j] != 'm' {
			return "an escape sequence"
		}
		line = line[:i] + line[j+1:]
		i--
	}
	for _, r := range line {
		if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return "a control character"
		}
	}
	return ""
}

var everyKey = []string{"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "enter", "enter", "esc", "tab", "shift+tab", "backspace",
	"delete", "ctrl+r", "ctrl+w", "ctrl+u", "1", "2", "3", "4", "5", "6", "f", "?", "/", "n", "N", "]", "[", "v", "e", "r", "u", "s", "S", "m",
	"y", "n", "d", "b", "g", "G", "j", "k", "x", " ", "+", "4", "7", "0", "9", "日", "é", "q"}

// anySize is one of the windows that people have, and that they do not.
func anySize(r *rand.Rand) tea.WindowSizeMsg {
	if r.IntN(3) == 0 {
		return [...]tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 60, Height: 15}, {Width: 120, Height: 40}, {Width: 52, Height: 12}, {Width: 1, Height: 1}, {Width: 300, Height: 100}}[r.IntN(6)]
	}
	return tea.WindowSizeMsg{Width: 1 + r.IntN(160), Height: 1 + r.IntN(60)}
}

// Thousands of keys and resizes: no panic, no frame that does not fit, and a
// case that can be saved and read again.
func TestRandomKeys(t *testing.T) {
	keys := 3000
	if testing.Short() {
		keys = 500
	}
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		t.Chdir(t.TempDir()) // exports land there
		o := testOptions(t)
		o.Color, o.ASCII = seed%2 == 0, seed == 3
		o.CopyCommand = "cat > /dev/null"
		if seed > 0 {
			o.Case = demoCase(t)
		}
		m := newTestModel(t, o, 80, 24)
		var done []string
		for range keys {
			if r.IntN(12) == 0 {
				m.Update(anySize(r))
			}
			if r.IntN(15) == 0 {
				buttons := []tea.MouseButton{tea.MouseButtonLeft, tea.MouseButtonWheelUp, tea.MouseButtonWheelDown, tea.MouseButtonRight}
				m.drain(t, m.update(tea.MouseMsg{X: r.IntN(m.w + 2), Y: r.IntN(m.h + 2), Button: buttons[r.IntN(len(buttons))], Action: tea.MouseActionPress}))
				done = append(done, "mouse")
			}
			key := everyKey[r.IntN(len(everyKey))]
			if m.asking != nil && key == "y" {
				key = "n" // leaving or deleting would end the run
			}
			done = append(done, key)
			m.send(t, key)
			if m.quitting {
				m.quitting = false
			}
			checkFrame(t, m, "seed "+string(rune('0'+seed))+" after "+strings.Join(done[max(0, len(done)-12):], " "))
		}
		if err := m.saver.flush(); err != nil {
			t.Fatal(err)
		}
		if path := m.saver.path; exists(path) {
			m.saver.close()
			if _, err := diagnostics.LoadCase(path, o.Set, diagnostics.Options{}, o.Now); err != nil {
				t.Errorf("seed %d: the case cannot be read again: %v", seed, err)
			}
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// writeDemoLog writes the demo's log to a file.
func writeDemoLog(t testing.TB, path string) {
	t.Helper()
	r, err := diagnostics.DemoLog().Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
