package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
)

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
	out.register(cmd, toFile)
	fl := cmd.Flags()
	fl.StringArrayVar(&known.Numbers, "number", nil, "a `NUMBER` that must not be left in it, repeatable")
	fl.StringArrayVar(&known.Names, "name", nil, "a person's `NAME` that must not be left in it, repeatable")
	fl.StringVar(&known.Firm, "firm-url", "", "the firm's address, a `URL` which must not be left in it")
	fl.StringVar(&numbers, "numbers", "", "such numbers in `FILE`, one a line")
	registerNoFiles(cmd, "number", "name", "firm-url")
	return cmd
}
