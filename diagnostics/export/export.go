// Package export is the one way out. In comes what the other rooms made, an analysis,
// messages, checked numbers, a ticket; out goes a document in the format asked for,
// the same bytes for the same input. Masking is here, so that no format can forget
// it, and so is the cleaning of text from outside. It computes no figure.
//
// Next: wizard, where the same is looked at on a terminal.
package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/ticket"
)

// Options are what the way of writing depends on. The zero value writes
// everything, in UTF-8, without colour, 80 columns wide.
type Options struct {
	Redact    bool                // leave country, carrier, the last two digits and a label
	RedactMap *Map                // filled with what the labels stand for, where not nil
	Color     bool                // the terminal's colours in text
	Width     int                 // of text, in columns; 0 is 80
	ASCII     bool                // signs of text without UTF-8
	Heard     bool                // each row of a Markdown table as lines of "column: cell", for whoever hears it
	Explain   bool                // the findings that were not stated, too
	TimeLine  *finding.TimeLine   // of an analysis, one person's attempts, or nil
	Compare   *finding.Comparison // of an analysis, before and after a moment, or nil
	Table     string              // which table the CSV of an analysis is: carriers, findings, hours or users

	// For help desks and mail, empty where not set up. Addresses are left out of
	// whatever is redacted.
	Requester string // e-mail address of who asks
	From, To  string // of mail, as "Name <address>"
	Project   string // Jira's project key
	Wiki      bool   // Jira's wiki text in place of ADF, for Data Center

	pack *packOptions // where the file is one of several of one report
}

// packOptions are what the files of one pack share.
type packOptions struct {
	numbers map[number.MSISDN]string // labels
	firm    string                   // the case's, for files that do not name it themselves
}

func (o Options) width() int {
	if o.Width <= 0 {
		return 80
	}
	return max(o.Width, 20)
}

// FormatError says that a format is not known for this kind of output.
type FormatError struct {
	Format string
	Known  []string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("format %q is not one of %s", Clean(e.Format), strings.Join(e.Known, ", "))
}

// kinds are the formats of each kind of output, in the order of the help text.
var kinds = map[string][]string{
	"ticket":   {"text", "md", "html", "pdf", "json", "csv", "eml", "zendesk", "jira", "freshdesk", "servicenow", "github", "reply"},
	"lockout":  {"text", "md", "html", "pdf", "json", "csv", "eml", "zendesk", "jira", "freshdesk", "servicenow", "github"},
	"analysis": {"text", "json", "md", "html", "csv"},
	"check":    {"text", "json", "jsonl"},
	"convert":  {"csv", "jsonl", "parquet"},
	"identity": {"csv", "jsonl"},
	"faq":      {"text", "md", "json"},
}

// Formats lists the format names of a kind: "ticket", "lockout", "analysis",
// "check", "convert", "identity" or "faq".
func Formats(kind string) []string { return slices.Clone(kinds[kind]) }

func unknown(kind, format string) error { return &FormatError{Format: format, Known: Formats(kind)} }

// Checks writes checked numbers in the order given.
func Checks(w io.Writer, format string, list []carrier.Checked, o Options) error {
	switch format {
	case "text":
		return checkText(w, list, o)
	case "json":
		return checkJSON(w, list)
	case "jsonl":
		cw := newCheckWriter(w)
		for i := range list {
			if err := cw.Write(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return unknown("check", format)
}

// Ticket writes the 13-question report.
func Ticket(w io.Writer, format string, t ticket.Ticket, o Options) error {
	switch format {
	case "text":
		return ticketToText(w, &t, o)
	case "html":
		return htmlPage(w, ticketDocument(&t, o, true))
	case "pdf":
		return pdf(w, ticketDocument(&t, o, true), t.CreatedAt)
	case "json":
		return ticketToJSON(w, &t, o)
	case "csv":
		return ticketToCSV(w, &t, o)
	case "reply":
		return replyText(w, &t, o)
	}
	if write, ok := letterFormats[format]; ok {
		return write(w, ticketLetter(&t, o), o)
	}
	return unknown("ticket", format)
}

// Lockout writes the request to switch off a locked-out administrator's second factor.
func Lockout(w io.Writer, format string, r ticket.Request, o Options) error {
	l := lockoutLetter(&r, o)
	switch format {
	case "text":
		t := newText(w, o)
		t.hanging("Subject: ", l.doc.title)
		t.document(l.doc)
		return t.flush()
	case "html":
		return htmlPage(w, l.doc)
	case "pdf":
		return pdf(w, l.doc, r.CreatedAt)
	case "json":
		return lockoutToJSON(w, &r, o)
	case "csv":
		return lockoutToCSV(w, &r, o)
	}
	if write, ok := letterFormats[format]; ok {
		return write(w, l, o)
	}
	return unknown("lockout", format)
}

// Analysis writes what was counted and found.
func Analysis(w io.Writer, format string, r *finding.Report, o Options) error {
	switch format {
	case "text":
		return analysisToText(w, r, o)
	case "json":
		return analysisToJSON(w, r, o)
	case "md":
		return markdown(w, analysisDocument(r, o, false))
	case "html":
		return htmlPage(w, analysisDocument(r, o, true))
	case "csv":
		return analysisToCSV(w, r, o)
	}
	return unknown("analysis", format)
}
