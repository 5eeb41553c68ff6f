package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/faq"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [PROVIDER] CODE",
		Short: "What a provider's status or error code means",
		Long: `Explains a provider's error code, status word or sentence: its reason, whether a
retry helps, what to do now, and the provider's page. A cause as a finding names
it, such as carrier_delay, gets what to do and what to tell the user.`,
		Example: `  otpdoctor explain 30007
  otpdoctor explain aws "Phone is currently unreachable"
  otpdoctor explain smpp 0x00000045
  otpdoctor explain carrier_delay`,
		Args: exact(cobra.MinimumNArgs(1), "explain [PROVIDER] CODE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				if cause, ok := faq.Builtin().Cause(args[0]); ok {
					return export.Cause(a.stdout, faq.Builtin(), cause, a.exportOptions())
				}
			}
			e, err := reason.Explain(args)
			if err != nil {
				return usagef("providers: "+strings.Join(reason.Providers(), ", "), "%s", err)
			}
			if err := export.Explanation(a.stdout, e, a.exportOptions()); err != nil {
				return err
			}
			if near := nearest(args[0], reason.Providers()); len(e.Codes) == 0 && e.Provider == "" && len(args) > 1 && near != "" {
				fmt.Fprintf(a.stderr, "hint: did you mean: otpdoctor explain %s %s\n", near, export.Clean(strings.Join(args[1:], " ")))
			}
			return nil
		},
		ValidArgsFunction: completeCode,
	}
}
