package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/testdata"
	"cli.otpdoctor/testdata/torture"
)

// What a run over an input of the corpus may take where the corpus says nothing
// else. The time is for a busy machine: it is there to end what never ends.
const (
	mostMemory = 256 << 20
	mostOutput = 8 << 20 // of it that is looked at
	mostTime   = 2 * time.Minute
)

// built is the real binary, built once a test run.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "otpdoctor-test-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "otpdoctor")
	args := []string{"build", "-o", path}
	if raced {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, err
})

// removeProgram is for the end of the tests.
func removeProgram() {
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
}

// ran is what came of one run of the real binary.
type ran struct {
	status         int // -1: ended by a signal
	stdout, stderr string
	memory         int64 // most bytes resident, 0 where the system does not tell
	took           time.Duration
}

// runIn runs the real binary in a folder, with a home of its own below it.
func runIn(t testing.TB, dir, stdin string, args ...string) ran {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), mostTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = homeIn(dir)
	cmd.Stdin = strings.NewReader(stdin)
	// The most memory of a process counts that of the one that started it, so the
	// output must not lie in memory meanwhile.
	out, err := os.CreateTemp(filepath.Dir(path), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &stderr
	start := time.Now()
	err = cmd.Run()
	r := ran{stderr: stderr.String(), took: time.Since(start)}
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	stdout := make([]byte, mostOutput)
	n, err := out.ReadAt(stdout, 0)
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	r.stdout = string(stdout[:n])
	r.status, r.memory = cmd.ProcessState.ExitCode(), maxResident(cmd.ProcessState)
	return r
}

// homeIn is an environment in which nothing of the user's own is found.
func homeIn(dir string) []string {
	return []string{"HOME=" + dir, "XDG_STATE_HOME=" + filepath.Join(dir, "state"), "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"LC_ALL=C.UTF-8", "TZ=UTC", "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot")}
}

// toll counts what a test tried.
type toll struct {
	sync.Mutex
	inputs, runs int
	statuses     map[int]int
	memory       int64
	took         time.Duration
	most, last   string // the runs that took most
}

func (c *toll) add(name string, r ran) {
	c.Lock()
	defer c.Unlock()
	if c.statuses == nil {
		c.statuses = map[int]int{}
	}
	c.runs++
	c.statuses[r.status]++
	if r.memory > c.memory {
		c.memory, c.most = r.memory, name
	}
	if r.took > c.took {
		c.took, c.last = r.took, name
	}
}

func (c *toll) print(t *testing.T, what string) {
	var statuses []string
	for _, s := range slices.Sorted(maps.Keys(c.statuses)) {
		statuses = append(statuses, fmt.Sprintf("%d with exit %d", c.statuses[s], s))
	}
	t.Logf("count: %s: %d inputs, %d runs (%s), most memory %d MiB (%s), longest %s (%s)", what, c.inputs, c.runs,
		strings.Join(statuses, ", "), c.memory>>20, c.most, c.took.Round(time.Millisecond), c.last)
}

// TestTortureKept holds that the small files of the corpus are what the
// generator makes. -update writes them anew.
func TestTortureKept(t *testing.T) {
	dir := filepath.Join(testdata.Root(t), "testdata", "torture", "small")
	made := map[string]bool{}
	for _, in := range torture.Inputs() {
		if in.Big {
			continue
		}
		made[in.Name] = true
		var want bytes.Buffer
		if err := in.Make(&want); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, in.Name)
		if *update {
			if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is not what the generator makes (%v); -update writes it", in.Name, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !made[e.Name()] {
			t.Errorf("%s is no input of the corpus", e.Name())
		}
	}
}

// TestTorture reads every small input of the corpus as a log, and runs them
// through every command that reads a file, those with hostile text through every
// format: a share of these, so that each input and each command has its turn; one
// in three where OTPDOCTOR_TORTURE is "more", as in CI, and all where it is "full".
func TestTorture(t *testing.T) {
	share := 12
	switch {
	case full():
		share = 1
	case os.Getenv("OTPDOCTOR_TORTURE") == "more":
		share = 3
	case raced: // a raced program takes ten times as long to start
		share = 17
	}
	var count toll
	t.Cleanup(func() { count.print(t, fmt.Sprintf("torture, one in %d of all commands", share)) })
	for i, in := range torture.Inputs() {
		if in.Big {
			continue
		}
		count.inputs++
		t.Run(in.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			made(t, dir, in)
			reads(t, &count, dir, in)
			for k, args := range otherReads(in.Name) {
				if (i+k)%share == 0 {
					tried(t, &count, dir, in, args)
				}
			}
			if in.Text {
				for k, args := range everyFormat(in) {
					if (i+k)%share == 0 {
						tried(t, &count, dir, in, args)
					}
				}
			}
			untouched(t, dir, in)
		})
	}
}

// TestTortureLarge runs the large inputs of the corpus through the main commands,
// where OTPDOCTOR_TORTURE is set.
func TestTortureLarge(t *testing.T) {
	if os.Getenv("OTPDOCTOR_TORTURE") == "" {
		t.Skip("makes files of some hundred MB; set OTPDOCTOR_TORTURE=more")
	}
	if raced {
		t.Skip("the race detector makes each ten times as large; TestTorture runs under it")
	}
	var count toll
	t.Cleanup(func() { count.print(t, "large torture") })
	for i, in := range torture.Inputs() {
		if !in.Big {
			continue
		}
		count.inputs++
		t.Run(in.Name, func(t *testing.T) {
			dir := t.TempDir()
			made(t, dir, in)
			reads(t, &count, dir, in)
			for k, args := range [][]string{
				append([]string{"convert", in.Name, "-o", os.DevNull}, without(in.Flags, "--by")...),
				{"analyze", "good.csv", "--lookup", in.Name},
				{"analyze", "good.csv", "--identity", in.Name},
			} {
				if full() || (i+k)%3 == 0 {
					tried(t, &count, dir, in, args)
				}
			}
			if in.Text {
				for _, args := range everyFormat(in) {
					tried(t, &count, dir, in, args)
				}
			}
			untouched(t, dir, in)
		})
	}
}

// full says that every command is wanted over every input.
func full() bool { return os.Getenv("OTPDOCTOR_TORTURE") == "full" }

// made writes an input, and a good log beside it.
func made(t *testing.T, dir string, in torture.Input) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, in.Name))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Make(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "good.csv"), []byte(goodLog), 0o600); err != nil {
		t.Fatal(err)
	}
}

const goodLog = `message_id,to,carrier,country,status,error_code,submitted_at,delivered_at
g-1,+447700900187,O2,GB,delivered,,2026-03-03T09:00:00Z,2026-03-03T09:00:05Z
g-2,+447700900187,O2,GB,undelivered,30007,2026-03-03T09:20:00Z,
`

// without takes flags with their values away.
func without(flags []string, names ...string) []string {
	var out []string
	for i := 0; i < len(flags); i += 2 {
		if !slices.Contains(names, flags[i]) {
			out = append(out, flags[i:i+2]...)
		}
	}
	return out
}

// reads holds that an input comes to what the corpus says.
func reads(t *testing.T, count *toll, dir string, in torture.Input) {
	t.Helper()
	r := tried(t, count, dir, in, append([]string{"analyze", in.Name, "--format", "json"}, in.Flags...))
	want := 0
	if in.Outcome != torture.Read {
		want = 1
	}
	if r.status != want {
		t.Errorf("exit %d, want %d\n%s", r.status, want, head(r.stderr))
	}
	if !strings.Contains(r.stderr, in.Says) {
		t.Errorf("standard error does not say %q but\n%s", in.Says, head(r.stderr))
	}
	if in.Outcome == torture.Refused {
		if r.stdout != "" {
			t.Errorf("refused, and yet a result: %s", head(r.stdout))
		}
		return
	}
	var got struct {
		Inputs []struct{ Messages, Rejected int }
	}
	_, list, _ := strings.Cut(r.stdout, `"inputs":`) // the rest may be longer than is looked at
	if err := json.NewDecoder(strings.NewReader(list)).Decode(&got.Inputs); err != nil || len(got.Inputs) != 1 {
		t.Fatalf("no analysis: %v", err)
	}
	if m := got.Inputs[0].Messages; in.Messages >= 0 && m != in.Messages {
		t.Errorf("%d messages, want %d\n%s", m, in.Messages, head(r.stderr))
	}
	if n := got.Inputs[0].Rejected; in.Rejected >= 0 && n != in.Rejected {
		t.Errorf("%d rows rejected, want %d\n%s", n, in.Rejected, head(r.stderr))
	}
}

// otherReads are the commands that take a file of another kind than a log.
func otherReads(name string) [][]string {
	return [][]string{
		{"convert", name},
		{"convert", "--identity", name},
		{"analyze", "good.csv", name},
		{"analyze", "good.csv", "--lookup", name},
		{"ticket", "--logs", "good.csv", "--identity", name, "--number", "+447700900187"},
		{"ticket", "--numbers", name},
		{"ticket", "--answers", name},
		{"ticket", "--case", name},
		{"check", "--stdin", "<", name},
		{"check", "+447700900187", "--lookup", name},
		{"redact", name},
		{"verify", name},
		{"faq", "walk", "no-code", "<", name},
		{"wizard", "--accessible", "--no-save", "--logs", name, "<", "answers"},
		{"explain", "twilio", name},
	}
}

// everyFormat are all formats of all that a log can come to.
func everyFormat(in torture.Input) (list [][]string) {
	add := func(args ...string) { list = append(list, append(args, in.Flags...)) }
	for _, f := range export.Formats("analysis") {
		add("analyze", in.Name, "--format", f)
		add("analyze", in.Name, "--format", f, "--redact", "--explain", "--number", "+447700900001", "--compare", "2026-03-03T09:30:00Z")
	}
	for _, table := range export.Tables() {
		add("analyze", in.Name, "--csv", table)
	}
	for _, by := range []string{"country", "provider", "sender"} {
		add("analyze", in.Name, "--by", by)
	}
	for _, f := range export.Formats("convert") {
		add("convert", in.Name, "--to", f)
	}
	for _, f := range export.Formats("ticket") {
		add("ticket", "--logs", in.Name, "--number", "+447700900001", "--format", f, "--firm-url", hostileURL)
		list = append(list, []string{"lockout", "--format", f, "--firm-url", hostileURL, "--admin-name", hostileName, "--admin-email", hostileName, "--number", hostileName, "--consent", hostileName})
	}
	add("ticket", "--logs", in.Name, "--number", "+447700900001", "--pack", "-o", "pack.zip", "--force")
	return list
}

const (
	hostileName = "x\r\nBcc: someone@example.test\r\n\r\n<script>alert(1)</script>\x1b]0;title\x07=cmd|' /C calc'!A0\u202e"
	hostileURL  = "javascript:alert(1)//\r\nBcc: someone@example.test\x1b[2J"
)

// tried runs the program and holds what must hold of any run: a known
// exit status, no panic, bounded memory and time, and nothing in the output that
// its reader would run. "<" stands before the file for standard input.
func tried(t *testing.T, count *toll, dir string, in torture.Input, args []string) ran {
	t.Helper()
	stdin := ""
	if i := slices.Index(args, "<"); i >= 0 {
		if stdin = strings.Repeat("y\n1\n+447700900187\nd\n", 40); args[i+1] != "answers" {
			b, err := os.ReadFile(filepath.Join(dir, args[i+1]))
			if err != nil {
				t.Fatal(err)
			}
			stdin = string(b)
		}
		args = args[:i]
	}
	r := runIn(t, dir, stdin, args...)
	said := strings.Join(args, " ")
	count.add(in.Name+": "+args[0], r)
	if r.status < 0 || r.status > 3 {
		t.Errorf("%q: exit %d after %s\n%s", said, r.status, r.took, head(r.stderr))
	}
	if strings.Contains(r.stderr, "goroutine ") || strings.Contains(r.stderr, "panic") {
		t.Errorf("%q: %s", said, head(r.stderr))
	}
	most := in.Memory
	if most == 0 {
		most = mostMemory
	}
	if raced {
		most *= 10
	}
	if r.memory > most {
		t.Errorf("%q: took %d MiB of memory, want at most %d", said, r.memory>>20, most>>20)
	}
	if bad := acts(r.stderr, ""); bad != "" {
		t.Errorf("%q: standard error has %s", said, bad)
	}
	format := "text"
	switch i := max(slices.Index(args, "--format"), slices.Index(args, "--to")); {
	case i > 0:
		format = args[i+1]
	case slices.Contains(args, "--csv") || args[0] == "convert":
		format = "csv"
	case args[0] == "redact": // a report of any format
		format = "same"
	case slices.Contains(args, "--pack"):
		packed(t, filepath.Join(dir, "pack.zip"), r)
		return r
	}
	if bad := harmless(format, r.stdout); bad != "" {
		t.Errorf("%q: the output has %s", said, bad)
	}
	return r
}

// packed holds that no file of a pack has what its reader would run.
func packed(t *testing.T, path string, r ran) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		if r.status == 0 {
			t.Error(err)
		}
		return
	}
	defer z.Close()
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(rc)
		rc.Close()
		if err != nil {
			t.Fatal(err)
		}
		if bad := harmless(strings.TrimPrefix(filepath.Ext(f.Name), "."), string(b)); bad != "" {
			t.Errorf("%s in the pack has %s", f.Name, bad)
		}
	}
}

// acts names what of a text would act on a terminal; empty where nothing would.
func acts(text, but string) string {
	for i, r := range text {
		switch {
		case r == '\n' || r == '\t' || strings.ContainsRune(but, r):
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return fmt.Sprintf("%U at %q", r, text[max(0, i-20):min(len(text), i+20)])
		}
	}
	return ""
}

var (
	tag       = regexp.MustCompile(`(?i)<\s*(script|img|svg|iframe|object|embed|link|meta|base|form)\b[^>]*`)
	handler   = regexp.MustCompile(`(?i)<[^>]*\son[a-z]+\s*=`)
	scheme    = regexp.MustCompile(`(?i)(href|src)\s*=\s*["']?\s*(javascript|data|vbscript):`)
	outside   = regexp.MustCompile(`(?i)(src|href)\s*=\s*["']?\s*https?:`)
	isNumber  = regexp.MustCompile(`^[+-]?[0-9.,eE+ -]+$`)
	ourTags   = regexp.MustCompile(`(?i)^<\s*(meta (charset|name="(viewport|generator|color-scheme|robots)"|http-equiv="Content-Security-Policy")|svg )`)
	mailLines = []string{"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "X-Unsent", "Auto-Submitted"}
)

// harmless names what a reader of the format would run; empty where there is nothing.
func harmless(format, text string) string {
	switch format {
	case "pdf", "parquet", "zip":
		for _, word := range []string{"/JavaScript", "/JS ", "/Launch", "/SubmitForm", "/ImportData", "/Type /EmbeddedFile"} {
			if format == "pdf" && strings.Contains(text, word) {
				return word
			}
		}
		return ""
	case "same":
		return acts(text, "\r\ufeff")
	case "csv":
		if bad := acts(text, "\r"); bad != "" {
			return bad
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		for {
			cells, err := r.Read()
			if err == io.EOF {
				return ""
			}
			if err != nil {
				return err.Error()
			}
			for _, c := range cells {
				if c != "" && (strings.ContainsRune("=@\t\r", rune(c[0])) || strings.ContainsRune("+-", rune(c[0])) && !isNumber.MatchString(c)) {
					return fmt.Sprintf("the formula %q", head(c))
				}
			}
		}
	case "html":
		for _, m := range tag.FindAllString(text, -1) {
			if !ourTags.MatchString(m) {
				return fmt.Sprintf("the tag %q", head(m))
			}
		}
		for _, re := range []*regexp.Regexp{handler, scheme} {
			if m := re.FindString(text); m != "" {
				return fmt.Sprintf("%q", head(m))
			}
		}
		if m := outside.FindString(strings.ReplaceAll(text, "http://www.w3.org", "")); strings.HasPrefix(strings.ToLower(m), "src") {
			return fmt.Sprintf("%q", m)
		}
	case "md", "github":
		if m := tag.FindString(text); m != "" {
			return fmt.Sprintf("the tag %q", head(m))
		}
	case "eml":
		if text == "" {
			return ""
		}
		m, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			return "no mail: " + err.Error()
		}
		for name := range m.Header {
			if !slices.Contains(mailLines, name) {
				return "the header " + name
			}
		}
		return acts(text, "\r")
	case "json", "zendesk", "jira", "freshdesk", "servicenow":
		dec := json.NewDecoder(strings.NewReader(text))
		for len(text) < mostOutput && dec.More() {
			var v any
			if err := dec.Decode(&v); err != nil {
				return "no JSON: " + err.Error()
			}
		}
	}
	return acts(text, "")
}

// untouched holds that a run made no file of its own accord.
func untouched(t *testing.T, dir string, in torture.Input) {
	t.Helper()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		entries, err := os.ReadDir(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			asked := slices.Contains([]string{in.Name, "good.csv", "pack.zip"}, e.Name()) || strings.HasPrefix(e.Name(), "ticket-20") // the guided case writes a ticket
			if d == dir && !asked || e.Name() == "otpdoctor-ran" {
				t.Errorf("there is a file %s now", e.Name())
			}
		}
	}
}

func head(s string) string {
	if len(s) > 600 {
		s = s[:600] + "..."
	}
	return s
}
