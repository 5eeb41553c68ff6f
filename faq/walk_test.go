package faq

import "testing"

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
