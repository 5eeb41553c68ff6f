package main

import (
	"cmp"
	"io"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
)

func (a *app) convertCommand() *cobra.Command {
	var in inputFlags
	var out outputFlags
	var to string
	cmd := &cobra.Command{
		Use:   "convert FILE...",
		Short: "Every message of any known log in one normal form",
		Long: `Writes one row a message, after folding, in the same columns for every provider.
Converting the result again gives the same bytes. With --identity and no log: the
events of login logs (user, phone, event, outcome, at).`,
		Example: `  otpdoctor convert sms-log.csv > messages.csv
  otpdoctor convert events.jsonl.gz --to jsonl -o messages.jsonl
  otpdoctor convert --identity okta.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("to") {
				var err error
				if to, err = out.formatByName("convert", "to", to); err != nil {
					return err
				}
			}
			if err := oneOf("to", to, export.Formats("convert")); err != nil {
				return err
			}
			o, err := a.options(&in, args)
			if err != nil {
				return err
			}
			switch {
			case len(o.Logs) > 0:
				return a.convert(out, func(w io.Writer, progress func(diagnostics.Progress)) ([]deliverylog.Summary, error) {
					mw, err := export.NewMessageWriter(w, to, a.exportOptions())
					if err != nil {
						return nil, err
					}
					inputs, err := diagnostics.Convert(cmd.Context(), o, progress, mw.Write)
					if err != nil {
						return inputs, err
					}
					return inputs, mw.Close()
				})
			case len(o.Identity) == 0:
				return usagef("otpdoctor convert FILE, - for standard input", "convert needs a log")
			case to == "parquet":
				return usagef("--to csv or --to jsonl", "login events are written as csv or jsonl")
			}
			return a.convert(out, func(w io.Writer, progress func(diagnostics.Progress)) ([]deliverylog.Summary, error) {
				iw, err := export.NewIdentityWriter(w, to, a.exportOptions())
				if err != nil {
					return nil, err
				}
				inputs, err := diagnostics.ConvertIdentity(cmd.Context(), o, progress, iw.Write)
				if err != nil {
					return inputs, err
				}
				return inputs, iw.Close()
			})
		},
	}
	in.register(cmd, true)
	out.register(cmd, toNamedFile)
	cmd.Flags().StringVar(&to, "to", "csv", "`FORMAT`: csv, jsonl or parquet")
	registerValues(cmd, "to", words(export.Formats("convert")...))
	return cmd
}

// convert has messages or login events written as they are read, and tells of rows
// that could not be.
func (a *app) convert(out outputFlags, write func(io.Writer, func(diagnostics.Progress)) ([]deliverylog.Summary, error)) error {
	progress, clear := a.progress()
	defer clear()
	var inputs []deliverylog.Summary
	err := a.output(out.file, out.force, func(w io.Writer) (err error) {
		inputs, err = write(w, progress)
		return err
	})
	clear()
	a.reportRows(inputs)
	return cmp.Or(err, a.torn(inputs))
}
