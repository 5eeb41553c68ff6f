package export

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/ticket"
)

// letter is a document with what a help desk or a mail program wants besides.
type letter struct {
	doc       *document // everything
	open      *document // what whoever asked may read: no evidence, no figures of others
	internal  string    // findings and evidence as plain text, for an internal note
	id        string    // our own id, of the redacted content
	created   time.Time
	severity  finding.Severity // empty where nothing was found
	task      bool             // a request to do something, not a fault
	tags      []string         // lower case, words parted by "-"
	requester string           // e-mail address, or ""
	name      string           // of the requester, or ""
}

// letterFormats are the formats that a letter can take.
var letterFormats = map[string]func(io.Writer, *letter, Options) error{
	"md":         func(w io.Writer, l *letter, _ Options) error { return markdown(w, l.doc) },
	"eml":        mail,
	"zendesk":    zendesk,
	"jira":       jira,
	"freshdesk":  freshdesk,
	"servicenow": serviceNow,
	"github":     gitHub,
}

func ticketLetter(t *ticket.Ticket, o Options) *letter {
	l := &letter{doc: ticketDocument(t, o, false), created: t.CreatedAt, tags: []string{"2fa", "sms-delivery", "otpdoctor"}}
	withoutMap := o
	withoutMap.RedactMap = nil // the second reading would only put the same labels in again
	l.open = openDocument(t, withoutMap)
	if len(t.Findings) > 0 {
		l.severity = t.Findings[0].Severity
		l.tags = append(l.tags, strings.ReplaceAll(string(t.Findings[0].Cause), "_", "-"))
	}
	red := ticketRedactor(t, withoutMap)
	var b strings.Builder
	for i := range t.Findings {
		f := &t.Findings[i]
		b.WriteString("otpdoctor finding: " + string(f.Cause) + ", " + string(f.Severity) + ", confidence " + figure(ptr(rounded(f.Confidence))) + "\n")
		b.WriteString(red.text(f.Title) + ". " + red.text(f.Summary) + "\n")
		for _, e := range evidenceOf(f, red) {
			b.WriteString("- " + e + "\n")
		}
		b.WriteByte('\n')
	}
	l.internal = strings.TrimSpace(b.String())
	if !o.Redact {
		l.requester = mailAddress(o.Requester)
	}
	l.id = letterID(l)
	return l
}

func ptr[T any](x T) *T { return &x }

// openDocument is what a requester may read: cause, answers, what to do.
func openDocument(t *ticket.Ticket, o Options) *document {
	red := ticketRedactor(t, o)
	d := &document{title: red.text(t.Subject)}
	for i := range t.Findings {
		f := &t.Findings[i]
		d.para(red.text(f.Title)+".", red.text(f.Summary))
	}
	if len(t.Findings) == 0 {
		d.para("", noCause(t.Report))
	}
	d.head(2, "The 13 answers")
	d.add(answers{answerRows(t, red)})
	if t.Reply != "" {
		d.head(2, "What to do meanwhile")
		d.add(quoted{red.lines(t.Reply)})
	}
	finish(d, red)
	return d
}

// letterID is the same for the same content, and says nothing of it.
func letterID(l *letter) string {
	var b strings.Builder
	t := newText(&b, Options{})
	t.document(l.doc)
	_ = t.flush() // a strings.Builder takes everything
	sum := sha256.Sum256([]byte(l.doc.title + "\n" + b.String()))
	return "otpdoctor-" + l.created.UTC().Format("20060102") + "-" + hex.EncodeToString(sum[:4])
}

// wide is a width for fields that are wrapped where they are shown.
const wide = 1000

// plain is a document as plain text.
func plain(d *document, width int) string {
	var b strings.Builder
	t := newText(&b, Options{Width: width})
	t.document(d)
	_ = t.flush()
	return strings.TrimSpace(b.String()) + "\n"
}

// summaryLine is a subject of at most n characters, on one line.
func summaryLine(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// cutLines cuts a text of more than n characters at the end of a line, and says so.
func cutLines(s string, n int, note string) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	room := n - utf8.RuneCountInString(note) - 1
	head := string([]rune(s)[:room])
	if i := strings.LastIndexByte(head, '\n'); i > room/2 {
		head = head[:i]
	}
	return head + "\n" + note
}

const cutNote = "… cut, full report attached"

// replyText is what to send to the user, and nothing else.
func replyText(w io.Writer, t *ticket.Ticket, o Options) error {
	x := newText(w, o)
	reply := t.Reply
	if reply == "" {
		reply = "We have not found the cause yet, and have passed your case on. Until it is solved, please log in with a backup code, or ask an administrator of your firm."
	}
	x.wrap(ticketRedactor(t, o).lines(reply))
	return x.flush()
}
