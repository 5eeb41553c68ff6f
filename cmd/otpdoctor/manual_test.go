package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestManual holds that docs/commands.md is what the commands say of themselves.
func TestManual(t *testing.T) {
	var m markdown
	writeManual(&m, newApp(strings.NewReader(""), io.Discard, io.Discard).root())
	got := m.String()
	file := filepath.Join("..", "..", "docs", "commands.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("docs/commands.md is not what the commands say; go test ./cmd/otpdoctor -run TestManual -update writes it")
	}
}

// TestManualHasAll holds that the manual page has every command and every flag,
// and that each flag says what its value is.
func TestManualHasAll(t *testing.T) {
	root := newApp(strings.NewReader(""), io.Discard, io.Discard).root()
	var r roff
	writeManual(&r, root)
	page := r.String()
	commands, flags := 0, 0
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		commands++
		if c != root && !strings.Contains(page, ".SS "+roffText(strings.TrimPrefix(c.CommandPath(), "otpdoctor "))) {
			t.Errorf("no section of %s", c.CommandPath())
		}
		for _, i := range flagItems(c.LocalFlags(), nil) {
			flags++
			if !strings.Contains(page, `\fB`+roffText(i.name)+`\fR`) && !strings.Contains(i.name, "--help") {
				t.Errorf("%s: no item %s", c.CommandPath(), i.name)
			}
			for _, vague := range []string{" string", " stringArray", " duration", " int"} {
				if strings.HasSuffix(i.name, vague) {
					t.Errorf("%s: %s does not say what its value is", c.CommandPath(), i.name)
				}
			}
		}
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(root)
	if commands < 25 || flags < 100 {
		t.Errorf("looked at %d commands and %d flags only", commands, flags)
	}
	for line := range strings.Lines(page) {
		request, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case strings.HasPrefix(line, "."):
			if !strings.Contains(" .TH .nh .ad .SH .SS .PP .RS .RE .nf .fi .TP ", " "+request+" ") {
				t.Errorf("a line of text is read as a request: %s", line)
			}
		case strings.HasPrefix(line, "'"):
			t.Errorf("a line of text is read as a request: %s", line)
		}
	}
}
