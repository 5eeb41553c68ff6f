// Package testdata finds the files that the tests of all packages read.
package testdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Root is the folder of go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// Shared is a path among the samples and tables that stand beside the repository
// where it is worked on, and nowhere else. Without them the test is skipped, or
// fails where OTPDOCTOR_SAMPLES is "required".
func Shared(t testing.TB, path ...string) string {
	t.Helper()
	name := filepath.Join(append([]string{Root(t), "..", "shared"}, path...)...)
	if _, err := os.Stat(name); err != nil {
		if os.Getenv("OTPDOCTOR_SAMPLES") == "required" {
			t.Fatal(err)
		}
		t.Skip("no samples beside the repository")
	}
	return name
}
