package wizard

import (
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/ticket"
)

// Firm and contact of the settings stand in the case from its beginning, can be
// changed, and are in the ticket.
func TestSettingsFillTheCase(t *testing.T) {
	settings := func() Options {
		o := testOptions(t)
		o.Firm, o.Contact = "northfirm.example", ticket.Contact{Name: "A. Doe", Email: "a.doe@northfirm.example"}
		return o
	}
	m := newTestModel(t, settings(), 80, 24)
	if !m.c.Empty() {
		t.Fatal("the settings alone are no case")
	}
	m.send(t, "enter", ":+447700900187", "enter")
	if !strings.Contains(m.View(), "northfirm.example") {
		t.Errorf("the firm is not on the screen:\n%s", m.View())
	}
	m.send(t, "esc", "6", "e")
	if p := m.top().(*exportPage); !strings.Contains(string(p.made.bytes), "Contact: A. Doe <a.doe@northfirm.example>") {
		t.Errorf("the ticket has no contact:\n%s", p.made.bytes)
	}

	// Emptied, it stays so.
	m = newTestModel(t, settings(), 80, 24)
	m.send(t, "enter", ":+447700900187", "enter", "enter", "ctrl+u", "enter", "esc")
	if m.c.FirmURL() != "" {
		t.Errorf("the firm that was taken out is %q", m.c.FirmURL())
	}

	// In the lines enter takes it.
	o := settings()
	out, _ := runLines(t, o, "1", "+447700900187", "", "", "", "q")
	if !strings.Contains(out, "Firm, or enter for northfirm.example:") {
		t.Errorf("the firm is not offered:\n%s", out)
	}
	if c := onlyCase(t, o); c.FirmURL() != "northfirm.example" || c.Contact() != o.Contact {
		t.Errorf("saved with %q, %v", c.FirmURL(), c.Contact())
	}
}

// Each background has colours that stand out on it; the words are the same.
func TestThemes(t *testing.T) {
	seen, plain := map[string]string{}, ""
	for _, theme := range []string{"", "light", "dark"} {
		o := testOptions(t)
		o.Now, o.Color, o.Theme, o.Case = fixtureNow, true, theme, fixtureCase(t)
		m := newTestModel(t, o, 80, 24)
		m.send(t, "5")
		view := m.View()
		checkFrame(t, m, "theme "+theme)
		for other, v := range seen {
			if v == view {
				t.Errorf("themes %q and %q look the same", theme, other)
			}
		}
		if seen[theme] = view; plain == "" {
			plain = stripped(view)
		} else if stripped(view) != plain {
			t.Errorf("theme %q has other words", theme)
		}
	}
}

// Columns that were named by hand hold for the case, and not for other files.
func TestColumnsAreKept(t *testing.T) {
	m := newTestModel(t, testOptions(t), 80, 24)
	m.c.SetTopic("no-code")
	m.c.SetLogs([]diagnostics.FileRef{{Path: "/a.csv"}})
	m.c.SetColumns(map[string]string{"to": "Who", "status": "What"})
	m.dropColumns([]diagnostics.FileRef{{Path: "/a.csv"}, {Path: "/b.csv"}})
	if m.c.Options.Map["to"] != "Who" {
		t.Error("with one more file the columns are forgotten")
	}
	m.dropColumns([]diagnostics.FileRef{{Path: "/b.csv"}})
	if len(m.c.Options.Map) != 0 {
		t.Errorf("another file is read with %v", m.c.Options.Map)
	}
}
