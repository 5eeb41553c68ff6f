package main

import (
	"fmt"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/reason"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [PROVIDER] CODE",
		Short: "What a provider's status or error code means",
		Example: `  otpdoctor explain 30007
  otpdoctor explain aws "Phone is currently unreachable"
  otpdoctor explain smpp 0x00000045`,
		Args: exact(cobra.MinimumNArgs(1), "explain [PROVIDER] CODE"),
		RunE: func(_ *cobra.Command, args []string) error {
			e, err := reason.Explain(args)
			if err != nil {
				return usagef("providers: "+strings.Join(reason.Providers(), ", "), "%s", err)
			}
			return export.Explanation(a.stdout, e, a.exportOptions())
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return reason.Providers(), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

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

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "The manual page, in roff",
		Example: `  otpdoctor man | man -l -`,
		Args:    exact(cobra.NoArgs, "man"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			page, err := mango.NewManPage(1, cmd.Root())
			if err != nil {
				return err
			}
			page = page.WithSection("Exit status", "0 it ran; 1 it could not; 2 wrong usage; 3 with --fail-on, a finding of at least that severity; 130 interrupted.")
			_, err = fmt.Fprintln(a.stdout, page.Build(roff.NewDocument()))
			return err
		},
	}
}
