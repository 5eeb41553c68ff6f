package export

import (
	"io"
	"strings"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// lockoutRedactor knows the personal values of a request.
func lockoutRedactor(r *ticket.Request, o Options) *redactor {
	red := newRedactor(o)
	if !red.on {
		return red
	}
	red.firm(r.Given.FirmURL)
	red.person(r.Given.AdminName, "[administrator]")
	if mail := strings.TrimSpace(r.Given.AdminEmail); mail != "" {
		red.literal(mail, "[e-mail]", "e-mail")
	}
	if n := number.Check(r.Given.Number, ""); n.Valid {
		red.know(number.ParseMSISDN([]byte(n.E164), ""))
	} else {
		red.know(number.ParseMSISDN([]byte(r.Given.Number), ""))
	}
	return red
}

// lockoutValue is a field of the request as it may be shown.
func lockoutValue(f *faq.LockoutField, red *redactor) string {
	s := red.text(f.Value)
	if red.on && f.ID == "number" && !f.Missing && s == f.Value {
		// Whatever was typed there is somebody's number, though it looks like none.
		red.took("number", s)
		return "[phone number]"
	}
	return s
}

func lockoutLetter(r *ticket.Request, o Options) *letter {
	red := lockoutRedactor(r, o)
	d := &document{title: red.text(r.Subject), status: red.text(r.First)}
	d.para("", red.text(r.Intro))
	var rows [][2]string
	for i := range r.Fields {
		rows = append(rows, [2]string{red.text(r.Fields[i].Label), lockoutValue(&r.Fields[i], red)})
	}
	d.add(pairs{rows})
	d.para("", red.text(r.Closing))
	if len(r.Before) > 0 {
		d.head(2, "Tried before")
		d.add(bullets{items: red.all(r.Before), ordered: true})
	}
	if r.After != "" {
		d.head(2, "Afterwards")
		d.para("", red.text(r.After))
	}
	finish(d, red)
	l := &letter{doc: d, open: d, created: r.CreatedAt, task: true, tags: []string{"2fa", "administrator-lockout", "otpdoctor"}}
	if !r.Complete {
		l.tags = append(l.tags, "incomplete")
	}
	if !o.Redact {
		l.requester, l.name = mailAddress(r.Given.AdminEmail), summaryLine(Clean(r.Given.AdminName), 120)
		if l.requester == "" {
			l.requester = mailAddress(o.Requester)
		}
	}
	l.id = letterID(l)
	return l
}

type lockoutJSON struct {
	Schema    string         `json:"schema"`
	CreatedAt string         `json:"created_at"`
	Subject   string         `json:"subject"`
	Complete  bool           `json:"complete"`
	Missing   []string       `json:"missing"` // ids of fields
	First     string         `json:"first_line"`
	Fields    []lockoutField `json:"fields"`
	Text      string         `json:"text"`
	Masked    string         `json:"masked,omitempty"`
}

type lockoutField struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Value string `json:"value"` // empty where missing
	Ask   string `json:"ask"`
}

func lockoutToJSON(w io.Writer, r *ticket.Request, o Options) error {
	red := lockoutRedactor(r, o)
	j := lockoutJSON{Schema: "otpdoctor/lockout/v1", CreatedAt: stampOf(r.CreatedAt), Subject: red.text(r.Subject), Complete: r.Complete,
		Missing: []string{}, First: red.text(r.First)}
	for i := range r.Fields {
		f := &r.Fields[i]
		x := lockoutField{ID: Clean(f.ID), Label: red.text(f.Label), Value: lockoutValue(f, red), Ask: red.text(f.Ask)}
		if f.Missing {
			x.Value = ""
			j.Missing = append(j.Missing, x.ID)
		}
		j.Fields = append(j.Fields, x)
	}
	j.Text = plain(lockoutLetter(r, Options{Redact: o.Redact}).doc, wide)
	if red.on {
		j.Masked = red.masked()
	}
	return writeJSON(w, j, "  ")
}

func lockoutToCSV(w io.Writer, r *ticket.Request, o Options) error {
	red := lockoutRedactor(r, o)
	c := newCSV(w, "id", "field", "value", "missing")
	c.row("subject", "Subject", red.text(r.Subject), "")
	for i := range r.Fields {
		f := &r.Fields[i]
		missing := "no"
		if f.Missing {
			missing = "yes"
		}
		c.row(f.ID, red.text(f.Label), lockoutValue(f, red), missing)
	}
	if red.on {
		c.row("masked", "Masked", red.masked(), "")
	}
	return c.close()
}
