package main

import (
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

func (a *app) analyzeCommand() *cobra.Command {
	var in inputFlags
	var out outputFlags
	var format, by, failOn, who, compare string
	var table, save string
	var redact, explain bool
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
			if err := oneOf("format", format, export.Formats("analysis")); err != nil {
				return err
			}
			if err := oneOf("by", by, groupings); err != nil {
				return err
			}
			if failOn != "" {
				if err := oneOf("fail-on", failOn, severities); err != nil {
					return err
				}
			}
			o, err := a.options(&in, args)
			if err != nil {
				return err
			}
			if len(o.Logs) == 0 {
				return usagef("otpdoctor analyze FILE, - for standard input", "analyze needs a log")
			}
			o.By, o.Explain = by, explain
			if save != "" {
				if o.Save, err = a.saveTally(save, out); err != nil {
					return err
				}
				if redact {
					a.warnf("--redact masks the report; %s holds the numbers", save)
				}
			}
			opts := a.exportOptions()
			if err := oneOf("csv", table, export.Tables()); err != nil {
				return err
			}
			if cmd.Flags().Changed("csv") && !cmd.Flags().Changed("format") {
				format = "csv"
			}
			opts.Redact, opts.Explain, opts.Table = redact, explain, table
			var key number.MSISDN
			if who == "-" {
				typed, err := a.readNumbers(who)
				if err != nil {
					return err
				}
				if len(typed) != 1 {
					return usagef("one number on standard input", "--number -: %d numbers", len(typed))
				}
				who = typed[0]
			}
			if who != "" {
				if key, err = a.watch(who, &o); err != nil {
					return err
				}
			}
			at, err := parseTime("compare", compare, o.Zone)
			if err != nil {
				return err
			}
			report, err := a.analyze(cmd, o)
			if err != nil {
				return err
			}
			if key != 0 {
				line, ok := report.TimeLine(key)
				switch {
				case ok:
					opts.TimeLine = &line
				case report.Table.Flooded: // said already
				default:
					a.warnf("--number %s has no message in the log", who)
				}
			}
			if !at.IsZero() {
				c := report.Compare(deliverylog.FromTime(at))
				opts.Compare = &c
			}
			err = a.output(out.file, out.force, func(w io.Writer) error {
				return export.Analysis(w, format, report, opts)
			})
			if err != nil {
				return err
			}
			if err := torn(report.Inputs); err != nil {
				return err
			}
			if failOn != "" {
				for _, f := range report.Findings {
					if f.Severity.AtLeast(finding.Severity(failOn)) {
						return foundError{}
					}
				}
			}
			return nil
		},
	}
	in.register(cmd, true)
	out.register(cmd)
	fl := cmd.Flags()
	fl.StringVar(&format, "format", "text", "`FORMAT`: text, json, md, html or csv")
	fl.StringVar(&by, "by", "carrier", "group by `COLUMN`: carrier, country, provider or sender")
	fl.StringVar(&failOn, "fail-on", "", "exit 3 where a finding is at least of `SEVERITY` high, medium or low")
	fl.StringVar(&who, "number", "", "one person's `NUMBER`: their attempts on a time line")
	fl.StringVar(&compare, "compare", "", "before and after a `TIME`: did it help")
	fl.StringVar(&table, "csv", "carriers", "which `TABLE` --format csv is: carriers, findings, hours or users")
	fl.StringVar(&save, "save-tally", "", "keep the count in `FILE`, which a later analyze reads like a log")
	fl.BoolVar(&redact, "redact", false, "mask numbers")
	fl.BoolVar(&explain, "explain", false, "say what was nearly found, and what is missing for it")
	registerValues(cmd, "format", words(export.Formats("analysis")...))
	registerValues(cmd, "by", words(groupings...))
	registerValues(cmd, "fail-on", words(severities...))
	registerValues(cmd, "csv", export.Tables)
	registerNoFiles(cmd, "number", "compare")
	return cmd
}

// saveTally gives what keeps a count in a file for its owner alone.
func (a *app) saveTally(path string, out outputFlags) (func(*tally.Counter) error, error) {
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

// watch checks a number asked for and has its every message kept.
func (a *app) watch(raw string, o *diagnostics.Options) (number.MSISDN, error) {
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
