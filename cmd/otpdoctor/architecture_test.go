package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// order is the one import order: a package may import only those before it.
// termguard stands apart: it imports nothing of the project.
var order = []string{
	"faq",
	"diagnostics/number",
	"diagnostics/reason",
	"diagnostics/carrier",
	"diagnostics/deliverylog",
	"diagnostics/message",
	"diagnostics/tally",
	"diagnostics/finding",
	"diagnostics/ticket",
	"diagnostics/export",
	"diagnostics",
	"wizard/termguard",
	"cmd/otpdoctor",
}

const module = "cli.otpdoctor/"

func TestImportOrder(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		at := slices.Index(order, pkg)
		if at < 0 {
			t.Errorf("package %s is not in the import order", pkg)
			continue
		}
		seen++
		for _, imported := range fields[1:] {
			name, ours := strings.CutPrefix(imported, module)
			if ours && slices.Index(order, name) >= at {
				t.Errorf("%s imports %s, which does not come before it", pkg, name)
			}
			if forbidden(pkg, imported) {
				t.Errorf("%s imports %s", pkg, imported)
			}
		}
	}
	if seen != len(order) {
		t.Errorf("found %d packages, the order names %d", seen, len(order))
	}
}

// forbidden holds that books and line know nothing of faces, and that nothing
// but the commands may end the program or open a connection.
func forbidden(pkg, imported string) bool {
	if imported == "net" || strings.HasPrefix(imported, "net/http") {
		return true
	}
	if strings.HasPrefix(pkg, "diagnostics") || pkg == "faq" {
		return strings.HasPrefix(imported, "github.com/charmbracelet/") || strings.HasPrefix(imported, "github.com/spf13/")
	}
	return false
}
