package export

import (
	"strconv"
	"strings"
)

// document is what all formats for people are written from: Markdown, HTML, PDF,
// mail, the help desks. Its texts are cleaned and redacted already, so that a
// format has only its own syntax to think of.
type document struct {
	title  string
	status string // a first line that must not be overlooked, or ""
	blocks []block
	masked string // what was taken out, "" where redaction is off
}

// block is one of the shapes below.
type block any

type (
	heading struct {
		text  string
		level int // 2 or 3; the title is 1
	}
	paragraph struct {
		lead string // bold, before the text
		text string
	}
	// verdict is a finding: what it is, how sure, its figures, what to do.
	verdict struct {
		title, severity, sure string
		summary, users        string
		more                  []block // the code, the next step, the reply
	}
	// quoted is text to say or send, word by word.
	quoted  struct{ text string }
	bullets struct {
		items   []string
		ordered bool
	}
	// pairs are labels with their values.
	pairs struct{ rows [][2]string }
	// table has a header row. right says which columns hold figures.
	table struct {
		caption string
		head    []string
		right   []bool
		rows    [][]string
	}
	// answers are the thirteen.
	answers struct{ rows []answerRow }
)

type answerRow struct {
	number           int
	id               string
	short            string // the question in a few words
	question, answer string
	brief            string // the answer in a few words
	source, conflict string
	evidence         []string
	known            bool
}

// table is the thirteen as a table. What the data say against an answer stands
// behind it and conflict.
func (a answers) table(conflict string) table {
	t := table{head: []string{"#", "Question", "Answer", "Source"}, right: []bool{true, false, false, false}}
	for _, r := range a.rows {
		answer := r.answer
		if r.conflict != "" {
			answer += conflict + r.conflict
		}
		t.rows = append(t.rows, []string{strconv.Itoa(r.number), r.question, answer, r.source})
	}
	return t
}

func (d *document) add(b ...block) { d.blocks = append(d.blocks, b...) }

func (d *document) head(level int, s string) { d.add(heading{s, level}) }

func (d *document) para(lead, s string) {
	if lead != "" || strings.TrimSpace(s) != "" {
		d.add(paragraph{lead, s})
	}
}

// flat is the document for formats that have no box for a verdict: it becomes
// paragraphs.
func (d *document) flat() []block {
	var out []block
	for _, b := range d.blocks {
		v, ok := b.(verdict)
		if !ok {
			out = append(out, b)
			continue
		}
		out = append(out, paragraph{v.title + ".", v.summary + " " + sentenceCase(v.severity) + " severity, " + v.users + ", " + v.sure + "."})
		out = append(out, v.more...)
	}
	return out
}
