package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestReadmeExcerpt holds that the terminal excerpt of the README is what the
// program prints: its lines stand in the output in this order, "..." for a gap.
func TestReadmeExcerpt(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "$ go run ./cmd/otpdoctor demo\n")
	if !ok {
		t.Fatal("README.md has no excerpt of the demo")
	}
	excerpt, _, _ := strings.Cut(rest, "```")
	t.Setenv("LC_ALL", "C.UTF-8")
	var stdout, stderr bytes.Buffer
	if status := run([]string{"demo"}, strings.NewReader(""), &stdout, &stderr); status != 0 {
		t.Fatalf("demo: status %d, %s", status, &stderr)
	}
	output, lines := strings.Split(stdout.String(), "\n"), 0
	at, gap := 0, false
	for _, want := range strings.Split(strings.TrimSuffix(excerpt, "\n"), "\n") {
		if want == "..." {
			gap = true
			continue
		}
		lines++
		for gap && at < len(output) && output[at] != want {
			at++
		}
		if at >= len(output) || output[at] != want {
			t.Fatalf("README.md has the line\n%s\nwhere the demo has\n%s", want, strings.Join(output[min(at, len(output)):min(at+1, len(output))], ""))
		}
		at, gap = at+1, false
	}
	if lines < 10 {
		t.Errorf("the excerpt has %d lines only", lines)
	}
}
