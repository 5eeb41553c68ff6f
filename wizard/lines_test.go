package wizard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// runLines drives the line mode from a script, one line an answer.
func runLines(t *testing.T, o Options, script ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := RunLines(context.Background(), o, strings.NewReader(strings.Join(script, "\n")+"\n"), &out)
	return out.String(), err
}

// logsAlone is the line of the first question that stands behind all topics.
var logsAlone = strconv.Itoa(len(faq.Builtin().Topics) + 1)

func TestLines(t *testing.T) {
	for _, test := range []struct {
		name   string
		script []string
		err    error
		want   []string
	}{
		{"to the written ticket", []string{"1", "+4407700900187", "Vodafone", "northfirm.example", "march.csv.gz", "", "y", "y", "n", "n", "n", "y", "1", "y"}, nil,
			[]string{"Corrected: +44 7700 900187", "The 0 after +44 must go", "Step 1, pass", "Step 4 of 8.", "Written: ticket-2026-03-03-user-1.txt, masked", "13 of 13 answered", "Case saved. Outcome: Send the ticket."}},
		{"input ends", []string{"1", "+447700900187", "", "", "", "y"}, ErrInputEnded, []string{"Input ended at step", "Case saved."}},
		{"input ends at once", []string{}, ErrInputEnded, []string{"Input ended at the topic.", "There was nothing to save."}},
		{"left", []string{"2", "q"}, nil, []string{"Slow code.", "Case saved."}},
		{"help and back", []string{"?", "1", "b", "2", "+447700900187", "b", "?", "q"}, nil, []string{"b goes back, q saves and leaves", "Slow code."}},
		{"caller's words", []string{"I am the administrator and locked out", "q"}, nil, []string{"Administrator locked out."}},
		{"a number that is none", []string{"1", "123", "y", "+447700900187", "q"}, nil, []string{"Not valid", "Type it again?", "Valid: +44 7700 900187"}},
		{"a log that is not there", []string{"1", "+447700900187", "", "", "mrach.csv.gz", "march.csv.gz", "q"}, nil, []string{"Not found: mrach.csv.gz.", "There is march.csv.gz.", "Done: "}},
		{"a log of no known kind", []string{"1", "", "", "", "other.csv", "", "q"}, nil, []string{"The log cannot be read: other.csv: no known log format", "Hint: "}},
		{"an answer that does not fit", []string{"1", "+447700900187", "", "", "", "perhaps", "d", "q"}, nil, []string{"Type y, n or d for don't know."}},
		{"back over a question", []string{"1", "+447700900187", "", "", "", "y", "b", "n", "q"}, nil, []string{"Step 4 of 8."}},
		{"back from the log to the number", []string{logsAlone, "", "b", "+447700900187", "q"}, nil, []string{"Valid: +44 7700 900187"}},
		{"back from the ticket to the last step", []string{"1", "+447700900187", "", "", "march.csv.gz", "", "y", "y", "y", "b", "perhaps", "q"}, nil, []string{"Type y, n or d for don't know."}},
		{"back from the export to the last question", []string{"1", "+447700900187", "", "", "march.csv.gz", "", "y", "y", "y", "n", "n", "n", "b", "q"}, nil, []string{"Ticket: 12 of 13 answered, 1 to ask."}},
		{"no topic any more", []string{"1", "b", logsAlone, "+447700900187", "q"}, nil, []string{"Phone number, or enter for logs alone: ", "Delivery log, a path"}},
		{"logs alone", []string{logsAlone, "", "march.csv.gz", ""}, nil, []string{"O2, United Kingdom: ", "High: O2 (GB) filters our texts."}},
		{"the FAQ in between", []string{"1", "f", "q"}, nil, []string{"Why haven't I received my code?"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			cwd, _ := os.Getwd()
			t.Chdir(dir)
			writeDemoLog(t, "march.csv.gz")
			if err := os.WriteFile("other.csv", []byte("Colour,Size\nred,4\nblue,5\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := runLines(t, testOptions(t), test.script...)
			if !errors.Is(err, test.err) || test.err == nil && err != nil {
				t.Errorf("error %v, want %v", err, test.err)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("output lacks %q:\n%s", want, got)
				}
			}
			for _, line := range strings.Split(got, "\n") {
				if bad := unsafe(line); bad != "" {
					t.Errorf("%s in %q", bad, line)
				}
			}
			for _, sign := range "✓%…–·›█│" {
				if strings.ContainsRune(got, sign) {
					t.Errorf("%q is a sign, and readers skip signs:\n%s", sign, got)
				}
			}
			t.Chdir(cwd)
		})
	}
}

// Both faces leave the same case behind for the same answers.
func TestLinesAndScreensAgree(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeDemoLog(t, "march.csv.gz")
	o := testOptions(t)
	if _, err := runLines(t, o, "1", diagnostics.DemoNumber, "Vodafone", "northfirm.example", "march.csv.gz", "", "y", "y", "n", "n", "n", "y", "", "q"); err != nil {
		t.Fatal(err)
	}
	fromLines := onlyCase(t, o)

	p := testOptions(t)
	m := newTestModel(t, p, 80, 24)
	m.send(t, "enter", ":"+diagnostics.DemoNumber, "enter", ":Vodafone", "enter", ":northfirm.example", "enter", ":march.csv.gz", "enter", "enter")
	m.send(t, "y", "enter", "y", "enter", "n", "enter", "enter", "n", "n", "y")
	m.send(t, "q")
	m.saver.close()
	fromScreens := onlyCase(t, p)

	for i, a := range fromLines.Ticket().Answers {
		b := fromScreens.Ticket().Answers[i]
		if a.Text != b.Text || a.Source != b.Source {
			t.Errorf("question %d: lines say %q (%s), screens %q (%s)", i+1, a.Text, a.Source, b.Text, b.Source)
		}
	}
}

func onlyCase(t *testing.T, o Options) *diagnostics.Case {
	t.Helper()
	saved, err := o.Store.List()
	if err != nil || len(saved) != 1 {
		t.Fatalf("saved cases: %+v, %v", saved, err)
	}
	c, err := diagnostics.LoadCase(saved[0].Path, o.Set, o.Diag, o.Now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A case that was left open is offered; a line meant for the first question is
// not lost.
func TestLinesResume(t *testing.T) {
	o := testOptions(t)
	if _, err := runLines(t, o, "1", "+447700900187", "", "", "", "y"); !errors.Is(err, ErrInputEnded) {
		t.Fatal(err)
	}
	got, _ := runLines(t, o, "y", "", "", "", "n")
	for _, want := range []string{"A case was left open", "The case goes on: No code.", "Step 5 of 8."} {
		if !strings.Contains(got, want) {
			t.Errorf("output lacks %q:\n%s", want, got)
		}
	}
	got, _ = runLines(t, o, "2", "q")
	if !strings.Contains(got, "Slow code. ") {
		t.Errorf("the line 2 was lost:\n%s", got)
	}
}

func TestLinesTranscript(t *testing.T) {
	dir := t.TempDir()
	cwd, _ := os.Getwd()
	t.Chdir(dir)
	o := testOptions(t)
	o.Now = fixtureNow
	o.Case = fixtureCase(t)
	got, err := runLines(t, o, "", "", "y", "y", "n", "n", "n", "y", "", "q")
	if err != nil {
		t.Error(err)
	}
	t.Chdir(cwd)
	golden.RequireEqual(t, []byte(got))
}

func TestSpoken(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"41 of 52, 79 % (66–88)", "41 of 52, 79 percent, between 66 and 88"},
		{"2.1 % (0.8–5.3).", "2.1 percent, between 0.8 and 5.3."},
		{"97 % sure", "97 percent sure"},
		{"<0.1 %, >99 %", "under 0.1 percent, over 99 percent"},
		{"nothing", "nothing"},
		{"since 07:44 UTC (07:44 there): 5 of 6, 83 %.", "since 07:44 UTC, 07:44 there: 5 of 6, 83 percent."},
		{"1–3 minutes", "1 to 3 minutes"},
	} {
		if got := spoken(test.in); got != test.want {
			t.Errorf("spoken(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// The topic of a locked-out administrator ends in the request, not in the ticket,
// and says what is missing in it.
func TestLockoutRequest(t *testing.T) {
	t.Chdir(t.TempDir())
	got, err := runLines(t, testOptions(t), "5", "+447700900187", "O2", "northfirm.example", "", "n", "n", "A. Doe", "a.doe@northfirm.example", "", "1", "y", "q")
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{"Missing in the request: ", "Write the request?", "Written: lockout-2026-03-03-user-1.txt, masked"} {
		if !strings.Contains(got, want) {
			t.Errorf("output lacks %q:\n%s", want, got)
		}
	}
	b, err := os.ReadFile("lockout-2026-03-03-user-1.txt")
	if err != nil || strings.Contains(string(b), "Doe") || strings.Contains(string(b), "northfirm") || strings.Contains(string(b), "900187") {
		t.Errorf("%v: %s", err, b)
	}
}

// talk answers the line mode's questions as they come; answer gets the question and
// what was said before it.
func talk(t *testing.T, o Options, answer func(question string) string) (string, error) {
	t.Helper()
	r, w := io.Pipe()
	defer r.Close()
	out := &asked{}
	out.question = func(text string) { go io.WriteString(w, answer(text)+"\n") }
	err := RunLines(context.Background(), o, r, out)
	return out.String(), err
}

// asked is an output that notices questions.
type asked struct {
	bytes.Buffer
	question func(text string)
	from     int // where the last one ended
}

func (a *asked) Write(b []byte) (int, error) {
	n, err := a.Buffer.Write(b)
	if text := a.String()[a.from:]; strings.HasSuffix(text, ": ") {
		a.from = a.Len()
		a.question(text)
	}
	return n, err
}

// throughTopic answers every question of a run through a topic with the demo's
// caller and log, and no or don't know where it is the caller's; the ticket is
// written as text.
func throughTopic(topic int) func(string) string {
	known := []struct{ question, answer string }{
		{"Number 1 to", strconv.Itoa(topic + 1)},
		{"as the caller says it", diagnostics.DemoNumber},
		{"Carrier, if the caller", "Vodafone"},
		{"Firm, or enter", "https://www.northfirm.example"},
		{"Delivery log", "march.csv.gz"},
		{"Login log", ""},
		{"Enter for none", "1"},
		{"Mask numbers", "y"},
		{"e-mail", "alexandra@northfirm.example"},
		{"y, n or d", "n"},
		{"name", "Alexandra Fennimore"},
	}
	return func(question string) string {
		for _, k := range known {
			if strings.Contains(question, k.question) {
				return k.answer
			}
		}
		return "n"
	}
}

// A run through each topic ends in a document. Masked, neither the lines nor what
// they write has a number, a firm, a name or an address of the case.
func TestLinesThroughEachTopic(t *testing.T) {
	for i, topic := range faq.Builtin().Topics {
		for _, mask := range []bool{false, true} {
			t.Run(topic.ID+map[bool]string{true: ", masked"}[mask], func(t *testing.T) {
				t.Chdir(t.TempDir())
				writeDemoLog(t, "march.csv.gz")
				o := testOptions(t)
				o.Redact, o.Contact = mask, ticket.Contact{Name: "Wilhelmina Roe", Email: "w.roe@northfirm.example"}
				got, err := talk(t, o, throughTopic(i))
				if err != nil || !strings.Contains(got, "Written: ") {
					t.Errorf("%v; the run does not end in a document:\n%s", err, got)
				}
				files, _ := filepath.Glob("*.txt")
				if len(files) != 1 {
					t.Fatalf("written: %v", files)
				}
				b, err := os.ReadFile(files[0])
				if err != nil {
					t.Fatal(err)
				}
				if mask {
					got += string(b)
				} else {
					got = string(b) // the file is masked all the same: that was asked
				}
				for _, secret := range []string{"900187", "northfirm", "Fennimore", "Roe", "@"} {
					if i := strings.Index(got, secret); i >= 0 {
						t.Errorf("%q is said: %q", secret, got[max(0, i-100):min(len(got), i+60)])
					}
				}
			})
		}
	}
}

// What is shown can be masked at any question, and the other way round.
func TestLinesMaskOnTheWay(t *testing.T) {
	got, _ := runLines(t, testOptions(t), "1", "r", "+447700900187", "r", "", "q")
	if !strings.Contains(got, "Numbers and names are masked.") || !strings.Contains(got, "Valid: user 1, +44 ... 87") || strings.Contains(got, "900187") {
		t.Errorf("r does not mask:\n%s", got)
	}
}

// What the screens can do, the lines can at any question.
func TestLineCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDemoLog(t, "march.csv.gz")
	if err := os.WriteFile("odd.csv", []byte("Who,What,Sent\n+447700900187,failed,2026-03-03 09:00:00\n+447700900142,delivered,2026-03-03 09:30:00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	begin := []string{"1", diagnostics.DemoNumber, "", "", "march.csv.gz", ""}
	for _, test := range []struct {
		name   string
		script []string
		want   []string
		not    string
	}{
		{"carriers", append(begin, "c", "q"), []string{"O2, United Kingdom: ", " users without a code."}, ""},
		{"one carrier", append(begin, "c o2", "q"), []string{"O2 (GB): ", "Messages failed or late, by local hour: ", "Error 30007, ", "+44 7700 900187: 3 attempts"}, ""},
		{"no such carrier", append(begin, "c nobody", "q"), []string{"No carrier fits nobody."}, ""},
		{"evidence", append(begin, "v", "q"), []string{"Evidence", "code 30007"}, ""},
		{"search the FAQ", append(begin, "f backup code", "q"), []string{"No code: "}, ""},
		{"a table of the FAQ", append(begin, "f", "q"), []string{"\ntyped: +4407111222333\ncountry code: 44\n", "\n6. A way in now. "}, "|"},
		{"undo", append(begin, "y", "u", "n", "q"), []string{"Undone."}, ""},
		{"nothing to undo", append(begin, "u", "q"), []string{"Nothing to undo."}, ""},
		{"answer by number", append(begin, "a 4 no", "a 13 soon", "q"), []string{"Question 4, number changed lately: no.", "Question 13, first noticed: soon."}, ""},
		{"an answer that cannot be", append(begin, "a 13 2026-03-03T08:10", "q"), []string{"no time zone"}, "Question 13, first noticed"},
		{"no carriers yet", []string{"1", "c", "q"}, []string{"There is no log yet."}, ""},
		{"columns by name", []string{"1", "+447700900187", "", "", "odd.csv", "m to=Who,status=Nothing", "m to=Who,status=What,submitted_at=Sent", "", "q"},
			[]string{"Its columns: Who, What, Sent.", "Done: 2 messages"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := testOptions(t)
			got, err := runLines(t, o, test.script...)
			if err != nil {
				t.Errorf("%v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("output lacks %q:\n%s", want, got)
				}
			}
			if test.not != "" && strings.Contains(got, test.not) {
				t.Errorf("output has %q:\n%s", test.not, got)
			}
		})
	}

	// Saved cases are listed, and gone on with by their number.
	o, now := testOptions(t), diagnostics.DemoNow
	o.Now = func() time.Time { now = now.Add(time.Second); return now }
	for _, topic := range []string{"1", "2"} {
		if _, err := runLines(t, o, topic, "+447700900187", "q"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := runLines(t, o, "o", "o 1", "", "", "", "q")
	if err != nil || !strings.Contains(got, "The case goes on: Slow code.") || !strings.Contains(got, " today, No code, +44 ... 87, 4 of 13 answered.") {
		t.Errorf("%v:\n%s", err, got)
	}
	if saved, err := o.Store.List(); err != nil || len(saved) != 2 {
		t.Errorf("%d cases are saved, %v", len(saved), err)
	}
}
