package finding

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/testdata"
)

var update = flag.Bool("update", false, "rewrite the worked examples of docs/causes.md")

// TestCausesPage holds that docs/causes.md explains every cause, and that its worked
// examples are what the rules find in the made-up logs of [ruleCases].
func TestCausesPage(t *testing.T) {
	path := filepath.Join(testdata.Root(t), "docs", "causes.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, cause := range Causes {
		mark := fmt.Sprintf("<!-- example: %s -->\n```text\n", cause)
		head, rest, ok := strings.Cut(page, mark)
		_, tail, closed := strings.Cut(rest, "```\n")
		if !ok || !closed {
			t.Errorf("no example for %s", cause)
			continue
		}
		page = head + mark + example(t, cause) + "```\n" + tail
	}
	if page == string(text) {
		return
	}
	if !*update {
		t.Fatal("the examples of docs/causes.md are not what the rules find: go test ./diagnostics/finding -run TestCausesPage -update")
	}
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// example is what the rules say of the first log that shows a cause.
func example(t *testing.T, cause Cause) string {
	for _, c := range ruleCases() {
		if len(c.want) != 1 || !strings.HasPrefix(c.want[0], string(cause)+" ") {
			continue
		}
		b := newBook()
		c.log(b)
		found, _ := Find(b.table(), Options{})
		for _, f := range found {
			if f.Cause == cause {
				return inWords(f)
			}
		}
	}
	t.Errorf("no log shows %s alone", cause)
	return ""
}

// inWords lays a finding out as the page has it.
func inWords(f Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %s, %s\n", f.Title, f.Severity, tally.FormatNoun(f.AffectedUsers, "user"), tally.FormatSure(f.Confidence))
	wrap(&b, "", f.Summary)
	for _, e := range f.Evidence {
		wrap(&b, "- ", e.Text)
	}
	wrap(&b, "next: ", f.NextStep)
	return b.String()
}

// wrap writes text at most 90 characters wide, the lines after the first set in.
func wrap(b *strings.Builder, first, text string) {
	line := first
	for i, word := range strings.Fields(text) {
		if i > 0 && len(line)+1+len(word) > 90 {
			b.WriteString(line + "\n")
			line = strings.Repeat(" ", len(first)) + word
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	b.WriteString(line + "\n")
}
