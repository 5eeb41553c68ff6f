package export

import (
	"fmt"
	"io"
	"strings"

	"cli.otpdoctor/faq"
)

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
