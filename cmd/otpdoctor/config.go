package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/number"
)

// setting is a default that one can keep: in the environment or in config.toml.
// Each stands behind a flag, which wins; a command without that flag has no use for it.
type setting struct {
	key, flag string
	standard  string // what holds where nothing is set; "" is nothing
	what      string
	fits      func(string) error // nil: any text does
}

var settings = []setting{
	{"validity", "validity", "3m", `how long a code is good, as in "3m"`, isDuration},
	{"time_zone", "tz", "UTC", "zone of times written without one", isZone},
	{"region", "region", "", "country of numbers written without one", isRegion},
	{"firm_url", "firm-url", "", "the firm's address in tickets", nil},
	{"contact_name", "contact-name", "", "whom to ask at the firm, in tickets", nil},
	{"contact_email", "contact-email", "", "their e-mail address", isMail},
	{"faq", "faq", "", "folder of a FAQ set of your own", nil},
	{"redact", "redact", "false", "mask numbers, names and addresses", isSwitch},
	{"theme", "theme", "auto", "background of the terminal: auto, light or dark", isTheme},
	{"color", "color", "auto", "auto, always or never", isColor},
	{"ascii", "ascii", "false", "no sign outside of ASCII", isSwitch},
	{"accessible", "accessible", "false", "the guided case as plain lines", isSwitch},
	{"no_save", "no-save", "false", "keep no cases on this machine", isSwitch},
	{"no_mouse", "no-mouse", "false", "leave the mouse to the terminal", isSwitch},
	{"copy_command", "copy-command", "", "command that takes what is copied", nil},
	{"log_file", "log-file", "", "file that takes the structured log", nil},
}

func isDuration(s string) error {
	if d, err := time.ParseDuration(s); err != nil || d <= 0 {
		return fmt.Errorf("%q is no duration above zero", s)
	}
	return nil
}

func isZone(s string) error {
	if _, err := time.LoadLocation(s); err != nil {
		return fmt.Errorf("%q is no time zone", s)
	}
	return nil
}

func isRegion(s string) error {
	if !number.KnownRegion(strings.ToUpper(s)) {
		return fmt.Errorf("%q is no country that is known", s)
	}
	return nil
}

func isMail(s string) error {
	if _, err := mail.ParseAddress(s); err != nil {
		return fmt.Errorf("%q is no e-mail address", s)
	}
	return nil
}

func isSwitch(s string) error {
	_, err := readSwitch(s)
	return err
}

// readSwitch reads what is on or off, as it is written in the environment.
func readSwitch(s string) (on bool, err error) {
	switch strings.ToLower(s) {
	case "1", "t", "true", "yes", "on":
		return true, nil
	case "0", "f", "false", "no", "off":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", s)
}

func isTheme(s string) error { return isOneOf(s, themes) }
func isColor(s string) error { return isOneOf(s, colorings) }

func isOneOf(s string, words []string) error {
	if !slices.Contains(words, s) {
		return fmt.Errorf("%q is none of %s", s, strings.Join(words, ", "))
	}
	return nil
}

func (s setting) env() string { return "OTPDOCTOR_" + strings.ToUpper(s.key) }

// also are the variables that set something besides OTPDOCTOR_ and its key.
var also = map[string]string{"accessible": "ACCESSIBLE", "copy_command": "OTPDOCTOR_COPY"}

func (s setting) isSwitch() bool { return isSwitch(s.standard) == nil }

// inEnvironment is what the environment has for a setting, and the variable that
// says so. ACCESSIBLE is read by many programs, most of which take any word as yes.
func (s setting) inEnvironment() (value, variable string) {
	if value := os.Getenv(s.env()); value != "" || also[s.key] == "" {
		return value, s.env()
	}
	value = os.Getenv(also[s.key])
	if s.isSwitch() && value != "" && isSwitch(value) != nil {
		value = "true"
	}
	return value, also[s.key]
}

// everywhere are the settings whose flag every command has.
var everywhere = []string{"theme", "color", "ascii", "log-file"}

// configFile is where settings are kept.
func configFile() string { return filepath.Join(xdg.ConfigHome, "otpdoctor", "config.toml") }

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
			return nil, &hintedError{fmt.Sprintf("%s:%d: %s", filepath.Base(path), bad.Position.Line, bad.Message), "as in validity = \"3m\", one setting a line"}
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
			return nil, &hintedError{fmt.Sprintf("%s: no setting %q", filepath.Base(path), key), hint}
		}
		switch v := value.(type) {
		case string:
			values[key] = v
		case bool:
			values[key] = fmt.Sprint(v)
		default:
			return nil, &hintedError{fmt.Sprintf("%s: %s is neither a text in quotes nor true or false", filepath.Base(path), key), ""}
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
		value, where := s.inEnvironment()
		if value == "" {
			value, where = file[s.key], filepath.Base(configFile())+": "+s.key
		}
		if value == "" || s.isStandard(value) {
			continue // a flag that is not changed may mean more than its default
		}
		if s.fits != nil && s.key != "region" { // an unknown country counts as none, which is said
			if err := s.fits(value); err != nil {
				return usagef(s.what, "%s %q does not fit: %s", where, value, err)
			}
		}
		if on, err := readSwitch(value); err == nil && s.isSwitch() {
			value = strconv.FormatBool(on) // flags know fewer words for it
		}
		if err := cmd.Flags().Set(s.flag, value); err != nil {
			return usagef(s.what, "%s %q does not fit: %s", where, value, err)
		}
	}
	return nil
}

// isStandard says that a value is what holds without it, however it is written.
func (s setting) isStandard(value string) bool {
	if value == s.standard {
		return true
	}
	got, err := readSwitch(value)
	want, err2 := readSwitch(s.standard)
	return err == nil && err2 == nil && got == want
}

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "The settings, and where each comes from",
		Long: `Shows each setting with its value and where that comes from. A flag wins over the
environment, the environment over config.toml:

  validity = "3m"
  time_zone = "Europe/London"
  region = "GB"
  firm_url = "https://northfirm.example"
  contact_name = "A. Doe"
  contact_email = "a.doe@northfirm.example"
  theme = "light"
  redact = true

In the environment each is named OTPDOCTOR_ and the setting: OTPDOCTOR_THEME=light.
What is true or false may be written 1, yes and on, or 0, no and off, as well.
With flags it shows what would hold for a command that was given them.`,
		Example: `  otpdoctor config
  OTPDOCTOR_REGION=FR otpdoctor config --region GB`,
		Args: exact(cobra.NoArgs, "config"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, err := readConfig(configFile())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			var wrong error
			for _, s := range settings {
				value, from := s.standard, "default"
				flag := cmd.Flags().Lookup(s.flag)
				set, variable := s.inEnvironment()
				switch {
				case flag.Changed:
					value, from = flag.Value.String(), "flag, --"+s.flag
				case set != "":
					value, from = set, "environment, "+variable
				case file[s.key] != "":
					value, from = file[s.key], "config.toml"
				}
				if value != "" && s.fits != nil && wrong == nil {
					if err := s.fits(value); err != nil {
						wrong = usagef(s.what, "%s (%s): %s", s.key, from, err)
					}
				}
				if value == "" {
					value = "-"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.key, export.Clean(value), from, s.what)
			}
			fmt.Fprintf(w, "\nfile\t%s\n", export.Clean(configFile()))
			if err := w.Flush(); err != nil {
				return err
			}
			return wrong
		},
	}
	for _, s := range settings {
		switch {
		case slices.Contains(everywhere, s.flag):
		case s.isSwitch():
			cmd.Flags().Bool(s.flag, s.standard == "true", s.what)
		default:
			cmd.Flags().String(s.flag, s.standard, "`VALUE`: "+s.what)
		}
	}
	return cmd
}
