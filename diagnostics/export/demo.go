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
	t.wrap("Try your own: otpdoctor analyze FILE, or otpdoctor for the guided case.")
	return t.flush()
}
