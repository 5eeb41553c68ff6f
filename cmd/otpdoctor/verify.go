package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify PACK",
		Short: "Is every file of an evidence pack as it was written",
		Long: `Compares each file of an evidence pack (otpdoctor ticket --pack) with its manifest.
Exit status 0 where all are as they were written, 1 where one is not.`,
		Args: exact(cobra.ExactArgs(1), "verify PACK"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := diagnostics.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			name := filepath.Base(args[0])
			check, err := export.VerifyPack(f, info.Size())
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for _, p := range check.Problems {
				fmt.Fprintf(a.stdout, "x %s\n", export.Clean(p))
			}
			if n := len(check.Problems); n > 0 {
				return fmt.Errorf("%s: not as it was written: %d of its files", name, n)
			}
			_, err = fmt.Fprintf(a.stdout, "%s: %d files as they were written by %s, %s\n", export.Clean(name), len(check.Manifest.Files),
				export.Clean(check.Manifest.Tool), export.Clean(check.Manifest.CreatedAt))
			return err
		},
	}
}
