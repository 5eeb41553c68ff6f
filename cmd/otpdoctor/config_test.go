package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adrg/xdg"
)

// TestSettle holds which variable a flag of the guided case comes from, and how
// what is on or off may be written.
func TestSettle(t *testing.T) {
	home := xdg.ConfigHome
	xdg.ConfigHome = filepath.Join(t.TempDir(), "none")
	defer func() { xdg.ConfigHome = home }()
	for _, c := range []struct {
		variables        map[string]string
		flag, want, fail string
	}{
		{map[string]string{"OTPDOCTOR_COPY": "cat"}, "copy-command", "cat", ""},
		{map[string]string{"OTPDOCTOR_COPY": "cat", "OTPDOCTOR_COPY_COMMAND": "wl-copy"}, "copy-command", "wl-copy", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": "yes"}, "accessible", "true", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": "ON"}, "accessible", "true", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": "0"}, "accessible", "false", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": "False"}, "accessible", "false", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": "no"}, "accessible", "false", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": ""}, "accessible", "false", ""},
		{map[string]string{"OTPDOCTOR_ACCESSIBLE": "maybe"}, "accessible", "", "neither true nor false"},
		{map[string]string{"ACCESSIBLE": "maybe"}, "accessible", "true", ""},
		{map[string]string{"ACCESSIBLE": "off"}, "accessible", "false", ""},
		{map[string]string{"ACCESSIBLE": "1", "OTPDOCTOR_ACCESSIBLE": "0"}, "accessible", "false", ""},
	} {
		for _, s := range settings {
			t.Setenv(s.env(), c.variables[s.env()])
			if second := also[s.key]; second != "" {
				t.Setenv(second, c.variables[second])
			}
		}
		cmd := newApp(strings.NewReader(""), io.Discard, io.Discard).wizardCommand()
		err := settle(cmd)
		switch got := cmd.Flags().Lookup(c.flag).Value.String(); {
		case c.fail != "":
			if err == nil || !strings.Contains(err.Error(), c.fail) {
				t.Errorf("%v: %v, want %q", c.variables, err, c.fail)
			}
		case err != nil || got != c.want:
			t.Errorf("%v: --%s is %q, %v, want %q", c.variables, c.flag, got, err, c.want)
		}
	}
}
