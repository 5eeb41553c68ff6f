package export

import (
	"io"
	"strings"
	"unicode/utf8"

	"cli.otpdoctor/diagnostics/finding"
)

// Zendesk: POST /api/v2/tickets.json. The report goes into an internal note:
// without public:false the first comment is mailed to the requester.
// https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
func zendesk(w io.Writer, l *letter, _ Options) error {
	type comment struct {
		Body   string `json:"body"`
		Public bool   `json:"public"`
	}
	type requester struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	type body struct {
		Subject    string     `json:"subject"`
		Comment    comment    `json:"comment"`
		Requester  *requester `json:"requester,omitempty"`
		Type       string     `json:"type"`
		Priority   string     `json:"priority"`
		Tags       []string   `json:"tags"`
		ExternalID string     `json:"external_id"`
	}
	b := body{Subject: summaryLine(l.doc.title, 120), Comment: comment{Body: cutLines(plain(l.doc, wide), 60000, cutNote)}, Type: "incident",
		Priority: bySeverity(l, "high", "normal", "low"), ExternalID: l.id}
	if l.task {
		b.Type, b.Priority = "task", "high"
	}
	for _, t := range l.tags { // a blank parts tags, and Zendesk's own use underscores
		b.Tags = append(b.Tags, strings.ReplaceAll(t, "-", "_"))
	}
	if l.requester != "" {
		name := l.name
		if name == "" {
			name, _, _ = strings.Cut(l.requester, "@")
		}
		b.Requester = &requester{name, l.requester}
	}
	return writeJSON(w, struct {
		Ticket body `json:"ticket"`
	}{b}, "  ")
}

// bySeverity picks one of three words; without a finding the middle one.
func bySeverity(l *letter, high, medium, low string) string {
	switch l.severity {
	case finding.High:
		return high
	case finding.Low:
		return low
	}
	return medium
}

// Freshdesk: POST /api/v2/tickets. The description is HTML and public, so it
// carries no evidence; who asks is named by e-mail, since a phone number would
// make a contact of it. https://developers.freshdesk.com/api/#create_ticket
func freshdesk(w io.Writer, l *letter, _ Options) error {
	var b strings.Builder
	htmlBlocks(&b, l.open, false)
	priority := map[string]int{"urgent": 4, "high": 3, "medium": 2, "low": 1}
	body := struct {
		Subject     string   `json:"subject"`
		Description string   `json:"description"`
		Email       string   `json:"email,omitempty"`
		Status      int      `json:"status"` // 2 is open
		Priority    int      `json:"priority"`
		Source      int      `json:"source"` // 2 is the portal
		Type        string   `json:"type"`
		Tags        []string `json:"tags"`
	}{summaryLine(l.open.title, 120), b.String(), l.requester, 2, priority[bySeverity(l, "high", "medium", "low")], 2, "Incident", l.tags}
	if l.task {
		body.Type, body.Priority = "Service Request", priority["high"]
	}
	return writeJSON(w, body, "  ")
}

// ServiceNow: POST /api/now/table/incident, a flat object of strings. The lengths
// are the product's defaults; evidence goes into work_notes, which the caller
// does not see.
func serviceNow(w io.Writer, l *letter, _ Options) error {
	level := bySeverity(l, "1", "2", "3")
	body := struct {
		ShortDescription string `json:"short_description"`
		Description      string `json:"description"`
		CallerID         string `json:"caller_id,omitempty"`
		Category         string `json:"category"`
		Impact           string `json:"impact"`
		Urgency          string `json:"urgency"`
		ContactType      string `json:"contact_type"`
		WorkNotes        string `json:"work_notes,omitempty"`
		CorrelationID    string `json:"correlation_id"`
	}{summaryLine(l.open.title, 160), cutLines(plain(l.open, wide), 4000, cutNote), l.requester, "software", level, level, "phone", cutLines(l.internal, 4000, cutNote), l.id}
	if l.task {
		body.Category, body.Impact, body.Urgency = "access", "2", "1"
	}
	return writeJSON(w, body, "  ")
}

// GitHub: POST /repos/OWNER/REPO/issues. Bodies end at 65,536 characters.
func gitHub(w io.Writer, l *letter, _ Options) error {
	var b strings.Builder
	markdownBlocks(&b, l.doc)
	b.WriteString("\n" + l.id + "\n")
	body := strings.TrimLeft(b.String(), "\n")
	if utf8.RuneCountInString(body) > 65000 {
		body = cutLines(body, 65000, "\n"+cutNote+"\n\n"+l.id)
	}
	return writeJSON(w, struct {
		Title  string   `json:"title"`
		Body   string   `json:"body"`
		Labels []string `json:"labels"`
	}{summaryLine(l.doc.title, 120), body, l.tags}, "  ")
}
