package export

import (
	"io"

	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
)

// Demo writes what the demo shows: the findings of the sample, the checklist of
// one affected user, the ticket, and what to tell the user.
func Demo(w io.Writer, topic string, k ticket.Ticket, o Options) error {
	t := newText(w, o)
	red := ticketRedactor(&k, o)
	t.wrap("Sample log: " + tally.FormatCount(k.Report.Table.Totals.Messages) + " made-up messages. Nothing is read, sent or kept.")
	t.line("")
	t.findings(k.Report.Findings, red, k.CreatedAt.Year(), false)
	t.line("")
	t.checklist(k.Steps, topic+", "+checklistTitle(&k, red), red)
	t.line("")
	t.ticketTable(&k, red)
	if k.Reply != "" {
		t.line("")
		t.tell(red.lines(k.Reply))
	}
	t.line("")
	t.line(t.bold("TRY NEXT"))
	for _, next := range [][2]string{
		{"otpdoctor", "the guided case, with a caller on the phone"},
		{"otpdoctor analyze FILE", "your own log: which carrier, since when"},
		{"otpdoctor demo -o demo.html", "this ticket as a page with charts"},
	} {
		t.hanging(pad(next[0], 29), next[1])
	}
	return t.flush()
}
