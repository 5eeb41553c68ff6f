package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/faq"
)

// walk asks a case's topic line by line. What was decided unasked is told as it
// is passed; at an outcome it says what to tell the user.
func (a *app) walk(c *diagnostics.Case) error {
	in, out := bufio.NewReader(a.stdin), &plainLines{w: a.stdout}
	topic := c.Walk().Topic()
	out.say("%s. %d steps. y, n, d for don't know, b to go back.", topic.Label, len(topic.Steps))
	told := map[string]string{}
	for {
		w := c.Walk()
		for _, st := range w.States() {
			if !st.Reached || st.Result == "" || told[st.Step.ID] == string(st.Result)+st.Detail {
				continue
			}
			told[st.Step.ID] = string(st.Result) + st.Detail
			out.step(w, st)
		}
		step, open := w.Current()
		if !open {
			outcome, _ := w.Outcome()
			out.say("Outcome: %s. %s", strings.TrimSuffix(outcome.Title, "."), outcome.Next)
			if outcome.Tell != "" {
				out.say("Tell the user: %q", outcome.Tell)
			}
			return out.err
		}
		at, of := w.Progress()
		out.say("Step %d of %d. %s. Ask: %q", at, of, strings.TrimSuffix(step.Title, "."), step.Ask)
		line, err := in.ReadString('\n')
		answer := strings.TrimSpace(line)
		if err != nil && answer == "" {
			if !errors.Is(err, io.EOF) {
				return err
			}
			return fmt.Errorf("input ended at step %d of %d: %s", at, of, step.Title)
		}
		if strings.EqualFold(answer, "b") || strings.EqualFold(answer, "back") {
			c.Back()
			clear(told)
			continue
		}
		c.Answer(step.ID, answer)
	}
}

// plainLines writes sentences at most 79 wide and remembers the first error.
type plainLines struct {
	w   io.Writer
	err error
}

func (p *plainLines) say(format string, args ...any) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, export.Wrap(export.Clean(fmt.Sprintf(format, args...)), 79)+"\n")
	}
}

func (p *plainLines) step(w faq.Walk, st faq.StepState) {
	if st.Answered {
		if st.Conflict != "" {
			p.say("Note: %s.", st.Conflict)
		}
	} else {
		_, at, _ := w.Topic().Step(st.Step.ID)
		what := st.Step.Title
		if st.Verdict.Title != "" && st.Result != faq.Pass {
			what = st.Verdict.Title
		}
		from := strings.TrimSuffix("From the "+st.Source+": "+st.Detail, ": ")
		if st.Source == "" {
			from = ""
		}
		p.say("Step %d, %s: %s. %s", at+1, st.Result, strings.TrimSuffix(what, "."), from)
	}
	if st.Say != "" {
		p.say("Say: %q", st.Say)
	}
}
