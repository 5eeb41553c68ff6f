package faq

import (
	"slices"
	"strings"
	"testing"
)

// Every cause that a finding can have.
var allCauses = []string{"number_invalid", "leading_zero", "not_mobile", "voip", "repeat_failures", "handset_unreachable", "opted_out",
	"carrier_outage", "carrier_spam_blocking", "carrier_delay", "peak_hour_delay", "provider_outage", "provider_block", "sender_misconfigured"}

func TestEveryCauseHasTopicStepAndWords(t *testing.T) {
	s := Builtin()
	for _, id := range allCauses {
		topicID, stepID := s.TopicForCause(id)
		topic, ok := s.Topic(topicID)
		if !ok {
			t.Errorf("%s: no topic %q", id, topicID)
			continue
		}
		step, _, ok := topic.Step(stepID)
		if !ok {
			t.Errorf("%s: topic %s has no step %q", id, topicID, stepID)
		} else if !slices.Contains(step.DecidedBy, id) && !slices.Contains(step.FailedBy, id) {
			t.Errorf("%s: step %s/%s is not decided by it", id, topicID, stepID)
		}
		for name, text := range map[string]string{"title": s.CauseTitle(id, nil), "reply": s.Reply(id, nil), "next step": s.NextStep(id, nil)} {
			if text == "" || strings.ContainsAny(text, "{}[]") {
				t.Errorf("%s: %s without words is %q", id, name, text)
			}
		}
	}
	if got, want := len(s.Causes), len(allCauses); got != want {
		t.Errorf("causes = %d, want %d", got, want)
	}
}

// answersFor are lines that take each branch of a step.
func answersFor(step Step) []string {
	switch step.Kind {
	case KindYesNo:
		return []string{"y", "n", "d"}
	case KindNumber:
		return []string{"1", "999", "d"}
	case KindTime:
		return []string{"2026-03-03T08:10:00Z", "d"}
	case KindCarrier:
		return []string{"Testnet", "d"}
	}
	return []string{"some text", "d"}
}

// TestEveryPath walks every combination of answers of every topic, without any
// data and under each single cause.
func TestEveryPath(t *testing.T) {
	s := Builtin()
	for _, topic := range s.Topics {
		reachedSteps, reachedOutcomes, paths := map[string]bool{}, map[string]bool{}, 0
		for _, f := range factsToTry(topic) {
			w, err := s.Begin(topic.ID, f)
			if err != nil {
				t.Fatal(err)
			}
			walkAll(t, w, 0, func(end Walk) {
				paths++
				o, _ := end.Outcome()
				reachedOutcomes[o.ID] = true
				for _, st := range checkEnd(t, end, o) {
					if st.Reached {
						reachedSteps[st.Step.ID] = true
					}
				}
			})
		}
		for _, st := range topic.Steps {
			if !reachedSteps[st.ID] {
				t.Errorf("%s: no path comes to step %s", topic.ID, st.ID)
			}
		}
		for _, o := range topic.Outcomes {
			if !reachedOutcomes[o.ID] {
				t.Errorf("%s: no path comes to outcome %s", topic.ID, o.ID)
			}
		}
		t.Logf("%s: %d paths", topic.ID, paths)
	}
}

// factsToTry: nothing known, and each id that decides a step failing alone. The
// ticket's thirteen questions lead nowhere but on, so one run of each will do.
func factsToTry(topic Topic) []Facts {
	facts := []Facts{{}}
	if topic.ID == "everything-tried" {
		known := map[string]Verdict{}
		for _, st := range topic.Steps[:6] {
			known[st.ID] = Verdict{Result: Pass, Detail: "known"}
		}
		return []Facts{{Verdicts: known}}
	}
	for _, st := range topic.Steps {
		for _, id := range slices.Concat(st.DecidedBy, st.FailedBy) {
			for _, r := range []Result{Pass, Fail, Late} {
				facts = append(facts, Facts{Verdicts: map[string]Verdict{id: {Result: r}}})
			}
		}
	}
	return facts
}

func walkAll(t *testing.T, w Walk, depth int, end func(Walk)) {
	t.Helper()
	step, open := w.Current()
	if !open {
		end(w)
		return
	}
	if depth > len(w.Topic().Steps) {
		t.Fatalf("%s: more answers than steps: %v", w.Topic().ID, w.History())
	}
	if step.Ask == "" {
		t.Errorf("%s/%s is asked and has no words for it", w.Topic().ID, step.ID)
	}
	for _, a := range answersFor(step) {
		next := w.Answer(a)
		if now, ok := next.Current(); ok && now.ID == step.ID {
			t.Fatalf("%s/%s: still open after %q", w.Topic().ID, step.ID, a)
		}
		walkAll(t, next, depth+1, end)
	}
}

func checkEnd(t *testing.T, w Walk, o Outcome) []StepState {
	t.Helper()
	where := w.Topic().ID
	if o.ID == "" || o.Title == "" || o.Tell == "" {
		t.Errorf("%s %v: ends in no outcome that tells something: %+v", where, w.History(), o)
	}
	texts := []string{o.Title, o.Tell, o.Next}
	states := w.States()
	for _, st := range states {
		if st.Result == "" && st.Step.Kind != KindInfo {
			t.Errorf("%s %v: at the end step %s is still open", where, w.History(), st.Step.ID)
		}
		texts = append(texts, st.Step.Title, st.Step.Ask, st.Say)
	}
	for _, text := range texts {
		if strings.ContainsAny(text, "{}") || strings.Contains(text, "[[") || strings.Contains(text, "]]") || strings.Contains(text, "  ") {
			t.Errorf("%s %v: not filled: %q", where, w.History(), text)
		}
	}
	return states
}
