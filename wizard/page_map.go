package wizard

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// columnMap is a log of no known kind: its columns, and what they probably hold.
type columnMap struct {
	file    string
	columns []string
	guess   map[string]string
}

// columnsOf takes the columns out of an error about an unknown format, or nil.
func columnsOf(err error) *columnMap {
	var unknown *deliverylog.UnknownFormatError
	if !errors.As(err, &unknown) || len(unknown.Columns) == 0 {
		return nil
	}
	c := &columnMap{file: unknown.File, columns: unknown.Columns, guess: map[string]string{}}
	if guess, err := deliverylog.ParseMap(unknown.Map); err == nil {
		maps.Copy(c.guess, guess)
	}
	return c
}

// mapPage asks which column holds what.
type mapPage struct {
	of     *columnMap
	fields []string
	at     int
	chosen []int // index in columns, -1: none
}

// What the fields of a log are, in words.
var fieldWords = map[string]string{
	"message_id": "message id", "to": "number it went to", "carrier": "carrier", "country": "country", "status": "status",
	"error_code": "error code", "submitted_at": "submitted at", "delivered_at": "delivered at", "verified_at": "code typed in at",
	"from": "sender", "provider": "SMS provider",
}

func newMapPage(of *columnMap) *mapPage {
	p := &mapPage{of: of, fields: deliverylog.MapFields()}
	for _, f := range p.fields {
		p.chosen = append(p.chosen, slices.Index(of.columns, of.guess[f]))
	}
	return p
}

func (p *mapPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	n := len(p.of.columns) + 1
	switch {
	case key.Matches(k, m.keys.Up):
		p.at = max(p.at-1, 0)
	case key.Matches(k, m.keys.Down, m.keys.Tab):
		p.at = min(p.at+1, len(p.fields)-1)
	case key.Matches(k, m.keys.Right):
		p.chosen[p.at] = (p.chosen[p.at]+2)%n - 1
	case key.Matches(k, m.keys.Left):
		p.chosen[p.at] = (p.chosen[p.at]+n)%n - 1
	case key.Matches(k, m.keys.Enter):
		mapping := p.mapping()
		if mapping["to"] == "" || mapping["status"] == "" {
			m.say("The number it went to and the status are needed.")
			return true, nil
		}
		if !m.mayChange() {
			return true, nil
		}
		m.c.SetColumns(mapping)
		m.pop()
		m.problem = nil
		return true, m.changed()
	default:
		return false, nil
	}
	return true, nil
}

func (p *mapPage) mapping() map[string]string {
	out := map[string]string{}
	for i, f := range p.fields {
		if c := p.chosen[i]; c >= 0 && c < len(p.of.columns) {
			out[f] = p.of.columns[c]
		}
	}
	return out
}

func (p *mapPage) view(m *model, w, h int) view {
	st := m.st
	v := view{}
	v.add("", " "+paint(st.bold, "Which column holds what?")+"  "+st.cutEnd(clean(p.of.file), w-30), "")
	for i, f := range p.fields {
		column := "none"
		if c := p.chosen[i]; c >= 0 && c < len(p.of.columns) {
			column = clean(p.of.columns[c])
		}
		word := fieldWords[f]
		if word == "" {
			word = strings.ReplaceAll(f, "_", " ")
		}
		text := st.pad(word, 20) + "  "
		if i == p.at {
			v.focus = len(v.lines)
			v.add(" " + paint(st.accent, st.signs.cursor) + " " + paint(st.bold, text) + paint(st.accent, "[") + paint(st.bold, st.cutEnd(column, w-30)) + paint(st.accent, "]"))
		} else {
			v.add("   " + text + " " + st.cutEnd(column, w-30))
		}
	}
	return v
}

func (p *mapPage) keys(m *model) []key.Binding {
	return []key.Binding{joined("←→", "column"), joined("↑↓", "field"), with(m.keys.Enter, "read with it"), m.keys.Esc, m.keys.Keys}
}

func (p *mapPage) note(m *model) string {
	return "What is not sure was left out. Number and status are needed, times help most."
}

func (p *mapPage) typing() bool { return false }
