package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify PACK",
		Short: "Is every file of an evidence pack as it was written",
		Long: `Compares each file of an evidence pack (otpdoctor ticket --pack) with its manifest.
Exit status 0 where all are as they were written, 1 where one is not.`,
		Args: exact(cobra.ExactArgs(1), "verify PACK"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("%w", err)
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

func (a *app) redactCommand() *cobra.Command {
	var out outputFlags
	var known export.Known
	var numbers string
	cmd := &cobra.Command{
		Use:   "redact FILE",
		Short: "Mask a report that was written already",
		Long: `Masks numbers, addresses and names in a report of text, Markdown, HTML, JSON or CSV,
by what the report says of its case and what looks like a phone number, an e-mail
address or a web address.`,
		Example: `  otpdoctor redact ticket.md -o ticket-masked.md
  otpdoctor redact - --number +447700900187 < ticket.txt`,
		Args: exact(cobra.ExactArgs(1), "redact FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := a.readFile(args[0], mostReported)
			if err != nil {
				return err
			}
			if numbers != "" {
				more, err := a.readNumbers(numbers)
				if err != nil {
					return err
				}
				known.Numbers = append(known.Numbers, more...)
			}
			var masked bytes.Buffer
			what, err := export.RedactFile(&masked, data, known, a.exportOptions())
			if err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(args[0]), err)
			}
			err = a.output(out.file, out.force, func(w io.Writer) error {
				_, err := w.Write(masked.Bytes())
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "masked: %s\n", what)
			return nil
		},
	}
	out.register(cmd)
	fl := cmd.Flags()
	fl.StringArrayVar(&known.Numbers, "number", nil, "a `NUMBER` that must not be left in it, repeatable")
	fl.StringArrayVar(&known.Names, "name", nil, "a person's `NAME` that must not be left in it, repeatable")
	fl.StringVar(&known.Firm, "firm-url", "", "the firm's address, a `URL` which must not be left in it")
	fl.StringVar(&numbers, "numbers", "", "such numbers in `FILE`, one a line")
	registerNoFiles(cmd, "number", "name", "firm-url")
	return cmd
}
