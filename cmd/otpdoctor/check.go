package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/number"
)

func (a *app) checkCommand() *cobra.Command {
	var region, lookup, format string
	var stdin bool
	cmd := &cobra.Command{
		Use:   "check [NUMBER]...",
		Short: "Is a phone number right, and what was wrong with it",
		Long: `Checks phone numbers as people write them: E.164 form, country, line type, first
carrier, time zone, and what was wrong. Exit status 0 whether valid or not.

Numbers on a command line stand in the process list and the shell's history;
on a shared machine use --stdin, or - in their place.`,
		Example: `  otpdoctor check +4407700900187
  otpdoctor check --region GB "07700 900142"
  otpdoctor check --stdin --format jsonl < numbers.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, export.Formats("check")); err != nil {
				return err
			}
			if len(args) == 1 && args[0] == "-" {
				stdin, args = true, nil
			}
			if stdin && len(args) > 0 {
				return usagef("otpdoctor check --stdin < FILE", "check takes numbers or --stdin, not both")
			}
			if !stdin && len(args) == 0 {
				return usagef("otpdoctor check +447700900142, or --stdin for one a line", "check needs a number")
			}
			if region != "" && !number.KnownRegion(region) {
				a.unknownRegion(region)
				region = ""
			}
			results, err := a.readLookup(lookup)
			if err != nil {
				return err
			}
			if stdin { // unbuffered: it writes blocks, and a person at a terminal is answered line by line
				return export.CheckStream(cmd.Context(), a.stdin, region, results, a.stdout, format, a.exportOptions())
			}
			out := bufio.NewWriterSize(a.stdout, 64<<10)
			var list []carrier.Checked
			for _, raw := range args {
				list = append(list, carrier.Check(raw, region, results))
			}
			if err := export.Checks(out, format, list, a.exportOptions()); err != nil {
				return err
			}
			return out.Flush()
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&region, "region", "", "country `CC` of numbers written without one")
	fl.StringVar(&lookup, "lookup", "", "results of number lookups in `FILE`")
	fl.BoolVar(&stdin, "stdin", false, "one number a line from standard input")
	fl.StringVar(&format, "format", "text", "`FORMAT`: text, json or jsonl")
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	registerValues(cmd, "format", words(export.Formats("check")...))
	registerValues(cmd, "region", countryValues)
	return cmd
}
