package main

import (
	"io"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/faq"
)

func (a *app) demoCommand() *cobra.Command {
	var out reportFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole job on a made-up sample: findings, checklist, ticket",
		Long: `Analyses an embedded sample log, runs the checklist for one affected user and
prints the ticket. Nothing is read, sent or kept.`,
		Args: exact(cobra.NoArgs, "demo"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := out.resolve(a, cmd)
			if err != nil {
				return err
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
			return out.finish(a, opts)
		},
	}
	out.register(cmd)
	return cmd
}
