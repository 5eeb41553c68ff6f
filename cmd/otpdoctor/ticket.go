package main

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// ticketFlags are those of ticket besides INPUT.
type ticketFlags struct {
	input       inputFlags
	out         reportFlags
	caseFile    string
	numbers     []string
	numbersFile string
	answersFile string
	firm        string
	topic       string
	pack        bool
}

func (a *app) ticketCommand() *cobra.Command {
	f := ticketFlags{out: reportFlags{kind: "ticket"}}
	cmd := &cobra.Command{
		Use:   "ticket",
		Short: "The 13-question report, answered from log, number and agent",
		Long: `Answers the thirteen questions of the support form from what the logs, the number
and the agent say, each with its source. What only a person can know is said as a
question to ask.

Numbers on a command line stand in the process list; on a shared machine use
--numbers FILE, or --number - and write them to standard input.`,
		Example: `  otpdoctor ticket --logs march.csv --number +447700900187
  otpdoctor ticket --logs march.csv --numbers users.txt -o ticket.html
  otpdoctor ticket --case 20260303-101204.000.case.jsonl --redact`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := f.out.resolve(a, cmd)
			if err != nil {
				return err
			}
			if f.pack && (f.out.file == "" || cmd.Flags().Changed("format")) {
				return usagef("otpdoctor ticket --pack -o case.zip", "--pack is a zip with every format in it: it needs -o and takes no --format")
			}
			set, err := a.faqSet(f.out.faqDir)
			if err != nil {
				return err
			}
			o, err := a.options(&f.input, args)
			if err != nil {
				return err
			}
			c, err := a.openCase(&f, set, o)
			if err != nil {
				return err
			}
			if err := a.fillCase(&f, set, c); err != nil {
				return err
			}
			if err := a.examine(cmd, c, o); err != nil {
				return err
			}
			if f.pack {
				if err := a.keepEvidence(cmd, c, o); err != nil {
					return err
				}
			}
			created := time.Time{} // the log's newest time, so that the same input gives the same bytes
			if f.caseFile != "" {
				created = c.Created
			}
			t := c.TicketAt(created)
			for _, w := range t.Warnings {
				a.warnf("%s", w)
			}
			write := func(w io.Writer) error { return export.Ticket(w, f.out.format, t, opts) }
			if f.pack {
				write = func(w io.Writer) error { return export.Pack(w, t, opts, "otpdoctor "+version()) }
			}
			if err := a.output(f.out.file, f.out.force, write); err != nil {
				return err
			}
			if err := f.out.writeMap(opts); err != nil {
				return err
			}
			if report := c.Report(); report != nil {
				return a.torn(report.Inputs)
			}
			return a.torn(nil)
		},
	}
	f.input.register(cmd, true)
	f.out.register(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.caseFile, "case", "", "a saved case `FILE`")
	fl.StringArrayVar(&f.numbers, "number", nil, "an affected user's `NUMBER`, repeatable")
	fl.StringVar(&f.numbersFile, "numbers", "", "affected users' numbers in `FILE`, one a line; - is standard input")
	fl.StringVar(&f.answersFile, "answers", "", "answers by question id in `FILE` (JSON)")
	fl.StringVar(&f.firm, "firm-url", "", "the firm's address, `URL`")
	fl.BoolVar(&f.pack, "pack", false, "an evidence pack (zip) for the provider: report, masked rows, manifest; needs -o")
	fl.StringVar(&f.topic, "topic", "", "FAQ `TOPIC` whose checklist is shown (default no-code, or the case's)")
	register(cmd, "case", completeCaseFile)
	registerNoFiles(cmd, "number", "firm-url")
	register(cmd, "topic", completeTopic)
	return cmd
}

// openCase is the saved case that --case names, else an empty one.
func (a *app) openCase(f *ticketFlags, set *faq.Set, o diagnostics.Options) (*diagnostics.Case, error) {
	if f.caseFile == "" {
		c := diagnostics.NewCase(set.WithValidity(o.Validity), a.now)
		c.Options = o
		return c, nil
	}
	c, err := diagnostics.LoadCase(f.caseFile, set, o, a.now)
	if err != nil {
		return nil, err
	}
	if len(o.Logs) == 0 {
		for _, name := range c.ChangedLogs() {
			a.warnf("%s has changed since the case was saved: the ticket is of what it holds now", name)
		}
	}
	return c, nil
}

// fillCase puts into a case what the flags say.
func (a *app) fillCase(f *ticketFlags, set *faq.Set, c *diagnostics.Case) error {
	numbers := slices.Clone(f.numbers)
	if f.numbersFile != "" {
		more, err := a.readNumbers(f.numbersFile)
		if err != nil {
			return err
		}
		numbers = append(numbers, more...)
	}
	if i := slices.Index(numbers, "-"); i >= 0 {
		typed, err := a.readNumbers("-")
		if err != nil {
			return err
		}
		numbers = slices.Replace(numbers, i, i+1, typed...)
	}
	if len(numbers) > 0 {
		c.SetNumbers(numbers)
	}
	if f.firm != "" {
		c.SetFirm(f.firm)
	}
	contact, err := f.out.contact.contact()
	if err != nil {
		return err
	}
	if contact != (ticket.Contact{}) {
		c.SetContact(contact)
	}
	if topic := cmp.Or(f.topic, c.Topic(), "no-code"); topic != c.Topic() {
		t, err := topicOf(set, topic)
		if err != nil {
			return err
		}
		c.SetTopic(t.ID)
	}
	return a.answer(c, f.answersFile)
}

// examine reads the logs named by flags, else those of the case.
func (a *app) examine(cmd *cobra.Command, c *diagnostics.Case, o diagnostics.Options) error {
	if err := a.takeLogins(cmd, c, &o); err != nil {
		return err
	}
	progress, clear := a.progress()
	defer clear()
	if len(o.Logs) == 0 {
		if !c.NeedsReading() {
			return nil
		}
		report, err := c.Reading()(cmd.Context(), progress)
		if err != nil {
			return err
		}
		clear()
		a.reportRows(report.Inputs)
		c.SetReport(report)
		a.loginInputs = c.LoginInputs()
		a.reportRows(a.loginInputs)
		return nil
	}
	o.Watch, o.Sum = c.Watch(), true
	report, err := a.analyze(cmd, o)
	if err != nil {
		return err
	}
	c.SetReport(report)
	return nil
}

// keepEvidence reads the logs once more, for the messages behind the findings.
func (a *app) keepEvidence(cmd *cobra.Command, c *diagnostics.Case, o diagnostics.Options) error {
	for _, l := range o.Logs {
		if l.Name == "-" {
			a.warnf("standard input can be read once: the pack has the attempts behind each finding, not their messages")
			return nil
		}
	}
	if !c.KeepEvidence() {
		return nil
	}
	progress, clear := a.progress()
	defer clear()
	read := c.Reading()
	if len(o.Logs) > 0 {
		o.Watch, o.Logins, o.Sum = c.Kept(), c.Logins(), true
		read = func(ctx context.Context, progress func(diagnostics.Progress)) (*finding.Report, error) {
			return diagnostics.Analyze(ctx, o, progress)
		}
	}
	report, err := read(cmd.Context(), progress)
	if err != nil {
		return err
	}
	c.SetReport(report)
	return nil
}

// takeLogins reads the login logs named by flags into the case and for its analysis.
func (a *app) takeLogins(cmd *cobra.Command, c *diagnostics.Case, o *diagnostics.Options) error {
	logins, err := a.readLogins(cmd, *o)
	if err == nil && logins != nil {
		c.SetLogins(logins)
		o.Logins = logins
	}
	return err
}

// readLogins reads the login logs named by flags, nil where there are none.
func (a *app) readLogins(cmd *cobra.Command, o diagnostics.Options) (*ticket.Identity, error) {
	if len(o.Identity) == 0 {
		return nil, nil
	}
	progress, clear := a.progress()
	logins, inputs, err := diagnostics.ReadLogins(cmd.Context(), o, progress)
	clear()
	if err != nil {
		return nil, err
	}
	a.loginInputs = inputs
	a.reportRows(inputs)
	return logins, nil
}
