package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

func (a *app) faqCommand() *cobra.Command {
	var format, dir string
	cmd := &cobra.Command{
		Use:   "faq [TOPIC]",
		Short: "Read, search and walk the FAQ",
		Example: `  otpdoctor faq
  otpdoctor faq no-code
  otpdoctor faq search "didn't get text"
  otpdoctor faq walk no-code --number +447700900187 --logs march.csv`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				if near := nearest(args[0], []string{"search", "validate", "walk"}); near != "" {
					return usagef("did you mean: otpdoctor faq "+strings.Join(append([]string{near}, args[1:]...), " "), "the FAQ has no command %q", args[0])
				}
				return usagef("otpdoctor faq search "+strings.Join(args, " "), "faq takes one topic and not %d words", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, export.Formats("faq")); err != nil {
				return err
			}
			set, err := a.faqSet(dir)
			if err != nil {
				return err
			}
			topics := set.Topics
			if len(args) == 1 {
				topic, err := topicOf(set, args[0])
				if err != nil {
					return err
				}
				topics = []faq.Topic{topic}
			}
			if format == "text" && len(args) == 0 {
				return export.FAQList(a.stdout, set)
			}
			if format == "text" && terminal(a.stdout) {
				return export.MarkdownText(a.stdout, export.FAQMarkdown(set, topics), a.pageOptions())
			}
			return export.FAQ(a.stdout, format, set, topics)
		},
	}
	cmd.PersistentFlags().StringVar(&dir, "faq", "", "a FAQ set of your own in `DIR`, in place of or beside the built-in one")
	cmd.Flags().StringVar(&format, "format", "text", "`FORMAT`: text, md or json")
	registerValues(cmd, "format", words(export.Formats("faq")...))
	registerFolder(cmd, "faq")
	cmd.ValidArgsFunction = firstOnly(completeTopic)

	search := &cobra.Command{
		Use:     "search WORDS",
		Short:   "Search the FAQ by the words of callers",
		Example: `  otpdoctor faq search "code late"`,
		Args:    exact(cobra.MinimumNArgs(1), "faq search WORDS"),

		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.faqSet(dir)
			if err != nil {
				return err
			}
			words := strings.Join(args, " ")
			return export.FAQHits(a.stdout, set, words, set.Search(words))
		},
	}
	validate := &cobra.Command{
		Use:   "validate DIR",
		Short: "Check a FAQ set of your own",
		Args:  exact(cobra.ExactArgs(1), "faq validate DIR"),

		ValidArgsFunction: firstOnly(folders),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := isFolder(args[0]); err != nil {
				return err
			}
			set, err := faq.LoadUnchecked(os.DirFS(args[0]))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			problems := set.Validate()
			for _, p := range problems {
				fmt.Fprintln(a.stdout, export.Clean(p.String()))
			}
			if len(problems) > 0 {
				return fmt.Errorf("%s: %s", args[0], tally.FormatNoun(len(problems), "problem"))
			}
			_, err = fmt.Fprintf(a.stdout, "%s: %s, no problem\n", export.Clean(args[0]), tally.FormatNoun(len(set.Topics), "topic"))
			return err
		},
	}
	cmd.AddCommand(search, validate, a.walkCommand(&dir))
	return cmd
}

// faqSet is the built-in FAQ, or the one in dir; a broken one is never replaced
// by the built-in one behind one's back.
func (a *app) faqSet(dir string) (*faq.Set, error) {
	if dir == "" {
		return faq.Builtin(), nil
	}
	if err := isFolder(dir); err != nil {
		return nil, err
	}
	set, err := faq.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return set, nil
}

// isFolder is an error where a path leads to no folder.
func isFolder(path string) error {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such folder", path)
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s: is a file, not a folder", path)
	}
	return nil // what else is wrong is said when it is read
}

func topicIDs(set *faq.Set) []string {
	var ids []string
	for _, t := range set.Topics {
		ids = append(ids, t.ID)
	}
	return ids
}

func topicOf(set *faq.Set, id string) (faq.Topic, error) {
	topic, ok := set.Topic(id)
	if ok {
		return topic, nil
	}
	hint := "one of " + strings.Join(topicIDs(set), ", ")
	if near := set.Nearest(id); len(near) > 0 {
		hint = "did you mean: " + strings.Join(near, ", ")
	}
	return topic, usagef(hint, "the FAQ has no topic %q", id)
}

// pageOptions are those of a page to read: as wide as the terminal, at most 80.
func (a *app) pageOptions() export.Options {
	o := a.exportOptions()
	if f, ok := a.stdout.(*os.File); ok {
		if columns, _, err := term.GetSize(f.Fd()); err == nil && columns > 0 {
			o.Width = min(80, columns)
		}
	}
	return o
}

func (a *app) walkCommand(dir *string) *cobra.Command {
	var in inputFlags
	var who, answers string
	cmd := &cobra.Command{
		Use:   "walk TOPIC",
		Short: "A topic as a plain conversation, also from a pipe",
		Long: `Asks the steps of a topic one after the other: y, n, d (don't know), b (back), or
the value asked for. What number and log can decide is not asked. At an outcome
exit status 0; at the end of input it says where it stopped, exit status 1.`,
		Args: exact(cobra.ExactArgs(1), "faq walk TOPIC"),

		ValidArgsFunction: firstOnly(completeTopic),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := a.faqSet(*dir)
			if err != nil {
				return err
			}
			topic, err := topicOf(set, args[0])
			if err != nil {
				return err
			}
			o, err := a.options(&in, nil)
			if err != nil {
				return err
			}
			c := diagnostics.NewCase(set.WithValidity(o.Validity), a.now)
			c.Options = o
			if who != "" {
				c.SetNumbers([]string{who})
			}
			c.SetTopic(topic.ID)
			if err := a.takeLogins(cmd, c, &o); err != nil {
				return err
			}
			var inputs []deliverylog.Summary
			if len(o.Logs) > 0 {
				o.Watch = c.Watch()
				report, err := a.analyze(cmd, o)
				if err != nil {
					return err
				}
				c.SetReport(report)
				inputs = report.Inputs
			}
			if err := a.torn(inputs); err != nil {
				a.warnf("%s", err) // the caller is on the phone: it goes on with what was read
			}
			if err := a.answer(c, answers); err != nil {
				return err
			}
			_, err = faq.Conversation{In: a.stdin, Out: a.stdout, Echo: !terminal(a.stdin)}.Play(c.Walk())
			return err
		},
	}
	in.register(cmd, true)
	cmd.Flags().StringVar(&who, "number", "", "the caller's `NUMBER`")
	cmd.Flags().StringVar(&answers, "answers", "", "answers to the thirteen questions in `FILE` (JSON by id)")
	registerNoFiles(cmd, "number")
	return cmd
}
