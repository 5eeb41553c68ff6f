package wizard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// The commands that work at any question, for "?".
const lineCommands = " b goes back, q saves and leaves, u undoes the last answer, f reads the FAQ, f and words searches it, c says the carriers, " +
	"c and a name says one, v says the evidence, a with a number and text answers that question of the ticket, r masks numbers and names or shows them."

// command does what a line asks for that is no answer, at any question. done: the
// question is asked again.
func (l *lines) command(text, help string) (done bool, err error) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch word = strings.ToLower(word); {
	case word == "f" || word == "faq" || word == "c" && l.table() != nil || word == "a" && rest != "":
	case rest != "":
		return false, nil // an answer of several words
	}
	switch word {
	case "?":
		l.read(help + lineCommands)
	case "q", "quit":
		return false, errLeave
	case "b", "back":
		return false, errBack
	case "f", "faq":
		l.faq(rest)
	case "c":
		switch {
		case l.table() == nil:
			l.read("There is no log yet.")
		case rest == "":
			l.sayCarriers()
		default:
			l.sayCarrier(rest)
		}
	case "v":
		l.sayEvidence()
	case "a":
		if rest == "" {
			return false, nil
		}
		return l.answerQuestion(rest)
	case "r":
		l.masked = !l.masked
		if l.masked {
			l.read("Numbers and names are masked.")
		} else {
			l.read("Numbers and names are shown.")
		}
	case "u", "undo":
		if !l.c.Undo() {
			l.read("Nothing to undo.")
			break
		}
		l.change()
		l.read("Undone.")
		return false, errChanged
	default:
		return false, nil
	}
	return true, nil
}

// answerQuestion answers a question of the ticket by its number: "4 no". Text that
// does not begin with one is no command.
func (l *lines) answerQuestion(text string) (done bool, err error) {
	number, value, _ := strings.Cut(text, " ")
	n, nerr := strconv.Atoi(number)
	if value = strings.TrimSpace(value); nerr != nil || n < 1 || n > 13 {
		return false, nil
	}
	if r := faq.ReplyWord(value); r != "" {
		value = r
	}
	q := l.d.ticket.Answers[n-1].Question
	if value != "" { // without a value the answer is taken back
		if err := ticket.CheckAnswer(q.ID, value); err != nil {
			l.say(clean(err.Error()) + ".")
			return true, nil
		}
	}
	l.c.AnswerQuestion(q.ID, value)
	l.change()
	a := l.d.ticket.Answers[n-1]
	l.say("Question " + number + ", " + lowerFirst(clean(q.Short)) + ": " + clean(a.Short) + ".")
	return false, errChanged
}

// sayEvidence says what stands behind the finding that was said last, else behind
// the first that concerns the caller.
func (l *lines) sayEvidence() {
	f := l.told
	for i := 0; f.Title == "" && i < len(l.d.findings); i++ {
		f = l.d.findings[i]
	}
	if f.Title == "" {
		l.read("There is no finding yet.")
		return
	}
	for _, line := range l.findingText(f, 70) {
		if line = strings.TrimSpace(stripped(line)); line != "" {
			l.read(line) // it is masked already
		}
	}
}

// sayCarriers says the table as sentences.
func (l *lines) sayCarriers() {
	t := l.table()
	l.say(l.readWords())
	for i, g := range t.Groups {
		if i == 20 {
			l.say(tally.FormatNoun(len(t.Groups)-i, "more carrier") + ".")
			break
		}
		place := ""
		if g.Country != "" {
			place = ", " + countryName(g.Country)
		}
		l.say(clean(g.Carrier) + place + ": " + tally.FormatNoun(g.Messages, "message") + ", " + tally.FormatCount(g.Delivered) +
			" delivered, " + tally.FormatCount(g.Failed) + " failed, " + tally.FormatNoun(g.AffectedUsers, "user") + " without a code.")
	}
}

// sayCarrier says one carrier: its figures, failures by hour, errors with their
// meaning, and the users without a code.
func (l *lines) sayCarrier(name string) {
	t := l.table()
	at := slices.IndexFunc(t.Groups, func(g *tally.Group) bool {
		return strings.EqualFold(groupName(g), name) || strings.EqualFold(g.Carrier, name)
	})
	if at < 0 {
		at = slices.IndexFunc(t.Groups, func(g *tally.Group) bool { return hasWords(groupName(g), strings.ToLower(name)) })
	}
	if at < 0 {
		l.say("No carrier fits " + clean(name) + ".")
		return
	}
	g := t.Groups[at]
	l.say(clean(tally.CarrierName(g.Country, g.Carrier)) + ": " + tally.FormatNoun(g.Messages, "message") + ", " + tally.FormatRateInterval(g.Delivered, g.Judged()) +
		" delivered. " + tally.FormatCount(g.Users) + " users, " + tally.FormatCount(g.AffectedUsers) + " without a code.")
	if f := l.findingOf(g); f != nil {
		l.say(clean(f.Title) + ". " + l.findingSentence(*f))
	}
	var hours []string
	for hour, h := range g.Hours {
		if h.Failed+h.Late > 0 {
			hours = append(hours, "at "+strconv.Itoa(hour)+" "+tally.FormatOf(int64(h.Failed+h.Late), int64(h.Messages)))
		}
	}
	if len(hours) > 0 {
		l.say("Messages failed or late, by local hour: " + strings.Join(hours, ", ") + ".")
	}
	for i, e := range g.Errors {
		if i == 5 {
			break
		}
		code := "Error " + clean(e.Code)
		if e.Code == "" {
			code = "No error code"
		}
		l.say(code + ", " + l.codeWords(e.Code, e.Reason) + ": " + tally.FormatNoun(e.Count, "message") + ".")
	}
	hits := usersHit(badAttempts(t, at, deliverylog.NoTime, deliverylog.NoTime))
	for i, h := range hits {
		if i == 5 {
			l.say(tally.FormatNoun(len(hits)-i, "more user") + ".")
			break
		}
		l.say(l.number(h.number) + ": " + tally.FormatNoun(h.bad, "attempt") + " without a code, " + tally.FormatNoun(h.messages, "message") + ".")
	}
}

// faq reads the topic in hand, or names the topics; with words it searches them all.
func (l *lines) faq(words string) {
	if words != "" {
		hits := l.o.Set.Search(words)
		if len(hits) == 0 {
			l.read("Nothing in the FAQ fits.")
		}
		for i, h := range hits {
			if i == 5 {
				l.read(tally.FormatNoun(len(hits)-i, "more place") + ".")
				break
			}
			label := h.TopicID
			if t, ok := l.o.Set.Topic(h.TopicID); ok {
				label = t.Label
			}
			l.read(clean(label) + ": " + plainMarkdown(clean(h.Snippet)))
		}
		return
	}
	t, ok := l.o.Set.Topic(l.c.Topic())
	if !ok {
		for _, t := range l.o.Set.Topics {
			l.read(clean(t.Label) + ": " + clean(t.Question))
		}
		return
	}
	var text strings.Builder
	_ = export.MarkdownText(&text, spoken(l.o.Set.Fill(export.FAQMarkdown(l.o.Set, []faq.Topic{t}), nil)), // a strings.Builder takes everything
		export.Options{Width: lineWidth, ASCII: l.o.ASCII, Heard: true})
	for line := range strings.Lines(text.String()) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintln(l.w, line)
		}
	}
}
