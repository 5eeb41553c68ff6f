package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cli.otpdoctor/testdata"
)

// TestTrustNamesTests holds that each test that docs/trust.md names is there, and
// that every row of its promises names one.
func TestTrustNamesTests(t *testing.T) {
	root := testdata.Root(t)
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := readAll(t, filepath.Join(root, "docs", "trust.md"))
	_, promises, _ := strings.Cut(page, "## Promises")
	promises, _, _ = strings.Cut(promises, "## Limits")
	rows, named := 0, 0
	for line := range strings.Lines(promises) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.HasPrefix(cells[1], " ---") || strings.TrimSpace(cells[1]) == "promise" {
			continue
		}
		rows++
		if !regexp.MustCompile("`(Test|Fuzz)").MatchString(cells[3]) {
			t.Errorf("no test holds %s", strings.TrimSpace(cells[1]))
		}
	}
	for _, m := range regexp.MustCompile("\\b((?:Test|Fuzz)[A-Z]\\w+)\\b`").FindAllStringSubmatch(page, -1) {
		if named++; !there[m[1]] {
			t.Errorf("docs/trust.md names %s, and there is no such test", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`((?:testdata|\\.ci|diagnostics|wizard|cmd)/[\\w./]+)`").FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("docs/trust.md names %s: %v", m[1], err)
		}
	}
	for _, target := range fuzzTargets(there) {
		if !strings.Contains(page, target) {
			t.Errorf("docs/trust.md does not name %s", target)
		}
	}
	if rows < 10 || named < 30 {
		t.Errorf("looked at %d promises with %d tests only", rows, named)
	}
	t.Logf("count: %d promises, %d tests named, all of them there", rows, named)
}

func fuzzTargets(there map[string]bool) (list []string) {
	for name := range there {
		if strings.HasPrefix(name, "Fuzz") {
			list = append(list, name)
		}
	}
	return list
}
