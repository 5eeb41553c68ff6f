package main

import (
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "schema KIND",
		Short:             "The JSON Schema of ticket, analysis, check or lockout",
		Args:              exact(cobra.ExactArgs(1), "schema ticket|analysis|check|lockout"),
		ValidArgsFunction: firstOnly(values(export.Schemas)),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := export.Schema(args[0])
			if err != nil {
				return usagef(wordHint("otpdoctor schema ", args[0], export.Schemas()), "no schema of %q", args[0])
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
}
