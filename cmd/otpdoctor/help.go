package main

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageTemplate is what --help says below the description: examples first, flags in
// groups, within 80 columns.
const usageTemplate = `{{with .Example}}Examples:
{{.}}

{{end}}Usage:
{{if .Runnable}}  {{usageLine .}}
{{end}}{{if .HasAvailableSubCommands}}  {{.CommandPath}} COMMAND

Commands:
{{range .Commands}}{{if or .IsAvailableCommand (eq .Name "help")}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}{{end}}{{with flagGroup . "own"}}
Flags:
{{.}}{{end}}{{with flagGroup . "input"}}
Input flags, the same wherever logs are read:
{{.}}{{end}}{{with flagGroup . "global"}}
Global flags:
{{.}}{{end}}
Exit status: 0 it ran, 1 it could not, 2 wrong usage, 3 with --fail-on a finding
of at least that severity, 130 interrupted.
`

const helpWidth = 80

func setHelp(root *cobra.Command) {
	cobra.AddTemplateFunc("usageLine", usageLine)
	cobra.AddTemplateFunc("flagGroup", flagGroup)
	cobra.AddTemplateFunc("description", description)
	root.SetHelpTemplate("{{description .}}\n{{.UsageString}}")
	root.SetUsageTemplate(usageTemplate)
}

// description is what a command is for, within 80 columns: indented lines are kept
// as they are, all others flow.
func description(c *cobra.Command) string {
	if c.Long == "" {
		return c.Short + ".\n"
	}
	var b strings.Builder
	flow := ""
	end := func() {
		if flow != "" {
			b.WriteString(ansi.Wordwrap(flow, helpWidth, "") + "\n")
		}
		flow = ""
	}
	for line := range strings.SplitSeq(strings.Trim(c.Long, "\n"), "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			flow = strings.TrimSpace(flow + " " + line)
			continue
		}
		end()
		b.WriteString(line + "\n")
	}
	end()
	return b.String()
}

// usageLine is a command with its arguments, and INPUT where it reads logs.
func usageLine(c *cobra.Command) string {
	line := c.CommandPath() + strings.TrimPrefix(c.Use, c.Name())
	if takesInput(c) {
		line += " [INPUT]"
	}
	return line + " [FLAG]..."
}

// flagGroup lists a command's own flags, its input flags or the global ones.
func flagGroup(c *cobra.Command, group string) string {
	global, input := c.Root().PersistentFlags(), inputFlagSet()
	chosen := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.Flags().VisitAll(func(f *pflag.Flag) {
		of := "own"
		switch {
		case global.Lookup(f.Name) == f:
			of = "global"
		case takesInput(c) && input.Lookup(f.Name) != nil:
			of = "input"
		}
		if of == group {
			chosen.AddFlag(f)
		}
	})
	return chosen.FlagUsagesWrapped(helpWidth)
}

// takesInput says whether a command reads logs.
func takesInput(c *cobra.Command) bool { return c.Flags().Lookup("log-format") != nil }

// inputFlagSet has the flags of every command that reads logs.
func inputFlagSet() *pflag.FlagSet {
	var in inputFlags
	shared := &cobra.Command{}
	in.register(shared, true)
	return shared.Flags()
}
