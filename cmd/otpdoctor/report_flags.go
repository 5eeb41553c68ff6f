package main

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/ticket"
)

// reportFlags are those of all that is written as a ticket is: tickets, the demo's
// and the request of a locked-out administrator.
type reportFlags struct {
	outputFlags
	kind      string // whose formats they are, as export.Formats has it
	format    string
	redact    bool
	redactMap string
	faqDir    string
	requester string
	from, to  string
	project   string
	wiki      bool
	contact   contactFlags
}

func (f *reportFlags) register(cmd *cobra.Command) {
	f.outputFlags.register(cmd, toNamedFile)
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "text", "`FORMAT`: "+strings.Join(export.Formats(f.kind), ", "))
	fl.BoolVar(&f.redact, "redact", false, "mask numbers, names, addresses (on for github unless --redact=false)")
	fl.StringVar(&f.redactMap, "redact-map", "", "write the private list of what was masked to `FILE`")
	fl.StringVar(&f.faqDir, "faq", "", "a FAQ set of your own in `DIR`")
	fl.StringVar(&f.requester, "requester", "", "who asks, `E-MAIL` for a help desk")
	fl.StringVar(&f.from, "from", "", "sender of the e-mail, `\"NAME <ADDRESS>\"`")
	fl.StringVar(&f.to, "to", "", "recipient of the e-mail, `\"NAME <ADDRESS>\"`")
	fl.StringVar(&f.project, "project", "", "Jira project `KEY`")
	fl.BoolVar(&f.wiki, "wiki", false, "Jira's wiki text, for Data Center, in place of ADF")
	registerValues(cmd, "format", words(export.Formats(f.kind)...))
	f.contact.register(cmd)
	registerFolder(cmd, "faq")
	registerNoFiles(cmd, "requester", "from", "to", "project")
}

// resolve settles format and redaction from the flags that were given.
func (f *reportFlags) resolve(a *app, cmd *cobra.Command) (export.Options, error) {
	o := a.exportOptions()
	if !cmd.Flags().Changed("format") {
		var err error
		if f.format, err = f.formatByName(f.kind, "format", f.format); err != nil {
			return o, err
		}
	}
	if err := oneOf("format", f.format, export.Formats(f.kind)); err != nil {
		return o, err
	}
	o.Redact = f.redact
	o.Requester, o.From, o.To, o.Project, o.Wiki = f.requester, f.from, f.to, f.project, f.wiki
	contact, err := f.contact.contact()
	if err != nil {
		return o, err
	}
	if contact.Email != "" {
		// The contact speaks for the firm where nobody else is named.
		o.Requester = cmp.Or(o.Requester, contact.Email)
		o.From = cmp.Or(o.From, contact.String())
	}
	if f.format == "github" && !cmd.Flags().Changed("redact") {
		o.Redact = true
		a.warnf("a GitHub issue is often public: numbers and names are masked, --redact=false leaves them")
	}
	if f.redactMap != "" {
		if !o.Redact {
			return o, usagef("add --redact", "--redact-map without --redact: nothing is masked")
		}
		o.RedactMap = new(export.Map)
	}
	return o, nil
}

// writeMap writes the private list of what was masked, where one was asked for.
func (f *reportFlags) writeMap(o export.Options) error {
	if o.RedactMap == nil {
		return nil
	}
	return export.WritePrivate(f.redactMap, f.force, o.RedactMap.Write)
}

// contactFlags are whom to ask at the firm, as tickets name them.
type contactFlags struct{ name, email string }

func (f *contactFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.name, "contact-name", "", "whom to ask at the firm, a `NAME`")
	fl.StringVar(&f.email, "contact-email", "", "their `E-MAIL` address")
	registerNoFiles(cmd, "contact-name", "contact-email")
}

func (f *contactFlags) contact() (ticket.Contact, error) {
	c := ticket.Contact{Name: strings.TrimSpace(f.name), Email: strings.TrimSpace(f.email)}
	if c.Email != "" {
		if err := isMail(c.Email); err != nil {
			return c, usagef("as in --contact-email a.doe@northfirm.example", "--contact-email %s", err)
		}
	}
	return c, nil
}
