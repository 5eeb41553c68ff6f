package wizard

import (
	"io"
	"slices"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// document is what the case ends in: the ticket, or the request for an
// administrator who is locked out.
type document struct {
	kind  string // as export.Formats has it
	name  string // how its file begins
	write func(w io.Writer, format string, o export.Options) error
	known []string // names and addresses that a masked one must not hold
}

// document is the request where the topic gathers a firm's consent and has come
// to its end, else the ticket.
func (m *model) document() document {
	if r, ok := m.request(); ok {
		return document{"lockout", "lockout", func(w io.Writer, format string, o export.Options) error { return export.Lockout(w, format, r, o) },
			[]string{r.Given.FirmURL, r.Given.AdminName, r.Given.AdminEmail}}
	}
	t := m.d.ticket
	return document{"ticket", "ticket", func(w io.Writer, format string, o export.Options) error { return export.Ticket(w, format, t, o) },
		[]string{t.FirmURL, t.Contact.Name, t.Contact.Email}}
}

// request is the lock-out request as far as the topic in hand has gathered it.
func (m *model) request() (ticket.Request, bool) {
	if m.c.Topic() == "" || !m.d.ended || m.d.outcome.Kind != faq.SendTicket {
		return ticket.Request{}, false
	}
	steps := m.c.Walk().Topic().Steps
	if !slices.ContainsFunc(steps, func(s faq.Step) bool { return s.Fills == "consent" }) {
		return ticket.Request{}, false
	}
	given := map[string]string{}
	answers := m.c.Walk().Answers()
	for _, s := range steps {
		if value := answers[s.ID]; s.Fills != "" && value != "" && faq.ReplyWord(value) == "" {
			given[s.Fills] = value
		}
	}
	f := faq.LockoutFields{FirmURL: given["firm_url"], AdminName: given["admin_name"], AdminEmail: given["admin_email"],
		Number: given["number"], Provider: given["carrier"], Consent: given["consent"]}
	if f.FirmURL == "" {
		f.FirmURL = m.c.FirmURL()
	}
	if n := m.c.Numbers(); f.Number == "" && len(n) > 0 && n[0].Valid {
		f.Number = n[0].E164
	}
	if f.Provider == "" {
		f.Provider = m.c.CarrierSaid()
	}
	return ticket.Lockout(m.o.Set, f, m.c.Created), true
}
