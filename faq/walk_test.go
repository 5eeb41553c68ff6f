package faq

import (
	"encoding/json"
	"reflect"
	"testing"
)

// The case of the design: number and line type are right, the carrier filters.
func filteredCase() Facts {
	return Facts{
		Verdicts: map[string]Verdict{
			"leading_zero":          {Result: Pass, Detail: "log, 7 of 7 messages", Source: "log"},
			"not_mobile":            {Result: Pass, Detail: "number", Source: "number"},
			"voip":                  {Result: Pass, Detail: "number", Source: "number"},
			"carrier_spam_blocking": {Result: Fail, Title: "O2 (GB) filters our texts", Detail: "log, 41 of 52 attempts", Source: "log", Confidence: 0.97},
		},
		Words: map[string]string{"carrier": "O2 (GB)"},
	}
}

func TestDataDecideSteps(t *testing.T) {
	w, err := Builtin().Begin("no-code", filteredCase())
	if err != nil {
		t.Fatal(err)
	}
	asked := []string{}
	for _, answer := range []string{"y", "y", "n"} {
		step, ok := w.Current()
		if !ok {
			t.Fatalf("walk ended after %v", asked)
		}
		asked = append(asked, step.ID)
		w = w.Answer(answer)
	}
	for i, want := range []string{"other_texts", "way_in", "carrier_asked"} {
		if asked[i] != want {
			t.Errorf("question %d = %s, want %s", i+1, asked[i], want)
		}
	}
	o, ok := w.Outcome()
	if !ok || o.ID != "send_ticket" {
		t.Errorf("outcome = %q, want send_ticket", o.ID)
	}
	for _, st := range w.States() {
		t.Logf("%-7s %s: %s", st.Result, st.Step.Title, st.Say)
	}
}

func begin(t *testing.T, topic string, f Facts) Walk {
	t.Helper()
	w, err := Builtin().Begin(topic, f)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func current(w Walk) string {
	step, _ := w.Current()
	return step.ID
}

func result(w Walk, id string) Result {
	for _, st := range w.States() {
		if st.Step.ID == id {
			return st.Result
		}
	}
	return "no such step"
}

func stateOf(t *testing.T, w Walk, id string) StepState {
	t.Helper()
	for _, st := range w.States() {
		if st.Step.ID == id {
			return st
		}
	}
	t.Fatalf("no step %s", id)
	return StepState{}
}

// answerStep answers any step, as an event of a case may.
func answerStep(w Walk, id, value string) Walk { return w.add(Event{Step: id, Answer: value}) }

func TestWalkIsAValue(t *testing.T) {
	w := begin(t, "no-code", Facts{})
	for range 4 {
		before := w.States()
		a := w.Answer("n")
		atA := a.States()
		b := w.Answer("y")
		_ = answerStep(b.Back(), "number_stored", "n")
		if got := w.States(); !reflect.DeepEqual(got, before) {
			t.Errorf("the walk changed under its answers:\n got %+v\nwant %+v", got, before)
		}
		if got := a.States(); !reflect.DeepEqual(got, atA) {
			t.Errorf("one branch changed the other:\n got %+v\nwant %+v", got, atA)
		}
		w = b
	}
}

func TestBackKeepsLaterAnswers(t *testing.T) {
	w := begin(t, "no-code", Facts{}).Answer("y").Answer("y").Answer("y")
	back := w.Back().Back()
	if got, want := current(back), "mobile_number"; got != want {
		t.Fatalf("two steps back is %s, want %s", got, want)
	}
	if st := stateOf(t, back, "mobile_number"); st.Answered || st.Answer != "y" {
		t.Errorf("reopened step: answered %v, suggestion %q, want false, y", st.Answered, st.Answer)
	}
	again := back.Answer("d")
	if got, want := current(again), "not_voip"; got != want {
		t.Errorf("after the changed answer %s, want %s: it was reopened too", got, want)
	}
	if got, want := current(back.Answer("y").Answer("y")), "other_texts"; got != want {
		t.Errorf("after both %s, want %s", got, want)
	}
	if got := begin(t, "no-code", Facts{}).Back(); len(got.History()) != 0 {
		t.Errorf("back at the beginning did something: %v", got.History())
	}
}

func TestChangedAnswerKeepsWhatStillHolds(t *testing.T) {
	w := begin(t, "no-code", Facts{})
	for _, a := range []string{"y", "y", "y", "y", "y", "n"} {
		w = w.Answer(a)
	}
	changed := answerStep(w, "number_stored", "n")
	if got, want := result(changed, "other_texts"), Skipped; got != want {
		t.Errorf("step off the way = %s, want %s", got, want)
	}
	if got, want := result(changed, "way_in"), Fail; got != want {
		t.Errorf("later answer that still holds = %s, want %s", got, want)
	}
	if o, ok := changed.Outcome(); !ok || o.ID != "store_number" {
		t.Errorf("outcome %q, want store_number", o.ID)
	}
	if _, ok := changed.QuestionAnswers()["receives_other_messages"]; ok {
		t.Error("an answer off the way still answers the ticket")
	}
	returned := answerStep(changed, "number_stored", "y")
	if got, want := returned.Answers(), w.Answers(); !reflect.DeepEqual(got, want) {
		t.Errorf("answers after changing back = %v, want %v", got, want)
	}
}

func TestNewFactsKeepAnswers(t *testing.T) {
	w := begin(t, "no-code", Facts{}).Answer("y").Answer("y").Answer("y").Answer("y")
	w = w.With(filteredCase())
	if got, want := current(w), "way_in"; got != want {
		t.Errorf("with the log: %s, want %s", got, want)
	}
	if st := stateOf(t, w, "mobile_number"); !st.Answered || st.Source != "agent" {
		t.Errorf("an answer was lost to the facts: %+v", st)
	}
	if st := stateOf(t, w.With(Facts{}), "carrier_lets_through"); st.Result != "" {
		t.Errorf("facts taken away still decide: %s", st.Result)
	}
}

func TestContradictionIsShown(t *testing.T) {
	w := answerStep(begin(t, "no-code", filteredCase()).Answer("y"), "carrier_lets_through", "n")
	st := stateOf(t, w, "carrier_lets_through")
	if st.Result != Pass || st.Source != "agent" {
		t.Errorf("the agent's answer does not count: %s from %s", st.Result, st.Source)
	}
	if want := "the log says fail: O2 (GB) filters our texts"; st.Conflict != want {
		t.Errorf("conflict = %q, want %q", st.Conflict, want)
	}
	if st := stateOf(t, answerStep(w, "carrier_lets_through", "y"), "carrier_lets_through"); st.Conflict != "" {
		t.Errorf("conflict where there is none: %q", st.Conflict)
	}
	if st := stateOf(t, answerStep(w, "carrier_lets_through", "d"), "carrier_lets_through"); st.Conflict != "" {
		t.Errorf("don't know is no contradiction: %q", st.Conflict)
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name     string
		verdicts map[string]Verdict
		step     string
		want     Result
		by       string
	}{
		{"nothing known", nil, "carrier_lets_through", "", ""},
		{"pass", map[string]Verdict{"carrier_spam_blocking": {Result: Pass}}, "carrier_lets_through", Pass, "carrier_spam_blocking"},
		{"fail beats pass", map[string]Verdict{"carrier_spam_blocking": {Result: Pass}, "opted_out": {Result: Fail}}, "carrier_lets_through", Fail, "opted_out"},
		{"the surer of two", map[string]Verdict{"carrier_outage": {Result: Fail, Confidence: 0.6}, "provider_outage": {Result: Fail, Confidence: 0.9}}, "carrier_lets_through", Fail, "provider_outage"},
		{"a pass of a one-way cause decides nothing", map[string]Verdict{"handset_unreachable": {Result: Pass}}, "other_texts", "", ""},
		{"its fail does", map[string]Verdict{"handset_unreachable": {Result: Fail}}, "other_texts", Fail, "handset_unreachable"},
		{"too thin to say", map[string]Verdict{"leading_zero": {Result: Pass}, "number_invalid": {Result: UnknownResult}}, "number_stored", UnknownResult, "number_invalid"},
		{"late", map[string]Verdict{"carrier_delay": {Result: Late}}, "carrier_lets_through", Late, "carrier_delay"},
	} {
		w := begin(t, "no-code", Facts{Verdicts: c.verdicts})
		st := stateOf(t, w, c.step)
		if st.Result != c.want || st.By != c.by {
			t.Errorf("%s: %s by %q, want %s by %q", c.name, st.Result, st.By, c.want, c.by)
		}
	}
	w := begin(t, "no-code", Facts{Verdicts: map[string]Verdict{"number_invalid": {Result: UnknownResult}}})
	if got := current(w); got != "number_stored" {
		t.Errorf("an unknown verdict is not asked: at %s", got)
	}
}

// A late step steers like failure where the topic knows no better.
func TestLateStepGoesTheFailedWay(t *testing.T) {
	w := begin(t, "slow-code", Facts{Verdicts: map[string]Verdict{"eventually_received": {Result: Pass}, "carrier_delay": {Result: Late}}})
	if got, want := current(w), "any_hour"; got != want {
		t.Errorf("late leads to %s, want %s", got, want)
	}
}

// Where a step only notes an answer, a no is known, not failed.
func TestNotedNo(t *testing.T) {
	w := begin(t, "everything-tried", Facts{Verdicts: map[string]Verdict{"ever_received": {Result: Fail, Detail: "none in 28 days", Source: "log"}}})
	if st := stateOf(t, w, "ever_received"); st.Result != Pass || st.Detail != "none in 28 days" {
		t.Errorf("noted no = %s (%s), want pass", st.Result, st.Detail)
	}
}

func TestReadAnswers(t *testing.T) {
	w := begin(t, "slow-code", Facts{})
	for _, c := range []struct{ kind, limit, line, choice string }{
		{KindYesNo, "", "y", "yes"}, {KindYesNo, "", " YES. ", "yes"}, {KindYesNo, "", "n", "no"}, {KindYesNo, "", "No!", "no"},
		{KindYesNo, "", "d", "unknown"}, {KindYesNo, "", "don’t know", "unknown"}, {KindYesNo, "", "maybe", "unknown"}, {KindYesNo, "", "", "unknown"}, {KindYesNo, "", "\x1b[2J", "unknown"},
		{KindNumber, "validity", "3", "yes"}, {KindNumber, "validity", "3.5", "no"}, {KindNumber, "validity", "3,5 minutes", "no"}, {KindNumber, "validity", "two", "unknown"}, {KindNumber, "validity", "-1", "unknown"}, {KindNumber, "validity", "NaN", "unknown"}, {KindNumber, "", "12", "yes"}, {KindNumber, "validity", "  ", "unknown"}, {KindNumber, "validity", "1e99", "unknown"},
		{KindTime, "", "2026-03-03T08:10:00Z", "yes"}, {KindTime, "", "3 March 08:10", "yes"}, {KindTime, "", "today at nine", "yes"}, {KindTime, "", "9:30", "yes"}, {KindTime, "", "just so", "unknown"}, {KindTime, "", "y", "unknown"},
		{KindCarrier, "", "O2", "yes"}, {KindCarrier, "", "no", "unknown"}, {KindCarrier, "", "?", "unknown"},
		{KindText, "", "two, both with O2", "yes"}, {KindText, "", "d", "unknown"},
	} {
		if got, _ := w.read(Step{Kind: c.kind, Limit: c.limit}, c.line); string(got) != c.choice {
			t.Errorf("%s %q = %s, want %s", c.kind, c.line, got, c.choice)
		}
	}
}

func TestHistoryReplays(t *testing.T) {
	w := begin(t, "administrator-locked-out", Facts{}).Answer("n").Answer("n").Answer("northfirm.example").Back().Answer("southfirm.example")
	saved, err := json.Marshal(w.History())
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	if err := json.Unmarshal(saved, &events); err != nil {
		t.Fatal(err)
	}
	again, dropped, err := Builtin().Replay("administrator-locked-out", append(events, Event{Step: "gone", Answer: "y"}), Facts{})
	if err != nil || dropped != 1 {
		t.Fatalf("replay: %v, %d dropped, want 1", err, dropped)
	}
	if got, want := again.Answers(), w.Answers(); !reflect.DeepEqual(got, want) {
		t.Errorf("answers = %v, want %v", got, want)
	}
	if got, want := again.Answers()["firm_url"], "southfirm.example"; got != want {
		t.Errorf("changed answer = %q, want %q", got, want)
	}
	if _, _, err := Builtin().Replay("no-such-topic", nil, Facts{}); err == nil {
		t.Error("an unknown topic was replayed")
	}
}

func TestProgressAndSkipped(t *testing.T) {
	w := begin(t, "no-code", filteredCase())
	if n, of := w.Progress(); n != 4 || of != 8 {
		t.Errorf("progress = %d of %d, want 4 of 8", n, of)
	}
	// A later step that the log decides is decided before it is reached.
	if st := stateOf(t, w, "carrier_lets_through"); st.Result != Fail || st.Reached {
		t.Errorf("later step = %s, reached %v, want fail, false", st.Result, st.Reached)
	}
	w = w.Answer("n")
	if got := result(w, "carrier_lets_through"); got != Skipped {
		t.Errorf("step gone around = %s, want skipped", got)
	}
	w = w.Answer("y")
	if n, of := w.Progress(); n != 8 || of != 8 {
		t.Errorf("progress at the end = %d of %d, want 8 of 8", n, of)
	}
	if _, ok := w.Current(); ok {
		t.Error("a step is open at an outcome")
	}
	if got := w.Answer("y"); len(got.History()) != len(w.History()) {
		t.Error("an answer after the outcome was taken")
	}
}

func TestUnblockHelpStandsBesideTheStep(t *testing.T) {
	f := filteredCase()
	f.Words = map[string]string{"carrier": "SoftBank", "country_code": "JP"}
	w := begin(t, "no-code", f).Answer("y")
	st := stateOf(t, w, "carrier_lets_through")
	if st.Unblock == nil || st.Unblock.General || st.Unblock.Carrier != "SoftBank" {
		t.Errorf("help for SoftBank = %+v", st.Unblock)
	}
	if st := stateOf(t, w, "mobile_number"); st.Unblock != nil {
		t.Error("help stands beside a step it does not belong to")
	}
}

func TestBeginNamesTheNearest(t *testing.T) {
	_, err := Builtin().Begin("no-cod", Facts{})
	if err == nil || err.Error() != `no topic "no-cod" in the FAQ: nearest no-code` {
		t.Errorf("error = %v", err)
	}
}

func TestZeroWalk(t *testing.T) {
	var w Walk
	if _, ok := w.Current(); ok || len(w.States()) != 0 || len(w.Answers()) != 0 || len(w.QuestionAnswers()) != 0 {
		t.Error("the zero walk has steps")
	}
	if _, ok := w.Outcome(); ok {
		t.Error("the zero walk has an outcome")
	}
	w.Back().Answer("y").With(Facts{})
}
