package faq

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Conversation plays a walk line by line: what is decided is told, what is open
// is asked, and each line read answers it. It needs neither colours nor signs,
// so that a screen reader or a pipe can follow it.
type Conversation struct {
	In  io.Reader
	Out io.Writer
	// Echo repeats each line read: for input that is not typed and so stands nowhere.
	Echo bool
}

// Stopped is the error of a conversation whose input ended before the walk did.
type Stopped struct {
	Step, Of int // as Walk.Progress
	Title    string
}

func (s *Stopped) Error() string {
	return fmt.Sprintf("input ended at step %d of %d: %s", s.Step, s.Of, s.Title)
}

// Play walks on until an outcome is reached, and tells it. It returns the walk
// as far as it came: with a [Stopped] where the input ended, or with an error of
// reading or writing. A line b goes back, ? explains, q ends like the input's
// end; any other line answers.
func (c Conversation) Play(w Walk) (Walk, error) {
	in := bufio.NewReader(c.In)
	out := &teller{out: c.Out, told: map[string]string{}}
	out.line("%s. %s.", oneLine(w.topic.Label), stepCount(len(w.topic.Steps)))
	hinted := false
	for {
		out.news(w)
		step, open := w.Current()
		if !open {
			out.end(w)
			return w, out.err
		}
		n, of := w.Progress()
		out.line("Step %d of %d. %s. Ask: \"%s\"", n, of, oneLine(step.Title), oneLine(step.Ask))
		for answered := false; !answered; {
			out.prompt(step, hinted)
			hinted = true
			if out.err != nil {
				return w, out.err
			}
			line, err := readLine(in)
			if err != nil || strings.TrimSpace(line) == "q" {
				out.line("")
				if err == nil || errors.Is(err, io.EOF) {
					err = &Stopped{n, of, step.Title}
				}
				return w, err
			}
			if c.Echo {
				out.line("%s", oneLine(line))
			}
			answered = true
			switch strings.ToLower(strings.TrimSpace(line)) {
			case "b", "back":
				w = w.Back()
				out.forget(w)
			case "?", "help":
				out.explain(step)
				answered = false
			default:
				w = w.Answer(line)
			}
		}
	}
}

func stepCount(n int) string {
	if n == 1 {
		return "1 step"
	}
	return fmt.Sprintf("%d steps", n)
}

// maxLine bounds an answer; what is longer is cut.
const maxLine = 4096

// readLine returns a line without its end; a last line without one counts.
func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, more, err := in.ReadLine()
		if err != nil {
			if len(line) > 0 && errors.Is(err, io.EOF) {
				return string(line), nil
			}
			return "", err
		}
		line = append(line, part[:min(len(part), maxLine-len(line))]...)
		if !more {
			return string(line), nil
		}
	}
}

// teller writes, keeps the first error, and knows what it has told.
type teller struct {
	out  io.Writer
	err  error
	told map[string]string // step id to what was said of it
}

func (t *teller) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format+"\n", args...)
	}
}

func (t *teller) prompt(step Step, hinted bool) {
	text := "y, n or d: "
	switch {
	case step.Kind == KindYesNo && !hinted:
		text = "Yes, no or don't know; b goes back, ? explains. Type y, n or d: "
	case step.Kind == KindNumber:
		text = "A number, or d: "
	case step.Kind == KindTime:
		text = "A time, or d: "
	case step.Kind == KindCarrier:
		text = "A name, or d: "
	case step.Kind == KindText:
		text = "Answer, or d: "
	}
	if t.err == nil {
		_, t.err = io.WriteString(t.out, text)
	}
}

// news tells each step that the walk has passed and that was not told, or was
// told otherwise. Of one that was just answered there is no news but what to say.
func (t *teller) news(w Walk) {
	current, _ := w.Current()
	for i, st := range w.States() {
		if !st.Reached || st.Step.ID == current.ID || st.Step.Kind == KindInfo && st.Result == "" && st.Detail == "" {
			continue
		}
		var parts []string
		if st.Source != "agent" {
			parts = append(parts, fmt.Sprintf("Step %d, %s", i+1, decided(st)))
		}
		if st.Conflict != "" {
			parts = append(parts, "Note: "+oneLine(st.Conflict)+".")
		}
		if st.Say != "" {
			parts = append(parts, "Say: \""+oneLine(st.Say)+"\"")
		}
		if len(parts) == 0 {
			continue
		}
		text := strings.Join(parts, "\n")
		if t.told[st.Step.ID] == text {
			continue
		}
		t.told[st.Step.ID] = text
		t.line("%s", text)
	}
}

// decided says how a step stands and how that is known: "fail: O2 (GB) filters
// our texts. From the log: 41 of 52 attempts."
func decided(st StepState) string {
	what := oneLine(st.Step.Title)
	if st.Verdict.Title != "" && st.Result != Pass {
		what = oneLine(st.Verdict.Title)
	}
	text := fmt.Sprintf("%s: %s.", st.Result, strings.TrimSuffix(what, "."))
	source, detail := oneLine(st.Source), oneLine(st.Detail)
	detail = strings.TrimPrefix(strings.TrimPrefix(detail, source), ", ")
	if source != "" {
		text += " From the " + SourceWord(source)
		if detail != "" {
			text += ": " + detail
		}
		return text + "."
	}
	if detail != "" {
		text += " " + capital(detail) + "."
	}
	return text
}

// SourceWord writes the source of a verdict as a sentence has it.
func SourceWord(source string) string {
	if source == "identity" {
		return "login log"
	}
	return source
}

// forget lets news tell a step again once it is answered again.
func (t *teller) forget(w Walk) {
	current, _ := w.Current()
	delete(t.told, current.ID)
}

func (t *teller) explain(step Step) {
	if step.Explain != "" {
		t.line("%s", oneLine(step.Explain))
	}
	for _, b := range []struct {
		key  string
		hint string
	}{{"y", step.Yes.Hint}, {"n", step.No.Hint}, {"d", step.Unknown.Hint}} {
		if b.key == "y" && step.Kind != KindYesNo {
			b.key = "an answer"
		}
		if b.hint != "" {
			t.line("  %s: %s", b.key, oneLine(b.hint))
		}
	}
}

// end tells the outcome, what is known of the carrier, and what the ticket has gained.
func (t *teller) end(w Walk) {
	for _, st := range w.States() {
		if st.Unblock != nil {
			t.unblock(*st.Unblock)
			break
		}
	}
	o, ok := w.Outcome()
	if !ok {
		return // a set that was not validated
	}
	t.line("Outcome: %s.", strings.TrimSuffix(oneLine(o.Title), "."))
	t.line("Tell: \"%s\"", oneLine(o.Tell))
	if o.Next != "" {
		t.line("Next: %s", oneLine(o.Next))
	}
	if o.Topic != "" {
		t.line("Goes on with: otpdoctor faq walk %s", o.Topic)
	}
	answers := w.QuestionAnswers()
	for _, q := range w.set.Questions {
		if a, ok := answers[q.ID]; ok {
			t.line("For the ticket, question %d, %s: %s.", q.Number, q.Short, strings.TrimSuffix(oneLine(a), "."))
		}
	}
}

func (t *teller) unblock(help CarrierHelp) {
	name := oneLine(help.Carrier)
	if name == "" {
		name = "the network"
	}
	t.line("How to unblock at %s:", name)
	for _, lift := range help.Lift {
		t.line("- %s", oneLine(lift))
	}
	if help.General {
		t.line("Search for: %s", oneLine(help.Search))
		return
	}
	t.line("Source: %s, read %s", help.Source, help.Date)
}
