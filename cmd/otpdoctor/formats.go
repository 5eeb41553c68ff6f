package main

import (
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
)

func (a *app) formatsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "The known log formats, and by what each is recognised",
		Args:  exact(cobra.NoArgs, "formats"),
		RunE: func(*cobra.Command, []string) error {
			return export.LogFormats(a.stdout, deliverylog.Formats(), deliverylog.IdentityFormats())
		},
	}
}
