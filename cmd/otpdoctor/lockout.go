package main

import (
	"io"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

func (a *app) lockoutCommand() *cobra.Command {
	out := reportFlags{kind: "lockout"}
	var f faq.LockoutFields
	cmd := &cobra.Command{
		Use:   "lockout",
		Short: "The request for an administrator who is locked out",
		Long: `Writes the request to switch off two-factor login for a locked-out administrator.
What is missing, the firm's consent above all, is said in it and on standard error.`,
		Example: `  otpdoctor lockout --firm-url https://northfirm.example --admin-name "A. Doe" \
      --admin-email a.doe@northfirm.example --number +447700900187 \
      --provider O2 --consent "B. Roe, partner, by phone, 3 March 10:20 UTC"`,
		Args: exact(cobra.NoArgs, "lockout"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := out.resolve(a, cmd)
			if err != nil {
				return err
			}
			set, err := a.faqSet(out.faqDir)
			if err != nil {
				return err
			}
			request := ticket.Lockout(set, f, a.now())
			for _, label := range request.Missing {
				a.warnf("missing: %s", label)
			}
			err = a.output(out.file, out.force, func(w io.Writer) error { return export.Lockout(w, out.format, request, opts) })
			if err != nil {
				return err
			}
			return out.writeMap(opts)
		},
	}
	out.register(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.FirmURL, "firm-url", "", "the firm's address, `URL`")
	fl.StringVar(&f.AdminName, "admin-name", "", "the administrator's `NAME`")
	fl.StringVar(&f.AdminEmail, "admin-email", "", "the administrator's e-mail `ADDRESS`")
	fl.StringVar(&f.Number, "number", "", "the administrator's mobile `NUMBER`")
	fl.StringVar(&f.Provider, "provider", "", "the administrator's mobile network provider, `NAME`")
	fl.StringVar(&f.Consent, "consent", "", "`WHO` agreed for the firm, when and how")
	registerNoFiles(cmd, "firm-url", "admin-name", "admin-email", "number", "provider", "consent")
	return cmd
}
