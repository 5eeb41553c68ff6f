package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// The pages are run, so that they cannot go stale. Every command line of otpdoctor
// in a block of a page is run in a folder with the files that the pages speak of;
// what stands below "$ otpdoctor ..." is what it prints, "..." for a gap. -update
// writes such blocks anew where they have no gap. Commands in running text have to
// exist with the flags they are named with, and tests named by go test have to be
// there.

// notRun are command lines that need what a test machine may not have.
var notRun = map[string]string{
	"otpdoctor [COMMAND] [FLAG]... [ARGUMENT]...":                      "stands for all",
	"otpdoctor man | man -l -":                                         "needs man",
	`otpdoctor completion zsh > "${fpath[1]}/_otpdoctor"`:              "is for zsh",
	"otpdoctor completion powershell | Out-String | Invoke-Expression": "is for PowerShell",
}

// endsWith are the exit statuses of command lines that are to end with another than 0.
var endsWith = map[string]int{
	"otpdoctor analyze march.csv --fail-on high": exitFound,
	"otpdoctor analyze odd.csv":                  exitFailed,
}

const demoNumber = "+447700900187"

func TestPages(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the pages are written for sh")
	}
	if raced {
		t.Skip("each command is a raced process of its own, and takes ten times as long; without the detector all of them run")
	}
	files := pageFiles(t)
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"} {
		if page := filepath.Join(root, name); exists(page) {
			pages = append(pages, page)
		}
	}
	ran, played := 0, 0
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(files)); err != nil {
				t.Fatal(err)
			}
			p := runner{t: t, page: page, dir: dir}
			lines := strings.Split(string(text), "\n")
			after := p.play(lines)
			ran, played = ran+p.ran, played+1
			if *update && !slices.Equal(lines, after) {
				if err := os.WriteFile(page, []byte(strings.Join(after, "\n")), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if played == len(pages) && ran < 60 { // not where -run chose one
		t.Errorf("ran %d command lines only", ran)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// runner plays one page.
type runner struct {
	t    *testing.T
	page string
	dir  string
	ran  int
}

var (
	commandLine = regexp.MustCompile(`^(?:\$ )?((?:[A-Z_]+=\S+ )*otpdoctor(?: .*)?|(?:printf|gzip) .*\| ?otpdoctor .*)$`)
	inlineCode  = regexp.MustCompile("`([^`]+)`")
	aside       = regexp.MustCompile(`\s{2,}\S.*$|\s+#\s.*$`)
	assignments = regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*`)
	written     = regexp.MustCompile(`(?:-o|--save-log|--save-tally) (\S+)`)
	goTest      = regexp.MustCompile(`go test ((?:\./\S+ ?)+)(.*)`)
	testPattern = regexp.MustCompile(`-(run|bench|fuzz) '?"?\^?([A-Za-z|]+)`)
)

// play goes through a page and gives its lines, with the output of now.
func (p *runner) play(lines []string) (out []string) {
	fenced := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out = append(out, line)
		if name, ok := strings.CutPrefix(line, "```text screens/"); ok {
			i = p.screen(lines, i, name, &out)
			continue
		}
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		text, indented := strings.CutPrefix(line, "    ")
		if !fenced && !indented {
			for _, m := range inlineCode.FindAllStringSubmatch(line, -1) {
				p.named(i, m[1])
			}
			continue
		}
		if fenced {
			text = line
		}
		p.goTests(i, text)
		m := commandLine.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		command := m[1]
		for strings.HasSuffix(command, `\`) && i+1 < len(lines) {
			i++
			out = append(out, lines[i])
			command = strings.TrimSuffix(command, `\`) + strings.TrimSpace(lines[i])
		}
		command = aside.ReplaceAllString(command, "")
		printed := p.run(i, command)
		if !fenced || !strings.HasPrefix(text, "$ ") {
			continue
		}
		var shown []string
		for i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "```") && !strings.HasPrefix(lines[i+1], "$ ") {
			i++
			shown = append(shown, lines[i])
		}
		if *update && !slices.Contains(shown, "...") && !strings.Contains(filepath.Base(p.page), "README") {
			shown = strings.Split(strings.TrimRight(printed, "\n"), "\n")
		} else if err := sameOutput(shown, printed); err != nil {
			p.errorf(i, "%s: %v", command, err)
		}
		out = append(out, shown...)
	}
	return out
}

// screen holds that a block is a captured screen, and gives the line it ends on.
func (p *runner) screen(lines []string, i int, name string, out *[]string) int {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(p.page), "screens", name))
	if err != nil {
		p.t.Fatal(err)
	}
	end := i + 1
	for end < len(lines) && lines[end] != "```" {
		end++
	}
	captured := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	if !*update && !slices.Equal(lines[i+1:end], captured) {
		p.errorf(i, "the block is not docs/screens/%s", name)
	}
	*out = append(append(*out, captured...), "```")
	return end
}

func (p *runner) errorf(line int, format string, args ...any) {
	p.t.Helper()
	p.t.Errorf("%s:%d: %s", filepath.Base(p.page), line+1, fmt.Sprintf(format, args...))
}

// run runs a command line and gives what it printed.
func (p *runner) run(line int, command string) string {
	p.t.Helper()
	if notRun[command] != "" {
		return ""
	}
	want, wizard := endsWith[command], false
	switch args := strings.Fields(assignments.ReplaceAllString(command, "")); {
	case len(args) == 1 || args[1] == "wizard":
		// A drawn case needs a terminal and somebody at it: the same as lines, of which
		// there are none, ends with 1 where all else is right.
		wizard, want = true, exitFailed
		if len(args) == 1 {
			command += " wizard"
		}
		if !slices.Contains(args, "--accessible") && !strings.Contains(command, "ACCESSIBLE=") {
			command += " --accessible"
		}
	case len(args) > 2 && args[1] == "faq" && args[2] == "walk" && !strings.ContainsAny(command, "|<"):
		want = exitFailed // nobody answers
	}
	p.ran++
	if m := written.FindStringSubmatch(command); m != nil {
		os.Remove(filepath.Join(p.dir, m[1])) // one of the files that other pages begin with
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = p.dir
	home := filepath.Join(p.dir, "home")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"), "XDG_CONFIG_HOME="+filepath.Join(home, "config"),
		"LC_ALL=C.UTF-8", "TZ=UTC", "NO_COLOR=1")
	printed, err := cmd.CombinedOutput()
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		p.t.Fatal(err)
	}
	if got != want {
		p.errorf(line, "%s: exit status %d, want %d\n%s", command, got, want, printed)
	}
	if wizard && bytes.Contains(printed, []byte("otpdoctor: ")) {
		p.errorf(line, "%s\n%s", command, printed)
	}
	return string(printed)
}

// sameOutput wants the lines shown in this order; "..." is a gap.
func sameOutput(shown []string, printed string) error {
	output, at, gap := strings.Split(strings.TrimRight(printed, "\n"), "\n"), 0, false
	for _, want := range shown {
		if want == "..." {
			gap = true
			continue
		}
		for gap && at < len(output) && output[at] != want {
			at++
		}
		if at >= len(output) {
			return fmt.Errorf("the page has the line\n%s\nwhich it does not print:\n%s", want, printed)
		}
		if output[at] != want {
			return fmt.Errorf("the page has the line\n%s\nwhere it prints\n%s", want, output[at])
		}
		at, gap = at+1, false
	}
	if !gap && at < len(output) {
		return fmt.Errorf("the page ends before the line\n%s", output[at])
	}
	return nil
}

// named holds that a command in running text exists, with the flags it is named with.
func (p *runner) named(line int, code string) {
	p.goTests(line, code)
	args := strings.Fields(code)
	if len(args) == 0 || args[0] != "otpdoctor" {
		return
	}
	root := newApp(strings.NewReader(""), io.Discard, io.Discard).root()
	if code == "otpdoctor help accessibility" {
		return
	}
	cmd, rest, err := root.Find(args[1:])
	if err != nil || cmd == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") && rest[0] != "..." {
		p.errorf(line, "`%s`: there is no such command", code)
		return
	}
	cmd.InitDefaultHelpFlag()
	for _, a := range rest {
		name, long := strings.CutPrefix(a, "--")
		if name, _, _ = strings.Cut(name, "="); !long {
			continue
		}
		var flag *pflag.Flag
		if flag = cmd.Flags().Lookup(name); flag == nil {
			flag = cmd.InheritedFlags().Lookup(name)
		}
		if flag == nil {
			p.errorf(line, "`%s`: there is no flag --%s", code, name)
		}
	}
}

// goTests holds that the packages and tests of a go test exist.
func (p *runner) goTests(line int, text string) {
	m := goTest.FindStringSubmatch(text)
	if m == nil {
		return
	}
	var source bytes.Buffer
	for _, dir := range strings.Fields(m[1]) {
		dir = strings.Trim(dir, "`,.")
		if strings.HasSuffix(dir, "/") || dir == "" { // ./...
			continue
		}
		tests, _ := filepath.Glob(filepath.Join("..", "..", strings.TrimPrefix(dir, "/"), "*_test.go"))
		if len(tests) == 0 {
			p.errorf(line, "%s: no tests in %s", text, dir)
		}
		for _, file := range tests {
			data, err := os.ReadFile(file)
			if err != nil {
				p.t.Fatal(err)
			}
			source.Write(data)
		}
	}
	for _, m := range testPattern.FindAllStringSubmatch(m[2], -1) {
		kind := map[string]string{"run": "Test", "bench": "Benchmark", "fuzz": "Fuzz"}[m[1]]
		for part := range strings.SplitSeq(m[2], "|") {
			if strings.Trim(strings.ToLower(part), "x") == "" { // -run XXX runs none
				continue
			}
			found := regexp.MustCompile(`func `+kind+`\w*\(`).FindAllString(source.String(), -1)
			if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, part) }) {
				p.errorf(line, "%s: no %s of that name: %s", text, strings.ToLower(kind), part)
			}
		}
	}
}

// TestLogsPage holds what docs/your-log.md says of each format against its sample log.
func TestLogsPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "your-log.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| .* \\| ([a-z ]+) \\| ([a-z ]+) \\|$")
	said := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		said[m[1]] = m[2:]
	}
	for _, f := range deliverylog.Formats() {
		row := said[f.Name]
		if row == nil {
			t.Errorf("no row for %s", f.Name)
			continue
		}
		delete(said, f.Name)
		logs, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "logs", f.Name+".*"))
		logs = slices.DeleteFunc(logs, func(name string) bool { return strings.HasSuffix(name, ".tsv") })
		if len(logs) == 0 {
			t.Errorf("no sample of %s", f.Name)
			continue
		}
		var stdout, stderr bytes.Buffer
		if status := run([]string{"convert", logs[0], "--to", "jsonl"}, strings.NewReader(""), &stdout, &stderr); status != exitOK {
			t.Fatalf("%s: status %d, %s", logs[0], status, &stderr)
		}
		for i, holds := range []bool{strings.Contains(stdout.String(), `"carrier_source":"log"`), strings.Contains(stdout.String(), `"delivered_at":"`)} {
			if word := row[i]; word != "if there" && (word != "no") != holds {
				t.Errorf("%s: the page says %q of %s", f.Name, word, []string{"carrier", "delivered at"}[i])
			}
		}
	}
	for name := range said {
		t.Errorf("there is no format %s", name)
	}
}

// pageFiles makes the folder in which the pages are run.
func pageFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sample := func(name, from string) {
		data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(from)))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), data)
	}
	for name, from := range map[string]string{
		"march.csv.gz":       "diagnostics/demo.csv.gz",
		"april.csv.gz":       "diagnostics/demo.csv.gz",
		"sms-log.csv":        "testdata/logs/twilio-csv.csv",
		"events.jsonl":       "testdata/logs/aws-sms-events.jsonl",
		"export.json":        "testdata/logs/bandwidth-messages.json",
		"okta.json":          "testdata/logs/identity-okta-factors.jsonl",
		"okta.jsonl":         "testdata/logs/identity-okta-factors.jsonl",
		"duo-auth.json":      "testdata/logs/identity-duo-version1.json",
		"duo-telephony.json": "testdata/logs/identity-duo-version1.json",
		"twilio.csv":         "testdata/logs/twilio-csv.csv",
		"sns.jsonl":          "testdata/logs/aws-sns.jsonl",
		"northfirm/set.yaml": "testdata/faq/set.yaml",
		"infobip.json":       "testdata/logs/infobip.json",
		"vonage.csv":         "testdata/logs/vonage-reports.csv",
		"azure.json":         "testdata/logs/azure-events.json",
		"sinch.jsonl":        "testdata/logs/sinch-reports.jsonl",
		"bandwidth.json":     "testdata/logs/bandwidth-messages.json",
		"telnyx.csv":         "testdata/logs/telnyx-records.csv",
		"plivo.json":         "testdata/logs/plivo-messages.json",
		"messagebird.json":   "testdata/logs/messagebird-messages.json",
		"kannel.log":         "testdata/logs/kannel.log",
		"smpp-receipts.txt":  "testdata/logs/smpp-receipts.txt",
		"monday.csv":         "testdata/logs/generic-csv.csv",
		"tuesday.csv":        "testdata/logs/generic-csv.csv",
	} {
		sample(name, from)
	}
	for name, text := range map[string]string{
		"odd.csv":      "Phone,State,When\n+447700900142,delivered,2026-03-03T10:00:00Z\n",
		"numbers.txt":  "+447700900187\n+4407700900423\n",
		"users.txt":    "+447700900187\n",
		"answers.json": `{"number_changed":"no","noticed_at":"2026-03-03T08:10:00Z"}`,
		"home/.local/share/bash-completion/completions/x": "",
		"home/.config/fish/completions/x":                 "",
	} {
		write(t, filepath.Join(dir, name), []byte(text))
	}
	// What other commands have written.
	p := runner{t: t, page: "the files of the pages", dir: dir}
	for _, command := range []string{
		"gzip -dc march.csv.gz > march.csv; gzip -dc april.csv.gz > april.csv; gzip -c events.jsonl > events.jsonl.gz",
		"cp march.csv today.csv; otpdoctor analyze tuesday.csv --save-tally tuesday.tally",
		"otpdoctor ticket --logs march.csv --number " + demoNumber + " -o ticket.md",
		"otpdoctor ticket --logs march.csv --number " + demoNumber + " > ticket.txt",
		"otpdoctor ticket --logs march.csv --number " + demoNumber + " --pack -o case.zip",
		"printf '1\\n" + demoNumber + "\\n' | otpdoctor wizard --accessible --case 20260303-101204.000.case.jsonl > /dev/null || true",
	} {
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir, "LC_ALL=C.UTF-8")
		if out, err := cmd.CombinedOutput(); err != nil {
			p.errorf(0, "%s: %v\n%s", command, err, out)
		}
	}
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	pageLink = regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)
	pagePath = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+$|^[\w-]+\.(go|md|yaml)$`)
)

// TestPageLinks holds that what pages link to is there, and that the files which
// ARCHITECTURE.md and CONTRIBUTING.md name are.
func TestPageLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	links := 0
	for _, page := range slices.Concat(markdownFiles(t, root), markdownFiles(t, filepath.Join(root, "docs"))) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pageLink.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			links++
			if !exists(filepath.Join(filepath.Dir(page), filepath.FromSlash(m[1]))) {
				t.Errorf("%s: there is no %s", filepath.Base(page), m[1])
			}
		}
		if name := filepath.Base(page); name != "ARCHITECTURE.md" && name != "CONTRIBUTING.md" {
			continue
		}
		for _, m := range inlineCode.FindAllStringSubmatch(string(text), -1) {
			if pagePath.MatchString(m[1]) && !exists(filepath.Join(root, filepath.FromSlash(m[1]))) {
				t.Errorf("%s: there is no %s", filepath.Base(page), m[1])
			}
		}
	}
	if links < 30 {
		t.Errorf("looked at %d links only", links)
	}
}

func markdownFiles(t *testing.T, dir string) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestArchitectureCommits holds that ARCHITECTURE.md has every room, in order, and
// that the commits it names are in the history, where there is one.
func TestArchitectureCommits(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, room := range order {
		if room == "wizard/termguard" || room == "cmd/release" || strings.HasPrefix(room, "testdata") {
			continue
		}
		i := strings.Index(string(text[at:]), "| `"+room+"` |")
		if i < 0 {
			t.Fatalf("no row for %s behind those before it", room)
		}
		at += i
	}
	history, err := exec.Command("git", "log", "--format=%s").Output()
	shallow, _ := exec.Command("git", "rev-parse", "--is-shallow-repository").Output()
	if err != nil || strings.TrimSpace(string(shallow)) != "false" {
		t.Skip("no history here")
	}
	subjects := strings.Split(string(history), "\n")
	var missing []string
	named := regexp.MustCompile(`"([^"]+)" \|\n`).FindAllStringSubmatch(string(text), -1)
	for _, m := range named {
		if !slices.Contains(subjects, m[1]) {
			missing = append(missing, m[1])
		}
	}
	if len(named) < 10 {
		t.Errorf("%d commits named only", len(named))
	}
	if len(missing) > len(named)/2 {
		t.Skip("this is another history, such as that of an unpacked archive within a repository")
	}
	for _, subject := range missing {
		t.Errorf("no commit %q", subject)
	}
}
