package faq

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// conversation plays a walk as it is heard: what is decided, what is asked,
// what is answered, what is said.
func conversation(w Walk, answers []string) string {
	var b strings.Builder
	t := w.Topic()
	fmt.Fprintf(&b, "%s. %d steps.\n", t.Label, len(t.Steps))
	told := map[string]bool{}
	tell := func() {
		current, _ := w.Current()
		for i, st := range w.States() {
			if told[st.Step.ID] || !st.Reached || st.Step.ID == current.ID {
				continue
			}
			told[st.Step.ID] = true
			result := string(st.Result)
			if result == "" {
				result = "to ask"
			}
			fmt.Fprintf(&b, "Step %d, %s: %s.", i+1, result, st.Step.Title)
			if st.Source != "" {
				fmt.Fprintf(&b, " (%s)", st.Detail)
			}
			b.WriteString("\n")
			if st.Verdict.Title != "" && st.Result != Pass {
				fmt.Fprintf(&b, "  %s\n", st.Verdict.Title)
			}
			if st.Conflict != "" {
				fmt.Fprintf(&b, "  ! %s\n", st.Conflict)
			}
			if st.Say != "" {
				fmt.Fprintf(&b, "  Say: %q\n", st.Say)
			}
		}
	}
	tell()
	for _, a := range answers {
		step, ok := w.Current()
		if !ok {
			fmt.Fprintf(&b, "(not needed: %s)\n", a)
			continue
		}
		n, of := w.Progress()
		fmt.Fprintf(&b, "Step %d of %d. %s. Ask: %q\n> %s\n", n, of, step.Title, step.Ask, a)
		w = w.Answer(a)
		tell()
	}
	if o, ok := w.Outcome(); ok {
		fmt.Fprintf(&b, "Outcome: %s (%s).\n  Tell: %q\n  Next: %s\n", o.Title, o.Kind, o.Tell, o.Next)
		if o.Topic != "" {
			fmt.Fprintf(&b, "  Goes on with: %s\n", o.Topic)
		}
	} else {
		step, _ := w.Current()
		fmt.Fprintf(&b, "Stopped at: %s\n", step.ID)
	}
	for _, q := range w.set.Questions {
		if a, ok := w.QuestionAnswers()[q.ID]; ok {
			fmt.Fprintf(&b, "Ticket %d, %s: %s\n", q.Number, q.Short, a)
		}
	}
	return b.String()
}

func failing(cause string, v Verdict) Facts {
	v.Result = Fail
	if v.Source == "" {
		v.Source = "log"
	}
	return Facts{
		Verdicts: map[string]Verdict{cause: v},
		Words: map[string]string{"carrier": "O2", "country_code": "GB", "country": "United Kingdom", "number": "+44 7700 900187",
			"since": "07:40 this morning", "corrected": "+44 7700 900187"},
	}
}

func TestConversations(t *testing.T) {
	filtered := filteredCase()
	filtered.Words["since"] = "07:40 this morning"
	slow := failing("carrier_delay", Verdict{Title: "O2 (GB) delivers too late", Detail: "log, 132 of 1,467 attempts"})
	slow.Verdicts["eventually_received"] = Verdict{Result: Pass, Source: "log", Detail: "yes, 9 minutes late"}
	sameCarrier := failing("carrier_spam_blocking", Verdict{Title: "O2 (GB) filters our texts", Detail: "log, 12 users"})
	sameCarrier.Verdicts["several_users"] = Verdict{Result: Pass, Source: "log", Detail: "12 users"}
	tried := Facts{Verdicts: map[string]Verdict{}}
	for _, id := range []string{"affected_users", "country", "multiple_times", "eventually_received", "ever_received", "when_failed", "mobile_number", "network_provider", "noticed_at"} {
		tried.Verdicts[id] = Verdict{Result: Pass, Source: "log", Detail: "from the log"}
	}
	yes, no, unsure := "y", "n", "d"
	for _, c := range []struct {
		name, topic string
		facts       Facts
		answers     []string
	}{
		{"no-code", "no-code", Facts{}, []string{yes, "yes", "Y", yes, "no idea", no, no}},
		{"no-code-log", "no-code", filtered, []string{yes, yes, no}},
		{"no-code-zero", "no-code", failing("leading_zero", Verdict{Detail: "number, +4407700900187", Source: "number"}), []string{unsure}},
		{"no-code-stopped", "no-code", Facts{}, []string{yes, unsure}},
		{"slow-code", "slow-code", Facts{}, []string{yes, "7", yes, no}},
		{"slow-code-log", "slow-code", slow, []string{no, no, yes}},
		{"carrier-down", "carrier-down", Facts{}, []string{no, no, no, yes}},
		{"carrier-down-log", "carrier-down", failing("carrier_outage", Verdict{Title: "O2 (GB) is down", Detail: "log, 41 of 52 attempts"}), []string{no, yes}},
		{"helping-someone", "helping-someone", Facts{}, []string{yes, no, yes, no}},
		{"helping-someone-log", "helping-someone", failing("leading_zero", Verdict{}), []string{yes, no, yes, yes}},
		{"administrator-locked-out", "administrator-locked-out", Facts{}, []string{no, no, "northfirm.example", "Ada North", "ada@northfirm.example", "+44 7700 900187", "Vodafone", "Bo North, today, by telephone"}},
		{"administrator-locked-out-log", "administrator-locked-out", Facts{Verdicts: map[string]Verdict{"firm_url": {Result: Pass, Detail: "northfirm.example", Source: "agent"}, "mobile_number": {Result: Pass, Detail: "+44 7700 900187", Source: "number"}, "network_provider": {Result: Pass, Detail: "O2", Source: "log"}}}, []string{no, no, "Ada North", unsure, unsure}},
		{"not-asked", "not-asked", Facts{}, []string{yes, yes, no}},
		{"not-asked-log", "not-asked", filtered, []string{no}},
		{"same-people", "same-people", Facts{}, []string{no, yes, no}},
		{"same-people-log", "same-people", sameCarrier, nil},
		{"still-asked", "still-asked", Facts{}, []string{yes, no}},
		{"still-asked-log", "still-asked", filtered, []string{no}},
		{"asked-too-often", "asked-too-often", Facts{}, []string{yes, yes, yes}},
		{"asked-too-often-log", "asked-too-often", filtered, []string{yes, no}},
		{"everything-tried", "everything-tried", Facts{}, []string{"two, both with O2", "United Kingdom", yes, no, yes, no, yes, no, "this morning, always at nine", yes, "+44 7700 900187", "O2", "2026-03-03T07:52:00Z"}},
		{"everything-tried-log", "everything-tried", tried, []string{no, yes, no, yes}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := Builtin().Begin(c.topic, c.facts)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "conversations", c.name+".txt"), conversation(w, c.answers))
		})
	}
}
