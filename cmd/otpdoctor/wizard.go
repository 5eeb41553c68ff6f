package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/wizard"
)

// wizardFlags are those of the guided case besides INPUT.
type wizardFlags struct {
	input      inputFlags
	caseFile   string
	accessible bool
	noSave     bool
	noMouse    bool
	copyWith   string
	faqDir     string
	redact     bool
	firm       string
	contact    contactFlags
}

func (a *app) wizardCommand() *cobra.Command {
	var f wizardFlags
	cmd := &cobra.Command{
		Use:   "wizard [FILE]...",
		Short: "The guided case",
		Long: `Guides through a case on a terminal: number, checklist, carriers, findings, ticket.
Every answer is saved as it is given. Cases are kept for 30 days under the
state folder, readable by you alone; --no-save keeps nothing.`,
		Example: `  otpdoctor wizard march.csv
  otpdoctor wizard --accessible
  otpdoctor wizard --case 20260303-101204.000.case.jsonl`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.wizard(cmd.Context(), f, args) },
	}
	f.input.register(cmd, false)
	fl := cmd.Flags()
	fl.StringVar(&f.caseFile, "case", "", "go on with the case in `FILE`, or begin it there")
	fl.BoolVar(&f.accessible, "accessible", false, "plain lines for screen readers and simple terminals")
	fl.BoolVar(&f.noSave, "no-save", false, "keep nothing on this machine")
	fl.BoolVar(&f.noMouse, "no-mouse", false, "leave the mouse to the terminal")
	fl.StringVar(&f.copyWith, "copy-command", "", "`COMMAND` that takes what is copied on its standard input")
	fl.StringVar(&f.faqDir, "faq", "", "a FAQ set of your own in `DIR`")
	fl.BoolVar(&f.redact, "redact", false, "mask numbers, names and addresses from the start")
	fl.StringVar(&f.firm, "firm-url", "", "the firm's address, a `URL`")
	registerNoFiles(cmd, "firm-url")
	f.contact.register(cmd)
	register(cmd, "case", completeCaseFile)
	registerFolder(cmd, "faq")
	return cmd
}

func (a *app) wizard(ctx context.Context, f wizardFlags, args []string) error {
	plain := f.accessible || os.Getenv("TERM") == "dumb"
	if !plain && (!terminal(a.stdin) || !terminal(a.stdout)) {
		return usagef("otpdoctor wizard --accessible runs without one, and from a pipe", "the guided case needs a terminal")
	}
	set, err := a.faqSet(f.faqDir)
	if err != nil {
		return err
	}
	// The case opens the logs itself, by path.
	paths := append(append([]string{}, args...), f.input.logs...)
	identity := f.input.identity
	f.input.logs, f.input.identity = nil, nil
	o, err := a.options(&f.input, nil)
	if err != nil {
		return err
	}
	contact, err := f.contact.contact()
	if err != nil {
		return err
	}
	for _, p := range append(paths, identity...) {
		if p == "-" {
			return usagef("name a file", "the guided case reads its answers from standard input, so a log cannot come from there")
		}
	}
	w := wizard.Options{
		Set: set, CasePath: f.caseFile, Diag: o, Logs: paths, Identity: identity, Now: a.now, Color: a.colored(a.stdout),
		ASCII: a.plainSigns(), Mouse: !f.noMouse, Theme: a.background(), Redact: f.redact,
		Firm: strings.TrimSpace(f.firm), Contact: contact, Log: a.log, Version: version(), CopyCommand: f.copyWith,
	}
	if !f.noSave {
		w.Store = diagnostics.NewStore(diagnostics.CasesDir())
	}
	if plain {
		return wizard.RunLines(ctx, w, a.stdin, a.stdout)
	}
	a.ownsTerminal.Store(true)
	defer a.ownsTerminal.Store(false)
	return wizard.Run(ctx, w, a.stdin, a.stdout)
}
