package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

func (a *app) casesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List, show and delete saved cases",
		Long: fmt.Sprintf(`Cases of the guided flow are kept for %d days after their last change, each in a
file of its own that only you can read.`, int(diagnostics.KeepCases.Hours()/24)),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return a.listCases() },
	}
	store := func() *diagnostics.Store { return diagnostics.NewStore(diagnostics.CasesDir()) }
	var older string
	purge := &cobra.Command{
		Use:     "purge",
		Short:   "Delete the cases not changed lately",
		Example: `  otpdoctor cases purge --older-than 7d`,
		Args:    exact(cobra.NoArgs, "cases purge"),
		RunE: func(*cobra.Command, []string) error {
			age, err := parseAge(older)
			if err != nil {
				return usagef("as in --older-than 7d or 12h; 0 for all", "--older-than %s", err)
			}
			n, err := store().Purge(a.now().Add(-age))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s deleted\n", tally.FormatNoun(n, "case"))
			return err
		},
	}
	purge.Flags().StringVar(&older, "older-than", "30d", "`AGE` since the last change, as in 7d or 12h")
	registerNoFiles(purge, "older-than")
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "Saved cases, the newest first", Args: exact(cobra.NoArgs, "cases list"),
			RunE: func(*cobra.Command, []string) error { return a.listCases() },
		},
		&cobra.Command{
			Use: "show ID", Short: "One case's ticket as it stands, masked", Args: exact(cobra.ExactArgs(1), "cases show ID"),
			ValidArgsFunction: firstOnly(values(caseIDs)),
			RunE: func(_ *cobra.Command, args []string) error {
				if err := isSaved(store(), args[0]); err != nil {
					return err
				}
				c, err := diagnostics.LoadCase(store().Path(args[0]), faq.Builtin(), diagnostics.Options{}, a.now)
				if err != nil {
					return err
				}
				o := a.exportOptions()
				o.Redact = true
				return export.Ticket(a.stdout, "text", c.Ticket(), o)
			},
		},
		&cobra.Command{
			Use: "delete ID", Short: "Delete a case for good", Args: exact(cobra.ExactArgs(1), "cases delete ID"),
			ValidArgsFunction: firstOnly(values(caseIDs)),
			RunE: func(_ *cobra.Command, args []string) error {
				if err := isSaved(store(), args[0]); err != nil {
					return err
				}
				return store().Delete(args[0])
			},
		},
		purge,
	)
	return cmd
}

// isSaved is an error where no case has this id, with the one that was perhaps meant.
func isSaved(store *diagnostics.Store, id string) error {
	if _, err := os.Stat(store.Path(id)); err == nil && id == filepath.Base(id) {
		return nil
	}
	var ids []string
	for _, s := range savedCases() {
		ids = append(ids, s.ID)
	}
	hint := "otpdoctor cases lists them"
	if near := nearest(id, ids); near != "" {
		hint = "did you mean: " + near
	}
	return &hintedError{fmt.Sprintf("no case %q is saved", id), hint}
}

func (a *app) listCases() error {
	saved, err := diagnostics.NewStore(diagnostics.CasesDir()).List()
	if err != nil {
		a.warnf("%s", err)
	}
	if len(saved) == 0 {
		_, err := io.WriteString(a.stdout, "no saved cases\n")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, s := range saved {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d of 13 answered\n", s.ID, export.Clean(strings.Join(s.Masked, ", ")), export.Clean(s.Topic), s.Answered)
	}
	return w.Flush()
}

func parseAge(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days, "%d", &n); err == nil && n >= 0 && fmt.Sprint(n) == days {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not an age", text)
	}
	return d, nil
}
