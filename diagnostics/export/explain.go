package export

import (
	"fmt"
	"io"
	"strings"

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
	row := func(label, value string) { t.labelled(label, 11, value) }
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
	row := func(label, value string) { t.labelled(label, 11, value) }
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
