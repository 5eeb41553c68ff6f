package export

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jira writes the body of POST /rest/api/3/issue, its description in Atlassian
// Document Format; with Options.Wiki that of /rest/api/2 in wiki text.
// https://developer.atlassian.com/cloud/jira/platform/apis/document/structure
func jira(w io.Writer, l *letter, o Options) error {
	type named struct {
		Name string `json:"name"`
	}
	type keyed struct {
		Key string `json:"key"`
	}
	type fields struct {
		Project     keyed    `json:"project"`
		IssueType   named    `json:"issuetype"`
		Summary     string   `json:"summary"`
		Labels      []string `json:"labels"`
		Priority    named    `json:"priority"`
		Description any      `json:"description"`
	}
	f := fields{Project: keyed{"SUP"}, IssueType: named{"Task"}, Summary: summaryLine(l.doc.title, 255), Labels: append(l.tags[:len(l.tags):len(l.tags)], l.id),
		Priority: named{bySeverity(l, "High", "Medium", "Low")}}
	if o.Project != "" {
		f.Project.Key = Clean(o.Project)
	}
	if l.task {
		f.Priority.Name = "High"
	}
	if o.Wiki {
		f.Description = cutLines(wiki(l.doc), maxDescription, cutNote)
	} else {
		f.Description = adfDocument(l.doc)
	}
	return writeJSON(w, struct {
		Fields fields `json:"fields"`
	}{f}, "  ")
}

// maxDescription is what Jira takes in a description, in characters.
const maxDescription = 32767

// adf is one node of the Atlassian Document Format.
type adf struct {
	Type    string         `json:"type"`
	Version int            `json:"version,omitempty"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []adf          `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"` // never empty in a text node: Jira answers 400
	Marks   []adf          `json:"marks,omitempty"`
}

func adfText(s string, marks ...string) []adf {
	if s == "" {
		return nil
	}
	n := adf{Type: "text", Text: s}
	for _, m := range marks {
		n.Marks = append(n.Marks, adf{Type: m})
	}
	return []adf{n}
}

func adfParagraph(content ...[]adf) adf {
	p := adf{Type: "paragraph"}
	for _, c := range content {
		p.Content = append(p.Content, c...)
	}
	return p
}

// adfDocument writes blocks until the description is full.
func adfDocument(d *document) adf {
	doc := adf{Type: "doc", Version: 1}
	used := 0
	add := func(n adf) bool {
		if used += adfLength(n); used > maxDescription-200 {
			return false
		}
		doc.Content = append(doc.Content, n)
		return true
	}
	if d.status != "" {
		add(adfParagraph(adfText(d.status, "strong")))
	}
	for _, b := range d.flat() {
		fits := true
		switch b := b.(type) {
		case heading:
			fits = add(adf{Type: "heading", Attrs: map[string]any{"level": b.level}, Content: adfText(b.text)})
		case paragraph:
			text := b.text
			if b.lead != "" && text != "" {
				text = " " + text
			}
			fits = add(adfParagraph(adfText(b.lead, "strong"), adfText(text)))
		case quoted:
			q := adf{Type: "blockquote"}
			for _, l := range strings.Split(b.text, "\n") {
				if strings.TrimSpace(l) != "" {
					q.Content = append(q.Content, adfParagraph(adfText(l)))
				}
			}
			if len(q.Content) > 0 {
				fits = add(q)
			}
		case bullets:
			list := adf{Type: "bulletList"}
			if b.ordered {
				list.Type = "orderedList"
			}
			for _, s := range b.items {
				list.Content = append(list.Content, adf{Type: "listItem", Content: []adf{adfParagraph(adfText(s))}})
			}
			if len(list.Content) > 0 {
				fits = add(list)
			}
		case pairs:
			var rows [][]string
			for _, r := range b.rows {
				rows = append(rows, []string{r[0], r[1]})
			}
			fits = add(adfTable(nil, rows))
		case table:
			fits = add(adfTable(b.head, b.rows))
		case answers:
			t := b.table(" CONFLICT: ")
			fits = add(adfTable(t.head, t.rows))
		}
		if !fits {
			doc.Content = append(doc.Content, adfParagraph(adfText(cutNote)))
			break
		}
	}
	return doc
}

func adfTable(head []string, rows [][]string) adf {
	t := adf{Type: "table", Attrs: map[string]any{"isNumberColumnEnabled": false, "layout": "default"}}
	row := func(cells []string, kind func(i int) string) {
		r := adf{Type: "tableRow"}
		for i, c := range cells {
			r.Content = append(r.Content, adf{Type: kind(i), Content: []adf{adfParagraph(adfText(c))}})
		}
		t.Content = append(t.Content, r)
	}
	if head != nil {
		row(head, func(int) string { return "tableHeader" })
	}
	for _, r := range rows {
		row(r, func(i int) string {
			if head == nil && i == 0 {
				return "tableHeader"
			}
			return "tableCell"
		})
	}
	return t
}

func adfLength(n adf) int {
	k := utf8.RuneCountInString(n.Text)
	for _, c := range n.Content {
		k += adfLength(c)
	}
	return k
}

// wiki writes a document in Jira's wiki text.
func wiki(d *document) string {
	var b strings.Builder
	if d.status != "" {
		b.WriteString("*" + wikiText(d.status) + "*\n")
	}
	row := func(cells []string, mark string) {
		b.WriteString(mark)
		for _, c := range cells {
			if c = wikiText(oneLine(c)); c == "" {
				c = " " // two bars in a row would be a heading cell
			}
			b.WriteString(c + mark)
		}
		b.WriteByte('\n')
	}
	for _, x := range d.flat() {
		b.WriteByte('\n')
		switch x := x.(type) {
		case heading:
			b.WriteString("h" + strconv.Itoa(x.level) + ". " + wikiText(x.text) + "\n")
		case paragraph:
			if x.lead != "" {
				b.WriteString("*" + wikiText(x.lead) + "* ")
			}
			b.WriteString(wikiText(x.text) + "\n")
		case quoted:
			b.WriteString("{quote}\n" + wikiText(x.text) + "\n{quote}\n")
		case bullets:
			mark := "* "
			if x.ordered {
				mark = "# "
			}
			for _, s := range x.items {
				b.WriteString(mark + wikiText(s) + "\n")
			}
		case pairs:
			for _, r := range x.rows {
				row([]string{r[0], r[1]}, "|")
			}
		case table:
			row(x.head, "||")
			for _, r := range x.rows {
				row(r, "|")
			}
		case answers:
			t := x.table(" CONFLICT: ")
			row(t.head, "||")
			for _, r := range t.rows {
				row(r, "|")
			}
		}
	}
	return strings.TrimLeft(b.String(), "\n")
}

// wikiText makes text from outside plain: no macro, link, image, cell or mark.
func wikiText(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '{', '}', '[', ']', '|', '!', '\\', '*', '_', '^', '~', '?':
			if r == '?' && !strings.HasPrefix(s[i:], "??") || r == '_' && i > 0 && wordByte(s[i-1]) && i+1 < len(s) && wordByte(s[i+1]) {
				b.WriteRune(r)
				continue
			}
			b.WriteByte('\\')
		case '#', '-', '+':
			if i == 0 || s[i-1] == '\n' {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
