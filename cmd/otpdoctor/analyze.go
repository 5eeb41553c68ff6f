package main

import (
	"cmp"
	"io"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

var (
	groupings  = []string{"carrier", "country", "provider", "sender"}
	severities = []string{"high", "medium", "low"}
)

// analyzeFlags are those of analyze besides INPUT.
type analyzeFlags struct {
	input           inputFlags
	out             outputFlags
	format, by      string
	failOn          string
	number, compare string
	table, save     string
	redact, explain bool
}

func (a *app) analyzeCommand() *cobra.Command {
	var f analyzeFlags
	cmd := &cobra.Command{
		Use:   "analyze FILE...",
		Short: "Group delivery logs by carrier and state what is wrong",
		Long: `Reads delivery logs of any known provider, groups them by mobile carrier and
states findings with their figures. Several files are one log; - is standard
input; gzip, zstd and zip are unpacked by content.

--save-tally keeps the whole count in a file, from which a later run goes on: name
it like a log, beside others or alone. It holds the phone numbers and the ids of
messages that failed or were late, no other message and no text.`,
		Example: `  otpdoctor analyze march.csv
  otpdoctor analyze march.csv --number +447700900187
  otpdoctor analyze march.csv --compare 2026-03-03T07:40:00Z
  otpdoctor analyze - --format json < march.csv.gz
  otpdoctor analyze monday.csv --save-tally monday.tally
  otpdoctor analyze monday.tally tuesday.tally today.csv
  otpdoctor analyze odd.csv --map to=Phone,status=State,submitted_at=When`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			o, err := a.options(&f.input, args)
			if err != nil {
				return err
			}
			if len(o.Logs) == 0 {
				return usagef("otpdoctor analyze FILE, - for standard input", "analyze needs a log")
			}
			o.By, o.Explain = f.by, f.explain
			if o.Save, err = a.saveTally(f.save, f.out); err != nil {
				return err
			}
			if o.Save != nil && f.redact {
				a.warnf("--redact masks the report; %s holds the numbers", f.save)
			}
			watched, err := a.watch(f.number, &o)
			if err != nil {
				return err
			}
			moment, err := parseTime("compare", f.compare, o.Zone)
			if err != nil {
				return err
			}
			report, err := a.analyze(cmd, o)
			if err != nil {
				return err
			}
			opts := a.exportOptions()
			opts.Redact, opts.Explain, opts.Table = f.redact, f.explain, f.table
			if watched != 0 {
				opts.TimeLine = a.timeLine(report, watched)
			}
			if !moment.IsZero() {
				c := report.Compare(deliverylog.FromTime(moment))
				opts.Compare = &c
			}
			err = a.output(f.out.file, f.out.force, func(w io.Writer) error {
				return export.Analysis(w, f.format, report, opts)
			})
			if err != nil {
				return err
			}
			return cmp.Or(a.torn(report.Inputs), f.failed(report))
		},
	}
	f.input.register(cmd, true)
	f.out.register(cmd, toNamedFile)
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "text", "`FORMAT`: text, json, md, html or csv")
	fl.StringVar(&f.by, "by", "carrier", "group by `COLUMN`: carrier, country, provider or sender")
	fl.StringVar(&f.failOn, "fail-on", "", "exit 3 where a finding is at least of `SEVERITY` high, medium or low")
	fl.StringVar(&f.number, "number", "", "one person's `NUMBER`: their attempts on a time line")
	fl.StringVar(&f.compare, "compare", "", "before and after a `TIME`: did it help")
	fl.StringVar(&f.table, "csv", "carriers", "which `TABLE` --format csv is: carriers, findings, hours or users")
	fl.StringVar(&f.save, "save-tally", "", "keep the count in `FILE`, which a later analyze reads like a log")
	fl.BoolVar(&f.redact, "redact", false, "mask numbers")
	fl.BoolVar(&f.explain, "explain", false, "say what was nearly found, and what is missing for it")
	registerValues(cmd, "format", words(export.Formats("analysis")...))
	registerValues(cmd, "by", words(groupings...))
	registerValues(cmd, "fail-on", words(severities...))
	registerValues(cmd, "csv", export.Tables)
	registerNoFiles(cmd, "number", "compare")
	return cmd
}

// check holds the words of flags to those they may have. Without --format a table
// of the CSV that was asked for means the CSV, and the name of the file is heeded.
func (f *analyzeFlags) check(cmd *cobra.Command) error {
	if f.failOn != "" {
		if err := oneOf("fail-on", f.failOn, severities); err != nil {
			return err
		}
	}
	switch {
	case cmd.Flags().Changed("format"):
	case cmd.Flags().Changed("csv"):
		f.format = "csv"
	default:
		var err error
		if f.format, err = f.out.formatByName("analysis", "format", f.format); err != nil {
			return err
		}
	}
	return cmp.Or(oneOf("format", f.format, export.Formats("analysis")), oneOf("by", f.by, groupings), oneOf("csv", f.table, export.Tables()))
}

// failed ends the run with exit 3 where --fail-on asks for that.
func (f *analyzeFlags) failed(report *finding.Report) error {
	if f.failOn == "" {
		return nil
	}
	for _, found := range report.Findings {
		if found.Severity.AtLeast(finding.Severity(f.failOn)) {
			return foundError{}
		}
	}
	return nil
}

// saveTally gives what keeps a count in a file for its owner alone, nil where none
// is named.
func (a *app) saveTally(path string, out outputFlags) (func(*tally.Counter) error, error) {
	if path == "" {
		return nil, nil
	}
	if path == "-" || path == out.file {
		return nil, usagef("as in --save-tally monday.tally", "--save-tally needs a file of its own")
	}
	if err := export.Writable(path, out.force); err != nil {
		return nil, err
	}
	return func(c *tally.Counter) error {
		return export.WritePrivate(path, out.force, func(w io.Writer) error {
			_, err := c.WriteTo(w)
			return err
		})
	}, nil
}

// watch checks a number asked for, from standard input where it is -, and has its
// every message kept. Without one it gives 0.
func (a *app) watch(raw string, o *diagnostics.Options) (number.MSISDN, error) {
	if raw == "" {
		return 0, nil
	}
	if raw == "-" {
		typed, err := a.readNumbers(raw)
		if err != nil {
			return 0, err
		}
		if len(typed) != 1 {
			return 0, usagef("one number on standard input", "--number -: %d numbers", len(typed))
		}
		raw = typed[0]
	}
	checked := number.Check(raw, o.Region)
	if !checked.Valid {
		hint := "as in +447700900187"
		if checked.Likely != "" {
			hint = "perhaps " + checked.Likely
		}
		return 0, usagef(hint, "--number %s: %s", raw, export.CheckErrorWords(checked.Error))
	}
	key := number.ParseMSISDN([]byte(checked.E164), "")
	o.Watch = append(o.Watch, key)
	return key, nil
}

// timeLine is that of the number asked for, nil where the log has nothing of it.
func (a *app) timeLine(report *finding.Report, watched number.MSISDN) *finding.TimeLine {
	line, ok := report.TimeLine(watched)
	switch {
	case ok:
		return &line
	case !report.Table.Flooded: // else it was said already
		a.warnf("--number %s has no message in the log", watched)
	}
	return nil
}

// analyze runs an analysis with a progress line and tells of broken rows.
func (a *app) analyze(cmd *cobra.Command, o diagnostics.Options) (*finding.Report, error) {
	if o.Logins == nil {
		var err error
		if o.Logins, err = a.readLogins(cmd, o); err != nil {
			return nil, err
		}
	}
	progress, clear := a.progress()
	o.Warn = func(text string) {
		clear()
		a.warnf("%s", text)
	}
	report, err := diagnostics.Analyze(cmd.Context(), o, progress)
	clear()
	if err != nil {
		return nil, err
	}
	a.reportRows(report.Inputs)
	return report, nil
}
