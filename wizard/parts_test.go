package wizard

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/tally"
)

func plainStyles() *styles { return newStyles(io.Discard, Options{}) }

func TestCuts(t *testing.T) {
	s, a := plainStyles(), newStyles(io.Discard, Options{ASCII: true})
	for _, test := range []struct{ name, got, want string }{
		{"end", s.cutEnd("Deutsche Telekom", 10), "Deutsche …"},
		{"end, fits", s.cutEnd("O2", 10), "O2"},
		{"end, wide letters", s.cutEnd("日本電信電話", 7), "日本電…"},
		{"end, ASCII", a.cutEnd("Deutsche Telekom", 10), "Deutsch..."},
		{"end, no room", s.cutEnd("abc", 0), ""},
		{"front", s.cutFront("/home/agent/downloads/march.csv", 16), "…/march.csv"},
		{"front, long name", s.cutFront("/a/averyveryverylongname.csv", 12), "…ongname.csv"},
		{"middle", s.cutMiddle("SM0123456789abcdef", 9), "SM01…cdef"},
		{"middle, fits", s.cutMiddle("m-1", 9), "m-1"},
		{"beside", s.beside("left", "right", 14), "left     right"},
		{"beside, no room", s.beside("a long left side", "right", 14), "a long…  right"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestWrap(t *testing.T) {
	s := plainStyles()
	for _, test := range []struct {
		text string
		w    int
		want []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"averyveryverylongword x", 6, []string{"averyv", "eryver", "ylongw", "ord x"}},
		{"日本語 日本語", 7, []string{"日本語", "日本語"}},
		{"a\nb", 10, []string{"a", "b"}},
	} {
		if got := s.wrap(test.text, test.w); !reflect.DeepEqual(got, test.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.text, test.w, got, test.want)
		}
	}
	// Nothing is lost, and nothing is too wide.
	r := rand.New(rand.NewPCG(3, 3))
	letters := []string{"a", "bc", " ", "日", "é", "👩‍👩‍👧", " ", "x"}
	for range 500 {
		var text strings.Builder
		for range r.IntN(60) {
			text.WriteString(letters[r.IntN(len(letters))])
		}
		w := 4 + r.IntN(30)
		lines := s.wrap(text.String(), w)
		for _, l := range lines {
			if cells(l) > w {
				t.Fatalf("wrap(%q, %d): %q is too wide", text.String(), w, l)
			}
		}
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.Join(strings.Fields(text.String()), ""); got != want {
			t.Fatalf("wrap(%q, %d) keeps %q", text.String(), w, got)
		}
	}
}

func TestField(t *testing.T) {
	f := newField("")
	press := func(keys ...tea.KeyMsg) {
		for _, k := range keys {
			f.update(k)
		}
	}
	text := func(s string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)} }
	press(text("+44"), text(" 7700"), tea.KeyMsg{Type: tea.KeyHome}, text("x"))
	if f.text() != "x+44 7700" {
		t.Errorf("got %q", f.text())
	}
	press(tea.KeyMsg{Type: tea.KeyDelete}, tea.KeyMsg{Type: tea.KeyEnd}, tea.KeyMsg{Type: tea.KeyBackspace})
	if f.text() != "x44 770" {
		t.Errorf("got %q", f.text())
	}
	press(tea.KeyMsg{Type: tea.KeyCtrlW})
	if f.text() != "x44 " {
		t.Errorf("ctrl+w leaves %q", f.text())
	}
	press(tea.KeyMsg{Type: tea.KeyCtrlU})
	if f.text() != "" {
		t.Errorf("ctrl+u leaves %q", f.text())
	}
	// One backspace takes away what a person sees as one letter.
	f.set("ae\u0301")
	press(tea.KeyMsg{Type: tea.KeyBackspace})
	if f.text() != "a" {
		t.Errorf("got %q", f.text())
	}
	// A paste leaves its control characters behind.
	f.set("")
	press(tea.KeyMsg{Type: tea.KeyRunes, Paste: true, Runes: []rune("a\x1b[31mb\tc\r\nd\n")})
	if f.text() != "a[31mb c  d" {
		t.Errorf("got %q", f.text())
	}
	// A long text scrolls and never grows wider than its place.
	f.set(strings.Repeat("日本", 40))
	for _, w := range []int{1, 2, 5, 20} {
		if got := f.view(plainStyles(), w, true, "", clean); cells(got) > max(w, 2) {
			t.Errorf("%d cells wide in %d: %q", cells(got), w, got)
		}
	}
}

func TestCompletion(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"march.csv", "march.csv.gz", "april.csv", ".hidden", "with space.csv", "日本.csv", "日光.csv"} {
		os.WriteFile(name, []byte("x"), 0o600)
	}
	os.MkdirAll("logs/deep", 0o700)
	os.WriteFile("logs/a.csv", []byte("x"), 0o600)
	os.WriteFile("logs/b.csv", []byte("x"), 0o600)
	names := func(list []entry) (out []string) {
		for _, e := range list {
			out = append(out, e.path)
		}
		return out
	}
	for _, test := range []struct {
		typed, completes string
		offers           []string
	}{
		{"ma", "rch.csv", []string{"march.csv", "march.csv.gz"}},
		{"march.csv.", "gz", []string{"march.csv.gz"}},
		{"l", "ogs/", []string{"logs/"}},
		{"logs/", "", []string{"logs/deep/", "logs/a.csv", "logs/b.csv"}},
		{".h", "idden", []string{".hidden"}},
		{"日", "", []string{"日光.csv", "日本.csv"}},
		{"nothing", "", nil},
	} {
		offers := offer(test.typed)
		if !slices.Equal(names(offers), test.offers) {
			t.Errorf("offer(%q) = %q, want %q", test.typed, names(offers), test.offers)
		}
		if got := completion(test.typed, offers); got != test.completes {
			t.Errorf("completion(%q) = %q, want %q", test.typed, got, test.completes)
		}
	}
	abs, _ := filepath.Abs("march.csv")
	for _, test := range []struct {
		text           string
		files, missing []string
	}{
		{"march.csv", []string{"march.csv"}, nil},
		{"with space.csv", []string{"with space.csv"}, nil},
		{"'with space.csv' march.csv", []string{"with space.csv", "march.csv"}, nil},
		{`with\ space.csv march.csv`, []string{"with space.csv", "march.csv"}, nil},
		{`"march.csv"`, []string{"march.csv"}, nil},
		{"file://" + abs, []string{abs}, nil},
		{"logs/*.csv", []string{"logs/a.csv", "logs/b.csv"}, nil},
		{"logs", []string{"logs/a.csv", "logs/b.csv"}, nil},
		{"logs/deep", nil, []string{"logs/deep"}},
		{"mrach.csv", nil, []string{"mrach.csv"}},
		{"", nil, nil},
	} {
		files, missing := resolve(test.text)
		if !slices.Equal(files, test.files) || !slices.Equal(missing, test.missing) {
			t.Errorf("resolve(%q) = %q, %q, want %q, %q", test.text, files, missing, test.files, test.missing)
		}
	}
	if got := neighbours("mrach.csv", 1); !slices.Equal(got, []string{"march.csv"}) {
		t.Errorf("nearest to mrach.csv: %q", got)
	}
}

func TestKeyLineDropsFromTheRight(t *testing.T) {
	s, k := plainStyles(), newKeys()
	list := []key.Binding{with(k.Enter, "open"), k.Sort, k.Find, k.NextFinding, k.Esc, k.FAQ, k.Keys}
	for w := 12; w < 90; w++ {
		got := s.keyLine(list, w)
		if cells(got) > w && w > 20 {
			t.Errorf("%d cells in %d: %q", cells(got), w, got)
		}
		if !strings.Contains(got, "? keys") {
			t.Errorf("the list of keys was dropped at %d: %q", w, got)
		}
	}
	if got := s.keyLine(list, 30); got != " enter open   s sort   ? keys" {
		t.Errorf("got %q", got)
	}
}

// Every key has words, and none is one that the terminal, tmux or the shell takes.
func TestEveryKeyHasHelp(t *testing.T) {
	v := reflect.ValueOf(newKeys())
	for i := range v.NumField() {
		b := v.Field(i).Interface().(key.Binding)
		name := v.Type().Field(i).Name
		if b.Help().Key == "" || b.Help().Desc == "" || len(b.Keys()) == 0 {
			t.Errorf("%s has no words or no key", name)
		}
		for _, k := range b.Keys() {
			if strings.HasPrefix(k, "alt+") || strings.HasPrefix(k, "f1") || k == "ctrl+b" || k == "ctrl+a" || k == "ctrl+s" {
				t.Errorf("%s uses %s", name, k)
			}
		}
		if got := press(b); !key.Matches(got, b) {
			t.Errorf("%s: the list of keys sends %q", name, got)
		}
	}
}

func TestChartsWithoutColour(t *testing.T) {
	s := plainStyles()
	if got := s.spark([]share{{0, 0}, {0, 5}, {1, 100}, {1, 2}, {5, 5}}); got != " ·▁▄█" {
		t.Errorf("sparkline %q", got)
	}
	for _, test := range []struct {
		m    share
		want string
	}{{share{0, 0}, " "}, {share{0, 9}, "·"}, {share{1, 1000}, "1"}, {share{1, 2}, "5"}, {share{84, 100}, "8"}, {share{85, 100}, "9"}, {share{9, 9}, "9"}} {
		if got := s.tenths(test.m); got != test.want {
			t.Errorf("%d of %d is %q, want %q", test.m.bad, test.m.all, got, test.want)
		}
	}
	var day tally.Day
	day.Date = "2026-03-03"
	day.Hours[7] = tally.Cell{Judged: 10, Failed: 4}
	rows := s.heatMap([]tally.Day{day}, 78)
	if !strings.Contains(rows[1], "Tue 3") || !strings.Contains(rows[1], "4") || !strings.Contains(rows[1], "4 of 10") {
		t.Errorf("heat map %q", rows[1])
	}
	day.Hours[8] = tally.Cell{Judged: 12_345, Failed: 400}
	for w, want := range map[int]string{75: "404 of 12,355", 70: "3.3 %", 62: "404", 60: "4 1"} {
		if row := s.heatMap([]tally.Day{day}, w)[1]; !strings.HasSuffix(strings.TrimRight(row, " "), " "+want) || cells(row) > w {
			t.Errorf("heat map in %d cells: %q, want %s at its end", w, row, want)
		}
	}
	plot := s.intervals([]interval{{"now", 41, 52, true}, {"others", 4, 190, false}}, 10, 70)
	if len(plot) != 3 || strings.Index(plot[1], "●") < strings.Index(plot[2], "●") {
		t.Errorf("intervals:\n%s", strings.Join(plot, "\n"))
	}
}

// What could not be written is said, kept, and written with the next answer.
func TestFailedSaveIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cases")
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	o := testOptions(t)
	o.Store = diagnostics.NewStore(dir)
	m := newTestModel(t, o, 80, 24)
	m.send(t, "enter")
	if !strings.Contains(m.said, "Not saved") || m.saveErr == nil {
		t.Fatalf("said %q", m.said)
	}
	m.send(t, ":+447700900187", "enter", "esc")
	m.send(t, "q")
	if m.asking == nil || !strings.Contains(m.asking.text, "Not saved") {
		t.Errorf("left without a question: %+v", m.asking)
	}
	m.send(t, "n")
	os.Remove(dir)
	m.send(t, "enter", ":O2", "enter")
	if m.saveErr != nil {
		t.Fatalf("still not saved: %v", m.saveErr)
	}
	m.saver.close()
	saved, err := o.Store.List()
	if err != nil || len(saved) != 1 {
		t.Fatalf("%+v, %v", saved, err)
	}
	c, err := diagnostics.LoadCase(saved[0].Path, o.Set, o.Diag, o.Now)
	if err != nil || c.Topic() != "no-code" || len(c.Typed()) != 1 || c.CarrierSaid() != "O2" {
		t.Errorf("%+v, %v", c, err)
	}
}

// An answer waits for no disk: while one is being written, keys are taken.
func TestKeysWorkWhileSaving(t *testing.T) {
	m := newTestModel(t, testOptions(t), 80, 24)
	m.saver.disk.Lock() // a disk that does not come back
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, k := range []string{"enter", "+", "4", "4", "enter", "x", "esc", "3", "y", "u", "6", "n"} {
			m.update(press(bind(k, "", k)))
			m.View()
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Error("a key waits for the disk")
	}
	m.saver.disk.Unlock()
	if err := m.saver.flush(); err != nil {
		t.Fatal(err)
	}
	m.saver.close()
	saved, err := m.o.Store.List()
	if err != nil || len(saved) != 1 || saved[0].Topic != "no-code" {
		t.Errorf("saved afterwards: %+v, %v", saved, err)
	}
}

// What stands in a field is kept while it is typed, and gone once it is entered.
func TestDrafts(t *testing.T) {
	o := testOptions(t)
	m := newTestModel(t, o, 80, 24)
	m.send(t, "enter", ":+44,+33", "tab", ":Voda", "tab", ":north", "tab", ":ma")
	reopened := func(o Options, path string) *model {
		t.Helper()
		m.saver.close()
		o.CasePath = path
		return newTestModel(t, o, 80, 24)
	}
	m = reopened(o, m.saver.path)
	p := m.pages[atCase].(*casePage)
	if got := m.c.Typed(); len(got) != 2 || p.logs.text() != "ma" || m.c.CarrierSaid() != "Voda" {
		t.Errorf("numbers %v, carrier %q, log field %q", got, m.c.CarrierSaid(), p.logs.text())
	}
	m.send(t, "2", "enter", "ctrl+u", "esc")
	if _, ok := m.c.Draft(diagnostics.DraftLogs); ok && m.pages[atCase].(*casePage).at == onLogs {
		t.Error("an emptied field is still kept")
	}

	m.c.SetTopic("slow-code")
	m.goTo(atTicket)
	m.derive()
	m.send(t, "end", "enter", ":at ten")
	m = reopened(o, m.saver.path)
	m.send(t, "6", "end", "enter")
	if got := m.pages[atTicket].(*ticketPage).input.text(); got != "at ten" {
		t.Errorf("the answer in hand is %q", got)
	}
	m.send(t, "enter")
	if _, ok := m.c.Draft(diagnostics.DraftOf(diagnostics.EventQuestion, "noticed_at")); ok {
		t.Error("an answer that was given is still a draft")
	}
}

// A reading can be cancelled, and what it still says is not heard.
func TestCancelReading(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDemoLog(t, "march.csv.gz")
	o := testOptions(t)
	m := newTestModel(t, o, 80, 24)
	m.c.SetLogs(fileRefs([]string{"march.csv.gz"}))
	cmd := m.changed()
	if m.reading == nil {
		t.Fatal("not reading")
	}
	m.update(tea.KeyMsg{Type: tea.KeyCtrlC})
	if m.reading != nil || !strings.Contains(m.said, "Reading stopped") {
		t.Errorf("still reading, said %q", m.said)
	}
	m.drain(t, cmd)
	if m.report() != nil {
		t.Error("a stopped reading gave a report")
	}
	// And it can be begun again.
	m.drain(t, m.read())
	if m.report() == nil {
		t.Error("read again, there is no report")
	}
}

// Update waits for nothing: a reading of a log that never ends leaves the keys working.
func TestKeysWorkWhileReading(t *testing.T) {
	o := testOptions(t)
	m := newTestModel(t, o, 80, 24)
	begun := time.Now()
	m.reading = &reading{no: 1, cancel: func() {}, updates: make(chan diagnostics.Progress)}
	for _, k := range []string{"1", "2", "3", "4", "5", "6", "f", "esc", "?", "esc"} {
		m.update(press(bind(k, "", k)))
		m.View()
	}
	if d := time.Since(begun); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

// A click on a screen's name goes there, one on a line chooses it, the wheel moves.
func TestMouse(t *testing.T) {
	o := testOptions(t)
	o.Now, o.Case = fixtureNow, fixtureCase(t)
	m := newTestModel(t, o, 80, 24)
	click := func(text string) {
		t.Helper()
		for y, line := range strings.Split(m.View(), "\n") {
			if i := strings.Index(line, text); i >= 0 {
				m.drain(t, m.update(tea.MouseMsg{X: cells(line[:i]), Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress}))
				return
			}
		}
		t.Fatalf("%q is not on the screen:\n%s", text, m.View())
	}
	click("4 Carriers")
	if m.at != atCarriers {
		t.Fatalf("on screen %d", m.at+1)
	}
	click("KPN NL")
	if g := m.pages[atCarriers].(*carriersPage).group(m); g.Carrier != "KPN" {
		t.Errorf("the cursor is at %s", g.Carrier)
	}
	click("KPN NL")
	if !strings.Contains(m.View(), "Carriers › KPN (NL)") {
		t.Errorf("a second click opens nothing:\n%s", m.View())
	}
	click("3 Checklist")
	click("y  yes")
	if m.d.states[3].Answer != "yes" {
		t.Errorf("the answer clicked is %q", m.d.states[3].Answer)
	}
	click("6 Ticket")
	m.update(tea.MouseMsg{Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
	if at := m.pages[atTicket].(*ticketPage).at; at != 4 {
		t.Errorf("the wheel leaves the cursor at %d", at)
	}
}

// An answer has its time: of today the hour, of another day that as well.
func TestAnswersHaveTheirTime(t *testing.T) {
	now := time.Date(2026, 3, 3, 10, 20, 0, 0, time.FixedZone("", 3600))
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 3, 3, 9, 13, 0, 0, time.UTC), "10:13"},
		{time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC), "00:30"},
		{time.Date(2026, 3, 2, 15, 20, 0, 0, time.UTC), "Mon 16:20"},
		{time.Date(2026, 2, 2, 15, 20, 0, 0, time.UTC), "2 Feb 16:20"},
	} {
		if got := clockOf(test.at, now); got != test.want {
			t.Errorf("clockOf(%v) = %q, want %q", test.at, got, test.want)
		}
	}

	o, clock := testOptions(t), fixtureNow()
	o.Now = func() time.Time { return clock }
	o.Case = fixtureCaseAt(t, o.Now)
	m := newTestModel(t, o, 80, 24)
	clock = clock.Add(2 * time.Minute)
	m.send(t, "3", "y")
	clock = clock.Add(time.Hour)
	m.update(ticked{})
	if view := m.View(); !strings.Contains(view, "agent, 10:13") {
		t.Errorf("the answer has no time:\n%s", view)
	}
	m.send(t, "6", "g", "down", "down", "down", "down", "v") // other texts arrive: asked in the checklist
	if view := m.View(); !strings.Contains(view, "Source: agent, 10:13") {
		t.Errorf("the ticket's answer has no time:\n%s", view)
	}
}

// TestUpFromTheEnd: below a text that is longer than the window there is nothing to
// scroll to, so that the first key up shows the line above.
func TestUpFromTheEnd(t *testing.T) {
	scrolled := 0
	for _, keys := range [][]string{{"f"}, {"5", "v"}, {"6", "e"}} {
		for _, size := range windows {
			o := testOptions(t)
			o.Now, o.Case = fixtureNow, fixtureCase(t)
			m := newTestModel(t, o, size[0], size[1])
			m.send(t, keys...)
			first := m.View()
			m.send(t, "end")
			last := m.View()
			if last == first {
				continue // all of it fits
			}
			scrolled++
			m.send(t, "up")
			if m.View() == last {
				t.Errorf("%v at %d×%d: up from the end shows the same:\n%s", keys, size[0], size[1], last)
			}
			m.send(t, "end")
			if m.View() != last {
				t.Errorf("%v at %d×%d: the end is elsewhere the second time", keys, size[0], size[1])
			}
		}
	}
	if scrolled < 6 {
		t.Errorf("scrolled %d texts only", scrolled)
	}
}
