package faq

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Walk is one way through a topic, as far as it has gone. It is a value: every
// method returns a new Walk and leaves the old one as it was, so one step back
// is the walk one had before. The zero Walk has no steps.
type Walk struct {
	set    *Set
	topic  Topic
	facts  Facts
	events []Event
}

// Event is one thing that the agent did, as a case file keeps it.
type Event struct {
	Step   string `json:"step"`
	Answer string `json:"answer,omitempty"`
	Reopen bool   `json:"reopen,omitempty"` // the step is asked again; its answer is kept as a suggestion
}

// StepState is a step as it stands in a walk, its texts filled with the words
// of the case.
type StepState struct {
	Step     Step
	Result   Result // empty: still to ask
	Detail   string // the verdict's, or the answer as given
	Source   string // log, number, lookup, identity; agent where it was answered; empty where open
	Answer   string // as given; kept as a suggestion after a step back
	Answered bool   // Answer counts
	Reached  bool   // the walk has come to or through this step
	Verdict  Verdict
	By       string // id of the cause or fact that decided the step; empty where nothing did
	Say      string // what to say now that it is decided
	Conflict string // where answer and data disagree: what the data say
	// Unblock is set on a reached step about blocked texts that has not passed:
	// what to do at this carrier, or the general advice.
	Unblock *CarrierHelp
}

// Begin starts a walk through a topic with what is known. An unknown topic is
// an error that names the nearest ones.
func (s *Set) Begin(topicID string, f Facts) (Walk, error) {
	t, ok := s.Topic(topicID)
	if !ok {
		err := fmt.Errorf("no topic %q in the FAQ", topicID)
		if near := s.Nearest(topicID); len(near) > 0 {
			err = fmt.Errorf("no topic %q in the FAQ: nearest %s", topicID, strings.Join(near, ", "))
		}
		return Walk{}, err
	}
	return Walk{set: s, topic: t}.With(f), nil
}

// Replay is Begin and then the events of a [Walk.History]. Events of steps that
// the topic no longer has are dropped; dropped counts them.
func (s *Set) Replay(topicID string, events []Event, f Facts) (w Walk, dropped int, err error) {
	w, err = s.Begin(topicID, f)
	if err != nil {
		return w, 0, err
	}
	for _, e := range events {
		if _, _, ok := w.topic.Step(e.Step); !ok {
			dropped++
			continue
		}
		w.events = append(w.events, e)
	}
	return w, dropped, nil
}

// With is the same walk under other facts. Answers are kept; those that the new
// facts lead around count no longer, but return if the facts do.
func (w Walk) With(f Facts) Walk {
	w.facts = Facts{Verdicts: maps.Clone(f.Verdicts), Words: maps.Clone(f.Words)}
	return w
}

// Topic returns the topic that is walked.
func (w Walk) Topic() Topic { return w.topic }

// History returns what was answered and reopened, in order. See [Set.Replay].
func (w Walk) History() []Event { return slices.Clone(w.events) }

// Current returns the step to ask now, filled, or false at an outcome.
func (w Walk) Current() (Step, bool) {
	p := w.path()
	if p.current < 0 {
		return Step{}, false
	}
	return w.filled(w.topic.Steps[p.current], p), true
}

// Answer answers the current step. The words for yes, no and don't know are
// understood; what does not fit the step's kind counts as don't know. At an
// outcome nothing changes.
func (w Walk) Answer(value string) Walk {
	p := w.path()
	if p.current < 0 {
		return w
	}
	return w.add(Event{Step: w.topic.Steps[p.current].ID, Answer: value})
}

// Back asks the last answered step again. Its answer stays as a suggestion, and
// later answers hold. Where nothing was answered it changes nothing.
func (w Walk) Back() Walk {
	p := w.path()
	given, open := w.given()
	for _, i := range slices.Backward(p.steps) {
		id := w.topic.Steps[i].ID
		if _, ok := given[id]; ok && !open[id] {
			return w.add(Event{Step: id, Reopen: true})
		}
	}
	return w
}

func (w Walk) add(e Event) Walk {
	w.events = append(slices.Clone(w.events), e)
	return w
}

// States returns every step of the topic in order. Steps that the walk has not
// come to are decided already where the facts can; those that it went around
// are skipped.
func (w Walk) States() []StepState {
	p := w.path()
	last := len(w.topic.Steps)
	if p.current >= 0 {
		last = p.current
	}
	states := make([]StepState, 0, len(w.topic.Steps))
	for i, step := range w.topic.Steps {
		st := w.state(step, p)
		st.Reached = slices.Contains(p.steps, i)
		if st.Reached && step.Help == HelpUnblock && st.Result != Pass {
			words := w.words(p)
			help, _ := w.set.HowToUnblock(words["carrier"], words["country_code"])
			st.Unblock = &help
		}
		if st.Reached && step.Kind == KindInfo && st.Result == "" {
			st.Result = step.Yes.Result
		}
		if !st.Reached && i < last {
			st.Result, st.Source, st.Detail, st.Say, st.Conflict = Skipped, "", "", "", ""
			st.Answered = false
		}
		states = append(states, st)
	}
	return states
}

// Outcome returns the end of the walk, filled, or false while a step is open.
func (w Walk) Outcome() (Outcome, bool) {
	p := w.path()
	o, ok := w.topic.outcome(p.outcome)
	if !ok {
		return Outcome{}, false
	}
	words := w.words(p)
	o.Title = w.set.Fill(o.Title, words)
	o.Tell = w.set.Fill(o.Tell, words)
	o.Next = w.set.Fill(o.Next, words)
	return o, true
}

// Progress returns the number of the current step, counted from 1, and how many
// there are. At an outcome both are the same.
func (w Walk) Progress() (step, of int) {
	p := w.path()
	of = len(w.topic.Steps)
	if p.current < 0 {
		return of, of
	}
	return p.current + 1, of
}

// Answers returns the answers that count, as given, by step id.
func (w Walk) Answers() map[string]string {
	answers := map[string]string{}
	for _, i := range w.path().steps {
		st := w.state(w.topic.Steps[i], trail{})
		if st.Answered {
			answers[st.Step.ID] = st.Answer
		}
	}
	return answers
}

// QuestionAnswers returns what the walk has answered of the ticket's questions,
// by question id: "yes", "no", or the value given. Don't know answers nothing.
func (w Walk) QuestionAnswers() map[string]string {
	answers := map[string]string{}
	for _, i := range w.path().steps {
		step := w.topic.Steps[i]
		st := w.state(step, trail{})
		if step.Asks == "" || !st.Answered {
			continue
		}
		choice, value := w.read(step, st.Answer)
		switch {
		case choice == unknown:
		case step.branch(choice).Answer != "":
			answers[step.Asks] = step.branch(choice).Answer
		case step.Kind == KindYesNo:
			answers[step.Asks] = string(choice)
		default:
			answers[step.Asks] = value
		}
	}
	return answers
}

// trail is one run through the topic under the answers and facts of a walk.
type trail struct {
	steps   []int // places of the steps passed, the current one included
	current int   // place of the step that is open, -1 where an outcome is reached
	outcome string
	cause   string // the last cause that failed a step, empty without one
}

func (w Walk) path() trail {
	p := trail{current: -1}
	if len(w.topic.Steps) == 0 {
		return p
	}
	results := map[string]Result{}
	causes := map[string]bool{}
	for i := 0; ; {
		step := w.topic.Steps[i]
		p.steps = append(p.steps, i)
		st := w.state(step, trail{})
		var branch Branch
		switch {
		case st.Answered:
			choice, _ := w.read(step, st.Answer)
			branch = step.branch(choice)
		case step.Kind == KindInfo:
			branch = step.Yes
		case st.Result == "" || st.Result == UnknownResult:
			p.current = i
			return p
		default:
			branch = step.branchFor(st.Result)
		}
		results[step.ID] = st.Result
		if st.By != "" && !st.Answered && (st.Result == Fail || st.Result == Late) {
			causes[st.By] = true
			if _, ok := w.set.Cause(st.By); ok {
				p.cause = st.By
			}
		}
		next := branch.Next
		for _, r := range branch.Routes {
			if id, result, two := strings.Cut(r.If, " "); two && results[id] == Result(result) || !two && causes[id] {
				next = r.Next
				break
			}
		}
		_, place, ok := w.topic.Step(next)
		// A set is checked for loops when it is loaded; going forward only is
		// what makes that check, and this loop, finite.
		if !ok || place <= i {
			p.outcome = next
			return p
		}
		i = place
	}
}

// given returns the newest answer of each step, and which are to be asked again.
func (w Walk) given() (answers map[string]string, open map[string]bool) {
	answers, open = map[string]string{}, map[string]bool{}
	for _, e := range w.events {
		if !e.Reopen {
			answers[e.Step] = e.Answer
		}
		open[e.Step] = e.Reopen
	}
	return answers, open
}

// state is a step by itself, whether the walk comes to it or not. p gives the
// words that answers before it have filled; the empty trail will do where no
// text is needed.
func (w Walk) state(step Step, p trail) StepState {
	st := StepState{}
	answers, open := w.given()
	answer, answered := answers[step.ID]
	st.Answer, st.Answered = answer, answered && !open[step.ID]
	st.By, st.Verdict = w.verdict(step)

	decided := st.Verdict.Result
	if decided == Fail && step.Yes.Result == step.No.Result {
		decided = Pass // the step only records an answer, and "no" is one
	}
	switch {
	case st.Answered:
		choice, value := w.read(step, answer)
		st.Result, st.Source, st.Detail = step.branch(choice).Result, "agent", value
		if st.Result == "" {
			st.Result = map[choiceWord]Result{yes: Pass, no: Fail, unknown: UnknownResult}[choice]
		}
		if choice != unknown && decided != "" && decided != UnknownResult && decided != st.Result {
			st.Conflict = conflict(st.Verdict)
		}
	case open[step.ID]:
		// Asked again although the data may decide it: the agent went back to it.
	case decided != "":
		st.Result, st.Source, st.Detail = decided, st.Verdict.Source, st.Verdict.Detail
	}
	if p.steps != nil {
		words := w.words(p)
		st.Say = w.say(step, st, words)
		step = w.filled(step, p)
	}
	st.Step = step
	return st
}

func conflict(v Verdict) string {
	what := v.Title
	if what == "" {
		what = v.Detail
	}
	who := SourceWord(v.Source)
	if who == "" {
		who = "data"
	}
	if what == "" {
		return fmt.Sprintf("the %s says %s", who, v.Result)
	}
	return fmt.Sprintf("the %s says %s: %s", who, v.Result, what)
}

// verdict picks what decides a step: the surest failure, else a late one, else
// a pass of everything in DecidedBy that is known.
func (w Walk) verdict(step Step) (by string, v Verdict) {
	rank := map[Result]int{Fail: 4, Late: 3, UnknownResult: 2, Pass: 1}
	for n, list := range [][]string{step.DecidedBy, step.FailedBy} {
		for _, id := range list {
			c, ok := w.facts.Verdicts[id]
			if !ok || rank[c.Result] == 0 || n == 1 && rank[c.Result] < rank[Late] {
				continue
			}
			if a, b := rank[c.Result], rank[v.Result]; a > b || a == b && c.Confidence > v.Confidence {
				by, v = id, c
			}
		}
	}
	return by, v
}

func (w Walk) say(step Step, st StepState, words map[string]string) string {
	text := ""
	if st.Answered {
		choice, _ := w.read(step, st.Answer)
		text = step.branch(choice).Say
	}
	if text == "" && st.By != "" && !st.Answered && st.Result != Pass {
		text = step.Say[st.By]
	}
	if text == "" {
		text = step.Say[string(st.Result)]
	}
	return w.set.Fill(text, words)
}

// words are those of the case and those that answers on the way have filled,
// which win: the agent has just heard them.
func (w Walk) words(p trail) map[string]string {
	words := maps.Clone(w.facts.Words)
	if words == nil {
		words = map[string]string{}
	}
	for _, i := range p.steps {
		step := w.topic.Steps[i]
		if step.Fills == "" {
			continue
		}
		if st := w.state(step, trail{}); st.Answered {
			if choice, value := w.read(step, st.Answer); choice != unknown {
				words[step.Fills] = value
			}
		}
	}
	if p.cause != "" {
		words["reply"] = w.set.Reply(p.cause, words)
		words["cause"] = w.set.CauseTitle(p.cause, words)
	}
	return words
}

func (w Walk) filled(step Step, p trail) Step {
	words := w.words(p)
	step.Title = w.set.Fill(step.Title, words)
	step.Ask = w.set.Fill(step.Ask, words)
	step.Explain = w.set.Fill(step.Explain, words)
	for _, b := range []*Branch{&step.Yes, &step.No, &step.Unknown} {
		b.Hint = w.set.Fill(b.Hint, words)
		b.Say = w.set.Fill(b.Say, words)
	}
	return step
}

type choiceWord string

const (
	yes     choiceWord = "yes"
	no      choiceWord = "no"
	unknown choiceWord = "unknown"
)

func (s Step) branch(c choiceWord) Branch {
	switch {
	case c == no && s.No.Next != "":
		return s.No
	case c == unknown && s.Unknown.Next != "":
		return s.Unknown
	}
	return s.Yes
}

// branchFor is the branch of a step that the data decided: the one with that
// result, a late one like a failed one.
func (s Step) branchFor(r Result) Branch {
	branches := []Branch{s.Yes, s.No, s.Unknown}
	for _, want := range []Result{r, map[Result]Result{Late: Fail}[r]} {
		for _, b := range branches {
			if b.Next != "" && want != "" && b.Result == want {
				return b
			}
		}
	}
	if r == Pass {
		return s.Yes
	}
	return s.branch(no)
}

// read understands an answer; value is the answer as it should be shown.
func (w Walk) read(step Step, line string) (choiceWord, string) {
	line = oneLine(line)
	word := answerWord(line)
	if word == unknown || line == "" {
		return unknown, "don't know"
	}
	if step.Kind != KindYesNo && word != "" {
		return unknown, "don't know" // "yes" is no carrier's name, and no time
	}
	switch step.Kind {
	case KindText, KindCarrier:
		return yes, line
	case KindTime:
		if !isTime(line) {
			return unknown, "don't know"
		}
		return yes, line
	case KindNumber:
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.Fields(line)[0], ",", "."), 64)
		if err != nil || n < 0 || n != n || n > 1e9 {
			return unknown, "don't know"
		}
		if limit, ok := w.limit(step); ok && n > limit {
			return no, line
		}
		return yes, line
	}
	if word == "" {
		return unknown, "don't know"
	}
	return word, string(word)
}

func (w Walk) limit(step Step) (float64, bool) {
	if step.Limit == "validity" {
		return w.set.Validity.Minutes(), true
	}
	n, err := strconv.ParseFloat(step.Limit, 64)
	return n, err == nil
}

// ReplyWord reads a line as "yes", "no" or, for don't know, "unknown", in the words
// that people use for them; "" is none of these.
func ReplyWord(line string) string { return string(answerWord(line)) }

func answerWord(line string) choiceWord {
	switch strings.Trim(strings.ToLower(strings.ReplaceAll(line, "’", "'")), " .!") {
	case "y", "yes", "yeah", "yep", "true", "ja", "oui", "si", "sí":
		return yes
	case "n", "no", "nope", "false", "nein", "non":
		return no
	case "d", "dk", "don't know", "dont know", "do not know", "unknown", "not sure", "unsure", "?", "-":
		return unknown
	}
	return ""
}

// The forms in which people write a time; what was given is kept as it is.
var timeForms = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02",
	"15:04", "15:04:05", "2 January 2006 15:04", "2 January 15:04", "2 January 2006", "2 January", "January 2", "January 2, 2006",
	"2 Jan 15:04", "2 Jan", "3:04pm", "3:04 pm", "3pm", "3 pm", "02.01.2006", "02.01.2006 15:04", "02/01/2006", "02/01/2006 15:04"}

func isTime(line string) bool {
	fields := strings.Fields(strings.ToLower(line))
	if len(fields) == 0 {
		return false
	}
	switch fields[0] {
	case "today", "yesterday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "now":
		return true
	}
	trimmed := strings.TrimSuffix(strings.TrimSuffix(strings.Join(fields, " "), " utc"), "z")
	for _, form := range timeForms {
		if _, err := time.Parse(strings.ToLower(form), trimmed); err == nil {
			return true
		}
		if _, err := time.Parse(form, line); err == nil {
			return true
		}
	}
	return false
}
