package faq

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

// Validate checks that a set can be walked and said: every branch leads on,
// nothing stands in a circle or out of reach, every question and cause has its
// words. It returns nil for a sound set.
func (s *Set) Validate() []Problem {
	var all []Problem
	if s.Validity <= 0 {
		all = append(all, s.sources["file/set.yaml"].problem("validity", "no validity: say how long a code can be used, such as 3m"))
	}
	for _, t := range s.Topics {
		all = append(all, s.validateTopic(t)...)
	}
	if len(s.Topics) == 0 {
		all = append(all, Problem{File: "set.yaml", What: "no topics"})
	}
	questions := s.sources["file/questions.yaml"]
	if questions.file == "" {
		questions.file = "questions.yaml"
	}
	for i, q := range s.Questions {
		if q.ID == "" || q.Short == "" || q.Text == "" || q.Ask == "" {
			all = append(all, questions.problem("", "question %d lacks id, short, question or ask", i+1))
		} else if !slices.Contains(answerKinds, q.Kind) {
			all = append(all, questions.problem("", "question %d: kind %q is not one of %s", i+1, q.Kind, strings.Join(answerKinds, ", ")))
		}
	}
	for _, c := range s.Causes {
		src := s.sources["cause/"+c.ID]
		t, ok := s.Topic(c.Topic)
		if !ok {
			all = append(all, src.problem("topic", "cause %s: no topic %q", c.ID, c.Topic))
		} else if _, _, ok := t.Step(c.Step); !ok {
			all = append(all, src.problem("step", "cause %s: topic %s has no step %q", c.ID, c.Topic, c.Step))
		}
		if c.ID == "" || c.Title == "" || c.Reply == "" || c.Next == "" {
			all = append(all, src.problem("", "cause %q lacks id, title, reply or next", c.ID))
		}
		for key, text := range map[string]string{"title": c.Title, "title_with": c.TitleWith, "reply": c.Reply, "next": c.Next} {
			all = append(all, s.templateProblems(src, key, text, nil)...)
		}
	}
	for _, c := range s.Carriers {
		src := s.sources["carrier/"+c.Country+"/"+c.Carrier]
		if c.Carrier == "" || len(c.Lift) == 0 {
			all = append(all, src.problem("", "carrier %q lacks a name or what lifts the block", c.Carrier))
		}
		if u, err := url.Parse(c.Source); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			all = append(all, src.problem("source", "carrier %s: source %q is not a web address", c.Carrier, c.Source))
		}
		if _, err := time.Parse("2006-01-02", c.Date); err != nil {
			all = append(all, src.problem("date", "carrier %s: date %q is not like 2026-03-03", c.Carrier, c.Date))
		}
		if _, err := time.Parse("2006-01-02", c.Page); c.Page != "" && err != nil {
			all = append(all, src.problem("page_date", "carrier %s: page_date %q is not like 2026-03-03", c.Carrier, c.Page))
		}
	}
	for _, p := range s.Practices {
		for _, id := range p.Topics {
			if _, ok := s.Topic(id); !ok {
				all = append(all, s.sources["file/set.yaml"].problem("practices", "practice %s: no topic %q", p.ID, id))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.What, b.What)
	})
	return slices.Compact(all)
}

var (
	answerKinds = []string{KindYesNo, KindText, KindNumber, KindTime, KindCarrier}
	results     = []Result{Pass, Fail, UnknownResult, Skipped, Late}
	ends        = []OutcomeKind{Solved, CallBack, SendTicket, NothingWrong}
)

// topicCheck looks for what is wrong in one topic.
type topicCheck struct {
	set      *Set
	topic    Topic
	src      source
	fills    []string        // words that its steps fill
	places   map[string]int  // of steps, by id
	outcomes map[string]bool // by id
	reached  map[string]bool // steps and outcomes that a way leads to
	found    []Problem
}

func (s *Set) validateTopic(t Topic) []Problem {
	c := &topicCheck{set: s, topic: t, src: s.sources["topic/"+t.ID], places: map[string]int{}, outcomes: map[string]bool{}, reached: map[string]bool{}}
	if !idForm.MatchString(t.ID) {
		c.bad("id", "id %q is not lower-case words joined by hyphens", t.ID)
	}
	for key, text := range map[string]string{"label": t.Label, "caller": t.Caller, "question": t.Question, "body": t.Body} {
		if strings.TrimSpace(text) == "" {
			c.bad("", "topic %s has no %s", t.ID, key)
		}
	}
	if len(t.Steps) == 0 {
		c.bad("", "topic %s has no steps", t.ID)
		return c.found
	}
	for i, st := range t.Steps {
		at := "steps." + strconv.Itoa(i)
		c.fills = append(c.fills, st.Fills)
		if !idForm.MatchString(st.ID) {
			c.bad(at+".id", "id %q is not lower-case words", st.ID)
		}
		if _, twice := c.places[st.ID]; twice {
			c.bad(at+".id", "step %s is there twice", st.ID)
		}
		c.places[st.ID] = i
	}
	for i, o := range t.Outcomes {
		c.outcome("outcomes."+strconv.Itoa(i), o)
	}
	c.reached[t.Steps[0].ID] = true
	for i, st := range t.Steps {
		c.step("steps."+strconv.Itoa(i), st)
	}
	for i, st := range t.Steps {
		if !c.reached[st.ID] {
			c.bad("steps."+strconv.Itoa(i), "no way leads to step %s", st.ID)
		}
	}
	for i, o := range t.Outcomes {
		if !c.reached[o.ID] {
			c.bad("outcomes."+strconv.Itoa(i), "no way leads to outcome %s", o.ID)
		}
	}
	return c.found
}

func (c *topicCheck) bad(where, format string, args ...any) {
	c.found = append(c.found, c.src.problem(where, format, args...))
}

// template checks a text in which words are filled.
func (c *topicCheck) template(where, text string) {
	c.found = append(c.found, c.set.templateProblems(c.src, where, text, c.fills)...)
}

func (c *topicCheck) outcome(at string, o Outcome) {
	if _, is := c.places[o.ID]; is || c.outcomes[o.ID] || !idForm.MatchString(o.ID) {
		c.bad(at+".id", "outcome id %q is taken, or is not lower-case words", o.ID)
	}
	c.outcomes[o.ID] = true
	if !slices.Contains(ends, o.Kind) {
		c.bad(at+".kind", "outcome %s: kind %q is not solved, call_back, send_ticket or nothing_wrong", o.ID, o.Kind)
	}
	if o.Topic != "" {
		if _, ok := c.set.Topic(o.Topic); !ok || o.Topic == c.topic.ID {
			c.bad(at+".topic", "outcome %s: no other topic %q", o.ID, o.Topic)
		}
	}
	if o.Title == "" || o.Tell == "" {
		c.bad(at, "outcome %s has no title, or nothing to tell", o.ID)
	}
	for key, text := range map[string]string{"title": o.Title, "tell": o.Tell, "next": o.Next} {
		c.template(at+"."+key, text)
	}
}

func (c *topicCheck) step(at string, st Step) {
	if st.Title == "" {
		c.bad(at, "step %s has no title", st.ID)
	}
	if st.Kind != KindInfo && !slices.Contains(answerKinds, st.Kind) {
		c.bad(at+".kind", "step %s: kind %q is not one of %s, info", st.ID, st.Kind, strings.Join(answerKinds, ", "))
	}
	if st.Kind != KindInfo && st.Ask == "" {
		c.bad(at, "step %s asks nothing: it needs ask, or kind info", st.ID)
	}
	if st.Kind == KindYesNo && (st.No.Next == "" || st.Unknown.Next == "") {
		c.bad(at, "step %s needs no and unknown branches", st.ID)
	}
	if st.Help != "" && st.Help != HelpUnblock {
		c.bad(at+".help", "step %s: help %q is not %s", st.ID, st.Help, HelpUnblock)
	}
	if st.Limit != "" && st.Limit != "validity" {
		if _, err := strconv.ParseFloat(st.Limit, 64); err != nil {
			c.bad(at+".limit", "step %s: limit %q is neither a number nor validity", st.ID, st.Limit)
		}
	}
	if st.Asks != "" {
		if _, ok := c.set.Question(st.Asks); !ok {
			c.bad(at+".asks", "step %s: no ticket question %q", st.ID, st.Asks)
		}
	}
	for key, text := range map[string]string{"title": st.Title, "ask": st.Ask, "explain": st.Explain} {
		c.template(at+"."+key, text)
	}
	for key, text := range st.Say {
		isResult := slices.Contains(results, Result(key))
		if !isResult && !slices.Contains(st.DecidedBy, key) && !slices.Contains(st.FailedBy, key) {
			c.bad(at+".say."+key, "step %s: say %q is neither a result nor a cause that decides it", st.ID, key)
		}
		c.template(at+".say."+key, text)
	}
	c.branch(at+".yes", st, "yes", st.Yes)
	c.branch(at+".no", st, "no", st.No)
	c.branch(at+".unknown", st, "unknown", st.Unknown)
}

func (c *topicCheck) branch(at string, st Step, key string, b Branch) {
	if b.Next == "" {
		if key == "yes" || b.Result != "" || b.Hint != "" || len(b.Routes) > 0 {
			c.bad(at, "step %s: %s has no next", st.ID, key)
		}
		return
	}
	if b.Result != "" && !slices.Contains(results, b.Result) {
		c.bad(at+".result", "step %s: %q is not a result", st.ID, b.Result)
	}
	c.leads(at+".next", st, b.Next)
	for j, r := range b.Routes {
		at := at + ".routes." + strconv.Itoa(j)
		id, result, two := strings.Cut(r.If, " ")
		place, isStep := c.places[id]
		switch {
		case two && (!isStep || place > c.places[st.ID] || !slices.Contains(results, Result(result))):
			c.bad(at+".if", "route %q is not an earlier step and a result", r.If)
		case !two && !c.topic.decides(id):
			c.bad(at+".if", "route %q: no step of this topic is decided by that", r.If)
		}
		c.leads(at+".next", st, r.Next)
	}
	c.template(at+".hint", b.Hint)
	c.template(at+".say", b.Say)
}

// leads checks where a step leads, and notes that it does.
func (c *topicCheck) leads(where string, st Step, next string) {
	if c.reached[st.ID] {
		c.reached[next] = true
	}
	place, isStep := c.places[next]
	switch {
	case isStep && place <= c.places[st.ID]:
		c.bad(where, "step %s leads back to %s: a walk goes forward only", st.ID, next)
	case !isStep && !c.outcomes[next]:
		c.bad(where, "step %s leads to %q, which is neither a step nor an outcome", st.ID, next)
	}
}

func (t Topic) decides(id string) bool {
	for _, st := range t.Steps {
		if slices.Contains(st.DecidedBy, id) || slices.Contains(st.FailedBy, id) {
			return true
		}
	}
	return false
}

var placeholder = regexp.MustCompile(`^[a-z][a-z0-9_]*(\|[^{}]*)?$`)

// templateProblems finds brackets that do not close, and words that nothing fills.
func (s *Set) templateProblems(src source, where, text string, fills []string) (all []Problem) {
	if strings.Count(text, "[[") != strings.Count(text, "]]") {
		all = append(all, src.problem(where, "[[ and ]] do not match in %q", text))
	}
	for rest := text; ; {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			return all
		}
		end := strings.IndexByte(rest[open:], '}')
		if rest[open] == '}' || end < 0 || !placeholder.MatchString(rest[open+1:open+end]) {
			return append(all, src.problem(where, "{ } in %q do not hold a word such as {carrier} or {carrier|the network}", text))
		}
		name, _, _ := strings.Cut(rest[open+1:open+end], "|")
		if _, own := s.Words[name]; !own && !slices.Contains(CaseWords, name) && !slices.Contains(fills, name) {
			all = append(all, src.problem(where, "nothing fills {%s}: the words are %s, the set's own, and what a step fills", name, strings.Join(CaseWords, ", ")))
		}
		rest = rest[open+end+1:]
	}
}
