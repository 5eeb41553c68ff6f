package faq

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBuiltinIsSound(t *testing.T) {
	s := Builtin()
	if got, want := len(s.Topics), 10; got != want {
		t.Errorf("built-in topics = %d, want %d", got, want)
	}
	for _, p := range s.Validate() {
		t.Error(p)
	}
}

// The order of the start screen.
func TestOrderOfTopics(t *testing.T) {
	var got []string
	for _, topic := range Builtin().Topics {
		got = append(got, topic.Label)
	}
	want := "No code, Slow code, Carrier down, Helping someone, Administrator locked out, Not asked, Same people, Still asked, Asked too often, Everything tried"
	if joined := strings.Join(got, ", "); joined != want {
		t.Errorf("order = %s\nwant %s", joined, want)
	}
}

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

const smallTopic = `id: lost-phone
label: Lost phone
caller: '"My phone is gone."'
question: What if my phone is lost?
body: Ask {support}. A code works for {validity}.
steps:
  - id: has_codes
    title: Backup codes at hand
    kind: yes_no
    ask: Do you have backup codes from {product}?
    yes: {next: in}
    no: {next: call}
    unknown: {next: call}
outcomes:
  - {id: in, kind: solved, title: In, tell: "Welcome to {product}."}
  - {id: call, kind: call_back, title: Call, tell: "Call {support}."}
`

func TestLoadExtends(t *testing.T) {
	s, err := Load(files("set.yaml", "name: North\nvalidity: 5m\nwords: {product: NorthBook, support: the desk}\norder: [lost-phone, slow-code]\n", "own/lost.yaml", smallTopic))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(s.Topics), 11; got != want {
		t.Errorf("topics = %d, want %d", got, want)
	}
	if s.Topics[0].ID != "lost-phone" || s.Topics[1].ID != "slow-code" {
		t.Errorf("order begins with %s, %s", s.Topics[0].ID, s.Topics[1].ID)
	}
	if got, want := s.Topics[0].Body, "Ask the desk. A code works for five minutes."; got != want {
		t.Errorf("body = %q, want %q", got, want)
	}
	down, _ := s.Topic("carrier-down")
	if !strings.Contains(down.Body, "logged in to NorthBook") {
		t.Errorf("a built-in topic does not use the set's product name: %s", down.Body)
	}
	for _, topic := range s.Topics {
		text, _ := json.Marshal(topic)
		if strings.Contains(string(text), "CaseWare") {
			t.Errorf("%s names the built-in product", topic.ID)
		}
	}
	if Builtin().Validity == s.Validity || Builtin().Words["product"] == "NorthBook" {
		t.Error("loading a set changed the built-in one")
	}
}

func TestLoadReplacesATopic(t *testing.T) {
	s, err := Load(files("no-code.yaml", strings.Replace(smallTopic, "id: lost-phone", "id: slow-code", 1), "causes.yaml", `
- {id: carrier_delay, title: slow, topic: no-code, step: ticket, reply: r, next: n}
- {id: peak_hour_delay, title: slow, topic: no-code, step: ticket, reply: r, next: n}
`))
	if err != nil {
		t.Fatal(err)
	}
	if topic, _ := s.Topic("slow-code"); topic.Label != "Lost phone" || len(s.Topics) != 10 {
		t.Errorf("slow-code is %q among %d topics", topic.Label, len(s.Topics))
	}
}

func TestLoadAlone(t *testing.T) {
	var causes strings.Builder
	for _, id := range allCauses {
		causes.WriteString("- {id: " + id + ", title: t, topic: lost-phone, step: has_codes, reply: r, next: n}\n")
	}
	s, err := Load(files("set.yaml", "extends: none\nname: North\n", "lost.yaml", smallTopic, "causes.yaml", causes.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Topics) != 1 || len(s.Practices) != 0 {
		t.Errorf("%d topics and %d practices, want 1 and 0", len(s.Topics), len(s.Practices))
	}
	if s.Questions[12].ID != "noticed_at" {
		t.Error("the ticket's questions are gone")
	}
}

// Every broken set is refused, with file, line and what.
func TestBrokenSets(t *testing.T) {
	change := func(old, new string) string {
		if !strings.Contains(smallTopic, old) {
			t.Fatalf("the small topic has no %q", old)
		}
		return strings.Replace(smallTopic, old, new, 1)
	}
	for _, c := range []struct {
		name, text, want string
	}{
		{"no yaml", "steps: [", "t.yaml:1: did not find expected node content"},
		{"unknown key", change("kind: yes_no", "kind: yes_no\n    colour: red"), `t.yaml:10: unknown key "colour"`},
		{"wrong type", change("label: Lost phone", "label: [1, 2]"), "t.yaml:2: cannot unmarshal !!seq"},
		{"no id", change("id: lost-phone", "label: x"), "t.yaml:2: mapping key \"label\" already defined"},
		{"empty", "", "t.yaml:1: topic without an id"},
		{"dead end", change("no: {next: call}", "no: {next: nowhere}"), `t.yaml:12: step has_codes leads to "nowhere", which is neither a step nor an outcome`},
		{"no branch", change("    no: {next: call}\n", ""), "t.yaml:7: step has_codes needs no and unknown branches"},
		{"loop", change("no: {next: call}", "no: {next: has_codes}"), "t.yaml:12: step has_codes leads back to has_codes"},
		{"unreached", change("outcomes:\n", "outcomes:\n  - {id: never, kind: solved, title: T, tell: t}\n"), "t.yaml:15: no way leads to outcome never"},
		{"bad kind", change("kind: yes_no", "kind: maybe"), `t.yaml:9: step has_codes: kind "maybe" is not one of`},
		{"bad outcome kind", change("kind: solved", "kind: done"), `t.yaml:15: outcome in: kind "done" is not`},
		{"nothing to tell", change(`tell: "Welcome to {product}."`, "next: x"), "t.yaml:15: outcome in has no title, or nothing to tell"},
		{"no words", change("    ask: Do you have backup codes from {product}?\n", ""), "t.yaml:7: step has_codes asks nothing"},
		{"open bracket", change("Call {support}.", "Call {support."), `t.yaml:16: { } in "Call {support." do not hold a word`},
		{"unknown word", change("Call {support}.", "Call {suport}."), "t.yaml:16: nothing fills {suport}"},
		{"half optional", change("Call {support}.", "Call [[{support}."), "t.yaml:16: [[ and ]] do not match"},
		{"unknown result", change("yes: {next: in}", "yes: {next: in, result: good}"), `t.yaml:11: step has_codes: "good" is not a result`},
		{"route on nothing", change("yes: {next: in}", "yes: {next: in, routes: [{if: opted_out, next: call}]}"), `t.yaml:11: route "opted_out": no step of this topic is decided by that`},
		{"route on a later step", change("yes: {next: in}", "yes: {next: in, routes: [{if: in fail, next: call}]}"), `t.yaml:11: route "in fail" is not an earlier step and a result`},
		{"unknown question", change("kind: yes_no", "kind: yes_no\n    asks: shoe_size"), `t.yaml:10: step has_codes: no ticket question "shoe_size"`},
		{"say for nothing", change("kind: yes_no", "kind: yes_no\n    say: {opted_out: x}"), `t.yaml:10: step has_codes: say "opted_out"`},
		{"twice the same step", change("outcomes:\n", "  - {id: has_codes, title: T, kind: info, yes: {next: in}}\noutcomes:\n"), "t.yaml:14: step has_codes is there twice"},
		{"other topic", change("title: In,", "title: In, topic: nowhere,"), `t.yaml:15: outcome in: no other topic "nowhere"`},
	} {
		s, err := Load(files("t.yaml", c.text))
		if err == nil {
			t.Errorf("%s: loaded", c.name)
			continue
		}
		if s != nil {
			t.Errorf("%s: a broken set was returned", c.name)
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error\n%s\nwant %s", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		name string
		fsys fs.FS
		want string
	}{
		{"empty folder", files("readme.txt", "x"), "no FAQ files (*.yaml) in the folder"},
		{"two topics of one name", files("a.yaml", smallTopic, "b.yaml", smallTopic), `b.yaml:1: topic "lost-phone" is in a.yaml already`},
		{"bad validity", files("set.yaml", "name: x\nvalidity: soon\n"), `set.yaml:2: validity "soon" is not a duration such as 3m`},
		{"bad extends", files("set.yaml", "name: x\nextends: all\n"), `set.yaml:2: extends "all" is neither built-in nor none`},
		{"question out of range", files("questions.yaml", "- {id: a, number: 14, kind: text, short: a, question: a, ask: a}\n"), "questions.yaml:1: question number 14 is not between 1 and 13"},
		{"cause without its topic", files("causes.yaml", "- {id: voip, title: t, topic: gone, step: x, reply: r, next: n}\n"), `causes.yaml:1: cause voip: no topic "gone"`},
		{"cause without its step", files("causes.yaml", "- {id: voip, title: t, topic: no-code, step: x, reply: r, next: n}\n"), `causes.yaml:1: cause voip: topic no-code has no step "x"`},
		{"carrier without a source", files("carriers.yaml", "carriers:\n  - {carrier: X, country: GB, blocks: [a], lift: [b], source: hearsay, date: 2026-01-01}\n"), `carriers.yaml:2: carrier X: source "hearsay" is not a web address`},
		{"carrier without a date", files("carriers.yaml", "carriers:\n  - {carrier: X, country: GB, blocks: [a], lift: [b], source: \"https://x.example\"}\n"), `carriers.yaml:2: carrier X: date "" is not like`},
		{"replaced topic that a cause needs", files("n.yaml", strings.Replace(smallTopic, "id: lost-phone", "id: no-code", 1)), "built-in causes.yaml:"},
	} {
		if _, err := Load(c.fsys); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
	}
	big := files("t.yaml", smallTopic)
	for i := range maxEntries {
		big[fmt.Sprintf("%d.txt", i)] = &fstest.MapFile{}
	}
	if _, err := Load(big); err == nil || !strings.Contains(err.Error(), "this is no FAQ set") {
		t.Errorf("a folder of %d files: %v", len(big), err)
	}
	if s, err := Load(files("t.yaml", smallTopic, ".git/x.yaml", "[", "._t.yaml", "[")); err != nil || len(s.Topics) != 11 {
		t.Errorf("hidden files were read: %v", err)
	}
	var list Problems
	if _, err := Load(files("t.yaml", change("no: {next: call}", "no: {next: nowhere}"))); !errors.As(err, &list) || len(list) != 1 {
		t.Errorf("problems of one fault = %v", err)
	}
}

// FuzzLoad: no text makes the loader panic, every error names its file, and a
// topic without problems can be walked to an end. The built-in layer is left
// out: it is the same each time, and slow.
func FuzzLoad(f *testing.F) {
	names := []string{"t.yaml", "set.yaml", "questions.yaml", "causes.yaml", "carriers.yaml", "lockout.yaml"}
	f.Add(0, smallTopic)
	f.Add(1, "name: x\nvalidity: 3m\nwords: {product: x}\nsynonyms: [[a, b]]\npractices: [{id: a, topics: [b]}]\n")
	f.Add(2, "- {id: a, number: 1, kind: text, short: a, question: a, ask: a}\n")
	f.Add(3, "- {id: voip, title: t, title_with: \"{carrier_full}\", topic: t, step: s, reply: \"[[{carrier}||x]]\", next: n}\n")
	f.Add(4, "general: {tell: x, search: \"{carrier|x}\"}\ncarriers:\n  - {carrier: X, country: GB, blocks: [a], lift: [b], source: \"https://x.example\", date: 2026-01-01}\n")
	f.Add(5, "subject: x\nlines:\n  - {id: firm_url, label: x, ask: x}\n")
	f.Add(0, "a: &a [*a]\n")
	f.Add(0, "- id: x\n")
	f.Fuzz(func(t *testing.T, which int, text string) {
		name := names[uint(which)%uint(len(names))]
		s, err := read(files(name, text), nil)
		if err != nil {
			if !strings.HasPrefix(err.Error(), name+":") {
				t.Errorf("error names no file: %v", err)
			}
			return
		}
		for _, p := range s.Validate() {
			if p.Line < 0 || p.What == "" {
				t.Errorf("problem says nothing: %+v", p)
			}
		}
		for _, topic := range s.Topics {
			if len(s.validateTopic(topic)) > 0 {
				continue
			}
			for _, answer := range []string{"y", "n", "d", "7"} {
				w, err := s.Begin(topic.ID, Facts{})
				if err != nil {
					t.Fatal(err)
				}
				for range topic.Steps {
					w = w.Answer(answer)
				}
				if _, ok := w.Outcome(); !ok {
					t.Errorf("%s: a sound topic has no end: %v", topic.ID, w.History())
				}
			}
		}
		s.HowToUnblock("x", "")
		s.Lockout(LockoutFields{})
		s.Search("no code")
	})
}
