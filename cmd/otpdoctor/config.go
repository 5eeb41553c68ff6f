package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/BurntSushi/toml"
	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
)

// setting is a default that one can keep: in the environment or in config.toml.
// Each stands behind a flag, which wins; a command without that flag has no use for it.
type setting struct {
	key, flag, what string
}

var settings = []setting{
	{"validity", "validity", "how long a code is good, as in \"3m\""},
	{"time_zone", "tz", "zone of times written without one"},
	{"region", "region", "country of numbers written without one"},
	{"firm_url", "firm-url", "the firm's address in tickets"},
	{"faq", "faq", "folder of a FAQ set of your own"},
	{"redact", "redact", "mask numbers, names and addresses in what is written"},
	{"color", "color", "auto, always or never"},
	{"ascii", "ascii", "no sign outside of ASCII"},
	{"accessible", "accessible", "the guided case as plain lines"},
	{"no_save", "no-save", "keep no cases on this machine"},
	{"no_mouse", "no-mouse", "leave the mouse to the terminal"},
	{"copy_command", "copy-command", "command that takes what is copied"},
	{"log_file", "log-file", "file that takes the structured log"},
}

func (s setting) env() string { return "OTPDOCTOR_" + strings.ToUpper(s.key) }

// configFile is where settings are kept.
func configFile() string { return filepath.Join(xdg.ConfigHome, "otpdoctor", "config.toml") }

// configError is a config.toml that cannot be used.
type configError struct{ text, hint string }

func (e *configError) Error() string { return e.text }
func (e *configError) Hint() string  { return e.hint }

// mostConfig is how much of config.toml is read.
const mostConfig = 1 << 20

// readConfig gives the settings of config.toml as flags take them; without the
// file there are none.
func readConfig(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", filepath.Base(path), err)
	}
	defer f.Close()
	var raw map[string]any
	if _, err := toml.NewDecoder(io.LimitReader(f, mostConfig)).Decode(&raw); err != nil {
		var bad toml.ParseError
		if errors.As(err, &bad) {
			return nil, &configError{fmt.Sprintf("%s:%d: %s", filepath.Base(path), bad.Position.Line, bad.Message), "as in validity = \"3m\", one setting a line"}
		}
		return nil, fmt.Errorf("%s cannot be read: %w", filepath.Base(path), err)
	}
	values := map[string]string{}
	for key, value := range raw {
		if !slices.ContainsFunc(settings, func(s setting) bool { return s.key == key }) {
			hint := "otpdoctor config lists the settings"
			if near := nearest(key, settingKeys()); near != "" {
				hint = "did you mean: " + near
			}
			return nil, &configError{fmt.Sprintf("%s: no setting %q", filepath.Base(path), key), hint}
		}
		switch v := value.(type) {
		case string:
			values[key] = v
		case bool:
			values[key] = fmt.Sprint(v)
		default:
			return nil, &configError{fmt.Sprintf("%s: %s is neither a text in quotes nor true or false", filepath.Base(path), key), ""}
		}
	}
	return values, nil
}

func settingKeys() []string {
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.key)
	}
	return keys
}

// settle sets the flags that were not given from the environment, else from
// config.toml.
func settle(cmd *cobra.Command) error {
	file, err := readConfig(configFile())
	if err != nil {
		return err
	}
	for _, s := range settings {
		flag := cmd.Flags().Lookup(s.flag)
		if flag == nil || flag.Changed {
			continue
		}
		value, where := os.Getenv(s.env()), s.env()
		if value == "" {
			value, where = file[s.key], filepath.Base(configFile())+": "+s.key
		}
		if value == "" {
			continue
		}
		if err := cmd.Flags().Set(s.flag, value); err != nil {
			return usagef(s.what, "%s %q does not fit: %s", where, value, err)
		}
	}
	return nil
}

func (a *app) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "The settings, and where each comes from",
		Long: `Shows each setting with its value and where that comes from. A flag wins over the
environment, the environment over config.toml:

  validity = "3m"
  time_zone = "Europe/London"
  region = "GB"
  firm_url = "https://northfirm.example"`,
		Args: exact(cobra.NoArgs, "config"),
		RunE: func(*cobra.Command, []string) error {
			file, err := readConfig(configFile())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, s := range settings {
				value, from := "", "default"
				switch {
				case os.Getenv(s.env()) != "":
					value, from = os.Getenv(s.env()), "environment, "+s.env()
				case file[s.key] != "":
					value, from = file[s.key], "config.toml"
				}
				if value == "" {
					value = "-"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.key, export.Clean(value), from, s.what)
			}
			fmt.Fprintf(w, "\nfile\t%s\n", export.Clean(configFile()))
			return w.Flush()
		},
	}
}
