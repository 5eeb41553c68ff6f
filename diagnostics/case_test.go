package diagnostics

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// clock gives a minute more at each call, so that every event has its own time.
func clock() func() time.Time {
	at := DemoNow
	return func() time.Time {
		at = at.Add(time.Minute)
		return at
	}
}

func demoCase(t *testing.T) *Case {
	t.Helper()
	c, err := Demo(context.Background(), faq.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDemoFindsBothCauses(t *testing.T) {
	c := demoCase(t)
	got := map[finding.Cause]string{}
	for _, f := range c.Report().Findings {
		got[f.Cause] = f.Scope.Country + f.Scope.Carrier + f.Scope.Number
	}
	want := map[finding.Cause]string{finding.CarrierSpamBlocking: "GBO2", finding.LeadingZero: "GB+447700900423"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("findings of the demo: got %v, want %v", got, want)
	}
	tk := c.Ticket()
	if n := tk.Answered(); n != 9 {
		t.Errorf("%d of 13 answered, want 9", n)
	}
	for _, a := range tk.Answers {
		if a.Source == "" || a.Text == "" {
			t.Errorf("answer %s: source %q, text %q", a.Question.ID, a.Source, a.Text)
		}
	}
}

// The zero that was typed is not the cause where the log has the right number.
func TestFactsTellTypedZeroFromStoredZero(t *testing.T) {
	for _, test := range []struct {
		name, number string
		log          bool
		want         faq.Result
		source       string
	}{
		{"typed with the zero, no log", "+4407700900187", false, faq.Fail, "number"},
		{"typed with the zero, log has it right", "+4407700900187", true, faq.Pass, "log"},
		{"typed right, log has it wrong", "+447700900423", true, faq.Fail, "log"},
		{"typed right, no log", "+447700900187", false, faq.Pass, "number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := NewCase(faq.Builtin(), clock())
			c.SetTopic("no-code")
			c.SetNumbers([]string{test.number})
			if test.log {
				report, err := Analyze(context.Background(), Options{Logs: []deliverylog.Log{DemoLog()}, Watch: c.Watch()}, nil)
				if err != nil {
					t.Fatal(err)
				}
				c.SetReport(report)
			}
			got := c.Facts().Verdicts[string(finding.LeadingZero)]
			if got.Result != test.want || got.Source != test.source {
				t.Errorf("leading_zero: got %s from %s (%s), want %s from %s", got.Result, got.Source, got.Detail, test.want, test.source)
			}
		})
	}
}

func TestWalkIsDecidedByNumberAndLog(t *testing.T) {
	c := demoCase(t)
	want := []faq.Result{faq.Pass, faq.Pass, faq.Pass, "", faq.Fail}
	for i, st := range c.Walk().States()[:len(want)] {
		if st.Result != want[i] {
			t.Errorf("step %d %q: got %q, want %q", i+1, st.Step.Title, st.Result, want[i])
		}
	}
	step, open := c.Walk().Current()
	if !open || step.ID != "other_texts" {
		t.Fatalf("open step: %q, want other_texts", step.ID)
	}
	c.Answer("other_texts", "y")
	if got := c.Given()["receives_other_messages"]; got != "yes" {
		t.Errorf("receives_other_messages: got %q, want yes", got)
	}
}

// What was answered on the ticket is not asked again by the checklist.
func TestTicketAnswersDecideSteps(t *testing.T) {
	c := demoCase(t)
	c.AnswerQuestion("receives_other_messages", "no, nothing at all")
	for _, st := range c.Walk().States() {
		if st.Step.ID == "other_texts" && (st.Result != faq.Fail || st.Source != "agent") {
			t.Errorf("other_texts: got %q from %q, want fail from agent", st.Result, st.Source)
		}
	}
	if step, _ := c.Walk().Current(); step.ID != "way_in" {
		t.Errorf("open step: %q, want way_in", step.ID)
	}
}

func TestUndoAndRedo(t *testing.T) {
	c := demoCase(t)
	c.Answer("other_texts", "y")
	c.AnswerQuestion("number_changed", "no")
	before := c.Given()
	if !c.Undo() || c.Given()["number_changed"] != "" {
		t.Errorf("undo left number_changed at %q", c.Given()["number_changed"])
	}
	if !c.Redo() || !reflect.DeepEqual(c.Given(), before) {
		t.Errorf("redo: got %v, want %v", c.Given(), before)
	}
	if c.Redo() {
		t.Error("redo did something where nothing was undone")
	}
	c.Undo()
	c.Undo()
	if c.Undo() {
		t.Error("undo did something in a case without answers")
	}
	c.Answer("other_texts", "n")
	if c.CanRedo() {
		t.Error("a new answer leaves the undone ones")
	}
}

func TestBackAsksAgainAndKeepsTheAnswer(t *testing.T) {
	c := demoCase(t)
	c.Answer("other_texts", "y")
	c.Back()
	step, _ := c.Walk().Current()
	if step.ID != "other_texts" {
		t.Fatalf("back leads to %q, want other_texts", step.ID)
	}
	for _, st := range c.Walk().States() {
		if st.Step.ID == "other_texts" && st.Answer != "y" {
			t.Errorf("the answer is kept as %q, want y", st.Answer)
		}
	}
}

// everything makes a case with an event of every kind.
func everything(t *testing.T) *Case {
	c := NewCase(faq.Builtin(), clock())
	c.SetTopic("no-code")
	c.SetNumbers([]string{"+4407700900187"})
	c.SetCarrier("Vodafone")
	c.SetFirm("northfirm.example")
	c.SetLogs([]FileRef{{Path: "march.csv", Size: 3, SHA256: "ab"}})
	c.SetIdentity([]FileRef{{Path: "okta.json"}})
	c.Answer("number_stored", "y")
	c.Answer("other_texts", "y")
	c.Back()
	c.AnswerQuestion("whole_firm", "yes")
	c.Undo()
	c.Redo()
	c.MarkExported("ticket.txt")
	return c
}

func TestCaseFileBringsBackTheCase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "x.case.jsonl")
	c := everything(t)
	j, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenJournal(path); !errors.Is(err, ErrInUse) {
		t.Errorf("a second window: got %v, want ErrInUse", err)
	}
	if err := j.Append(c.Pending(), c.State()); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	got, err := LoadCase(path, faq.Builtin(), Options{}, clock())
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]any{
		"id":       {got.ID, c.ID},
		"topic":    {got.Topic(), c.Topic()},
		"numbers":  {got.Typed(), c.Typed()},
		"carrier":  {got.CarrierSaid(), c.CarrierSaid()},
		"firm":     {got.FirmURL(), c.FirmURL()},
		"logs":     {got.Logs(), c.Logs()},
		"identity": {got.Identity(), c.Identity()},
		"given":    {got.Given(), c.Given()},
		"history":  {got.Walk().History(), c.Walk().History()},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: got %v, want %v", name, pair[0], pair[1])
		}
	}
	if got.closed {
		t.Error("the case was not left on purpose")
	}
}

// Wherever the writing of the file was cut, all whole events are there, and the
// next ones are added behind them.
func TestTornCaseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.case.jsonl")
	c := everything(t)
	j, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	j.Append(c.Pending(), nil)
	j.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	first := len(lines[0])
	for cut := first; cut < len(whole); cut += 7 {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		want := strings.Count(string(whole[:cut]), "\n")
		got, err := LoadCase(path, faq.Builtin(), Options{}, clock())
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if got.events != want {
			t.Fatalf("cut at %d: %d events, want %d", cut, got.events, want)
		}
		j, err := OpenJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		got.SetFirm("other.example")
		if err := j.Append(got.Pending(), nil); err != nil {
			t.Fatal(err)
		}
		j.Close()
		again, err := LoadCase(path, faq.Builtin(), Options{}, clock())
		if err != nil || again.FirmURL() != "other.example" {
			t.Fatalf("cut at %d and added to: firm %q, %v", cut, again.FirmURL(), err)
		}
	}
}

func TestCaseFilesThatAreNone(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":      {"", "is empty"},
		"other text": {"hello\n", "x.case.jsonl:1: is not an event"},
		"other JSON": {"{\"a\":1}\n", "is not a case file"},
		"newer":      {"{\"version\":9,\"event\":\"began\"}\n", "newer otpdoctor"},
		"broken":     {"{\"event\":\"began\",\"at\":\"2026-03-03T10:00:00Z\"}\n{\"event\":\n{}\n", "x.case.jsonl:2"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.case.jsonl")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadCase(path, faq.Builtin(), Options{}, clock()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestStore(t *testing.T) {
	s := NewStore(filepath.Join(t.TempDir(), "cases"))
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Fatalf("a store that is not there: %v, %v", list, err)
	}
	c := everything(t)
	j, err := OpenJournal(s.Path(c.ID))
	if err != nil {
		t.Fatal(err)
	}
	j.Append(c.Pending(), c.State())
	c.Close()
	j.Append(c.Pending(), c.State())
	j.Close()
	list, err := s.List()
	if err != nil || len(list) != 1 {
		t.Fatalf("list: %v, %v", list, err)
	}
	got := list[0]
	if got.ID != c.ID || got.Topic != "no-code" || !got.Exported || !got.Closed || got.Answered == 0 || len(got.Masked) != 1 {
		t.Errorf("saved: %+v", got)
	}
	if strings.Contains(got.Masked[0], "900187") {
		t.Errorf("the list shows the number: %q", got.Masked[0])
	}
	if n, err := s.Purge(got.Changed); n != 0 || err != nil {
		t.Errorf("purge of older ones: %d, %v", n, err)
	}
	if n, err := s.Purge(got.Changed.Add(time.Second)); n != 1 || err != nil {
		t.Errorf("purge: %d, %v", n, err)
	}
	left, _ := os.ReadDir(filepath.Dir(s.Path(c.ID)))
	if len(left) != 0 {
		t.Errorf("purge left %v", left)
	}
}

func TestFileRefChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "march.csv")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("abc")
	ref := FileRef{Path: path, Size: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
	if changed, err := ref.Changed(); changed || err != nil {
		t.Errorf("unchanged: %v, %v", changed, err)
	}
	write("abd")
	if changed, err := ref.Changed(); !changed || err != nil {
		t.Errorf("same size, other bytes: %v, %v", changed, err)
	}
	os.Remove(path)
	if _, err := ref.Changed(); err == nil {
		t.Error("a log that is gone is no error")
	}
}

func TestReadingKeepsHashes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.csv.gz")
	if err := os.WriteFile(path, demoLog, 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewCase(faq.Builtin(), clock())
	c.SetNumbers([]string{DemoNumber})
	c.SetLogs([]FileRef{{Path: path}})
	if !c.NeedsReading() {
		t.Fatal("a log that was not read needs no reading")
	}
	report, err := c.Reading()(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReport(report)
	if c.NeedsReading() {
		t.Error("the log was read and needs reading")
	}
	if ref := c.Logs()[0]; ref.SHA256 == "" || ref.Size != int64(len(demoLog)) {
		t.Errorf("kept of the log: %+v", ref)
	} else if changed, err := ref.Changed(); changed || err != nil {
		t.Errorf("changed: %v, %v", changed, err)
	}
	c.SetNumbers([]string{"+447700900003"})
	if !c.NeedsReading() {
		t.Error("another number of the log needs no reading")
	}
	if got := c.Ticket().Answers[10].Source; got != ticket.FromNumber {
		t.Errorf("mobile number from %s", got)
	}
}

func TestAnalyzeStops(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Analyze(ctx, Options{Logs: []deliverylog.Log{DemoLog()}}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func FuzzLoadCase(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "seed.case.jsonl")
	c := NewCase(faq.Builtin(), clock())
	c.SetTopic("no-code")
	c.SetNumbers([]string{"+4407700900187"})
	c.Answer("other_texts", "y")
	j, err := OpenJournal(path)
	if err != nil {
		f.Fatal(err)
	}
	j.Append(c.Pending(), c.State())
	j.Close()
	seed, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("{\"event\":\"began\"}\n{\"event\":\"undo\"}\n{\"event\":\"redo\"}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "x.case.jsonl")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := LoadCase(path, faq.Builtin(), Options{}, clock())
		if err != nil {
			return
		}
		c.Ticket()
		c.State()
		c.Undo()
		c.Redo()
	})
}
