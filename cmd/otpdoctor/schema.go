package main

import (
	"strings"

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
				hint := "one of " + strings.Join(export.Schemas(), ", ")
				if near := nearest(args[0], export.Schemas()); near != "" {
					hint = "did you mean: otpdoctor schema " + near
				}
				return usagef(hint, "no schema of %q", args[0])
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
}
