package export

import (
	"io"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

type ticketJSON struct {
	Schema      string         `json:"schema"`
	CreatedAt   string         `json:"created_at"`
	FirmURL     string         `json:"firm_url"`
	Contact     *contactJSON   `json:"contact,omitempty"`
	Subject     string         `json:"subject"`
	Questions   []questionJSON `json:"questions"`
	Findings    []findingJSON  `json:"findings"`
	Steps       []stepJSON     `json:"steps"`
	Attachments []string       `json:"attachments"`
	Reply       string         `json:"reply"`
	Warnings    []string       `json:"warnings"`
	Masked      string         `json:"masked,omitempty"` // with Redact
}

type contactJSON struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type questionJSON struct {
	Number   int      `json:"number"`
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Answer   string   `json:"answer"`
	Value    any      `json:"value"`
	Source   string   `json:"source"`
	Evidence []string `json:"evidence"`
	Conflict string   `json:"conflict"`
}

type stepJSON struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Result string `json:"result"`
	Detail string `json:"detail"`
}

func ticketOf(t *ticket.Ticket, red *redactor) ticketJSON {
	j := ticketJSON{Schema: "otpdoctor/ticket/v1", CreatedAt: stampOf(t.CreatedAt), FirmURL: red.text(t.FirmURL), Subject: red.text(t.Subject),
		Steps: []stepJSON{}}
	if t.Contact != (ticket.Contact{}) {
		j.Contact = &contactJSON{red.text(t.Contact.Name), red.text(t.Contact.Email)}
	}
	for i := range t.Answers {
		a := &t.Answers[i]
		q := questionJSON{Number: i + 1, ID: ticket.IDs[i], Question: red.text(a.Question.Text), Answer: red.text(oneLine(shortened(a.Text))), Value: maskedValue(a.Value, red),
			Source: string(a.Source), Evidence: red.all(a.Evidence), Conflict: red.text(a.Conflict)}
		j.Questions = append(j.Questions, q)
	}
	j.Findings = findingsOf(t.Findings, red)
	for _, s := range t.Steps {
		// The published schema has four results: late is a fail that says so in its detail.
		result, detail := string(s.Result), knownBy(&s, red)
		switch s.Result {
		case faq.Late:
			result = string(faq.Fail)
			if detail == "" {
				detail = "late"
			}
		case "":
			result = string(faq.UnknownResult)
			if detail == "" {
				detail = "to ask"
			}
		}
		j.Steps = append(j.Steps, stepJSON{word(s.ID), red.text(s.Title), result, detail})
	}
	j.Attachments, j.Warnings = red.all(t.Attachments), red.all(t.Warnings)
	j.Reply = red.lines(t.Reply)
	if red.on {
		j.Masked = red.masked()
	}
	return j
}

// maskedValue takes personal values out of the value of an answer.
func maskedValue(v any, red *redactor) any {
	switch v := v.(type) {
	case ticket.MobileNumber:
		for i, s := range v.Numbers {
			if i == 0 {
				v.Numbers = append([]string(nil), v.Numbers...)
			}
			if m := number.ParseMSISDN([]byte(s), ""); red.on && m != 0 {
				v.Numbers[i] = red.label(m)
			} else {
				v.Numbers[i] = red.text(s)
			}
		}
		return v
	case ticket.NetworkProvider:
		if v.Carriers != nil {
			v.Carriers = red.all(v.Carriers)
		}
		return v
	case ticket.AffectedUsers:
		if v.Carriers != nil {
			v.Carriers = red.all(v.Carriers)
		}
		return v
	}
	return v
}

// ticketRedactor knows the personal values of a case.
func ticketRedactor(t *ticket.Ticket, o Options) *redactor {
	red := newRedactor(o)
	if !red.on {
		return red
	}
	red.firm(t.FirmURL)
	red.person(t.Contact.Name, "[contact]")
	if t.Contact.Email != "" {
		red.literal(t.Contact.Email, "[e-mail]", "e-mail")
	}
	for _, p := range t.People {
		red.know(p.Keys...)
		if p.Number.Valid {
			red.know(number.ParseMSISDN([]byte(p.Number.E164), ""))
		}
		if s := p.Number.Input; !p.Number.Valid && len(digitsOf(s)) < 6 && len([]rune(s)) > 3 {
			red.literal(s, "[number as typed]", "number")
		}
	}
	// Whoever was asked for is the first user of the report; others are numbered as
	// they appear in it.
	for _, p := range t.People {
		if key := p.Key(); key != 0 && p.Number.Input != "" {
			red.label(key)
		}
	}
	for i := range t.Findings {
		red.finding(&t.Findings[i])
	}
	red.forget()
	return red
}

func ticketToJSON(w io.Writer, t *ticket.Ticket, o Options) error {
	return writeJSON(w, ticketOf(t, ticketRedactor(t, o)), "  ")
}
