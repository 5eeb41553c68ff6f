package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/faq"
)

const rootHelp = `otpdoctor finds out why text messages with two-factor codes do not arrive.

With a caller on the phone
  otpdoctor                          the guided case, on a terminal
  otpdoctor check +4407700900187     is the number right, and what was wrong
  otpdoctor faq no-code              the checklist to read

With a log of the SMS provider
  otpdoctor analyze march.csv        which carrier, since when, how many users
  otpdoctor explain 30007            what a provider's code means
  otpdoctor ticket --logs march.csv --number +447700900187
                                     the 13 answers of the support form

To try it on a made-up sample
  otpdoctor demo                     all of it, from the log to the ticket
  otpdoctor demo --save-log march.csv
                                     its log, for the commands above

It needs no network, and nothing leaves the machine. otpdoctor help lists all
commands; otpdoctor man | man -l - is the manual.
`

// What --color and --theme may be.
var (
	colorings = []string{"auto", "always", "never"}
	themes    = []string{"auto", "light", "dark"}
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "otpdoctor",
		Short:         "Finds out why text messages with two-factor codes do not arrive",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Name() != "config" {
				if err := settle(cmd); err != nil {
					return err
				}
			}
			if err := cmp.Or(oneOf("color", a.color, colorings), oneOf("theme", a.theme, themes)); err != nil {
				return err
			}
			return a.openLog()
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			if !terminal(a.stdin) || !terminal(a.stdout) {
				fmt.Fprint(a.stderr, rootHelp)
				return usagef("otpdoctor wizard --accessible runs without one, and from a pipe", "the guided case needs a terminal")
			}
			return a.openWizard(cmd)
		},
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.color, "color", "auto", "`WHEN` to use colour: auto, always or never")
	flags.StringVar(&a.theme, "theme", "auto", "`BACKGROUND` of the terminal, for the guided case: auto, light or dark")
	flags.BoolVar(&a.ascii, "ascii", false, "no sign outside of ASCII")
	flags.StringVar(&a.logFile, "log-file", "", "write what the program does to `FILE` (masked)")
	flags.CountVarP(&a.verbose, "verbose", "v", "more in the log file, twice for all")
	flags.BoolVar(&a.debug, "debug", false, "debug level in the log file")
	registerValues(root, "color", words(colorings...))
	registerValues(root, "theme", words(themes...))
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(a.helpCommand())
	root.AddCommand(
		a.wizardCommand(), a.demoCommand(), a.checkCommand(), a.analyzeCommand(), a.convertCommand(), a.ticketCommand(),
		a.lockoutCommand(), a.faqCommand(), a.explainCommand(), a.formatsCommand(), a.schemaCommand(), a.verifyCommand(), a.redactCommand(), a.casesCommand(), a.configCommand(),
		a.completionCommand(), a.manCommand(), a.versionCommand(),
	)
	setHelp(root)
	return root
}

// openWizard is "otpdoctor wizard" without a flag.
func (a *app) openWizard(root *cobra.Command) error {
	wizard, _, err := root.Find([]string{"wizard"})
	if err != nil {
		return err
	}
	wizard.SetContext(root.Context())
	if err := settle(wizard); err != nil {
		return err
	}
	return wizard.RunE(wizard, nil)
}

func unknownCommand(parent *cobra.Command, word string) error {
	var names []string
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	hint := "otpdoctor help lists the commands"
	near := nearest(word, names)
	if near == "" && !parent.HasParent() {
		near = commandFor(word)
	}
	if near != "" {
		hint = fmt.Sprintf("did you mean: %s %s", parent.CommandPath(), near)
	}
	return usagef(hint, "no command %q", word)
}

var logEndings = []string{".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".log", ".txt", ".gz", ".zst", ".zip", ".xlsx"}

// commandFor is the command line for a file, a phone number, a provider's code or
// a topic that was typed without a command, or "".
func commandFor(word string) string {
	if info, err := os.Stat(word); err == nil && !info.IsDir() || err != nil && slices.Contains(logEndings, filepath.Ext(word)) {
		return "analyze " + word
	}
	if number.Check(word, "").Valid {
		return "check " + word
	}
	if _, ok := faq.Builtin().Topic(word); ok {
		return "faq " + word
	}
	if e, err := reason.Explain([]string{word}); err == nil && len(e.Codes) > 0 && strings.EqualFold(e.Codes[0].Code, word) {
		return "explain " + word
	}
	return ""
}

// flagError names the flag that was nearest to an unknown one.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	word, ok := strings.CutPrefix(text, "unknown flag: --")
	if !ok {
		return usagef(cmd.CommandPath()+" --help", "%s: %s", cmd.Name(), text)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	hint := cmd.CommandPath() + " --help lists its flags"
	if near := nearest(word, names); near != "" {
		hint = "did you mean: --" + near
	}
	return usagef(hint, "%s has no flag --%s", cmd.Name(), word)
}

// nearest is the candidate with the fewest changes to word, or "" where none is near.
func nearest(word string, candidates []string) string {
	best, at := "", 3
	for _, c := range candidates {
		d := levenshtein.ComputeDistance(word, c)
		if d < at && d < max(len(word), 2) {
			best, at = c, d
		} else if best == "" && len(word) >= 2 && strings.HasPrefix(c, word) {
			best = c
		}
	}
	return best
}

// oneOf checks a flag's value against the words it may have.
func oneOf(flag, value string, words []string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return usagef(wordHint("--"+flag+" ", value, words), "--%s %q is not known", flag, value)
}

// wordHint is the word that was perhaps meant, behind what stands before it on a
// command line, else all that there are.
func wordHint(before, typed string, words []string) string {
	if near := nearest(typed, words); near != "" {
		return "did you mean: " + before + near
	}
	return "one of " + strings.Join(words, ", ")
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command, or about accessibility",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return values(func() []cobra.Completion { return helpWords(cmd.Root(), args) })(cmd, args, typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 1 && args[0] == "accessibility" {
				_, err := fmt.Fprint(a.stdout, accessibilityHelp)
				return err
			}
			target, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(target, append(rest, args...)[0])
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}

// helpWords are the commands below the one that the words so far name.
func helpWords(root *cobra.Command, sofar []string) (list []cobra.Completion) {
	target, rest, err := root.Find(sofar)
	if err != nil || len(rest) > 0 {
		return nil
	}
	for _, c := range target.Commands() {
		if c.IsAvailableCommand() {
			list = append(list, cobra.CompletionWithDesc(c.Name(), c.Short))
		}
	}
	if target == root {
		list = append(list, cobra.CompletionWithDesc("accessibility", "With a screen reader, a Braille line or a plain terminal"))
	}
	return list
}

const accessibilityHelp = `otpdoctor with a screen reader, a Braille line or a plain terminal

  otpdoctor wizard --accessible      the guided case as plain lines: one question
                                     a line, numbered choices, nothing redrawn
  OTPDOCTOR_ACCESSIBLE=1             the same for every start; ACCESSIBLE=1 too
  TERM=dumb                          the same

Every question takes y, n or d for "don't know", or the value asked for. b goes
back, ? explains, q saves and leaves. At any question u undoes the last answer,
f reads the FAQ and "f backup code" searches it, c says the carriers and "c O2"
one of them, v says the evidence, "a 4 no" answers question 4 of the ticket, r
masks numbers and names. At the first one o lists the saved cases. End of input
saves the case and ends with status 1, so a script can answer from a pipe.

Nothing is told by colour alone. NO_COLOR=1 or --color never takes colour away,
--ascii every sign outside of ASCII. All commands but the drawn guided case print
plain lines from top to bottom.
`

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Version, commit and Go release",
		Args:  exact(cobra.NoArgs, "version"),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.stdout, "otpdoctor %s\n", version())
			return err
		},
	}
}

// release is the version and commit that cmd/release builds; no number is kept by
// hand.
var release string

// version is that of a release, else what the build information says.
func version() string {
	v := "devel"
	if release != "" {
		return release + ", " + runtime.Version()
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v + ", " + runtime.Version()
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v = info.Main.Version
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			v += ", commit " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			v += " with changes"
		}
	}
	return v + ", " + info.GoVersion
}
