package wizard

import (
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics"
)

// "/" searches on every screen that has a list. While it is typed letters are
// text, enter stays at what was found, esc goes back to where one was.
func TestSearchOnEveryList(t *testing.T) {
	for _, test := range []struct {
		name  string
		open  []string // keys that show the screen
		words string
		line  string // the cursor's line after it
		more  string // and after another "down", where there are several
	}{
		{"checklist", []string{"3"}, "internet-phone", "> ✓ pass  3", ""},
		{"checklist, by result", []string{"3"}, "fail", "> x fail  5", ""},
		{"checklist, letters that would answer", []string{"3"}, "ny", "", ""},
		{"ticket, by answer", []string{"6"}, "kingdom", ">  2", ""},
		{"ticket, several", []string{"6", "g"}, "number", ">  2", ">  4"},
		{"findings", []string{"5"}, "kpn", "> ! medium", ""},
		{"findings, the caller's", []string{"5", "down"}, "this caller", "> x high", ""},
		{"a carrier's users", []string{"4", "enter"}, "7700 9000 01", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := testOptions(t)
			o.Now, o.Case = fixtureNow, fixtureCase(t)
			m := newTestModel(t, o, 80, 24)
			m.send(t, test.open...)
			before, answers := m.View(), len(m.c.Walk().History())
			m.send(t, "/", ":"+test.words)
			if len(m.c.Walk().History()) != answers || !m.top().typing() {
				t.Fatalf("what was typed was taken for keys:\n%s", m.View())
			}
			if !strings.Contains(m.View(), "/ "+test.words+"_") {
				t.Errorf("what was typed is not on the screen:\n%s", m.View())
			}
			m.send(t, "esc")
			if got := m.View(); got != before && !strings.Contains(test.name, "users") { // those are on the other half
				t.Errorf("esc does not go back:\n%s\nbefore it was:\n%s", got, before)
			}
			m.send(t, "/", ":"+test.words)
			for _, want := range []string{test.line, test.more} {
				if want == "" {
					break
				}
				if got := cursorLine(stripped(m.View())); !strings.HasPrefix(strings.TrimSpace(got), want) {
					t.Errorf("the cursor is at %q, want %q", got, want)
				}
				m.send(t, "down")
			}
			m.send(t, "enter")
			if m.top().typing() {
				t.Error("enter leaves the search open")
			}
		})
	}
}

func cursorLine(view string) string {
	for line := range strings.Lines(view) {
		if strings.HasPrefix(line, " >") {
			return line
		}
	}
	return ""
}

// The start screen finds a saved case by its line, beside the topics that fit.
func TestSearchFindsCases(t *testing.T) {
	m := newTestModel(t, testOptions(t), 80, 24)
	m.update(casesListed{saved: []diagnostics.Saved{
		{ID: "a", Path: "a", Topic: "no-code", Masked: []string{"+44 … 42"}, Changed: m.now.Add(-time.Hour)},
		{ID: "b", Path: "b", Topic: "slow-code", Masked: []string{"+44 … 06"}, Exported: true, Changed: m.now.Add(-18 * time.Hour)},
	}})
	for _, test := range []struct {
		words string
		want  string // path of the only case that fits
	}{{"42", "a"}, {"… 06 exported", "b"}, {"slow code", "b"}, {"qqq", ""}} {
		m.send(t, "/", "ctrl+u", ":"+test.words)
		var got string
		for _, it := range m.pages[atStart].(*startPage).items(m) {
			if it.saved != nil {
				got += it.saved.Path
			}
		}
		if got != test.want {
			t.Errorf("%q finds %q, want %q", test.words, got, test.want)
		}
		m.send(t, "esc")
	}
}
