package wizard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// The stages, in the order of run: topic, number, carrier, firm, logs, checklist,
// findings, ticket, export. What a case has already is said and not asked.

func (l *lines) topicStage(ctx context.Context) error {
	if l.o.Store != nil && l.c.Empty() && l.where == "" {
		if err := l.resume(ctx); err != nil {
			return err
		}
	}
	if t, ok := l.o.Set.Topic(l.c.Topic()); ok && l.where == "" {
		l.where = "the topic"
		l.say("The case goes on: " + clean(t.Label) + ".")
		return nil
	}
	l.where = "the topic"
	var labels []string
	for _, t := range l.o.Set.Topics {
		labels = append(labels, clean(t.Label))
	}
	labels = append(labels, "Logs, no case")
	for {
		l.say("What does the caller say?")
		l.sayNumbered(labels)
		text, err := l.ask(ctx, "Number 1 to "+strconv.Itoa(len(labels))+":", "Type the number of a line, or the caller's own words. o lists the cases that are saved, o and a number goes on with one.")
		if errors.Is(err, errBack) {
			continue
		}
		if err != nil {
			return err
		}
		if word, rest, _ := strings.Cut(strings.ToLower(text), " "); word == "o" {
			if l.older(strings.TrimSpace(rest)) {
				return nil
			}
			continue
		}
		n, nerr := strconv.Atoi(text)
		if nerr == nil && n == len(labels) {
			if l.c.Topic() != "" {
				l.c.SetTopic("")
				l.change()
			}
			return nil
		}
		if nerr != nil || n < 1 || n > len(l.o.Set.Topics) {
			n = l.topicByWords(text)
		}
		if n == 0 {
			l.say("That is none of them.")
			continue
		}
		t := l.o.Set.Topics[n-1]
		l.c.SetTopic(t.ID)
		l.change()
		l.say(clean(t.Label) + ". " + tally.FormatNoun(len(t.Steps), "step") + ".")
		return nil
	}
}

// older lists the saved cases, or opens one by its number in the list.
func (l *lines) older(which string) (opened bool) {
	if l.o.Store == nil {
		l.read("No cases are kept (--no-save).")
		return false
	}
	saved, err := l.o.Store.List()
	if err != nil {
		l.say(clean(err.Error()) + ".")
	}
	saved = slices.DeleteFunc(saved, func(s diagnostics.Saved) bool { return s.Path == l.saver.path })
	if n, err := strconv.Atoi(which); err == nil && n >= 1 && n <= len(saved) {
		if !l.openSaved(saved[n-1].Path) {
			return false
		}
		if t, ok := l.o.Set.Topic(l.c.Topic()); ok {
			l.say("The case goes on: " + clean(t.Label) + ".")
		}
		return true
	}
	for i, s := range saved {
		l.say(strconv.Itoa(i+1) + " " + l.savedWordsOf(s) + ".")
	}
	if len(saved) == 0 {
		l.read("No case is saved.")
	}
	return false
}

// savedWordsOf sums up a saved case: when, what about, whose, how far.
func (l *lines) savedWordsOf(s diagnostics.Saved) string {
	label := "no topic yet"
	if t, ok := l.o.Set.Topic(s.Topic); ok {
		label = clean(t.Label)
	}
	return whenOf(s, l.now) + ", " + label + ", " + strings.ReplaceAll(masked(s), "…", "...") + ", " + formatInt(s.Answered) + " of 13 answered"
}

// openSaved takes a saved case in place of the one in hand.
func (l *lines) openSaved(path string) bool {
	o := l.o
	o.Case, o.CasePath = nil, path
	c, sv, err := openCase(o)
	if err != nil {
		l.say("It cannot be opened: " + clean(err.Error()) + ".")
		return false
	}
	if sv.readOnly {
		l.read("It is open in another window.")
		return false
	}
	l.saver.close()
	l.c, l.saver, l.asked = c, sv, nil
	l.derive()
	return true
}

// topicByWords is the topic that fits the caller's words, counted from 1; 0: none.
func (l *lines) topicByWords(text string) int {
	for _, h := range l.o.Set.Search(text) {
		for i, t := range l.o.Set.Topics {
			if t.ID == h.TopicID {
				return i + 1
			}
		}
	}
	return 0
}

// resume offers a case that was left open.
func (l *lines) resume(ctx context.Context) error {
	saved, err := l.o.Store.List()
	if err != nil {
		l.say(clean(err.Error()) + ".")
	}
	s, ok := leftOpen(saved, l.now)
	if !ok {
		return nil
	}
	text, err := l.ask(ctx, "A case was left open: "+l.savedWordsOf(s)+". Resume it? y or n:", "y goes on with it, n begins a new one; the old one stays in the list.")
	if err != nil {
		if errors.Is(err, errBack) {
			return nil
		}
		return err
	}
	if !isYes(text) {
		if faq.ReplyWord(text) == "" {
			l.again = text // it was meant for the question that would have come first
		}
		return nil
	}
	if !l.openSaved(s.Path) {
		l.read("A new one is begun.")
	}
	return nil
}

func isYes(text string) bool { return faq.ReplyWord(text) == "yes" }

func (l *lines) numberStage(ctx context.Context) error {
	l.where = "the phone number"
	if len(l.c.Typed()) > 0 && !l.used {
		l.used = true
		for _, n := range l.c.Numbers() {
			l.say(l.numberSentence(n))
		}
		return nil
	}
	l.used = true
	prompt := "Phone number, as the caller says it:"
	if l.c.Topic() == "" {
		prompt = "Phone number, or enter for logs alone:"
	}
	for {
		text, err := l.ask(ctx, prompt, "With its country code, such as +44 7700 900187. Several: with commas between. Enter: no number.")
		if err != nil {
			return err
		}
		raw := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' })
		for i := range raw {
			raw[i] = strings.TrimSpace(raw[i])
		}
		l.c.SetNumbers(slices.DeleteFunc(raw, func(s string) bool { return s == "" }))
		l.change()
		bad := false
		for _, n := range l.c.Numbers() {
			l.say(l.numberSentence(n))
			bad = bad || !n.Valid
		}
		if bad {
			again, err := l.ask(ctx, "Type it again? y or n:", "n keeps it as it is: the number itself may be the trouble.")
			if err != nil {
				return err
			}
			if isYes(again) {
				continue
			}
		}
		return nil
	}
}

func (l *lines) numberSentence(n carrier.Checked) string {
	if !n.Valid {
		text := "Not valid: " + export.CheckErrorWords(n.Error) + "."
		if n.Likely != "" {
			c := number.Check(n.Likely, "")
			text += " Perhaps " + c.International + ", " + countryName(c.Country) + "."
		}
		return text
	}
	text := n.International + ", " + countryName(n.Country) + ", " + export.LineTypeWords(n.Type) + "."
	if len(n.Corrections) == 0 {
		return "Valid: " + text
	}
	text = "Corrected: " + text
	for _, c := range n.Corrections {
		text += " " + upperFirst(export.CorrectionWords(c, n.CallingCode)) + "."
	}
	return text
}

func (l *lines) carrierStage(ctx context.Context) error {
	if l.c.Topic() == "" {
		return nil
	}
	return l.text(ctx, "the carrier", "Carrier, if the caller knows it, or enter:", l.c.CarrierSaid(), l.c.SetCarrier)
}

func (l *lines) firmStage(ctx context.Context) error {
	if l.c.Topic() == "" {
		return nil
	}
	return l.text(ctx, "the firm", "Firm, or enter:", l.c.FirmURL(), l.c.SetFirm)
}

func (l *lines) text(ctx context.Context, where, prompt, have string, set func(string)) error {
	l.where = where
	if have != "" {
		prompt = strings.TrimSuffix(prompt, "or enter:") + "or enter for " + clean(have) + ":"
	}
	text, err := l.ask(ctx, prompt, "It may stay empty.")
	if err != nil {
		return err
	}
	if text != "" {
		set(text)
		l.change()
	}
	return nil
}

func (l *lines) logStage(ctx context.Context) error {
	l.where = "the delivery log"
	asked := false
	for {
		if len(l.c.Logs()) == 0 && len(l.c.Identity()) == 0 {
			files, err := l.askFiles(ctx, "Delivery log, a path, or enter for none:", "A file of any known provider, or a pattern such as logs/*.csv.")
			if err != nil || len(files) == 0 {
				return err
			}
			asked = true
			l.c.SetLogs(fileRefs(files))
			l.change()
		}
		if !l.c.NeedsReading() {
			return nil
		}
		if !asked {
			for _, name := range l.c.ChangedLogs() {
				l.say(clean(name) + " has changed since: it is read again.")
			}
		}
		report, err := l.readLog(ctx)
		if err == nil {
			l.c.SetReport(report)
			l.change()
			if p := l.cutOff(report); p != nil {
				l.say(p.title + " What came after is not in it.")
			}
			if !asked || len(l.c.Identity()) > 0 {
				return nil
			}
			asked = false
			l.where = "the login log"
			files, err := l.askFiles(ctx, "Login log, if you have one, or enter:", "What the login side saw: Okta, Auth0, Duo, Entra, Cognito or Keycloak. A code that was typed in proves that one arrived.")
			if err != nil || len(files) == 0 {
				return err
			}
			l.c.SetIdentity(fileRefs(files))
			l.change()
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.say("The log cannot be read: " + clean(err.Error()) + ".")
		var hinted interface{ Hints() []string }
		if errors.As(err, &hinted) {
			for _, h := range hinted.Hints() {
				l.say("Hint: " + clean(h) + ".")
			}
		}
		if cm := columnsOf(err); cm != nil {
			for _, f := range l.c.Logs() {
				l.odd = append(l.odd, f.Path)
			}
			l.say("Its columns: " + clean(strings.Join(cm.columns, ", ")) + ".")
			l.read("To say what they hold, type m and each field with its column, such as: m to=Phone,status=State. The fields: " + strings.Join(deliverylog.MapFields(), ", ") + ".")
		}
		if len(l.c.Identity()) > 0 && len(l.c.Logs()) > 0 {
			l.c.SetIdentity(nil)
		} else {
			l.c.SetLogs(nil)
			l.c.SetIdentity(nil)
		}
		l.change()
	}
}

// askFiles asks for files until they are there; none is an empty line.
func (l *lines) askFiles(ctx context.Context, prompt, help string) ([]string, error) {
	for {
		text, err := l.ask(ctx, prompt, help)
		if err != nil || text == "" {
			return nil, err
		}
		if columns, ok := strings.CutPrefix(text, "m "); ok && len(l.odd) > 0 {
			mapping, err := deliverylog.ParseMap(columns)
			if err != nil {
				l.say(upperFirst(clean(err.Error())) + ".")
				continue
			}
			l.c.SetColumns(mapping)
			return l.odd, nil
		}
		files, missing := resolve(text)
		if len(missing) == 0 {
			l.dropColumns(fileRefs(files))
			return files, nil
		}
		l.say("Not found: " + clean(missing[0]) + ".")
		if near := neighbours(missing[0], 1); len(near) > 0 {
			l.say("There is " + clean(near[0]) + ".")
		}
	}
}

// readLog reads with a word now and then, and not more.
func (l *lines) readLog(ctx context.Context) (*finding.Report, error) {
	what := l.logNames()
	if what == "" {
		what = "the login log"
	}
	fmt.Fprint(l.w, "Reading "+l.maskText(what)+". ")
	l.w.Flush()
	last := time.Now()
	report, err := l.c.Reading()(ctx, func(p diagnostics.Progress) {
		if time.Since(last) < 3*time.Second {
			return
		}
		last = time.Now()
		if part, ok := p.Share(); ok {
			fmt.Fprint(l.w, formatInt(int(part*100))+" percent. ")
			l.w.Flush()
		}
	})
	if err != nil {
		fmt.Fprintln(l.w)
		return nil, err
	}
	for _, in := range l.c.LoginInputs() {
		fmt.Fprintln(l.w, l.maskText(loginWords(in))+".")
	}
	rejected, messages := int64(0), int64(0)
	for _, in := range report.Inputs {
		rejected += in.Rejected
		messages += in.Messages
	}
	if len(report.Inputs) == 0 {
		fmt.Fprintln(l.w, "Done.")
		return report, nil
	}
	text := "Done: " + tally.FormatNoun(messages, "message")
	if rejected > 0 {
		text += ", " + tally.FormatNoun(rejected, "row") + " not readable"
	}
	fmt.Fprintln(l.w, text+".")
	return report, nil
}

func (l *lines) checklistStage(ctx context.Context) error {
	if l.c.Topic() == "" {
		return nil
	}
	told := map[string]string{}
	for {
		// What is decided up to the open question is said once, and again only
		// where it has changed.
		for i, s := range l.d.states {
			if i == l.d.current {
				break
			}
			if s.Reached && !s.Answered && s.Result != "" && s.Step.Kind != faq.KindInfo {
				text := l.decided(i)
				if told[s.Step.ID] != text {
					told[s.Step.ID] = text
					l.say(text)
					if s.Result != faq.Pass {
						l.tellFinding(s)
					}
				}
			}
		}
		i := l.d.current
		if i < 0 {
			break
		}
		s := l.d.states[i]
		l.where = "step " + strconv.Itoa(i+1)
		head := "Step " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(l.d.states)) + ". "
		if isChoice(s.Step) {
			head += clean(s.Step.Title) + ". "
		}
		prompt, ending := head+"Ask: "+quoted(clean(s.Step.Ask)), " or enter for don't know:"
		help := plainMarkdown(clean(s.Step.Explain))
		if isChoice(s.Step) {
			ending = " y, n or d:"
			help += " Type y for yes, n for no, d for don't know."
		}
		text, err := l.ask(ctx, prompt+ending, help)
		switch {
		case errors.Is(err, errChanged):
			continue
		case errors.Is(err, errBack):
			if !l.backStep() {
				return errBack
			}
			continue
		case err != nil:
			return err
		}
		value := cmp.Or(text, "unknown")
		if isChoice(s.Step) {
			if value = faq.ReplyWord(text); value == "" {
				l.say("Type y, n or d for don't know.")
				continue
			}
		}
		l.c.Answer(s.Step.ID, value)
		l.change()
		if say := l.d.states[i].Say; say != "" {
			l.say("Say: " + quoted(clean(say)))
		}
	}
	o := l.d.outcome
	l.say(clean(o.Title) + ".")
	if o.Tell != "" {
		l.say("Say: " + quoted(clean(o.Tell)))
	}
	if o.Next != "" {
		l.say("Do now: " + clean(o.Next))
	}
	return nil
}

// backStep opens the step again that was answered last; false: there is none.
func (l *lines) backStep() bool {
	before := len(l.c.Walk().History())
	l.c.Back()
	if len(l.c.Walk().History()) == before {
		return false
	}
	l.change()
	return true
}

// decided says a step that was not asked: "Step 1, pass: number stored without
// the extra 0. From the log."
func (l *lines) decided(i int) string {
	s := l.d.states[i]
	_, word := l.st.sign(s.Result)
	text := "Step " + strconv.Itoa(i+1) + ", " + word + ": " + lowerFirst(clean(s.Step.Title)) + "."
	if s.Result != faq.Pass && s.Verdict.Title != "" {
		text = "Step " + strconv.Itoa(i+1) + ", " + word + ": " + clean(s.Verdict.Title) + "."
	}
	if s.Source != "" {
		text += " From the " + clean(faq.SourceWord(s.Source)) + "."
	}
	return text
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] >= 'a' && s[1] <= 'z' || s[1] == ' ') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// tellFinding says what stands behind a step that failed, and what to say.
func (l *lines) tellFinding(s faq.StepState) {
	if f, ok := l.findingFor(s.By); ok {
		l.say(l.findingSentence(f))
	}
	if c := l.conflict("network_provider"); c != "" {
		l.say("Note: " + c)
	}
	if s.Say != "" {
		l.say("Say: " + quoted(clean(s.Say)))
	}
}

// findingSentence is a finding in words.
func (l *lines) findingSentence(f finding.Finding) string {
	l.told = f
	text := upperFirst(l.since(f)) + ": "
	for i, r := range l.figuresOf(f) {
		switch i {
		case 0:
			text += tally.FormatOf(r.k, r.n) + " " + r.what + ", " + tally.FormatRateInterval(r.k, r.n) + ". "
		case 1:
			text += upperFirst(r.label) + ": " + tally.FormatOf(r.k, r.n) + ", " + tally.FormatRate(r.k, r.n) + ". "
		}
	}
	return text + tally.FormatNoun(f.AffectedUsers, "user") + ". " + tally.FormatSure(f.Confidence) + "."
}

// findingsStage says what the log shows: all of it where there is no topic, else
// what was not said with the checklist.
func (l *lines) findingsStage(ctx context.Context) error {
	if l.report() == nil {
		return nil
	}
	if l.c.Topic() == "" {
		l.sayCarriers()
	}
	var untold []finding.Finding
	for i, f := range l.d.findings {
		if l.c.Topic() == "" || !l.d.mine[i] {
			untold = append(untold, f)
		}
	}
	if len(untold) > 0 && l.c.Topic() != "" {
		l.say("Other findings in the log:")
	}
	for i, f := range untold {
		if i == 5 {
			l.say(tally.FormatNoun(len(untold)-i, "more finding") + ".")
			break
		}
		l.say(upperFirst(string(f.Severity)) + ": " + clean(f.Title) + ". " + l.findingSentence(f))
		if l.c.Topic() == "" && f.NextStep != "" {
			l.say("Do now: " + clean(f.NextStep))
		}
	}
	if len(l.d.findings) == 0 {
		l.say("Nothing found in the log that explains it. Looked at: " + l.readWords())
	}
	return nil
}

func (l *lines) ticketStage(ctx context.Context) error {
	if l.c.Topic() == "" && len(l.c.Numbers()) == 0 {
		return nil
	}
	if _, ok := l.request(); ok {
		return nil // the request asks for other things
	}
	open := func() (out []int) {
		for i, a := range l.d.ticket.Answers {
			if !a.Known() && !l.skipped(a.Question.ID) {
				out = append(out, i)
			}
		}
		return out
	}
	l.say("Ticket: " + formatInt(l.d.answered) + " of 13 answered, " + formatInt(13-l.d.answered) + " to ask.")
	for todo := open(); len(todo) > 0; todo = open() {
		i := todo[0]
		a := l.d.ticket.Answers[i]
		l.where = "question " + strconv.Itoa(i+1)
		text, err := l.ask(ctx, "Question "+strconv.Itoa(i+1)+" of 13. "+quoted(clean(a.Question.Ask))+":", questionHelp(a))
		if errors.Is(err, errChanged) && l.d.current < 0 {
			continue // else a step of the checklist is open again
		}
		if errors.Is(err, errBack) && l.backQuestion() {
			continue
		}
		if err != nil {
			return err
		}
		value := text
		if r := faq.ReplyWord(text); r != "" {
			value = r
		}
		if value == "" {
			value = "unknown"
		}
		if err := ticket.CheckAnswer(a.Question.ID, value); err != nil {
			l.say(clean(err.Error()) + ".")
			continue
		}
		l.c.AnswerQuestion(a.Question.ID, value)
		l.asked = append(l.asked, a.Question.ID)
		l.change()
	}
	sum := formatInt(l.d.answered) + " of 13 answered."
	for _, a := range l.d.ticket.Answers {
		if a.Conflict != "" {
			sum += " Conflict at " + lowerFirst(clean(a.Question.Short)) + ": " + clean(a.Conflict)
		}
	}
	l.say(sum)
	return nil
}

// backQuestion takes the answer back that was given last to a question of the
// ticket, so that it is asked again; false: none was given here.
func (l *lines) backQuestion() bool {
	n := len(l.asked)
	if n == 0 {
		return false
	}
	l.c.AnswerQuestion(l.asked[n-1], "")
	l.asked = l.asked[:n-1]
	l.change()
	return true
}

func questionHelp(a ticket.Answer) string {
	switch a.Question.Kind {
	case faq.KindYesNo:
		return clean(a.Question.Text) + " Type y for yes, n for no, d for don't know."
	case faq.KindTime:
		return clean(a.Question.Text) + " Such as 2026-03-03T08:10Z, or in words. Enter for don't know."
	}
	return clean(a.Question.Text) + " Enter for don't know."
}

func (l *lines) exportStage(ctx context.Context) error {
	if l.c.Topic() == "" && len(l.c.Numbers()) == 0 {
		return nil
	}
	l.where = "the export"
	doc := l.document()
	if r, ok := l.request(); ok && len(r.Missing) > 0 {
		l.say("Missing in the request: " + clean(strings.Join(r.Missing, ", ")) + ".")
	}
	formats := export.Formats(doc.kind)
	format, err := l.chooseFormat(ctx, doc.kind, formats)
	if err != nil || format == "" {
		return err
	}
	mask := ""
	for mask == "" || mask == "unknown" {
		prompt := "Mask numbers and names? y or n:"
		if l.masked || format == "github" { // reports there are public
			prompt = "Mask numbers and names? y or n, or enter for y:"
		}
		text, err := l.ask(ctx, prompt, "Masked, the country, the carrier and the last two digits stay.")
		if err != nil {
			return err
		}
		if mask = faq.ReplyWord(text); text == "" && strings.Contains(prompt, "enter") {
			mask = "yes"
		}
	}
	content, masked, err := doc.bytes(format, l.exportOptions(mask == "yes"))
	if err != nil {
		l.say("Not written: " + clean(err.Error()) + ".")
		return nil
	}
	proposed := doc.fileName(l.c.Created, format)
	name, ext := proposed, filepath.Ext(proposed)
	for try := 2; ; try++ {
		err = export.WriteFile(name, false, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
		if !errors.Is(err, export.ErrExists) || try > 99 {
			break
		}
		name = strings.TrimSuffix(proposed, ext) + "-" + strconv.Itoa(try) + ext
	}
	if err != nil {
		l.say("Not written: " + clean(err.Error()) + ".")
		return nil
	}
	how := "with full numbers"
	if mask == "yes" {
		how = "masked, " + masked
	}
	l.say("Written: " + name + ", " + how + ".")
	l.c.MarkExported(name)
	l.change()
	return nil
}

// chooseFormat asks for a format: the common ones first, the rest behind "other".
// An empty name is none.
func (l *lines) chooseFormat(ctx context.Context, kind string, formats []string) (string, error) {
	var common, labels, other []string
	for _, f := range formats {
		if label := commonFormats[f]; label != "" {
			common, labels = append(common, f), append(labels, label)
		} else {
			other = append(other, f)
		}
	}
	if len(other) > 0 {
		labels = append(labels, "other")
	}
	n, err := l.choose(ctx, map[string]string{"ticket": "Write the ticket?", "lockout": "Write the request?"}[kind], labels, "Enter for none:", true)
	switch {
	case err != nil || n < 0:
		return "", err
	case n < len(common):
		return common[n], nil
	}
	n, err = l.choose(ctx, "Which one?", other, "Enter for none:", true)
	if err != nil || n < 0 {
		return "", err
	}
	return other[n], nil
}

var commonFormats = map[string]string{"text": "text", "md": "Markdown", "html": "HTML", "pdf": "PDF"}
