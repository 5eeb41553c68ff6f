package wizard

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/exp/teatest"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/faq"
)

// windows are the sizes that the screens are drawn for.
var windows = [][2]int{{80, 24}, {120, 40}, {60, 15}, {52, 12}}

// screen is one state of a screen.
type screen struct {
	name  string
	setup func(t *testing.T, m *model)
	empty bool // without the fixture's case
}

// screens are the states of each screen: empty, filled, long, in other scripts, in error.
var screens = append([]screen{
	{"start", func(t *testing.T, m *model) {}, true},
	{"start_saved", func(t *testing.T, m *model) {
		m.update(casesListed{saved: []diagnostics.Saved{
			{ID: "a", Path: "a", Topic: "no-code", Masked: []string{"+44 … 42"}, Answered: 8, Changed: fixtureNow().Add(-40 * time.Minute)},
			{ID: "b", Path: "b", Topic: "slow-code", Masked: []string{"+44 … 06"}, Answered: 13, Exported: true, Closed: true, Changed: fixtureNow().Add(-18 * time.Hour)},
		}})
		m.send(t, "end", "up")
	}, true},
	{"start_filter", func(t *testing.T, m *model) { m.send(t, "/", ":didn't get text") }, true},
	{"start_filter_none", func(t *testing.T, m *model) { m.send(t, "/", ":qqqq") }, true},
	{"resume", func(t *testing.T, m *model) {
		m.update(casesListed{first: true, saved: []diagnostics.Saved{{ID: "a", Path: "a", Topic: "no-code", Masked: []string{"+44 … 87"},
			Answered: 10, Step: "A way in now", StepNo: 6, Finding: "O2 (GB) filters our texts", Changed: fixtureNow().Add(-time.Minute)}}})
	}, true},
	{"case_empty", func(t *testing.T, m *model) { m.send(t, "enter") }, true},
	{"case_corrected", func(t *testing.T, m *model) { m.send(t, "enter", ":"+fixtureCaller) }, true},
	{"case_not_valid", func(t *testing.T, m *model) { m.send(t, "enter", ":07700900142") }, true},
	{"case_many_numbers", func(t *testing.T, m *model) {
		m.send(t, "enter", ":+447700900142,+4407700900187,123,", ":+33 6 39 98 01 23")
	}, true},
	{"case_long_cjk", func(t *testing.T, m *model) {
		m.send(t, "enter", ":+447700900187", "tab", ":日本電信電話株式会社ドコモ東日本営業本部", "tab", ":"+strings.Repeat("https://a-very-long-name.example/", 4))
	}, true},
	{"case_reading", func(t *testing.T, m *model) {
		m.reading = &reading{no: 1, cancel: func() {}, progress: diagnostics.Progress{Name: "march.csv", Bytes: 62, Size: 100, Messages: 11286, Rejected: 2}}
		m.goTo(atCase)
	}, false},
	{"case_read", func(t *testing.T, m *model) { m.goTo(atCase) }, false},
	{"case_cut_off", func(t *testing.T, m *model) {
		r := fixtureReport(t, "march.csv.gz")
		r.Inputs[0].Truncated, r.Partial = "unexpected end of gzip data at byte 327,680", true
		m.problem = m.cutOff(r)
		m.goTo(atCase)
	}, false},
	{"case_unknown_format", func(t *testing.T, m *model) {
		m.problem = m.newProblem(&deliverylog.UnknownFormatError{File: "log.csv", Shape: "CSV", Columns: []string{"Phone", "State", "When"}, Map: "to=Phone,status=State"})
		m.goTo(atCase)
	}, false},
	{"case_not_found", func(t *testing.T, m *model) {
		m.problem = m.notFound(resolved{text: "mrach.csv", missing: []string{"mrach.csv"}, nearest: []string{"march.csv"}})
		m.goTo(atCase)
	}, false},
	{"map_columns", func(t *testing.T, m *model) {
		m.push(newMapPage(columnsOf(&deliverylog.UnknownFormatError{File: "log.csv", Columns: []string{"Phone", "State", "When"}, Map: "to=Phone,status=State"})))
	}, false},
	{"checklist_asks", func(t *testing.T, m *model) { m.goTo(atChecklist) }, false},
	{"checklist_failed", func(t *testing.T, m *model) { m.goTo(atChecklist); m.send(t, "y") }, false},
	{"checklist_way_in", func(t *testing.T, m *model) { m.goTo(atChecklist); m.send(t, "y", "enter") }, false},
	{"checklist_told", func(t *testing.T, m *model) { m.goTo(atChecklist); m.send(t, "y", "enter", "y") }, false},
	{"checklist_outcome", func(t *testing.T, m *model) { m.goTo(atChecklist); m.send(t, "y", "enter", "y", "enter", "n", "enter") }, false},
	{"checklist_browse", func(t *testing.T, m *model) { m.goTo(atChecklist); m.send(t, "esc", "up", "up") }, false},
	{"checklist_evidence", func(t *testing.T, m *model) { m.goTo(atChecklist); m.send(t, "y", "v") }, false},
	{"checklist_text", func(t *testing.T, m *model) {
		m.c.SetTopic("slow-code")
		m.derive()
		m.goTo(atChecklist)
	}, false},
	{"checklist_reading", func(t *testing.T, m *model) {
		m.c.SetLogs([]diagnostics.FileRef{{Path: "april.csv"}})
		m.derive()
		m.reading = &reading{no: 1, cancel: func() {}, progress: diagnostics.Progress{Name: "april.csv", Bytes: 62, Size: 100, Messages: 11286}}
		m.goTo(atChecklist)
	}, false},
	{"checklist_none", func(t *testing.T, m *model) { m.goTo(atChecklist) }, true},
	{"carriers", func(t *testing.T, m *model) { m.send(t, "4") }, false},
	{"carriers_none", func(t *testing.T, m *model) { m.send(t, "4") }, true},
	{"carriers_filter", func(t *testing.T, m *model) { m.send(t, "4", "/", ":united") }, false},
	{"carriers_sorted", func(t *testing.T, m *model) { m.send(t, "4", "s", "s") }, false},
	{"carriers_many", func(t *testing.T, m *model) {
		var many []fixtureCarrier
		for i := range 60 {
			many = append(many, fixtureCarrier{fmt.Sprintf("Carrier %02d 日本語の長い名前の会社", i), "JP", "81701" + fmt.Sprintf("%02d", i), 2})
		}
		r := fixtureReport(t, "march.csv")
		r.Table, r.Findings = fixtureTable(t, many), nil
		m.c.SetReport(r)
		m.derive()
		m.send(t, "4", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down")
	}, false},
	{"carrier_hours", func(t *testing.T, m *model) { m.send(t, "4", "enter") }, false},
	{"carrier_time", func(t *testing.T, m *model) { m.send(t, "4", "enter", "tab") }, false},
	{"carrier_user", func(t *testing.T, m *model) { m.send(t, "4", "enter", "down", "enter") }, false},
	{"carrier_messages", func(t *testing.T, m *model) { m.send(t, "4", "enter", "enter") }, false},
	{"findings", func(t *testing.T, m *model) { m.send(t, "5") }, false},
	{"findings_second", func(t *testing.T, m *model) { m.send(t, "5", "down") }, false},
	{"findings_none", func(t *testing.T, m *model) {
		r := fixtureReport(t, "march.csv")
		r.Findings = nil
		m.c.SetReport(r)
		m.derive()
		m.send(t, "5")
	}, false},
	{"findings_masked", func(t *testing.T, m *model) { m.send(t, "5", "r", "v") }, false},
	{"ticket", func(t *testing.T, m *model) { m.send(t, "6") }, false},
	{"ticket_edit", func(t *testing.T, m *model) { m.send(t, "6", "up", "up", "enter", ":at about ten") }, false},
	{"ticket_done", func(t *testing.T, m *model) { m.send(t, "6", "n", "y", "n", "y") }, false},
	{"ticket_empty", func(t *testing.T, m *model) { m.send(t, "6") }, true},
	{"ticket_evidence", func(t *testing.T, m *model) { m.send(t, "6", "end", "v") }, false},
	{"export", func(t *testing.T, m *model) { m.send(t, "6", "e", "r") }, false},
	{"export_full", func(t *testing.T, m *model) { m.send(t, "6", "e") }, false},
	{"lockout", func(t *testing.T, m *model) {
		m.c.SetTopic("administrator-locked-out")
		for step, answer := range map[string]string{"backup_code": "no", "other_administrator": "no", "admin_name": "A. Doe", "admin_email": "a.doe@northfirm.example", "consent": "unknown"} {
			m.c.Answer(step, answer)
		}
		m.derive()
		m.goTo(atChecklist)
	}, false},
	{"faq", func(t *testing.T, m *model) { m.send(t, "f") }, false},
	{"faq_search", func(t *testing.T, m *model) { m.send(t, "f", "/", ":spam") }, false},
	{"keys", func(t *testing.T, m *model) { m.send(t, "3", "?") }, false},
	{"keys_find", func(t *testing.T, m *model) { m.send(t, "3", "?", ":mask") }, false},
	{"masked", func(t *testing.T, m *model) { m.send(t, "3", "r") }, false},
	{"read_only", func(t *testing.T, m *model) { m.saver.readOnly = true; m.send(t, "3", "y") }, false},
	{"quit_unsaved", func(t *testing.T, m *model) { m.saver.path = ""; m.send(t, "3", "q") }, false},
}, moreScreens()...)

// moreScreens are the states that every screen has besides: searched, with texts
// that are too long and in a script of two cells a letter, and with something gone
// wrong.
func moreScreens() []screen {
	unreadable := func(m *model) {
		m.c.SetLogs([]diagnostics.FileRef{{Path: "log.csv"}})
		m.problem = m.newProblem(&deliverylog.UnknownFormatError{File: "log.csv", Shape: "CSV", Columns: []string{"Phone"}})
		m.derive()
	}
	at := func(keys ...string) func(t *testing.T, m *model) {
		return func(t *testing.T, m *model) { m.send(t, keys...) }
	}
	long := func(keys ...string) func(t *testing.T, m *model) {
		return func(t *testing.T, m *model) {
			longCase(t, m)
			m.send(t, keys...)
		}
	}
	return []screen{
		{"start_error", func(t *testing.T, m *model) {
			m.update(casesListed{err: fmt.Errorf("a.case.jsonl:3: is not an event of a case")})
		}, true},
		{"start_filter_case", func(t *testing.T, m *model) {
			m.update(casesListed{saved: []diagnostics.Saved{
				{ID: "a", Path: "a", Topic: "no-code", Masked: []string{"+44 … 42"}, Answered: 8, Changed: fixtureNow().Add(-40 * time.Minute)},
				{ID: "b", Path: "b", Topic: "slow-code", Masked: []string{"+44 … 06"}, Answered: 13, Exported: true, Closed: true, Changed: fixtureNow().Add(-18 * time.Hour)},
			}})
			m.send(t, "/", ":06 exported")
		}, true},
		{"start_long_cjk", func(t *testing.T, m *model) {
			longTopics(m)
			m.update(casesListed{saved: []diagnostics.Saved{{ID: "a", Path: "a", Topic: "no-code", Masked: []string{"+44 … 42", "+44 … 43"}, Changed: fixtureNow()}}})
		}, true},
		{"resume_long_cjk", func(t *testing.T, m *model) {
			m.update(casesListed{first: true, saved: []diagnostics.Saved{{ID: "a", Path: "a", Topic: "no-code", Masked: []string{"+81 … 42", "+81 … 43"},
				Answered: 10, Step: strings.Repeat("今すぐログインする方法", 6), StepNo: 6, Finding: strings.Repeat("日本電信電話は当社の文面を遮断している ", 5), Changed: fixtureNow()}}})
		}, true},
		{"case_numbers_cjk", at("enter", ":０７７００　９００１８７", "enter"), true},
		{"map_long_cjk", func(t *testing.T, m *model) {
			m.push(newMapPage(columnsOf(&deliverylog.UnknownFormatError{File: strings.Repeat("とても長い名前", 10) + ".csv",
				Columns: []string{strings.Repeat("電話番号", 20), "State\x1b[2J"}, Map: "status=State\x1b[2J"})))
		}, false},
		{"checklist_find", at("3", "/", ":log"), false},
		{"checklist_find_none", at("3", "/", ":qqq"), false},
		{"checklist_long_cjk", long("3", "y"), false},
		{"checklist_unreadable", func(t *testing.T, m *model) { unreadable(m); m.send(t, "3") }, false},
		{"checklist_not_saved", func(t *testing.T, m *model) {
			m.goTo(atChecklist)
			m.wasSaved(caseSaved{err: fmt.Errorf("no space left on device")})
		}, false},
		{"carriers_long_cjk", long("4"), false},
		{"carriers_unreadable", func(t *testing.T, m *model) { unreadable(m); m.send(t, "4") }, false},
		{"carriers_reading", func(t *testing.T, m *model) {
			m.c.SetLogs([]diagnostics.FileRef{{Path: "april.csv"}})
			m.derive()
			m.reading = &reading{no: 1, cancel: func() {}, progress: diagnostics.Progress{Name: "april.csv", Bytes: 62, Size: 100, Messages: 11286}}
			m.send(t, "4")
		}, false},
		{"carrier_long_cjk", long("4", "enter"), false},
		{"carrier_time_long_cjk", long("4", "enter", "tab"), false},
		{"carrier_find_user", at("4", "enter", "/", ":900 1"), false},
		{"findings_find", at("5", "/", ":late"), false},
		{"findings_no_log", at("5"), true},
		{"findings_unreadable", func(t *testing.T, m *model) { unreadable(m); m.send(t, "5") }, false},
		{"findings_long_cjk", long("5"), false},
		{"finding_long_cjk", long("5", "v"), false},
		{"ticket_find", at("6", "/", ":network"), false},
		{"ticket_long_cjk", func(t *testing.T, m *model) {
			longCase(t, m)
			m.c.AnswerQuestion("noticed_at", strings.Repeat("今朝の八時ごろに初めて気づいた ", 8))
			m.derive()
			m.send(t, "6", "end")
		}, false},
		{"ticket_edit_long_cjk", at("6", "end", "enter", ":"+strings.Repeat("今朝の八時ごろ", 12)), false},
		{"ticket_wrong_answer", at("6", "end", "enter", ":2026-03-03T08:10", "enter"), false},
		{"export_long_cjk", long("6", "e"), false},
		{"export_exists", func(t *testing.T, m *model) {
			m.send(t, "6", "e")
			m.update(exported{name: "ticket-2026-03-03-user-1.txt", err: export.ErrExists})
		}, false},
		{"export_failed", func(t *testing.T, m *model) {
			m.send(t, "6", "e")
			m.update(exported{name: "ticket-2026-03-03-user-1.txt", err: fmt.Errorf("ticket-2026-03-03-user-1.txt: no space left on device")})
		}, false},
		{"export_written", func(t *testing.T, m *model) {
			m.send(t, "6", "e", "r")
			m.update(exported{name: "ticket-2026-03-03-user-1.txt", size: 4123, masked: true})
		}, false},
		{"faq_none", at("f", "/", ":qqqq"), false},
		{"faq_long_cjk", func(t *testing.T, m *model) { longTopics(m); m.send(t, "f") }, false},
		{"keys_none", at("3", "?", ":qqqq"), false},
		{"copy_by_hand", func(t *testing.T, m *model) {
			m.update(copied{"Not copied: shown here, and written to /tmp/f.", strings.Repeat("日本語の文面 and words ", 20)})
		}, false},
	}
}

// longCase makes the fixture's names and texts too long, and of letters two cells wide.
func longCase(t *testing.T, m *model) {
	name := strings.Repeat("日本電信電話株式会社", 4)
	carriers := slices.Clone(fixtureCarriers)
	for i := range carriers {
		if carriers[i].name == "KPN" {
			carriers[i].name = name
		}
	}
	r := fixtureReport(t, strings.Repeat("三月の配信記録", 6)+".csv")
	r.Table = fixtureTable(t, carriers)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Title = strings.Repeat("この通信事業者は当社の文面を遮断している ", 4)
		f.Reply, f.NextStep = strings.Repeat("お客様の番号と電話機に問題はありません。", 8), strings.Repeat("averylongwordwithoutanyspace", 8)
		f.Evidence = append(f.Evidence, finding.Evidence{Text: strings.Repeat("証拠", 90)})
	}
	r.Findings[1].Scope.Carrier = name
	m.c.SetCarrier(name)
	m.c.SetFirm(strings.Repeat("https://a-very-long-name.example/", 5))
	m.c.SetReport(r)
	m.derive()
}

// longTopics gives the FAQ in use labels, sentences and words that are too long.
func longTopics(m *model) {
	set := *m.o.Set
	set.Topics = slices.Clone(set.Topics)
	for i := range set.Topics {
		t := &set.Topics[i]
		t.Label = strings.Repeat("認証コードが届かない", 3)
		t.Caller = strings.Repeat("「文面が届きません。」", 8)
		t.Body = strings.Repeat("averylongwordwithoutanyspace", 6) + " " + strings.Repeat("電話番号を確かめてください。", 20)
	}
	m.o.Set = &set
}

// screenModel is a model in one of the states.
func screenModel(t *testing.T, i int, w, h int, color, ascii bool) *model {
	o := testOptions(t)
	o.Now, o.Color, o.ASCII = fixtureNow, color, ascii
	if !screens[i].empty {
		o.Case = fixtureCase(t)
	}
	m := newTestModel(t, o, w, h)
	screens[i].setup(t, m)
	return m
}

func TestScreens(t *testing.T) {
	for i, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			var all strings.Builder
			for _, size := range windows {
				m := screenModel(t, i, size[0], size[1], false, false)
				checkFrame(t, m, s.name)
				plain := m.View()
				fmt.Fprintf(&all, "%dx%d\n%s\n", size[0], size[1], trimmed(plain))

				// Colour repeats what stands there and changes nothing.
				m = screenModel(t, i, size[0], size[1], true, false)
				checkFrame(t, m, s.name+" in colour")
				colored := m.View()
				if got := stripped(colored); got != plain {
					t.Errorf("with colour the words differ:\n%s\nwithout:\n%s", got, plain)
				}
				if size[0] == 80 {
					fmt.Fprintf(&all, "80x24 in colour\n%s\n", trimmed(colored))
				}

				m = screenModel(t, i, size[0], size[1], false, true)
				checkFrame(t, m, s.name+" in ASCII")
				if size[0] == 80 {
					for _, r := range "✓·–…›│─╌█░▇●▾┌┐└┘┬┼▁▂▃▄▅▆" {
						if strings.ContainsRune(m.View(), r) {
							t.Errorf("%q stands in the ASCII screen:\n%s", r, m.View())
						}
					}
				}
			}
			golden.RequireEqual(t, []byte(all.String()))
		})
	}
}

// trimmed is a frame as it is kept in a file: without the spaces at its ends, and
// with escape characters that a diff can show.
func trimmed(view string) string {
	lines := strings.Split(view, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(strings.ReplaceAll(lines[i], "\x1b", "␛"), " ")
	}
	return strings.Join(lines, "\n")
}

// Every screen at every size, from one cell to a wall.
func TestScreensAtAnySize(t *testing.T) {
	t.Chdir(t.TempDir())
	for i, s := range screens {
		m := screenModel(t, i, 80, 24, false, false)
		for w := 1; w < 170; w += 7 {
			for h := 1; h < 50; h += 5 {
				m.w, m.h = w, h
				checkFrame(t, m, fmt.Sprintf("%s at %d×%d", s.name, w, h))
			}
		}
	}
}

// Text from a log or a person never reaches the terminal as it is.
func TestHostileText(t *testing.T) {
	t.Chdir(t.TempDir())
	file := "logs\x1b[31m.csv"
	var rows strings.Builder
	rows.WriteString("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "id-%d\x1b[2J,+4477009%05d,\"%s\",GB,failed,\"3\x07\u202e0007\",2026-03-03T%02d:00:00Z,\n", i, 100+i, "O2\x1b]0;x\x07\u202e", i%10)
		fmt.Fprintf(&rows, "ok-%d,+4477009%05d,EE\u2066\x9b2J,GB,delivered,,2026-03-03T%02d:00:00Z,2026-03-03T%02d:00:05Z\n", i, 200+i, i%10, i%10)
	}
	if err := os.WriteFile(file, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	o := testOptions(t)
	o.Now = fixtureNow
	o.Logs = []string{file}
	m := newTestModel(t, o, 80, 24)
	m.drain(t, m.readIfNeeded())
	if m.table() == nil {
		t.Fatalf("the log was not read: %+v", m.problem)
	}
	m.c.SetCarrier(hostile)
	m.c.SetFirm(hostile)
	m.c.SetNumbers([]string{hostile, "+447700900100"})
	m.c.SetTopic("no-code")
	m.c.Answer("other_texts", hostile)
	m.c.AnswerQuestion("noticed_at", hostile)
	m.derive()
	for _, size := range windows {
		m.w, m.h = size[0], size[1]
		for _, keys := range [][]string{{"1"}, {"2"}, {"3"}, {"3", "esc", "v"}, {"4"}, {"4", "enter"}, {"4", "enter", "tab"}, {"4", "enter", "enter"},
			{"5"}, {"5", "v"}, {"6"}, {"6", "end", "v"}, {"6", "e"}, {"f"}, {"?"}} {
			m.over = nil
			m.send(t, keys...)
			checkFrame(t, m, strings.Join(keys, " "))
		}
	}
}

// The whole way on a program: start, number, log, checklist, ticket, export.
func TestWholeRun(t *testing.T) {
	t.Chdir(t.TempDir())
	writeDemoLog(t, "march.csv.gz")
	for _, topic := range faq.Builtin().Topics {
		t.Run(topic.ID, func(t *testing.T) {
			o := testOptions(t)
			m, err := newModel(o, &strings.Builder{})
			if err != nil {
				t.Fatal(err)
			}
			tm := teatest.NewTestModel(t, m, teatest.WithInitialTermSize(80, 24))
			wait := func(text string) {
				t.Helper()
				teatest.WaitFor(t, tm.Output(), func(b []byte) bool { return strings.Contains(stripped(string(b)), text) }, teatest.WithDuration(10*time.Second))
			}
			wait("What does the caller say?")
			for i, tp := range o.Set.Topics {
				if tp.ID == topic.ID {
					for range i {
						tm.Send(press(m.keys.Down))
					}
				}
			}
			tm.Send(press(m.keys.Enter))
			wait("as it is stored")
			tm.Type(diagnostics.DemoNumber)
			tm.Send(press(m.keys.Enter))
			tm.Send(press(m.keys.Enter))
			tm.Send(press(m.keys.Enter))
			tm.Type("march.csv.gz")
			tm.Send(press(m.keys.Enter))
			wait("messages,")
			tm.Send(press(m.keys.Enter))
			wait("3 Checklist")
			tm.Type("6")
			wait("of 13 answered")
			tm.Type("e")
			wait("Exactly what is written")
			tm.Send(press(m.keys.Enter))
			wait("Written: ")
			tm.Send(press(m.keys.Esc))
			tm.Send(press(m.keys.Leave))
			tm.WaitFinished(t, teatest.WithFinalTimeout(5*time.Second))
			files, _ := filepath.Glob("ticket-*")
			if len(files) != 1 {
				t.Fatalf("files written: %v", files)
			}
			b, err := os.ReadFile(files[0])
			if err != nil || !strings.Contains(string(b), "Subject: ") {
				t.Errorf("%s: %v, %q", files[0], err, b)
			}
			os.Remove(files[0])
			m.saver.close()
			saved, err := o.Store.List()
			if err != nil || len(saved) != 1 || !saved[0].Closed || !saved[0].Exported || saved[0].Topic != topic.ID {
				t.Errorf("saved: %+v, %v", saved, err)
			}
		})
	}
}

// Masked, no screen shows the number, the firm or a message's id.
func TestMaskedScreens(t *testing.T) {
	t.Chdir(t.TempDir())
	for i, s := range screens {
		if s.empty || strings.HasPrefix(s.name, "case_") || strings.HasPrefix(s.name, "export") || strings.HasPrefix(s.name, "faq") || strings.HasPrefix(s.name, "map") {
			continue // what is typed is shown as typed; the export says itself what it holds; the FAQ has this number as its example
		}
		for _, size := range windows[:2] {
			o := testOptions(t)
			o.Now, o.Redact, o.Case = fixtureNow, true, fixtureCase(t)
			m := newTestModel(t, o, size[0], size[1])
			screens[i].setup(t, m)
			if !m.masked { // the state itself switches it
				m.masked = true
			}
			view := m.View()
			for _, secret := range []string{"7700 900187", "7700900187", "900187", "northfirm", "SM0123456789abcdef"} {
				if strings.Contains(view, secret) {
					t.Errorf("%s at %d×%d shows %q:\n%s", s.name, size[0], size[1], secret, view)
				}
			}
		}
	}
}

// A run through each topic on the screens: every question of the checklist is
// answered, then those of the ticket, and the document is written.
func TestScreensThroughEachTopic(t *testing.T) {
	for i, topic := range faq.Builtin().Topics {
		for _, reply := range []string{"y", "n", "d"} {
			t.Run(topic.ID+" "+reply, func(t *testing.T) {
				t.Chdir(t.TempDir())
				writeDemoLog(t, "march.csv.gz")
				m := newTestModel(t, testOptions(t), 80, 24)
				for range i {
					m.send(t, "down")
				}
				m.send(t, "enter", ":"+diagnostics.DemoNumber, "enter", ":Vodafone", "enter", ":northfirm.example", "enter", ":march.csv.gz", "enter", "enter")
				if m.at != atChecklist {
					t.Fatalf("not at the checklist:\n%s", m.View())
				}
				p := m.pages[atChecklist].(*checklistPage)
				other := false
				for range 80 {
					checkFrame(t, m, topic.ID)
					at := p.at(m)
					switch {
					case at < 0 && m.d.outcome.Topic != "" && !other: // goes on under another topic
						other = true
						m.send(t, "enter")
						continue
					case at >= 0 && p.typing():
						m.send(t, "ctrl+u", ":words", "enter")
						continue
					case at >= 0 && p.asks(m, at):
						m.send(t, reply)
						continue
					case at >= 0:
						m.send(t, "enter")
						continue
					}
					break
				}
				if !m.d.ended {
					t.Fatalf("the checklist does not end:\n%s", m.View())
				}
				if _, request := m.request(); request {
					m.send(t, "3", "enter")
				} else {
					m.send(t, "6")
					for range 13 {
						if m.pages[atTicket].(*ticketPage).asks(m) {
							m.send(t, reply)
						}
					}
					m.send(t, "e")
				}
				checkFrame(t, m, topic.ID)
				m.send(t, "enter")
				if !strings.HasPrefix(m.said, "Written: ") {
					t.Fatalf("nothing was written, said %q:\n%s", m.said, m.View())
				}
				files, _ := filepath.Glob("*.txt")
				if len(files) != 1 {
					t.Fatalf("files written: %v", files)
				}
				if b, err := os.ReadFile(files[0]); err != nil || !strings.Contains(string(b), "Subject: ") {
					t.Errorf("%s: %v, %q", files[0], err, b)
				}
			})
		}
	}
}
