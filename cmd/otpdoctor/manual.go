package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The manual is made from the commands, so that it says what --help says. It is
// written twice: otpdoctor(1) by "otpdoctor man", and docs/commands.md by TestManual,
// which fails where the page differs.

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "The manual page, in roff",
		Example: `  otpdoctor man | man -l -`,
		Args:    exact(cobra.NoArgs, "man"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var r roff
			writeManual(&r, cmd.Root())
			_, err := a.stdout.Write([]byte(r.String()))
			return err
		},
	}
}

// page is what a manual is written to, part by part.
type page interface {
	title(name, what string)
	section(title string)
	command(usage string)
	prose(paragraph string)
	code(lines []string)
	items(list []item)
}

// item is a flag, a variable, a file or a status with what it means.
type item struct{ name, text string }

func writeManual(p page, root *cobra.Command) {
	p.title(root.Name(), root.Short)
	p.section("Synopsis")
	p.code([]string{"otpdoctor [COMMAND] [FLAG]... [ARGUMENT]..."})
	p.section("Description")
	writeText(p, root.Long)

	p.section("Commands")
	for _, c := range root.Commands() {
		writeCommand(p, c)
	}

	p.section("Input flags")
	p.prose("The same wherever logs are read: analyze, convert, ticket, faq walk and wizard (which has no --since and no --until). Several files are one log. gzip, zstd and zip are recognised by content, whatever the name; - is standard input.")
	p.items(flagItems(inputFlagSet(), nil))

	p.section("Global flags")
	p.items(flagItems(root.PersistentFlags(), nil))

	p.section("Accessibility")
	writeText(p, accessibilityHelp)

	p.section("Exit status")
	p.items([]item{
		{"0", "It ran. A number that is not valid, a code that no table has and a search without a hit are answers too."},
		{"1", "It could not: an unreadable file, nothing recognised, a log that is cut off, a full disk, an evidence pack that was changed."},
		{"2", "Wrong usage: an unknown command or flag, a value that does not fit, a file that is there already (--force replaces it)."},
		{"3", "Only with --fail-on: there is a finding of at least that severity."},
		{"130", "Interrupted; no half-written file is left."},
	})

	p.section("Environment")
	p.prose("A flag wins over the environment, the environment over config.toml.")
	var vars []item
	for _, s := range settings {
		name := s.env()
		if second := also[s.key]; second != "" {
			name += ", " + second
		}
		vars = append(vars, item{name, fmt.Sprintf("--%s: %s", s.flag, s.what)})
	}
	p.items(append(vars,
		item{"NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "colour off, off where 0, on; --color wins"},
		item{"TERM=dumb", "the guided case as plain lines"},
		item{"LC_ALL, LC_CTYPE, LANG", "without UTF-8 in the first that is set, signs are ASCII"},
	))

	p.section("Files")
	p.prose("Where the system has the XDG folders; elsewhere otpdoctor config says where. Nothing else is written but what -o, --redact-map, --save-tally, --save-log, --log-file and the export of the guided case name, and temporary files; one with what was copied stays where no clipboard took it.")
	p.items([]item{
		{"~/.config/otpdoctor/config.toml", "settings, one a line, by the names that otpdoctor config lists"},
		{"~/.local/state/otpdoctor/cases/", "saved cases, readable by you alone, deleted 30 days after their last change; otpdoctor cases lists and deletes them"},
	})
}

// writeCommand writes a command and those below it.
func writeCommand(p page, c *cobra.Command) {
	if !c.IsAvailableCommand() && c.Name() != "help" {
		return
	}
	c.InitDefaultHelpFlag()
	own, input := ownFlags(c)
	usage := strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ") + strings.TrimPrefix(c.Use, c.Name())
	if input {
		usage += " [INPUT]"
	}
	p.command(usage)
	if c.Long != "" {
		writeText(p, c.Long)
	} else {
		p.prose(c.Short + ".")
	}
	if c.Example != "" {
		p.code(strings.Split(strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"), "\n"))
	}
	if len(own) > 0 {
		p.items(own)
	}
	if input {
		p.prose("And the input flags, below.")
	}
	for _, sub := range c.Commands() {
		writeCommand(p, sub)
	}
}

// ownFlags gives a command's flags without those that every command has, and
// without the input flags where it takes these.
func ownFlags(c *cobra.Command) ([]item, bool) {
	input, shared := takesInput(c), inputFlagSet()
	return flagItems(c.NonInheritedFlags(), func(f *pflag.Flag) bool {
		return f.Name == "help" || input && shared.Lookup(f.Name) != nil
	}), input
}

func flagItems(flags *pflag.FlagSet, skip func(*pflag.Flag) bool) (list []item) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || skip != nil && skip(f) {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		text = strings.TrimPrefix(text, value+": ") // it stands behind the name already
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value != "" && f.Value.Type() != "count" {
			name += " " + value
		}
		if !slices.Contains([]string{"", "0", "0s", "false", "[]"}, f.DefValue) {
			text += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		list = append(list, item{name, text})
	})
	return list
}

// writeText writes a help text: indented lines are shown as they are, all others
// flow.
func writeText(p page, text string) {
	var flow, kept []string
	flush := func() {
		if len(flow) > 0 {
			p.prose(strings.Join(flow, " "))
		}
		if len(kept) > 0 {
			p.code(kept)
		}
		flow, kept = nil, nil
	}
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		indented, isIndented := strings.CutPrefix(line, "  ")
		switch {
		case line == "":
			flush()
		case isIndented:
			if len(flow) > 0 {
				flush()
			}
			kept = append(kept, indented)
		default:
			if len(kept) > 0 {
				flush()
			}
			flow = append(flow, line)
		}
	}
	flush()
}

// roff writes man(7).
type roff struct{ strings.Builder }

func (r *roff) title(name, what string) {
	fmt.Fprintf(r, ".TH %s 1 \"\" %s \"User Commands\"\n.nh\n.ad l\n.SH NAME\n%s \\- %s\n", strings.ToUpper(name), name, name, roffText(strings.ToLower(what[:1])+what[1:]))
}

func (r *roff) section(title string) { fmt.Fprintf(r, ".SH %s\n", roffText(strings.ToUpper(title))) }

func (r *roff) command(usage string) { fmt.Fprintf(r, ".SS %s\n", roffText(usage)) }

func (r *roff) prose(paragraph string) { fmt.Fprintf(r, ".PP\n%s\n", roffText(paragraph)) }

func (r *roff) code(lines []string) {
	r.WriteString(".PP\n.RS 2\n.nf\n")
	for _, l := range lines {
		r.WriteString(roffText(l) + "\n")
	}
	r.WriteString(".fi\n.RE\n")
}

func (r *roff) items(list []item) {
	for _, i := range list {
		fmt.Fprintf(r, ".TP\n\\fB%s\\fR\n%s\n", roffText(i.name), roffText(i.text))
	}
}

// roffText keeps a line from being read as a request. Every hyphen is one that can
// be copied into a shell.
func roffText(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
