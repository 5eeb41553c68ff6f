package wizard

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/finding"
)

// The line mode is the same case as plain lines: for screen readers, dumb
// terminals and pipes. No signs, no redraw, no columns; figures in words, since
// readers skip signs. It never stands on a terminal's abilities.

// errLeave says that the agent asked to save and leave.
var errLeave = errors.New("left")

// errBack says that the agent wants the question before.
var errBack = errors.New("back")

// errChanged says that an answer was undone or brought back: what is open now is
// asked.
var errChanged = errors.New("changed")

// lines is a run of the line mode. Everything is read through one buffered
// reader, so that a pipe loses nothing between two questions.
type lines struct {
	*model
	in    *bufio.Reader
	input chan typed
	w     *bufio.Writer
	where string          // the question that is open, for the last words
	used  bool            // the number given with the case was said
	again string          // a line that was meant for the next question
	asked []string        // ids of the ticket's questions that were asked, for going back
	told  finding.Finding // what was said last, for its evidence
	odd   []string        // logs of no known kind, whose columns can be named
}

type typed struct {
	text string
	err  error
}

// RunLines runs the case line by line. At the end of the input the case is saved,
// which is said, and the error is [ErrInputEnded].
func RunLines(ctx context.Context, o Options, in io.Reader, out io.Writer) error {
	o.Color, o.ASCII = false, false
	m, err := newModel(o, io.Discard)
	if err != nil {
		return err
	}
	defer m.saver.close()
	l := &lines{model: m, in: bufio.NewReader(in), w: bufio.NewWriter(out), input: make(chan typed)}
	done := make(chan struct{})
	defer close(done)
	go l.readLines(done)
	err = l.run(ctx)
	saved := l.store()
	switch {
	case errors.Is(err, io.EOF):
		at := "the first question"
		if l.where != "" {
			at = l.where
		}
		l.say("")
		l.say("Input ended at " + at + ". " + l.savedSentence(saved))
		l.w.Flush()
		if saved != nil {
			return saved
		}
		return ErrInputEnded
	case errors.Is(err, errLeave) || err == nil:
		if m.saver.keeps() && !m.c.Empty() {
			m.c.Close()
			saved = l.store()
		}
		l.say(l.savedSentence(saved) + l.outcomeSentence())
		l.w.Flush()
		return saved
	}
	l.say("")
	l.say(l.savedSentence(saved))
	l.w.Flush()
	return err
}

// readLines hands lines over one at a time, so that an end from outside is
// heard while a question is open.
func (l *lines) readLines(done chan struct{}) {
	for {
		text, err := l.in.ReadString('\n')
		if err != nil && text != "" {
			err = nil // a last line without its end counts
		}
		select {
		case l.input <- typed{strings.TrimSpace(strings.ToValidUTF8(text, "")), err}:
		case <-done:
			return
		}
		if err != nil {
			return
		}
	}
}

func (l *lines) savedSentence(err error) string {
	switch {
	case err != nil:
		return "The case could not be saved: " + clean(err.Error()) + "."
	case l.saver.readOnly:
		return "The case is open in another window and was not changed."
	case !l.saver.keeps():
		return "Nothing was saved (--no-save)."
	case l.c.Empty():
		return "There was nothing to save."
	}
	return "Case saved."
}

func (l *lines) outcomeSentence() string {
	if !l.d.ended || l.c.Topic() == "" {
		return ""
	}
	return " Outcome: " + clean(l.d.outcome.Title) + "."
}

// lineWidth is how many columns a line has at most.
const lineWidth = 78

// say writes text of the case as lines, masked where that is asked for.
func (l *lines) say(text string) { l.read(l.maskLines(text)) }

// read writes text that holds nothing of the case: the FAQ and explanations, whose
// example of a number is nobody's.
func (l *lines) read(text string) {
	for _, line := range l.st.wrap(spoken(text), lineWidth) {
		fmt.Fprintln(l.w, line)
	}
}

// spoken writes figures in words: "79 % (66–88)" is "79 percent, between 66 and 88".
func spoken(text string) string {
	text = thereWords.ReplaceAllString(text, ", $1 there")
	var b strings.Builder
	for {
		i := strings.Index(text, " %")
		if i < 0 {
			break
		}
		b.WriteString(text[:i] + " percent")
		text = text[i+2:]
		if low, rest, ok := strings.Cut(text, "–"); ok && strings.HasPrefix(low, " (") {
			if high, after, ok := strings.Cut(rest, ")"); ok && isFigure(low[2:]) && isFigure(high) {
				b.WriteString(", between " + low[2:] + " and " + high)
				text = after
			}
		}
	}
	b.WriteString(text)
	return strings.NewReplacer("…", "...", "–", " to ", "<0.1", "under 0.1", ">99", "over 99").Replace(b.String())
}

// thereWords is the caller's time in brackets: "07:40 UTC (07:40 there)".
var thereWords = regexp.MustCompile(` \((\d\d:\d\d) there\)`)

func isFigure(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// ask writes a prompt and reads an answer. "?" explains and asks again, "b" is
// errBack, "q" is errLeave; the end of the input is io.EOF.
func (l *lines) ask(ctx context.Context, prompt, help string) (string, error) {
	for {
		lines := l.st.wrap(spoken(l.maskLines(prompt)), 74)
		for i, line := range lines {
			if i < len(lines)-1 {
				fmt.Fprintln(l.w, line)
			} else {
				fmt.Fprint(l.w, line+" ")
			}
		}
		if err := l.w.Flush(); err != nil {
			return "", err
		}
		r := typed{text: l.again}
		if l.again == "" {
			select {
			case r = <-l.input:
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		l.again = ""
		if r.err != nil {
			return "", r.err
		}
		switch done, err := l.command(r.text, help); {
		case err != nil:
			return "", err
		case !done:
			return r.text, nil
		}
	}
}

// choose asks for one of a numbered list, 0 to len-1; none allows an empty line, -1.
func (l *lines) choose(ctx context.Context, title string, items []string, prompt string, none bool) (int, error) {
	l.say(title)
	l.sayNumbered(items)
	for {
		text, err := l.ask(ctx, prompt, "Type the number of a line.")
		if errors.Is(err, errChanged) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if text == "" && none {
			return -1, nil
		}
		if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(items) {
			return n - 1, nil
		}
		for i, it := range items {
			if text != "" && strings.HasPrefix(strings.ToLower(it), strings.ToLower(text)) {
				return i, nil
			}
		}
		l.say("A number from 1 to " + strconv.Itoa(len(items)) + ".")
	}
}

// sayNumbered says a list to choose from: "1 No code. 2 Slow code."
func (l *lines) sayNumbered(items []string) {
	var list []string
	for i, it := range items {
		list = append(list, strconv.Itoa(i+1)+" "+it+".")
	}
	l.say(strings.Join(list, " "))
}

// store saves what has happened, now: there is no loop to keep free here.
func (l *lines) store() error {
	if l.saver.readOnly || l.c.Empty() {
		return nil
	}
	if events := l.c.Pending(); len(events) > 0 {
		l.saver.add(events, l.c.State())
	}
	err := l.saver.flush()
	if errors.Is(err, diagnostics.ErrInUse) {
		l.saver.readOnly = true
		return nil
	}
	return err
}

// change saves and works out what follows; what cannot be saved is said at once.
func (l *lines) change() {
	l.c.Default(l.o.Firm, l.o.Contact)
	l.derive()
	if err := l.store(); err != nil {
		l.say("Not saved: " + clean(err.Error()) + ".")
	}
}

// stage is a part of the flow. again says, when the agent goes back, whether there
// is something to ask there once more, and opens it.
type stage struct {
	run   func(ctx context.Context) error
	again func() bool
}

// checklist is the place of the checklist among the stages.
const checklist = 5

func (l *lines) stages() []stage {
	always, never := func() bool { return true }, func() bool { return false }
	withTopic := func() bool { return l.c.Topic() != "" }
	withoutLog := func() bool { return len(l.c.Logs())+len(l.c.Identity()) == 0 }
	return []stage{{l.topicStage, always}, {l.numberStage, always}, {l.carrierStage, withTopic}, {l.firmStage, withTopic}, {l.logStage, withoutLog},
		{l.checklistStage, l.backStep}, {l.findingsStage, never}, {l.ticketStage, l.backQuestion}, {l.exportStage, never}}
}

func (l *lines) run(ctx context.Context) error {
	l.say("otpdoctor. One line a question, enter ends it. Type ? for help, b to go back, q to save and leave.")
	if l.saver.readOnly {
		l.say("This case is open in another window; it can only be read here.")
		l.readOut()
		return nil
	}
	stages := l.stages()
	for i := 0; i < len(stages); {
		err := stages[i].run(ctx)
		switch {
		case errors.Is(err, errChanged): // what was undone is asked again where it stands
			i = min(i, checklist)
		case errors.Is(err, errBack):
			for i = max(i-1, 0); !stages[i].again(); {
				i--
			}
		case err != nil:
			return err
		default:
			i++
		}
	}
	return nil
}

// readOut says the case without asking anything.
func (l *lines) readOut() {
	for _, n := range l.c.Numbers() {
		l.say(l.numberSentence(n))
	}
	for i := range l.d.states {
		if l.d.states[i].Result != "" {
			l.say(l.decided(i))
		}
	}
	for _, a := range l.d.ticket.Answers {
		l.say(strconv.Itoa(a.Question.Number) + ". " + clean(a.Question.Short) + ": " + clean(a.Short) + ".")
	}
}
