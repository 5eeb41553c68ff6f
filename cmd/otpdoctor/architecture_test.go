package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// order is the one import order: a package may import only those before it.
// termguard stands apart, and so does release: they import nothing of the project.
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
	"wizard",
	"cmd/otpdoctor",
	"cmd/release",
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

// TestTour holds that the package comments lead through all rooms, each once, from
// the commands on: what comes in, what goes out, and which room is the next.
func TestTour(t *testing.T) {
	next := regexp.MustCompile(`(?m)^Next: ([a-z/]+)`)
	comesIn, goesOut := regexp.MustCompile(`(?i)\bcomes?\s+in\b|\bin\s+comes?\b`), regexp.MustCompile(`\bgo(es)?\s+out\b|\bout\s+go(es)?\b`)
	var seen []string
	for room := "cmd/otpdoctor"; ; {
		seen = append(seen, room)
		files, err := filepath.Glob(filepath.Join("..", "..", room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var about string
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			about += file.Doc.Text()
		}
		if !comesIn.MatchString(about) || !goesOut.MatchString(about) {
			t.Errorf("%s: the package comment does not say what comes in and what goes out", room)
		}
		m := next.FindStringSubmatch(about)
		if m == nil {
			break
		}
		room = m[1]
		if slices.Contains(seen, room) {
			t.Fatalf("%s is come to twice: %v", room, seen)
		}
	}
	for _, room := range order {
		if room != "cmd/release" && !slices.Contains(seen, room) {
			t.Errorf("the tour leaves out %s: %v", room, seen)
		}
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

// TestOnlyFacesTouchTheProcess holds that nothing but the commands ends the
// program, and that books, line and door neither print nor ask.
func TestOnlyFacesTouchTheProcess(t *testing.T) {
	never := map[string]bool{"os.Exit": true, "os.Stdin": true, "os.Stdout": true, "os.Stderr": true,
		"fmt.Print": true, "fmt.Printf": true, "fmt.Println": true, "log.Fatal": true, "log.Print": true}
	files := 0
	for _, room := range []string{"diagnostics", "faq"} {
		err := filepath.WalkDir(filepath.Join("..", "..", room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			if generator(file) {
				return nil
			}
			files++
			ast.Inspect(file, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if pkg, ok := sel.X.(*ast.Ident); ok && never[pkg.Name+"."+sel.Sel.Name] {
						t.Errorf("%s: %s.%s", set.Position(sel.Pos()), pkg.Name, sel.Sel.Name)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 50 {
		t.Errorf("looked at %d files only", files)
	}
}

// generator says that a file is run by go generate and is not part of the program.
func generator(file *ast.File) bool {
	for _, group := range file.Comments {
		if group.Pos() < file.Package && strings.HasPrefix(group.List[0].Text, "//go:build ignore") {
			return true
		}
	}
	return false
}
