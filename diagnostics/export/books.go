package export

import (
	"fmt"
	"io"
	"strings"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/faq"
)

// Explanation writes what a provider's code means, one block a code.
func Explanation(w io.Writer, e reason.Explanation, o Options) error {
	t := newText(w, o)
	for i, c := range e.Codes {
		if i > 0 {
			t.line("")
		}
		t.code(c)
	}
	if missing := e.Missing(); missing != "" {
		t.wrap(Clean(missing))
	}
	if hint := e.Hint(); hint != "" {
		t.line("")
		t.wrap(Clean(hint))
	}
	return t.flush()
}

func (t *text) code(c reason.Code) {
	t.hanging(t.bold(Clean(c.Code))+"  ", reason.ProviderTitle(c.Provider)+": "+c.Title)
	row := func(label, value string) {
		if value != "" {
			t.hanging(pad(label, 11), value)
		}
	}
	row("reason", c.Reason.String()+": "+c.Reason.Meaning())
	if c.Range != "" {
		row("range", "not listed itself; the provider documents "+c.Range)
	}
	row("again?", c.Again())
	row("tells", c.Meaning)
	row("do now", c.Do)
	row("not", c.Not)
	row("FAQ", faqPlace(faq.Builtin(), c.Reason.Cause()))
	row("source", c.Source)
}

// faqPlace is how to read what the FAQ says of a cause, or "".
func faqPlace(set *faq.Set, cause string) string {
	topic, step := set.TopicForCause(cause)
	if topic == "" {
		return ""
	}
	where := "otpdoctor faq " + topic
	if tp, ok := set.Topic(topic); ok {
		if _, at, ok := tp.Step(step); ok {
			where += fmt.Sprintf(", step %d", at+1)
		}
	}
	return where
}

// Cause writes what a cause is called, what to do about it and what to tell the
// user, and the codes that name it where there are some.
func Cause(w io.Writer, set *faq.Set, c faq.Cause, o Options) error {
	t := newText(w, o)
	t.hanging(t.bold(c.ID)+"  ", set.CauseTitle(c.ID, nil))
	row := func(label, value string) {
		if value != "" {
			t.hanging(pad(label, 11), value)
		}
	}
	row("do now", set.NextStep(c.ID, nil))
	row("tell user", set.Reply(c.ID, nil))
	var named []string
	for _, provider := range reason.Providers() {
		n := 0
		for _, code := range reason.Codes(provider) {
			if code.Reason.Cause() == c.ID {
				n++
			}
		}
		if n > 0 {
			named = append(named, fmt.Sprintf("%s (%d)", reason.ProviderTitle(provider), n))
		}
	}
	row("codes of", strings.Join(named, ", "))
	row("FAQ", faqPlace(set, c.ID))
	return t.flush()
}

// LogFormats writes the known formats of delivery logs and of login logs, and what
// each is recognised by.
func LogFormats(w io.Writer, formats, logins []deliverylog.Format) error {
	t := newText(w, Options{})
	list := func(formats []deliverylog.Format) {
		for _, f := range formats {
			t.hanging(pad(f.Name, 24)+" ", f.Title+" ("+f.Shape+")")
			t.hanging(strings.Repeat(" ", 25), strings.Join(f.Columns, ", "))
			t.line("")
		}
	}
	list(formats)
	t.wrap("Login logs, which are named with --identity:")
	t.line("")
	list(logins)
	t.wrap(fmt.Sprintf("%d formats, recognised by content whatever the file's name; gzip, zstd and zip are unpacked. "+
		"For any other CSV or JSON lines: --map to=Phone,status=State,submitted_at=When", len(formats)+len(logins)))
	return t.flush()
}

// FAQList writes the topics, one a line, with the words of the caller.
func FAQList(w io.Writer, set *faq.Set) error {
	t := newText(w, Options{})
	width := 0
	for _, topic := range set.Topics {
		width = max(width, cells(topic.ID))
	}
	for _, topic := range set.Topics {
		t.hanging(pad(topic.ID, width+2), topic.Caller)
	}
	t.line("")
	t.wrap("Read one with otpdoctor faq TOPIC, be asked with otpdoctor faq walk TOPIC, find one with otpdoctor faq search WORDS.")
	return t.flush()
}

// FAQMarkdown gives topics as Markdown.
func FAQMarkdown(set *faq.Set, topics []faq.Topic) string {
	var b strings.Builder
	for i, topic := range topics {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "# %s\n\n%s\n", topic.Question, strings.TrimSpace(topic.Body))
		if advice := set.PracticesFor(topic.ID); len(advice) > 0 {
			b.WriteString("\n## Before it happens again\n\n")
			for _, p := range advice {
				fmt.Fprintf(&b, "- **%s** %s\n", ended(p.Title), indented(strings.TrimSpace(p.Body), "  "))
			}
		}
	}
	return b.String()
}

// indented indents all lines but the first and empty ones: the rest of a list item.
func indented(s, by string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines[1:] {
		if strings.TrimSpace(l) != "" {
			lines[i+1] = by + l
		}
	}
	return strings.Join(lines, "\n")
}

// FAQ writes topics as "md", as "text" (which is Markdown as well) or as "json":
// an array of topics.
func FAQ(w io.Writer, format string, set *faq.Set, topics []faq.Topic) error {
	switch format {
	case "text", "md":
		_, err := io.WriteString(w, FAQMarkdown(set, topics))
		return err
	case "json":
		return writeJSON(w, topics, " ")
	}
	return unknown("faq", format)
}

// FAQHits writes what a search found, the best first.
func FAQHits(w io.Writer, set *faq.Set, words string, hits []faq.Hit) error {
	t := newText(w, Options{})
	if len(hits) == 0 {
		t.wrap(fmt.Sprintf("nothing in the FAQ fits %q; otpdoctor faq lists its topics", Clean(words)))
		return t.flush()
	}
	for _, h := range hits {
		where := h.TopicID
		if topic, ok := set.Topic(h.TopicID); ok && h.StepID != "" {
			if _, at, ok := topic.Step(h.StepID); ok {
				where += fmt.Sprintf(", step %d", at+1)
			}
		}
		t.hanging("", t.bold(where)+"  "+h.Title)
		t.hanging("    ", h.Snippet)
	}
	return t.flush()
}
