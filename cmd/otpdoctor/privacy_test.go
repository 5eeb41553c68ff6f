package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestLogFileHoldsNothingPersonal runs the commands with the log at its most
// talkative and holds that nothing of the case is in it, and that it is the
// user's own.
func TestLogFileHoldsNothingPersonal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "caller-Jane-Roe.csv"), []byte(strings.ReplaceAll(goodLog, "g-1", "message-id-1")+"x,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "answers.json"), []byte(`{"number_changed":"no, says Jane Roe"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const number, log = "+447700900187", "caller-Jane-Roe.csv"
	runs := [][]string{
		{"check", number}, {"analyze", log, "--number", number, "--explain"}, {"convert", log}, {"ticket", "--logs", log, "--number", number, "--answers", "answers.json", "--firm-url", "https://firm.example.test"},
		{"ticket", "--logs", log, "--number", number, "--format", "github"}, {"lockout", "--admin-name", "Jane Roe", "--admin-email", "jane@firm.example.test", "--number", number},
		{"faq", "search", "Jane Roe"}, {"faq", "walk", "no-code", "--number", number}, {"redact", log, "--name", "Jane Roe", "--number", number},
		{"analyze", "nowhere-Jane-Roe.csv"}, {"explain", "447700900187"}, {"wizard", "--accessible", "--logs", log}, {"cases"}, {"demo"},
	}
	for _, args := range runs {
		runIn(t, dir, "1\n"+number+"\nO2\nhttps://firm.example.test\ny\ny\n", append(args, "--log-file", "log", "-vv", "--debug")...)
	}
	text, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil || bytes.Count(text, []byte("\n")) < 6 {
		t.Fatalf("the log has %q (%v)", text, err)
	}
	for _, personal := range []string{"447700900187", "7700 900187", "900187", "Jane", "Roe", "firm.example", "message-id-1"} {
		if i := bytes.Index(text, []byte(personal)); i >= 0 {
			t.Errorf("%s stands in the log: %s", personal, text[max(0, i-100):min(len(text), i+100)])
		}
	}
	mine(t, filepath.Join(dir, "log"))
	t.Logf("count: log file: %d commands, %d lines, nothing personal", len(runs), bytes.Count(text, []byte("\n")))
}

// mine holds that nobody else can read a file or folder.
func mine(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%s has the mode %v", filepath.Base(path), info.Mode())
	}
}

// files gives the files below a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return all
}

// TestPurgeRemoves holds that a saved case is its user's own, that delete and
// purge leave no byte of it, damaged ones included, and that --no-save saves none.
func TestPurgeRemoves(t *testing.T) {
	dir := t.TempDir()
	state := filepath.Join(dir, "state")
	const typed = "1\n+447700900187\nO2\nhttps://firm.example.test\n"
	runIn(t, dir, typed, "wizard", "--accessible", "--no-save")
	if kept := files(t, state); len(kept) > 0 {
		t.Errorf("--no-save kept %v", kept)
	}
	for range 3 {
		runIn(t, dir, "\n"+typed, "wizard", "--accessible")
	}
	saved := files(t, state)
	cases := 0
	for path, text := range saved {
		mine(t, path)
		mine(t, filepath.Dir(path))
		if strings.Contains(text, "+447700900187") {
			cases++
		}
	}
	if cases == 0 {
		t.Fatalf("nothing was saved: %v", saved)
	}
	folder := filepath.Join(state, "otpdoctor", "cases")
	for name, text := range map[string]string{
		"damaged": "{\"+447700900187\":\n\n", "newer": `{"version":99,"event":"began","value":"+447700900187"}` + "\n", "cut": `{"+447700900187`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name+".case.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := runIn(t, dir, "", "cases", "purge", "--older-than", "7d"); r.status != 0 || len(files(t, state)) != len(saved)+3 {
		t.Errorf("cases of today were purged: exit %d %s%s", r.status, r.stdout, r.stderr)
	}
	for path := range saved {
		id := strings.TrimSuffix(filepath.Base(path), ".case.jsonl")
		if r := runIn(t, dir, "", "cases", "delete", id); r.status != 0 {
			t.Errorf("cases delete %s: exit %d %s", id, r.status, r.stderr)
		}
		break
	}
	if got := len(files(t, state)); got != len(saved)+2 {
		t.Errorf("%d files after one was deleted, want %d", got, len(saved)+2)
	}
	if r := runIn(t, dir, "", "cases", "purge", "--older-than", "0"); r.status != 0 {
		t.Errorf("purge: exit %d, %s", r.status, r.stderr)
	}
	if left := files(t, state); len(left) > 0 {
		t.Errorf("purge left %v", left)
	}
	t.Logf("count: purge: %d cases and 3 damaged ones, none left", cases)
}
