package main

import (
	"compress/gzip"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/faq"
)

func (a *app) demoCommand() *cobra.Command {
	out := reportFlags{kind: "ticket"}
	var saveLog string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole job on a made-up sample: findings, checklist, ticket",
		Long: `Analyses an embedded sample log, runs the checklist for one affected user and
prints the ticket. Nothing is read, sent or kept. With --save-log the sample is
written to a file, to try the other commands on.`,
		Example: `  otpdoctor demo
  otpdoctor demo --format html -o demo.html
  otpdoctor demo --save-log sample.csv`,
		Args: exact(cobra.NoArgs, "demo"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := out.resolve(a, cmd)
			if err != nil {
				return err
			}
			if saveLog != "" {
				return a.saveDemoLog(saveLog, out.force)
			}
			c, err := diagnostics.Demo(cmd.Context(), faq.Builtin())
			if err != nil {
				return err
			}
			t := c.Ticket()
			err = a.output(out.file, out.force, func(w io.Writer) error {
				if out.format == "text" {
					return export.Demo(w, c.Walk().Topic().Label, t, opts)
				}
				return export.Ticket(w, out.format, t, opts)
			})
			if err != nil {
				return err
			}
			return out.writeMap(opts)
		},
	}
	out.register(cmd)
	cmd.Flags().StringVar(&saveLog, "save-log", "", "write the sample log to `FILE` instead")
	return cmd
}

// saveDemoLog writes the embedded log as the CSV that it is.
func (a *app) saveDemoLog(path string, force bool) error {
	packed, err := diagnostics.DemoLog().Open()
	if err != nil {
		return err
	}
	defer packed.Close()
	log, err := gzip.NewReader(packed)
	if err != nil {
		return err
	}
	err = a.output(path, force, func(w io.Writer) error {
		_, err := io.Copy(w, log)
		return err
	})
	if err == nil && path != "-" {
		fmt.Fprintf(a.stderr, "the sample log is in %s; try: otpdoctor analyze %s\n", export.Clean(path), export.Clean(path))
	}
	return err
}
