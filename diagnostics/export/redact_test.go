package export

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// personal are values that no byte of a masked report may give away, in any of
// the ways in which people write them.
var personal = []string{"7700900187", "7700 900187", "7700-900187", "07700 900 187", "7700900142", "7700 900142", "6039980001", "9446 0018",
	"northfirm", "jo smith", "smith", "jo.smith@", "@elsewhere.example", "elsewhere.example", "other-firm.co.uk", "020 7946 0018", "2079460018", "٠٧٧٠٠٩٠٠١٨٧"}

func personalTicket() (ticket.Ticket, ticket.Request) {
	r := madeReport()
	r.Inputs[0].Name = "northfirm-447700900187.csv"
	r.Inputs[0].Rejections[0].Reason = `to "+44 7700 900142" is not right`
	r.Findings[0].Evidence = append(r.Findings[0].Evidence, finding.Evidence{Text: "07700 900 187 asked three times; 44-7700-900187 too", MessageID: "to-447700900187-x", Number: msisdn(caller)})
	given := map[string]string{
		"number_changed": "yes, from (020) 7946 0018, ask jo.smith@northfirm.example or anna@elsewhere.example",
		"whole_firm":     "see HTTPS://WWW.NorthFirm.example/users?id=1 and other-firm.co.uk; Northfirm says yes",
		"mobile_number":  "+44 (0)7700 900187, formerly ٠٧٧٠٠٩٠٠١٨٧ and 0044 7700 900142",
	}
	k := ticket.Draft(ticket.Inputs{Report: r, Numbers: []carrier.Checked{carrier.Check("+4407700900187", "", nil)}, FirmURL: "https://app.northfirm.example/login", Given: given,
		Attachments: []string{"Northfirm-07700900187.pdf"},
		Steps:       []ticket.Step{{ID: "number", Title: "Number of +447700900187", Result: faq.Pass, Detail: "northfirm.example said so"}}})
	k.Reply = "Dear user of Northfirm, your number 07700 900 187 is fine."
	q := ticket.Lockout(nil, faq.LockoutFields{FirmURL: "northfirm.example", AdminName: "Jo Smith", AdminEmail: "jo.smith@northfirm.example", Number: "+447700900187", Provider: "O2",
		Consent: "Anna (anna@elsewhere.example) of Northfirm agreed on 3 March 2026 by phone from 020 7946 0018; JO SMITH was there"}, time.Unix(1772532360, 0))
	return k, q
}

// opened gives all that is in a file: as it is, inflated, decoded, unescaped.
func opened(t *testing.T, data []byte) string {
	t.Helper()
	var b strings.Builder
	b.Write(data)
	for _, m := range regexp.MustCompile(`(?s)stream\r?\n(.*?)endstream`).FindAllSubmatch(data, -1) {
		if r, err := zlib.NewReader(bytes.NewReader(m[1])); err == nil {
			if out, err := io.ReadAll(r); err == nil {
				b.Write(out)
			}
		}
	}
	if out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(data))); err == nil {
		b.Write(out)
	}
	for _, m := range regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).FindAll(data, -1) {
		var s string
		if json.Unmarshal(m, &s) == nil {
			b.WriteString("\n" + s)
		}
	}
	if bytes.HasPrefix(data, []byte("%PDF")) {
		b.WriteString(pdfText(t, data))
	}
	return b.String()
}

func TestNothingPersonalIsLeft(t *testing.T) {
	k, q := personalTicket()
	for _, kind := range []string{"ticket", "lockout", "analysis"} {
		for _, format := range Formats(kind) {
			o := Options{Redact: true, Requester: "boss@northfirm.example", From: "Jo Smith <jo.smith@northfirm.example>", To: "x@elsewhere.example", RedactMap: &Map{}}
			data := opened(t, written(t, kind, format, k, q, o))
			lower := strings.ToLower(data)
			for _, p := range personal {
				if kind == "analysis" && (p == "northfirm" || strings.HasPrefix(p, "northfirm")) {
					continue // an analysis knows no firm
				}
				if i := strings.Index(lower, strings.ToLower(p)); i >= 0 {
					t.Errorf("%s %s gives away %q: …%s…", kind, format, p, strings.ReplaceAll(lower[max(0, i-60):min(len(lower), i+60)], "\n", "␊"))
				}
			}
			if kind == "ticket" && format != "reply" && !strings.Contains(data, "user 1, +44 … 87") && format != "servicenow" {
				t.Errorf("%s %s has no label", kind, format)
			}
		}
	}
}

func TestLabelsAreStable(t *testing.T) {
	k, _ := personalTicket()
	m := &Map{}
	written(t, "ticket", "json", k, ticket.Request{}, Options{Redact: true, RedactMap: m})
	if v := m.labels["user 1, +44 … 87"]; v != "+447700900187" {
		t.Errorf("user 1 is %q", v)
	}
	if v := m.labels["user 2, +44 … 42"]; v != "+447700900142" {
		t.Errorf("user 2 is %q: %v", v, m.order)
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back) != len(m.labels) {
		t.Errorf("the map: %v, %d of %d", err, len(back), len(m.labels))
	}
}

func TestRedactText(t *testing.T) {
	red := newRedactor(Options{Redact: true})
	red.know(msisdn("+447700900187"))
	red.firm("https://www.northfirm.example:8443/app")
	red.person("Jo Smith", "[admin]")
	red.id("m-44771234567")
	for _, c := range []struct{ text, want string }{
		{"nothing personal: 41 of 52, 79 % (66–88), since 3 March 2026 07:40 UTC", ""},
		{"2026-03-03T07:52:14Z, 2026-03-03 07:52:14.123, 03/03/2026 07:52, 1.2.2026", ""},
		{"code 30007, 18,204 messages, m-44771234567 and 78e52478-a741-3962-9677-e3c4eac884df", ""},
		{"march.csv, ticket.md, archive.zip, v1.8.1, e.g. this", ""},
		{"blacksmith and smithy", ""},
		{"call 07700 900187.", "call user 1, +44 … 87."},
		{"user447700900187.csv", "useruser 1, +44 … 87.csv"},
		{"www.northfirm.example/x, NORTHFIRM", "[firm], [firm]"},
		{"smith, jo", "[admin], jo"},
		{"a@b.example", "[e-mail 1]"},
		{"+1 (212) 555-0100 or 020 7946 0018", "user 2, +1 … 00 or [phone number]"},
		{"acme.io/login and http://10.0.0.1:80/x", "[web address] and [web address]"},
	} {
		want := c.want
		if want == "" {
			want = c.text
		}
		if got := red.text(c.text); got != want {
			t.Errorf("%q: got %q, want %q", c.text, got, want)
		}
	}
	if got := red.masked(); !strings.HasPrefix(got, "9 values in ") && !strings.Contains(got, "firm") {
		t.Errorf("masked: %s", got)
	}
}

// A number stored with a zero too many and the right one are one person.
func TestOnePersonOneLabel(t *testing.T) {
	red := newRedactor(Options{Redact: true})
	red.know(msisdn("+4407700900142"))
	got := red.text("stored as +4407700900142, right is +44 7700 900142, typed 07700 900142") + "; " + red.number(msisdn("+4407700900142")) + "; " + red.e164(msisdn("+447700900142"))
	if n := strings.Count(got, "user 1, +44 … 42"); n != 5 || strings.Contains(got, "user 2") {
		t.Errorf("got %q", got)
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range personal {
		f.Add("x " + s + " y")
	}
	f.Fuzz(func(t *testing.T, s string) {
		red := newRedactor(Options{Redact: true})
		red.know(msisdn("+447700900187"))
		red.firm("northfirm.example")
		got := red.text(s + " +447700900187 northfirm.example " + s)
		if strings.Contains(got, "7700900187") || strings.Contains(got, " northfirm.example ") {
			t.Errorf("%q: %q", s, got)
		}
		for _, r := range got {
			if hostile(r) {
				t.Errorf("%q: %U", s, r)
			}
		}
	})
}
