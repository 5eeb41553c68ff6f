package wizard

import (
	"slices"

	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

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
