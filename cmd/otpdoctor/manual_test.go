package main

import (
	"fmt"
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

// TestManualIsEverywhereTheSame holds that what the reader of a manual has set is
// not taken for what holds by default.
func TestManualIsEverywhereTheSame(t *testing.T) {
	manual := func() string {
		var m markdown
		writeManual(&m, newApp(strings.NewReader(""), io.Discard, io.Discard).root())
		return m.String()
	}
	plain := manual()
	for _, s := range settings {
		t.Setenv(s.env(), "mark")
		if also[s.key] != "" {
			t.Setenv(also[s.key], "mark")
		}
	}
	if got := manual(); got != plain {
		t.Errorf("the manual differs where settings stand in the environment")
	}
}

// TestHelpFits holds that --help of every command fits 80 columns, and begins with
// what the command is for.
func TestHelpFits(t *testing.T) {
	var look func(words []string, c *cobra.Command)
	looked := 0
	look = func(words []string, c *cobra.Command) {
		looked++
		var stdout, stderr strings.Builder
		if status := run(append(words, "--help"), strings.NewReader(""), &stdout, &stderr); status != exitOK {
			t.Errorf("%v --help: status %d, %s", words, status, stderr.String())
		}
		for line := range strings.Lines(stdout.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth {
				t.Errorf("%v --help: %d columns: %s", words, n, line)
			}
		}
		for _, sub := range c.Commands() {
			look(append(append([]string{}, words...), sub.Name()), sub)
		}
	}
	look(nil, newApp(strings.NewReader(""), io.Discard, io.Discard).root())
	if looked < 20 {
		t.Errorf("looked at %d commands only", looked)
	}
}

// TestNothingFitsAScreen holds that the program without a case and without a
// terminal explains itself on one screen of 80 by 24, with the prompt below.
func TestNothingFitsAScreen(t *testing.T) {
	var stdout, stderr strings.Builder
	if status := run(nil, strings.NewReader(""), &stdout, &stderr); status != exitUsage || stdout.Len() > 0 {
		t.Errorf("status %d, on standard output %q", status, stdout.String())
	}
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	if len(lines) > 23 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if len(l) > helpWidth {
			t.Errorf("%d columns: %s", len(l), l)
		}
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

// markdown writes docs/commands.md.
type markdown struct{ strings.Builder }

func (m *markdown) title(name, what string) {
	fmt.Fprintf(m, "# %s\n\n%s. Made from the commands (`go test ./cmd/otpdoctor -run TestManual -update`); `otpdoctor man` is the same as a manual page.\n", name, what)
}

func (m *markdown) section(title string) { fmt.Fprintf(m, "\n## %s\n", title) }

func (m *markdown) command(usage string) { fmt.Fprintf(m, "\n### `%s`\n", usage) }

func (m *markdown) prose(paragraph string) { fmt.Fprintf(m, "\n%s\n", markdownText(paragraph)) }

func (m *markdown) code(lines []string) {
	fmt.Fprintf(m, "\n```text\n%s\n```\n", strings.Join(lines, "\n"))
}

func (m *markdown) items(list []item) {
	m.WriteString("\n")
	for _, i := range list {
		fmt.Fprintf(m, "- `%s`: %s\n", i.name, markdownText(i.text))
	}
}

func markdownText(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`).Replace(s)
}
