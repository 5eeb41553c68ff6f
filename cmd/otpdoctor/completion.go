package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/faq"
)

func (a *app) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "The completion script for bash, zsh, fish or powershell",
		Long: `Writes the script that lets a shell complete commands, flags and values: formats,
topics, countries, time zones, providers and their codes, saved cases.`,
		Example: `  source <(otpdoctor completion bash)
  echo 'source <(otpdoctor completion bash)' >> ~/.bashrc
  otpdoctor completion zsh > "${fpath[1]}/_otpdoctor"
  otpdoctor completion fish > ~/.config/fish/completions/otpdoctor.fish
  otpdoctor completion powershell | Out-String | Invoke-Expression`,
		Args:              exact(cobra.ExactArgs(1), "completion "+strings.Join(shells, "|")),
		ValidArgsFunction: firstOnly(values(words(shells...))),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			}
			return usagef(wordHint("otpdoctor completion ", args[0], shells), "no completion for a shell %q", args[0])
		},
	}
}

// What the shell offers for a value. Scripts of the shells filter by what was
// typed, but each in its own way; long lists are filtered here, so that the shell
// is given a few lines and not thousands.

// values completes with those of a list that begin with what was typed, each
// perhaps with a description (cobra.CompletionWithDesc).
func values(list func() []cobra.Completion) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var fit []cobra.Completion
		for _, v := range list() {
			if strings.HasPrefix(v, typed) {
				fit = append(fit, v)
			}
		}
		return fit, cobra.ShellCompDirectiveNoFileComp
	}
}

// firstOnly completes the first argument alone; no more than one is taken.
func firstOnly(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, typed)
	}
}

// words is a list that is known beforehand.
func words(list ...string) func() []cobra.Completion {
	return func() []cobra.Completion { return list }
}

// registerValues completes a flag's value.
func registerValues(cmd *cobra.Command, flag string, list func() []cobra.Completion) {
	register(cmd, flag, values(list))
}

// registerNoFiles says of flags that their value is no file, so that a shell does
// not offer any.
func registerNoFiles(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		register(cmd, flag, cobra.NoFileCompletions)
	}
}

func registerFolder(cmd *cobra.Command, flag string) { register(cmd, flag, folders) }

// register panics for a flag that the command has not: a slip in this program.
func register(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err)
	}
}

func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// formatValues lists the formats of delivery logs and of login logs.
func formatValues() (list []cobra.Completion) {
	for _, f := range append(deliverylog.Formats(), deliverylog.IdentityFormats()...) {
		list = append(list, cobra.CompletionWithDesc(f.Name, f.Title))
	}
	return list
}

func countryValues() (list []cobra.Completion) {
	for _, cc := range number.Countries() {
		list = append(list, cobra.CompletionWithDesc(cc, number.CountryName(cc)))
	}
	return list
}

// completeTopic offers the topics of the FAQ set that --faq names.
func completeTopic(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return values(func() []cobra.Completion {
		set := faq.Builtin()
		if dir, err := cmd.Flags().GetString("faq"); err == nil && dir != "" {
			if own, err := faq.Load(os.DirFS(dir)); err == nil {
				set = own
			}
		}
		return topicValues(set)
	})(cmd, args, typed)
}

func topicValues(set *faq.Set) (list []cobra.Completion) {
	for _, t := range set.Topics {
		list = append(list, cobra.CompletionWithDesc(t.ID, t.Label))
	}
	return list
}

// providersAndCauses are the first words that explain takes, besides codes.
func providersAndCauses() (list []cobra.Completion) {
	for _, id := range reason.Providers() {
		list = append(list, cobra.CompletionWithDesc(id, reason.ProviderTitle(id)))
	}
	for _, c := range faq.Builtin().Causes {
		list = append(list, cobra.CompletionWithDesc(c.ID, c.Title))
	}
	return list
}

func codeValues(provider string) (list []cobra.Completion) {
	for _, c := range reason.Codes(provider) {
		if c.Range == "" {
			list = append(list, cobra.CompletionWithDesc(c.Code, c.Title))
		}
	}
	return list
}

// completeCode offers providers, causes and, once something is typed, the codes of
// every provider; behind a provider its own codes.
func completeCode(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch {
	case len(args) == 0:
		return values(func() []cobra.Completion {
			list := providersAndCauses()
			if typed != "" {
				for _, id := range reason.Providers() {
					list = append(list, codeValues(id)...)
				}
			}
			return list
		})(cmd, args, typed)
	case len(args) == 1:
		return values(func() []cobra.Completion { return codeValues(args[0]) })(cmd, args, typed)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completeMap offers the fields of --map, also behind a comma; the column's name
// comes from the log and is typed.
func completeMap(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before, field := "", typed
	if i := strings.LastIndexByte(typed, ','); i >= 0 {
		before, field = typed[:i+1], typed[i+1:]
	}
	var fit []cobra.Completion
	for _, f := range deliverylog.MapFields() {
		if strings.HasPrefix(f, field) {
			fit = append(fit, before+f+"=")
		}
	}
	return fit, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

func savedCases() []diagnostics.Saved {
	saved, _ := diagnostics.NewStore(diagnostics.CasesDir()).List() // the shell has no place for an error
	return saved
}

// caseIDs offers saved cases, by masked number and topic.
func caseIDs() (list []cobra.Completion) {
	for _, s := range savedCases() {
		list = append(list, cobra.CompletionWithDesc(s.ID, aboutCase(s)))
	}
	return list
}

// completeCaseFile offers the files of saved cases; where none fits, any file.
func completeCaseFile(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var fit []cobra.Completion
	for _, s := range savedCases() {
		if strings.HasPrefix(s.Path, typed) {
			fit = append(fit, cobra.CompletionWithDesc(s.Path, aboutCase(s)))
		}
	}
	return fit, cobra.ShellCompDirectiveDefault
}

func aboutCase(s diagnostics.Saved) string {
	return strings.Join(append(append([]string{}, s.Masked...), s.Topic), ", ")
}
