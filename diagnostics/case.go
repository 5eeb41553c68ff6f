package diagnostics

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// Case is one caller's case: what was typed, read and answered, and all that
// follows from it. It is the fold of its events, which are what is saved; a Case
// itself reads and writes nothing, and is not safe for concurrent use.
//
// Every change is an [Event] made by one of the setters. They wait in Pending
// for whoever saves them, so that a face may do that outside of its loop.
type Case struct {
	ID      string
	Created time.Time
	Options Options // how logs are read; the files themselves are Logs

	set *faq.Set
	now func() time.Time

	topic       string
	typed       []string // numbers as typed
	carrier     string   // as the caller names it
	firm        string
	firmSet     bool // also where it was emptied
	contact     ticket.Contact
	readAs      ReadAs
	logs        []FileRef
	identity    []FileRef
	logins      *ticket.Identity      // nil until they were read
	loginInputs []deliverylog.Summary // one a login log
	reading     *loginReading         // of the reading under way
	answers     []Event               // of steps and questions, in order; undo drops the last
	undone      []Event               // newest last
	drafts      map[string]string     // by field
	closed      bool
	events      int

	numbers  []carrier.Checked
	report   *finding.Report
	evidence []number.MSISDN // users of findings whose messages are kept as well
	concerns map[string]bool // findings of the report that contain a number of the case
	walk     faq.Walk
	pending  []Event
}

// NewCase begins an empty case. The clock is passed in; its zone is the agent's.
func NewCase(set *faq.Set, now func() time.Time) *Case {
	c := &Case{set: set, now: now, Created: now()}
	c.ID = c.Created.UTC().Format("20060102-150405.000")
	c.do(Event{Kind: EventBegan, Value: c.ID})
	return c
}

// Topic is the FAQ topic chosen, empty before that.
func (c *Case) Topic() string { return c.topic }

// Typed are the numbers as typed.
func (c *Case) Typed() []string { return slices.Clone(c.typed) }

// Numbers are the numbers, checked.
func (c *Case) Numbers() []carrier.Checked { return c.numbers }

// CarrierSaid is the carrier that the caller named, or empty.
func (c *Case) CarrierSaid() string { return c.carrier }

// FirmURL is the firm, or empty.
func (c *Case) FirmURL() string { return c.firm }

// Contact is whom to ask at the firm.
func (c *Case) Contact() ticket.Contact { return c.contact }

// Logs are the delivery logs of the case.
func (c *Case) Logs() []FileRef { return slices.Clone(c.logs) }

// Identity are the login logs of the case.
func (c *Case) Identity() []FileRef { return slices.Clone(c.identity) }

// Report is what the logs gave, nil before they were read.
func (c *Case) Report() *finding.Report { return c.report }

// Walk is the way through the topic so far.
func (c *Case) Walk() faq.Walk { return c.walk }

// SetTopic chooses the FAQ topic. Answers to steps that it shares with an
// earlier one are kept.
func (c *Case) SetTopic(id string) { c.change(c.topic != id, Event{Kind: EventTopic, Value: id}) }

// SetNumbers takes the numbers as typed.
func (c *Case) SetNumbers(raw []string) {
	c.change(!slices.Equal(c.typed, raw), Event{Kind: EventNumbers, Values: raw})
}

// SetCarrier takes the carrier that the caller names.
func (c *Case) SetCarrier(name string) {
	c.change(c.carrier != name, Event{Kind: EventCarrier, Value: name})
}

// SetFirm takes the firm's address.
func (c *Case) SetFirm(url string) { c.change(c.firm != url, Event{Kind: EventFirm, Value: url}) }

// SetContact takes whom to ask at the firm.
func (c *Case) SetContact(who ticket.Contact) {
	c.change(c.contact != who, Event{Kind: EventContact, Values: []string{who.Name, who.Email}})
}

// Default takes the firm and its contact as they are kept in the settings, where
// the case has not been told others. An empty case stays empty.
func (c *Case) Default(firm string, who ticket.Contact) {
	if c.Empty() {
		return
	}
	if !c.firmSet && firm != "" {
		c.SetFirm(firm)
	}
	if c.contact == (ticket.Contact{}) {
		c.SetContact(who)
	}
}

// SetColumns says which columns of the logs hold what, and keeps that with the case.
func (c *Case) SetColumns(columns map[string]string) {
	c.Options.Map = columns
	c.keepReadAs()
}

// UseOptions takes how logs are read. What it leaves open is as the case was read before.
func (c *Case) UseOptions(o Options) {
	c.Options = c.readAs.under(o)
	c.refresh()
}

// keepReadAs notes how the logs are read, where that has changed.
func (c *Case) keepReadAs() {
	now := readAs(c.Options)
	c.change(!reflect.DeepEqual(now, c.readAs), Event{Kind: EventReadAs, ReadAs: &now})
}

// SetLogs names the delivery logs. What was read of others is dropped.
func (c *Case) SetLogs(files []FileRef) {
	c.keepReadAs()
	c.change(!slices.Equal(c.logs, files), Event{Kind: EventLogs, Files: files})
}

// SetIdentity names the login logs.
func (c *Case) SetIdentity(files []FileRef) {
	c.change(!slices.Equal(c.identity, files), Event{Kind: EventIdentity, Files: files})
}

// Answer answers a step of the checklist, again where it was answered before.
func (c *Case) Answer(step, value string) {
	c.do(Event{Kind: EventStep, Step: step, Value: value})
}

// Back asks the last answered step again; its answer stays as a suggestion.
func (c *Case) Back() {
	before := len(c.walk.History())
	history := c.walk.Back().History()
	if len(history) > before {
		c.do(Event{Kind: EventReopen, Step: history[len(history)-1].Step})
	}
}

// AnswerQuestion answers one of the thirteen questions; an empty value takes the
// answer back.
func (c *Case) AnswerQuestion(id, value string) {
	c.do(Event{Kind: EventQuestion, Step: id, Value: value})
}

// Undo takes back the last answer; false where there is none.
func (c *Case) Undo() bool { return c.change(len(c.answers) > 0, Event{Kind: EventUndo}) }

// Redo brings back what Undo took; false where there is nothing.
func (c *Case) Redo() bool { return c.change(len(c.undone) > 0, Event{Kind: EventRedo}) }

// CanUndo and CanRedo tell whether Undo and Redo would do something.
func (c *Case) CanUndo() bool { return len(c.answers) > 0 }

// CanRedo tells whether Redo would do something.
func (c *Case) CanRedo() bool { return len(c.undone) > 0 }

// AnsweredAt is when the agent answered a step of the checklist (EventStep), or
// one of the thirteen questions (EventQuestion), by its id; the zero time where
// nobody did.
func (c *Case) AnsweredAt(kind EventKind, id string) time.Time {
	for _, e := range slices.Backward(c.answers) {
		if e.Kind != kind || e.Step != id {
			continue
		}
		if e.Value == "" { // taken back
			break
		}
		return e.At
	}
	return time.Time{}
}

// The fields whose text is kept while it is typed. Those of steps and questions
// are [DraftOf] their event's kind and id.
const (
	DraftNumbers  = "numbers" // one a line
	DraftCarrier  = "carrier"
	DraftFirm     = "firm"
	DraftLogs     = "logs"
	DraftIdentity = "identity"
)

// DraftOf names the field of a step (EventStep) or a question (EventQuestion).
func DraftOf(kind EventKind, id string) string { return string(kind) + " " + id }

// SetDraft keeps what stands in a field and is not entered yet, so that a program
// that is killed in the middle of a word loses a letter and not the word. Nothing
// else follows from it.
func (c *Case) SetDraft(field, text string) {
	if c.drafts[field] == text {
		return
	}
	e := Event{At: c.now(), Kind: EventDraft, Step: field, Value: text}
	c.apply(e)
	c.pending = append(c.pending, e)
}

// Draft is what was typed into a field and not entered; false where there is nothing.
func (c *Case) Draft(field string) (string, bool) {
	text, ok := c.drafts[field]
	return text, ok
}

// MarkExported notes a file that was written.
func (c *Case) MarkExported(name string) { c.do(Event{Kind: EventExported, Value: name}) }

// Close notes that the case is left on purpose.
func (c *Case) Close() { c.change(!c.closed, Event{Kind: EventClosed}) }

// Empty says that nothing was entered yet, so that there is nothing to keep.
func (c *Case) Empty() bool {
	return c.topic == "" && len(c.typed) == 0 && len(c.logs) == 0 && len(c.answers) == 0 && c.carrier == "" && c.firm == "" && len(c.drafts) == 0
}

// Pending gives the events that were not saved yet and forgets them.
func (c *Case) Pending() []Event {
	p := c.pending
	c.pending = nil
	return p
}

func (c *Case) change(changes bool, e Event) bool {
	if changes {
		c.do(e)
	}
	return changes
}

func (c *Case) do(e Event) {
	e.At = c.now()
	c.apply(e)
	c.pending = append(c.pending, e)
	c.rework()
}

// apply is the fold; rework draws what follows from the result.
func (c *Case) apply(e Event) {
	c.events++
	c.closed = e.Kind == EventClosed
	delete(c.drafts, e.field())
	switch e.Kind {
	case EventDraft:
		if c.drafts == nil {
			c.drafts = map[string]string{}
		}
		if c.drafts[e.Step] = e.Value; e.Value == "" {
			delete(c.drafts, e.Step)
		}
	case EventBegan:
		c.ID, c.Created = e.Value, e.At
	case EventTopic:
		c.topic = e.Value
	case EventNumbers:
		c.typed = slices.Clone(e.Values)
	case EventCarrier:
		c.carrier = e.Value
	case EventFirm:
		c.firm, c.firmSet = e.Value, true
	case EventContact:
		if len(e.Values) == 2 {
			c.contact = ticket.Contact{Name: e.Values[0], Email: e.Values[1]}
		}
	case EventReadAs:
		if e.ReadAs != nil {
			c.readAs = *e.ReadAs
		}
	case EventLogs:
		c.logs, c.report = slices.Clone(e.Files), nil
	case EventIdentity:
		c.identity, c.logins, c.loginInputs = slices.Clone(e.Files), nil, nil
	case EventStep, EventReopen, EventQuestion:
		c.answers, c.undone = append(c.answers, e), nil
	case EventUndo:
		if n := len(c.answers); n > 0 {
			c.undone, c.answers = append(c.undone, c.answers[n-1]), c.answers[:n-1]
		}
	case EventRedo:
		if n := len(c.undone); n > 0 {
			c.answers, c.undone = append(c.answers, c.undone[n-1]), c.undone[:n-1]
		}
	}
}

func (c *Case) rework() {
	if !sameNumbers(c.numbers, c.typed) {
		c.numbers = c.numbers[:0:0]
		for _, raw := range c.typed {
			c.numbers = append(c.numbers, carrier.Check(raw, c.Options.Region, c.Options.Lookup))
		}
	}
	c.concerns = map[string]bool{}
	if c.report != nil {
		for _, m := range c.Watch() {
			for _, f := range c.report.For(m) {
				c.concerns[findingKey(f)] = true
			}
		}
	}
	if c.topic == "" {
		c.walk = faq.Walk{}
		return
	}
	var steps []faq.Event
	for _, e := range c.answers {
		switch e.Kind {
		case EventStep:
			steps = append(steps, faq.Event{Step: e.Step, Answer: e.Value})
		case EventReopen:
			steps = append(steps, faq.Event{Step: e.Step, Reopen: true})
		}
	}
	// A topic that the FAQ in use does not have leaves the case without a walk;
	// its answers stay in the file.
	c.walk, _, _ = c.set.Replay(c.topic, steps, c.Facts())
}

func sameNumbers(checked []carrier.Checked, typed []string) bool {
	return slices.EqualFunc(checked, typed, func(n carrier.Checked, raw string) bool { return n.Input == raw })
}

// refresh works everything out again after Options were changed.
func (c *Case) refresh() {
	c.numbers = nil
	c.rework()
}

// Watch are the numbers whose every message a reading keeps: as typed, and as
// corrected where that is another recipient.
func (c *Case) Watch() []number.MSISDN {
	var watch []number.MSISDN
	for _, n := range c.numbers {
		for _, m := range recipients(n) {
			if !slices.Contains(watch, m) {
				watch = append(watch, m)
			}
		}
	}
	return watch
}

// mostEvidence bounds the users of findings whose every message is kept.
const mostEvidence = 10_000

// KeepEvidence has the next reading keep every message of the users whom the
// ticket's findings count, for a pack that a provider can check. It says whether
// there are such users that were not kept before.
func (c *Case) KeepEvidence() bool {
	if c.report == nil {
		return false
	}
	more := false
	for _, f := range c.Ticket().Findings {
		for _, m := range f.Users {
			if _, kept := c.report.Table.Watched(m); kept || len(c.evidence) >= mostEvidence || slices.Contains(c.evidence, m) {
				continue
			}
			c.evidence, more = append(c.evidence, m), true
		}
	}
	return more
}

// Kept are the numbers whose every message a reading keeps.
func (c *Case) Kept() []number.MSISDN { return append(c.Watch(), c.evidence...) }

// recipients are the keys under which a log may hold a number: right, and as typed.
func recipients(n carrier.Checked) []number.MSISDN {
	var keys []number.MSISDN
	for _, text := range []string{n.E164, n.Input} {
		if text == "" {
			continue
		}
		if m := number.ParseMSISDN([]byte(text), ""); m != 0 && !m.IsOdd() && !slices.Contains(keys, m) {
			keys = append(keys, m)
		}
	}
	return keys
}

// NeedsReading says that the logs of the case are not read yet, or not for these numbers.
func (c *Case) NeedsReading() bool {
	if len(c.identity) > 0 && c.logins == nil {
		return true
	}
	if len(c.logs) == 0 {
		return false
	}
	if c.report == nil {
		return true
	}
	for _, m := range c.Watch() {
		_, watched := c.report.Table.Watched(m)
		if _, known := c.report.Table.User(m); known && !watched {
			return true
		}
	}
	return false
}

// Reading is a reading of the case's logs, made to run beside the case: it holds
// copies of all it needs.
type Reading func(ctx context.Context, progress func(Progress)) (*finding.Report, error)

// Reading prepares to read the case's logs. Hand the result to SetReport, which
// takes over what the login logs said as well; without a delivery log the report
// is empty.
func (c *Case) Reading() Reading {
	o := c.Options
	o.Logs, o.Watch, o.FAQ, o.Logins, o.Sum = nil, c.Kept(), c.set, c.logins, true
	logs, identity := slices.Clone(c.logs), slices.Clone(c.identity)
	read := &loginReading{}
	c.reading = read
	return func(ctx context.Context, progress func(Progress)) (*finding.Report, error) {
		// Even to ask for a file's size may take long on a network's disk.
		for _, f := range logs {
			o.Logs = append(o.Logs, deliverylog.File(f.Path))
		}
		for _, f := range identity {
			o.Identity = append(o.Identity, deliverylog.File(f.Path))
		}
		if len(o.Identity) > 0 {
			x, inputs, err := ReadLogins(ctx, o, progress)
			if err != nil {
				return nil, err
			}
			o.Logins = x
			defer func() { *read = loginReading{true, x, inputs} }()
		}
		if len(o.Logs) == 0 {
			return &finding.Report{}, nil
		}
		return Analyze(ctx, o, progress)
	}
}

// SetReport takes the result of a Reading. The hashes of what was read are kept,
// so that a later session sees whether a log has changed.
func (c *Case) SetReport(r *finding.Report) {
	if c.reading != nil && c.reading.done {
		c.logins, c.loginInputs = c.reading.logins, c.reading.inputs
	}
	c.reading = nil
	if r != nil && r.Table == nil { // no delivery log was read
		r = nil
	}
	c.report = r
	if r != nil && len(r.Inputs) == len(c.logs) {
		files := slices.Clone(c.logs)
		for i, in := range r.Inputs {
			files[i].Size, files[i].SHA256 = in.Size, in.SHA256
		}
		if !slices.Equal(files, c.logs) {
			c.do(Event{Kind: EventLogs, Files: files})
			c.report = r
		}
	}
	c.rework()
}

// Findings are those of the report, the caller's own first.
func (c *Case) Findings() []finding.Finding {
	if c.report == nil {
		return nil
	}
	out := slices.Clone(c.report.Findings)
	slices.SortStableFunc(out, func(a, b finding.Finding) int {
		return rank(c.Concerns(b)) - rank(c.Concerns(a))
	})
	return out
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Concerns says whether a finding's scope contains a number of the case.
func (c *Case) Concerns(f finding.Finding) bool { return c.concerns[findingKey(f)] }

func findingKey(f finding.Finding) string {
	return fmt.Sprint(f.Cause, " ", f.Scope, " ", f.Window.From)
}

// Given are the agent's answers to the thirteen questions by id: given on the
// ticket, else in the checklist.
func (c *Case) Given() map[string]string {
	given := map[string]string{}
	if c.topic != "" {
		for id, value := range c.walk.QuestionAnswers() {
			given[id] = value
		}
	}
	maps.Copy(given, c.questionAnswers())
	return given
}

// questionAnswers are those given to the thirteen questions themselves.
func (c *Case) questionAnswers() map[string]string {
	given := map[string]string{}
	for _, e := range c.answers {
		switch {
		case e.Kind != EventQuestion:
		case e.Value == "":
			delete(given, e.Step)
		default:
			given[e.Step] = e.Value
		}
	}
	return given
}

// steps are the checklist as the ticket shows it.
func (c *Case) steps() []ticket.Step {
	if c.topic == "" {
		return nil
	}
	return ticket.Steps(c.walk)
}

// Ticket draws the thirteen answers from what is known now.
func (c *Case) Ticket() ticket.Ticket { return c.TicketAt(c.Created) }

// table is the count behind the report, or nil.
func (c *Case) table() *tally.Table {
	if c.report == nil {
		return nil
	}
	return c.report.Table
}

// TicketAt is Ticket with another time of creation; the zero time leaves it to
// the log, and to now where there is none.
func (c *Case) TicketAt(created time.Time) ticket.Ticket {
	return ticket.Draft(ticket.Inputs{
		Set:         c.set,
		Report:      c.report,
		Numbers:     c.numbers,
		Given:       c.Given(),
		CarrierSaid: c.carrier,
		FirmURL:     c.firm,
		Contact:     c.contact,
		CreatedAt:   created,
		Now:         c.now(),
		Steps:       c.steps(),
		Identity:    c.logins,
	})
}
