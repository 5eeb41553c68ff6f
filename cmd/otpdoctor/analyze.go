package main

import (
	"io"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
)

func (a *app) analyzeCommand() *cobra.Command {
	var in inputFlags
	var out outputFlags
	var format, by, failOn string
	var redact, explain bool
	cmd := &cobra.Command{
		Use:   "analyze FILE...",
		Short: "Group delivery logs by carrier and state what is wrong",
		Long: `Reads delivery logs of any known provider, groups them by mobile carrier and
states findings with their figures. Several files are one log; - is standard
input; gzip, zstd and zip are unpacked by content.`,
		Example: `  otpdoctor analyze march.csv
  otpdoctor analyze - --format json < march.csv.gz
  otpdoctor analyze odd.csv --map to=Phone,status=State,submitted_at=When`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, export.Formats("analysis")); err != nil {
				return err
			}
			if err := oneOf("by", by, []string{"carrier", "country", "provider", "sender"}); err != nil {
				return err
			}
			if failOn != "" {
				if err := oneOf("fail-on", failOn, []string{"high", "medium", "low"}); err != nil {
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
			opts := a.exportOptions()
			opts.Redact, opts.Explain = redact, explain
			report, err := a.analyze(cmd, o)
			if err != nil {
				return err
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
	fl.StringVar(&format, "format", "text", "text, json, md, html or csv")
	fl.StringVar(&by, "by", "carrier", "group by carrier, country, provider or sender")
	fl.StringVar(&failOn, "fail-on", "", "exit 3 where a finding is at least this severe: high, medium, low")
	fl.BoolVar(&redact, "redact", false, "mask numbers")
	fl.BoolVar(&explain, "explain", false, "say what was nearly found, and what is missing for it")
	registerValues(cmd, "format", func() []string { return export.Formats("analysis") })
	return cmd
}

// analyze runs an analysis with a progress line and tells of broken rows.
func (a *app) analyze(cmd *cobra.Command, o diagnostics.Options) (*finding.Report, error) {
	progress, clear := a.progress()
	report, err := diagnostics.Analyze(cmd.Context(), o, progress)
	clear()
	if err != nil {
		return nil, err
	}
	a.reportRows(report.Inputs)
	return report, nil
}
