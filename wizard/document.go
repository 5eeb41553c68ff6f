package wizard

import (
	"bytes"
	"io"
	"time"

	"cli.otpdoctor/diagnostics/export"
)

// document is what the case ends in: the ticket, or the request for an
// administrator who is locked out.
type document struct {
	kind  string // as export.Formats has it; its file's name begins with it
	write func(w io.Writer, format string, o export.Options) error
	known []string // names and addresses that a masked one must not hold
}

// document is the request where the topic gathers a firm's consent and has come
// to its end, else the ticket.
func (m *model) document() document {
	if r, ok := m.request(); ok {
		return document{"lockout", func(w io.Writer, format string, o export.Options) error { return export.Lockout(w, format, r, o) },
			[]string{r.Given.FirmURL, r.Given.AdminName, r.Given.AdminEmail}}
	}
	t := m.d.ticket
	return document{"ticket", func(w io.Writer, format string, o export.Options) error { return export.Ticket(w, format, t, o) },
		[]string{t.FirmURL, t.Contact.Name, t.Contact.Email}}
}

// bytes is the document in a format, and in words what was masked in it.
func (d document) bytes(format string, o export.Options) (content []byte, masked string, err error) {
	var buf bytes.Buffer
	labels := &export.Map{}
	if o.Redact {
		o.RedactMap = labels
	}
	err = d.write(&buf, format, o)
	return buf.Bytes(), labels.Summary(), err
}

// fileName is a name that holds no number: the day and, of the caller, the label
// that stands in the masked document.
func (d document) fileName(day time.Time, format string) string {
	name := d.kind + "-" + day.UTC().Format(time.DateOnly) + "-user-1"
	switch format {
	case "text":
		return name + ".txt"
	case "reply":
		return name + "-reply.txt"
	case "zendesk", "jira", "freshdesk", "servicenow", "github":
		return name + "-" + format + ".json"
	}
	return name + "." + format
}
