package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// Every format is read back by a parser that is not ours, once with an ordinary
// case and once with hostile text in every place that comes from outside.

func hostileTicket(text string) ticket.Ticket {
	r := madeReport()
	r.Inputs[0].Name, r.Inputs[0].Format = text, text
	r.Inputs[0].Rejections[0].Reason = text
	r.Inputs[0].Warnings = []string{text}
	for _, g := range r.Table.Groups {
		if g.Carrier == "O2" {
			g.Carrier, g.Errors[0].Code = text, text
		}
	}
	f := &r.Findings[0]
	f.Scope.Carrier, f.Title, f.Summary, f.NextStep, f.Reply, f.Code, f.Figures.Baseline = text, text, text, text, text, text, text
	f.Evidence = append(f.Evidence, finding.Evidence{Text: text, MessageID: text, Code: text, Number: msisdn(caller)})
	given := map[string]string{}
	for _, id := range ticket.IDs {
		given[id] = text
	}
	return ticket.Draft(ticket.Inputs{Report: r, Numbers: []carrier.Checked{carrier.Check(caller, "", nil), carrier.Check(text, "", nil)}, FirmURL: text, Given: given,
		Steps: []ticket.Step{{ID: text, Title: text, Result: faq.Fail, Detail: text}}, Attachments: []string{text}})
}

func hostileLockout(text string) ticket.Request {
	return ticket.Lockout(nil, faq.LockoutFields{FirmURL: text, AdminName: text, AdminEmail: text, Number: text, Provider: text, Consent: text}, time.Unix(1772532360, 0))
}

var hostileTexts = map[string]string{
	"escape codes":  "\x1b[2J\x1b]0;owned\x07 \x9b31m \x00 \x7f",
	"bidi":          "abc\u202egnp.exe\u2066x\u2069 \u200b\ufeff\u2028 \U000e0041",
	"html":          `<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:x">"'&amp;</svg></style></title>`,
	"formula":       `=HYPERLINK("http://evil.example","x")`,
	"formula minus": "-2+3+cmd|' /C calc'!A0",
	"formula tab":   "\t=1+1",
	"markdown":      "| a | b |\n|---|---|\n# x\n```\n[x](http://evil.example) ![y](z) @everyone #12 **b** _c_ `d` ~~e~~ <!-- c --> $x$",
	"headers":       "x\r\nBcc: victim@evil.example\r\n\r\nbody",
	"wiki":          "{code}{html}<b>[~admin] !image.png! |cell|| h1. \\\\ {noformat}",
	"invalid utf8":  "a\xff\xfe\xc3(b",
	"megabyte":      strings.Repeat("carrier name ", 80000),
	"one long word": strings.Repeat("x", 1<<20),
	"empty-ish":     " ",
	"other scripts": "ソフトバンク اتصالات Ελλάδα 🙂 קול ไทย",
	"template":      "{{.}} {carrier} %s %!d [[ x ]] ]]> ${x}",
}

func written(t *testing.T, kind, format string, k ticket.Ticket, q ticket.Request, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "ticket":
		err = Ticket(&b, format, k, o)
	case "lockout":
		err = Lockout(&b, format, q, o)
	case "analysis":
		err = Analysis(&b, format, k.Report, o)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", kind, format, err)
	}
	return b.Bytes()
}

func TestFormatsAreReadBack(t *testing.T) {
	o := Options{From: "Support Desk <support@northfirm.example>", To: "Tech <tech@distributor.example>", Requester: "firm.admin@northfirm.example"}
	request := ticket.Lockout(nil, faq.LockoutFields{FirmURL: "northfirm.example", AdminName: "Jo Smith", AdminEmail: "jo@northfirm.example", Number: caller, Provider: "O2"}, time.Unix(1772532360, 0))
	for _, kind := range []string{"ticket", "lockout", "analysis"} {
		for _, format := range Formats(kind) {
			data := written(t, kind, format, madeTicket(), request, o)
			readBack(t, kind+" "+format, kind, format, data)
			if format == "eml" {
				m, err := netmail.ReadMessage(bytes.NewReader(data))
				if err != nil || m.Header.Get("From") != `"Support Desk" <support@northfirm.example>` || !strings.HasSuffix(m.Header.Get("Message-ID"), "@northfirm.example>") {
					t.Errorf("mail header: %v, %v", err, m)
				}
			}
		}
	}
}

func TestHostileText(t *testing.T) {
	for name, text := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			k, q := hostileTicket(text), hostileLockout(text)
			for _, kind := range []string{"ticket", "lockout", "analysis"} {
				for _, format := range Formats(kind) {
					for _, o := range []Options{{}, {Redact: true}, {ASCII: true, Width: 40}, {Wiki: true}} {
						if len(text) > 1<<16 && o != (Options{Redact: true}) && (format != "text" || o.ASCII) && !o.Wiki {
							continue
						}
						if format != "text" && o.ASCII || format != "jira" && o.Wiki || format == "pdf" && (o.Redact || len(text) > 1<<16 && kind != "lockout") {
							continue
						}
						readBack(t, fmt.Sprintf("%s %s %+v", kind, format, o), kind, format, written(t, kind, format, k, q, o))
					}
				}
			}
			for _, table := range Tables() {
				readBack(t, table, "table", "csv", written(t, "analysis", "csv", k, q, Options{Table: table}))
			}
		})
	}
}

// readBack reads a file with an independent parser and says what is wrong with it.
func readBack(t *testing.T, what, kind, format string, data []byte) {
	t.Helper()
	if len(data) > 4<<20 {
		t.Errorf("%s: %d bytes", what, len(data))
	}
	if format == "pdf" {
		if !bytes.HasPrefix(data, []byte("%PDF-")) {
			t.Errorf("%s: no PDF", what)
		}
		return
	}
	noControls(t, what, data)
	switch format {
	case "html":
		checkHTML(t, what, string(data), true)
	case "md":
		checkMarkdown(t, what, kind, string(data))
	case "csv":
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if kind == "ticket" && len(rows) < 14 {
			t.Errorf("%s: %d rows", what, len(rows))
		}
		for _, r := range rows {
			for _, c := range r {
				if c != "" && strings.ContainsRune("=@\t\r", rune(c[0])) || len(c) > 0 && (c[0] == '-' || c[0] == '+') && !isNumber(c[1:]) {
					t.Errorf("%s: a formula: %.60q", what, c)
				}
			}
		}
	case "eml":
		checkMail(t, what, data)
	case "json":
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	case "zendesk":
		var v struct {
			Ticket struct {
				Subject string
				Comment struct {
					Body   string
					Public *bool
				}
				Type, Priority string
				Tags           []string
				ExternalID     string `json:"external_id"`
			}
		}
		strict(t, what, data, &v)
		if v.Ticket.Comment.Public == nil || *v.Ticket.Comment.Public || v.Ticket.Comment.Body == "" || !slices.Contains([]string{"incident", "task"}, v.Ticket.Type) ||
			!slices.Contains([]string{"low", "normal", "high", "urgent"}, v.Ticket.Priority) || v.Ticket.ExternalID == "" {
			t.Errorf("%s: %+v", what, v)
		}
		subject(t, what, v.Ticket.Subject, 120)
		for _, tag := range v.Ticket.Tags {
			if strings.ContainsAny(tag, " -") || tag != strings.ToLower(tag) {
				t.Errorf("%s: tag %q", what, tag)
			}
		}
	case "freshdesk":
		var v struct {
			Subject, Description, Email, Type string
			Status, Priority, Source          int
			Tags                              []string
		}
		strict(t, what, data, &v)
		subject(t, what, v.Subject, 120)
		if v.Status != 2 || v.Priority < 1 || v.Priority > 4 || v.Source != 2 {
			t.Errorf("%s: %+v", what, v)
		}
		checkHTML(t, what, v.Description, false)
	case "servicenow":
		var v map[string]string
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		subject(t, what, v["short_description"], 160)
		for _, key := range []string{"description", "work_notes"} {
			if n := utf8.RuneCountInString(v[key]); n > 4000 {
				t.Errorf("%s: %s has %d characters", what, key, n)
			}
		}
		if !strings.Contains("123", v["impact"]) || v["correlation_id"] == "" {
			t.Errorf("%s: %v", what, v)
		}
	case "github":
		var v struct {
			Title, Body string
			Labels      []string
		}
		strict(t, what, data, &v)
		subject(t, what, v.Title, 120)
		if n := utf8.RuneCountInString(v.Body); n > 65536 {
			t.Errorf("%s: the body has %d characters", what, n)
		}
		checkMarkdown(t, what, "letter", v.Body)
	case "jira":
		var v struct {
			Fields struct {
				Summary     string
				Labels      []string
				Description any
				Project     map[string]string
				IssueType   map[string]string
				Priority    map[string]string
			}
		}
		strict(t, what, data, &v)
		subject(t, what, v.Fields.Summary, 255)
		for _, l := range v.Fields.Labels {
			if strings.Contains(l, " ") {
				t.Errorf("%s: label %q", what, l)
			}
		}
		if s, ok := v.Fields.Description.(string); ok {
			if strings.Contains(s, "{html}") && !strings.Contains(s, `\{html\}`) || utf8.RuneCountInString(s) > maxDescription {
				t.Errorf("%s: a macro, or %d characters", what, len(s))
			}
			return
		}
		doc := v.Fields.Description.(map[string]any)
		if doc["type"] != "doc" || doc["version"] != 1.0 {
			t.Errorf("%s: %v", what, doc["type"])
		}
		if n := checkADF(t, what, doc, ""); n > maxDescription {
			t.Errorf("%s: %d characters", what, n)
		}
	}
}

func strict(t *testing.T, what string, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func subject(t *testing.T, what, s string, limit int) {
	t.Helper()
	if s == "" || strings.ContainsAny(s, "\r\n") || utf8.RuneCountInString(s) > limit {
		t.Errorf("%s: subject %.200q", what, s)
	}
}

// noControls: nothing in the bytes moves a cursor or turns text around.
func noControls(t *testing.T, what string, data []byte) {
	t.Helper()
	if !utf8.Valid(data) {
		t.Errorf("%s: not UTF-8", what)
	}
	for i, r := range string(data) {
		if r == '\n' || r == '\r' {
			continue
		}
		if hostile(r) {
			t.Errorf("%s: %U at byte %d", what, r, i)
			return
		}
	}
}

var plainElements = strings.Fields("p strong h2 h3 h4 blockquote br ul ol li table thead tbody tr th td html head body meta caption")

func checkHTML(t *testing.T, what, text string, page bool) {
	t.Helper()
	allowed := plainElements
	if page {
		allowed = append(strings.Fields("title style main section span h1 figure figcaption b svg desc path text details summary div"), allowed...)
	}
	z := html.NewTokenizer(strings.NewReader(text))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Errorf("%s: %v", what, z.Err())
			}
			if len(open) > 0 {
				t.Errorf("%s: not closed: %v", what, open)
			}
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			if !slices.Contains(allowed, tag.Data) {
				t.Errorf("%s: element %s", what, tag.Data)
				return
			}
			for _, a := range tag.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" || a.Key == "src" {
					t.Errorf("%s: attribute %s", what, a.Key)
				}
			}
			if !slices.Contains([]string{"br", "meta", "path"}, tag.Data) {
				open = append(open, tag.Data)
			}
		case html.EndTagToken:
			tag := z.Token()
			if len(open) == 0 || open[len(open)-1] != tag.Data {
				t.Errorf("%s: %s closes %v", what, tag.Data, open)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

func checkMarkdown(t *testing.T, what, kind, text string) {
	t.Helper()
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(gmhtml.WithUnsafe()))
	if err := md.Convert([]byte(text), &b); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	doc, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if !slices.Contains(append([]string{"h1"}, plainElements...), n.Data) {
				t.Errorf("%s: element %s", what, n.Data)
			}
			if n.Data == "tr" {
				rows++
				cells := 0
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					if c.Type == html.ElementNode {
						cells++
					}
				}
				if kind == "ticket" && cells != 4 {
					t.Errorf("%s: a row of %d cells", what, cells)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	if kind == "ticket" && rows < 14 {
		t.Errorf("%s: %d table rows", what, rows)
	}
	if n := strings.Count(strings.ReplaceAll(text, "&lt;", ""), "<"); n > 0 {
		t.Errorf("%s: %d raw <", what, n)
	}
}

func checkMail(t *testing.T, what string, data []byte) {
	t.Helper()
	if bytes.Contains(bytes.ReplaceAll(data, []byte("\r\n"), nil), []byte("\n")) {
		t.Errorf("%s: a bare line feed", what)
	}
	for _, l := range bytes.Split(data, []byte("\r\n")) {
		if len(l) > 78 {
			t.Errorf("%s: a line of %d octets: %.90q", what, len(l), l)
			break
		}
	}
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for key := range m.Header {
		if !slices.Contains([]string{"Date", "From", "To", "Subject", "Message-Id", "Mime-Version", "X-Unsent", "Content-Type"}, key) {
			t.Errorf("%s: header %s", what, key)
		}
	}
	if _, err := m.Header.Date(); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	subject(t, what, s, 120)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, kind := range []string{"text/plain", "text/html"} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !strings.HasPrefix(p.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: part %s", what, p.Header.Get("Content-Type"))
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		noControls(t, what, body)
		if kind == "text/html" {
			checkHTML(t, what, string(body), false)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("%s: a third part", what)
	}
}

// adfInside says which nodes may stand in which.
var adfInside = map[string]string{"": "doc", "doc": "paragraph heading table bulletList orderedList blockquote", "paragraph": "text", "heading": "text", "table": "tableRow",
	"tableRow": "tableHeader tableCell", "tableHeader": "paragraph", "tableCell": "paragraph", "bulletList": "listItem", "orderedList": "listItem", "listItem": "paragraph", "blockquote": "paragraph"}

func checkADF(t *testing.T, what string, n map[string]any, parent string) int {
	t.Helper()
	kind, _ := n["type"].(string)
	if !slices.Contains(strings.Fields(adfInside[parent]), kind) {
		t.Errorf("%s: %s in %q", what, kind, parent)
	}
	length := 0
	if kind == "text" {
		s, _ := n["text"].(string)
		if s == "" {
			t.Errorf("%s: an empty text node", what)
		}
		length = utf8.RuneCountInString(s)
	}
	content, _ := n["content"].([]any)
	if len(content) == 0 && !slices.Contains([]string{"text", "paragraph"}, kind) {
		t.Errorf("%s: an empty %s", what, kind)
	}
	for _, c := range content {
		length += checkADF(t, what, c.(map[string]any), kind)
	}
	return length
}

func TestReply(t *testing.T) {
	k := madeTicket()
	got := string(written(t, "ticket", "reply", k, ticket.Request{}, Options{}))
	if strings.Join(strings.Fields(got), " ") != k.Reply {
		t.Errorf("reply %q, want %q", got, k.Reply)
	}
	k.Reply = ""
	if got := string(written(t, "ticket", "reply", k, ticket.Request{}, Options{})); !strings.Contains(got, "backup code") {
		t.Errorf("without a cause: %q", got)
	}
}

func TestLockoutWithoutConsentSaysSoFirst(t *testing.T) {
	r := ticket.Lockout(nil, faq.LockoutFields{FirmURL: "northfirm.example"}, time.Unix(1772532360, 0))
	for _, format := range []string{"text", "md", "servicenow", "eml"} {
		got := string(written(t, "lockout", format, ticket.Ticket{}, r, Options{}))
		if !strings.Contains(got, "consent missing") || !strings.Contains(got, "INCOMPLETE") {
			t.Errorf("%s: %.300s", format, got)
		}
		if n := strings.Count(got, "Still missing"); n != 1 && format != "eml" { // which has it as text and as HTML
			t.Errorf("%s says %d times what is missing: %s", format, n, got)
		}
	}
}
