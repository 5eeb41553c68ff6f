// Package faq holds the words of otpdoctor. In come the YAML files of data/, or a
// set of one's own ([Builtin], [Load]; see docs/faq-format.md); out go topics and
// the [Walk] through one, the questions of the ticket, and what to tell a caller.
// Nothing that is said stands in code, and nothing is known here of numbers or
// logs: a step names what decides it by id, and whoever knows it hands in [Facts].
//
// Next: diagnostics/ticket.
package faq

import (
	"slices"
	"strings"
	"time"
)

// Set is a whole FAQ: the built-in one, or one that replaces or extends it. It
// is read-only once loaded and may be shared between goroutines.
type Set struct {
	Name      string            // shown where it matters which FAQ is in use
	About     string            // what it is for, one or two sentences
	Validity  time.Duration     // how long a code can be used
	Words     map[string]string // names of products and places: {product}, {support} …
	Topics    []Topic           // in the order of the start screen
	Questions [13]Question      // in the ticket's order
	Practices []Practice
	Carriers  []CarrierHelp
	Unblock   UnblockAdvice // for a carrier that has no entry of its own
	Causes    []Cause
	LockoutIn LockoutForm // the texts of the administrator lock-out request
	Synonyms  [][]string  // words that callers use for the same thing, for [Set.Search]

	sources map[string]source // where each topic or table was read, for Validate
	index   func() *index     // made when the first search asks for it
}

// Topic is one question of the FAQ as a decision tree. The walk begins at the
// first step.
type Topic struct {
	ID       string    `yaml:"id" json:"id"`
	Label    string    `yaml:"label" json:"label"`       // "No code"
	Caller   string    `yaml:"caller" json:"caller"`     // what the caller says, with its quotes
	Question string    `yaml:"question" json:"question"` // the FAQ's question in full
	Keywords []string  `yaml:"keywords" json:"-"`        // words of callers that stand nowhere else
	Body     string    `yaml:"body" json:"body"`         // Markdown
	Steps    []Step    `yaml:"steps" json:"steps"`
	Outcomes []Outcome `yaml:"outcomes" json:"outcomes"`

	body string // Body with its {validity} still open
}

// Kinds of a step or question: what sort of answer it takes.
const (
	KindYesNo   = "yes_no"
	KindText    = "text"
	KindNumber  = "number"
	KindTime    = "time"
	KindCarrier = "carrier"
	KindInfo    = "info" // nothing is asked; the walk goes on by itself
)

// HelpUnblock marks a step beside which [Set.HowToUnblock] belongs.
const HelpUnblock = "unblock"

// Step is one thing to find out. It is decided by facts where they suffice, and
// asked where not.
type Step struct {
	ID      string `yaml:"id" json:"id"`
	Title   string `yaml:"title" json:"title"`                         // states what is right: a pass confirms it
	Ask     string `yaml:"ask,omitempty" json:"ask,omitempty"`         // to be read aloud; empty for KindInfo
	Explain string `yaml:"explain,omitempty" json:"explain,omitempty"` // for the agent, Markdown
	Kind    string `yaml:"kind" json:"kind"`
	// Ids of causes and facts. A verdict on one of DecidedBy decides the step
	// either way; one of FailedBy only where it failed, since its pass proves nothing here.
	DecidedBy []string `yaml:"decided_by,omitempty" json:"decided_by,omitempty"`
	FailedBy  []string `yaml:"failed_by,omitempty" json:"failed_by,omitempty"`
	Asks      string   `yaml:"asks,omitempty" json:"asks,omitempty"`   // id of the ticket question that the answer answers
	Fills     string   `yaml:"fills,omitempty" json:"fills,omitempty"` // word that an answered text fills, such as "carrier"
	// Limit of a KindNumber step: answers up to it take Yes, above it No.
	// "validity" is the code's validity in minutes.
	Limit string `yaml:"limit,omitempty" json:"limit,omitempty"`
	// Help names what belongs beside the step: HelpUnblock, or empty.
	Help    string `yaml:"help,omitempty" json:"help,omitempty"`
	Yes     Branch `yaml:"yes" json:"yes"`                            // also: any value given, any info step
	No      Branch `yaml:"no,omitempty" json:"no,omitzero"`           // empty where a value is asked for without a limit
	Unknown Branch `yaml:"unknown,omitempty" json:"unknown,omitzero"` // don't know, and whatever does not fit
	// Say holds what to say once the step is decided, by cause id or by result word.
	Say map[string]string `yaml:"say,omitempty" json:"say,omitempty"`
}

// Branch is where an answer leads.
type Branch struct {
	Next   string  `yaml:"next" json:"next"`                         // id of a step or an outcome of the same topic
	Result Result  `yaml:"result,omitempty" json:"result,omitempty"` // what the step then is
	Hint   string  `yaml:"hint,omitempty" json:"hint,omitempty"`     // what the answer leads to, shown beside it
	Say    string  `yaml:"say,omitempty" json:"say,omitempty"`       // what to say after this answer
	Routes []Route `yaml:"routes,omitempty" json:"routes,omitempty"` // exceptions from Next, first match wins
	Answer string  `yaml:"answer,omitempty" json:"answer,omitempty"` // the ticket's answer, where it is not yes, no or the value
}

// Route sends a walk elsewhere than Branch.Next where If holds: "STEP RESULT"
// for a step passed on the way, or the id of a cause that failed one of them.
type Route struct {
	If   string `yaml:"if" json:"if"`
	Next string `yaml:"next" json:"next"`
}

// OutcomeKind says what sort of end an outcome is.
type OutcomeKind string

// The kinds of outcome.
const (
	Solved       OutcomeKind = "solved"
	CallBack     OutcomeKind = "call_back" // try this and call back
	SendTicket   OutcomeKind = "send_ticket"
	NothingWrong OutcomeKind = "nothing_wrong"
)

// Outcome is a stated end of a walk.
type Outcome struct {
	ID    string      `yaml:"id" json:"id"`
	Kind  OutcomeKind `yaml:"kind" json:"kind"`
	Title string      `yaml:"title" json:"title"`
	Tell  string      `yaml:"tell" json:"tell"`                       // to the user, plain text
	Next  string      `yaml:"next" json:"next"`                       // what the agent does now
	Topic string      `yaml:"topic,omitempty" json:"topic,omitempty"` // id of the topic to go on with, if any
}

// Question is one of the thirteen questions of the ticket.
type Question struct {
	ID     string `yaml:"id" json:"id"`
	Number int    `yaml:"number" json:"number"` // 1 to 13
	Short  string `yaml:"short" json:"short"`   // "Number changed lately"
	Text   string `yaml:"question" json:"question"`
	Ask    string `yaml:"ask" json:"ask"` // to be read aloud
	Kind   string `yaml:"kind" json:"kind"`
}

// Practice is advice that holds before anything is wrong.
type Practice struct {
	ID     string   `yaml:"id" json:"id"`
	Title  string   `yaml:"title" json:"title"`
	Body   string   `yaml:"body" json:"body"`                         // Markdown
	Topics []string `yaml:"topics,omitempty" json:"topics,omitempty"` // where it fits
}

// Cause is what is said of a cause that a finding can have.
type Cause struct {
	ID        string `yaml:"id" json:"id"`
	Title     string `yaml:"title" json:"title"`           // "carrier filters our texts"
	TitleWith string `yaml:"title_with" json:"title_with"` // the same with the names of the case: "{carrier_full} filters our texts"
	Topic     string `yaml:"topic" json:"topic"`           // the FAQ topic that treats it
	Step      string `yaml:"step" json:"step"`
	Reply     string `yaml:"reply" json:"reply"` // to copy for the user
	Next      string `yaml:"next" json:"next"`   // for the agent
}

// WithValidity is the same set for codes that can be used so long.
func (s *Set) WithValidity(d time.Duration) *Set {
	c := *s
	c.Validity = d
	c.Topics = slices.Clone(s.Topics)
	for i := range c.Topics {
		c.Topics[i].Body = strings.ReplaceAll(c.Topics[i].body, "{validity}", inWords(d))
	}
	return &c
}

// Topic returns the topic with this id.
func (s *Set) Topic(id string) (Topic, bool) {
	for _, t := range s.Topics {
		if t.ID == id {
			return t, true
		}
	}
	return Topic{}, false
}

// PracticesFor returns the advice that fits a topic.
func (s *Set) PracticesFor(topicID string) []Practice {
	var fit []Practice
	for _, p := range s.Practices {
		if slices.Contains(p.Topics, topicID) {
			fit = append(fit, p)
		}
	}
	return fit
}

// Step returns the topic's step with this id and its place, counted from 0.
func (t Topic) Step(id string) (Step, int, bool) {
	for i, st := range t.Steps {
		if st.ID == id {
			return st, i, true
		}
	}
	return Step{}, 0, false
}

// outcome returns the topic's outcome with this id.
func (t Topic) outcome(id string) (Outcome, bool) {
	for _, o := range t.Outcomes {
		if o.ID == id {
			return o, true
		}
	}
	return Outcome{}, false
}

// Question returns the ticket question with this id.
func (s *Set) Question(id string) (Question, bool) {
	for _, q := range s.Questions {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}

// Cause returns what is said of a cause; ok is false for an unknown id.
func (s *Set) Cause(id string) (Cause, bool) {
	for _, c := range s.Causes {
		if c.ID == id {
			return c, true
		}
	}
	return Cause{}, false
}

// TopicForCause returns the topic and the step that treat a cause, both empty
// for an unknown one.
func (s *Set) TopicForCause(cause string) (topicID, stepID string) {
	c, _ := s.Cause(cause)
	return c.Topic, c.Step
}

// CauseTitle names a cause in the vocabulary of the screens: "O2 (GB) filters
// our texts" where words has carrier and country_code, else "carrier filters
// our texts". An unknown cause is its id with spaces.
func (s *Set) CauseTitle(cause string, words map[string]string) string {
	c, ok := s.Cause(cause)
	if !ok {
		return strings.ReplaceAll(cause, "_", " ")
	}
	if c.TitleWith != "" && words["carrier"] != "" {
		return s.Fill(c.TitleWith, words)
	}
	return s.Fill(c.Title, words)
}

// Reply is what to write to a user who has this cause, in plain text; empty for
// an unknown cause.
func (s *Set) Reply(cause string, words map[string]string) string {
	c, _ := s.Cause(cause)
	return s.Fill(c.Reply, words)
}

// NextStep is what the agent does about a cause; empty for an unknown one.
func (s *Set) NextStep(cause string, words map[string]string) string {
	c, _ := s.Cause(cause)
	return s.Fill(c.Next, words)
}
