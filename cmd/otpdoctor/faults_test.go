//go:build unix

package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/faq"
)

// process is the real binary, to be started by the caller.
func process(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = dir, homeIn(dir)
	return cmd
}

// logFile writes a log of n messages.
func logFile(t testing.TB, dir string, n int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n")
	for i := range n {
		fmt.Fprintf(&b, "m-%d,+447700900%03d,O2,GB,delivered,,2026-03-03T%02d:%02d:%02dZ,2026-03-03T%02d:%02d:59Z\n", i, i%1000, i/3600%24, i/60%60, i%60, i/3600%24, i/60%60)
	}
	path := filepath.Join(dir, "log.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// moments is how many times a test of kills does so.
func moments(most int) int {
	if raced || testing.Short() {
		return most / 10
	}
	return most
}

// TestKilledWhileSaving kills the guided case at random moments, as a crash of the
// machine would, and holds that every answer that was followed by the next
// question is in the case, and that the case opens again.
func TestKilledWhileSaving(t *testing.T) {
	const answers = "1\n+447700900187\nO2\nexample.test\n\ny\nn\nd\ny\nn\nd\n"
	var lost, kept, torn int
	var mu sync.Mutex
	n := moments(60)
	parallel(n, func(i int) {
		r := rand.New(rand.NewPCG(uint64(i), 10))
		dir := t.TempDir()
		path := filepath.Join(dir, "a.case.jsonl")
		cmd := process(t, dir, "wizard", "--accessible", "--case", path)
		in, _ := cmd.StdinPipe()
		out, _ := cmd.StdoutPipe()
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return
		}
		// One answer at a time, each when its question stands there: what has been
		// asked behind an answer says that the answer is safe.
		asked := make(chan int, 64)
		go func() {
			defer close(asked)
			buf := make([]byte, 4096)
			for {
				k, err := out.Read(buf)
				if k > 0 {
					asked <- bytes.Count(buf[:k], []byte(": "))
				}
				if err != nil {
					return
				}
			}
		}()
		safe := map[string]string{}
		topicSafe, numberSafe := false, false
		stop := r.IntN(9)
		for k, line := range strings.SplitAfter(answers, "\n") {
			if _, ok := <-asked; !ok || line == "" {
				break
			}
			time.Sleep(5 * time.Millisecond) // the rest of what is said
			for drained := false; !drained; {
				select {
				case _, ok := <-asked:
					drained = !ok
				default:
					drained = true
				}
			}
			topicSafe, numberSafe = k > 0, k > 1
			if k > 2 {
				safe["carrier"] = "O2"
			}
			io.WriteString(in, line)
			if k == stop {
				break
			}
		}
		time.Sleep(time.Duration(r.IntN(20_000)) * time.Microsecond)
		cmd.Process.Kill()
		cmd.Wait()
		mu.Lock()
		defer mu.Unlock()
		text, err := os.ReadFile(path)
		if err != nil || len(text) == 0 || bytes.IndexByte(text, '\n') < 0 {
			if topicSafe {
				lost++
				t.Errorf("killed after the topic: no case (%v)", err)
			}
			return
		}
		if text[len(text)-1] != '\n' {
			torn++
		}
		c, err := diagnostics.LoadCase(path, faq.Builtin(), diagnostics.Options{}, time.Now)
		if err != nil {
			t.Errorf("the case does not open again: %v", err)
			lost++
			return
		}
		if topicSafe && c.Topic() == "" || numberSafe && len(c.Typed()) == 0 || safe["carrier"] != "" && c.CarrierSaid() == "" {
			lost++
			t.Errorf("an answer is lost: topic %q, numbers %v, carrier %q after question %d\n%s", c.Topic(), c.Typed(), c.CarrierSaid(), stop, text)
		}
		if again, err := diagnostics.OpenJournal(path); err != nil {
			t.Errorf("the case cannot be gone on with: %v", err)
		} else {
			again.Close()
		}
		kept++
	})
	t.Logf("count: killed while saving: %d moments, %d cases on the disk, %d of them with a torn last line, %d answers lost", n, kept, torn, lost)
	if kept == 0 {
		t.Error("no case was ever on the disk")
	}
}

// parallel runs f for 0 to n-1, four at a time.
func parallel(n int, f func(int)) {
	var all sync.WaitGroup
	room := make(chan struct{}, 4)
	for i := range n {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			f(i)
		})
	}
	all.Wait()
}

// TestKilledWhileExporting kills exports at random moments and holds that the
// file is then either not there or whole, and an older one what it was or whole.
func TestKilledWhileExporting(t *testing.T) {
	dir := t.TempDir()
	logFile(t, dir, 20_000)
	commands := [][]string{
		{"convert", "log.csv", "-o"},
		{"convert", "log.csv", "--to", "parquet", "-o"},
		{"analyze", "log.csv", "--format", "html", "-o"},
		{"ticket", "--logs", "log.csv", "--number", "+447700900187", "--pack", "-o"},
	}
	var whole [4][32]byte
	var took [4]time.Duration
	for i, c := range commands {
		name := filepath.Join(dir, fmt.Sprint("whole", i))
		started := time.Now()
		if r := runIn(t, dir, "", append(c, name)...); r.status != 0 {
			t.Fatalf("%v: exit %d, %s", c, r.status, r.stderr)
		}
		took[i] = time.Since(started)
		whole[i] = sum(t, name)
	}
	n := moments(60)
	var mu sync.Mutex
	var absent, complete, old, broken int
	parallel(n, func(i int) {
		c := i % len(commands)
		name := filepath.Join(dir, fmt.Sprint("out", i))
		args := append(append([]string{}, commands[c]...), name)
		replaced := i%2 == 0
		if replaced {
			if err := os.WriteFile(name, []byte("older"), 0o600); err != nil {
				t.Error(err)
			}
			args = append(args, "--force")
		}
		cmd := process(t, dir, args...)
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return
		}
		r := rand.New(rand.NewPCG(uint64(i), 11))
		time.Sleep(time.Duration(float64(took[c]) * 3 * (float64(i) + r.Float64()) / float64(n))) // early ones and late ones
		cmd.Process.Kill()
		cmd.Wait()
		mu.Lock()
		defer mu.Unlock()
		text, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && !replaced:
			absent++
		case err == nil && replaced && string(text) == "older":
			old++
		case err == nil && sha256.Sum256(text) == whole[c]:
			complete++
		default:
			broken++
			t.Errorf("%v: the file has %d bytes, and they are not those of a whole one (%v)", args, len(text), err)
		}
	})
	t.Logf("count: killed while exporting: %d moments, %d files absent, %d the older one, %d whole, %d broken", n, absent, old, complete, broken)
	if absent+old == 0 {
		t.Error("no kill came in time")
	}
}

func sum(t *testing.T, path string) [32]byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(text)
}

// TestSignals interrupts an export that waits for more of its log, and holds
// that it ends with 130 and leaves no file.
func TestSignals(t *testing.T) {
	tried := 0
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for _, args := range [][]string{
			{"convert", "pipe", "-o", "out"},
			{"analyze", "pipe", "--format", "html", "-o", "out"},
			{"ticket", "--logs", "pipe", "-o", "out"},
		} {
			dir := t.TempDir()
			pipe := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := process(t, dir, args...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			in, err := os.OpenFile(pipe, os.O_WRONLY, 0) // once the program reads
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(in, goodLog)
			time.Sleep(50 * time.Millisecond)
			cmd.Process.Signal(sig)
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case <-ended:
			case <-time.After(30 * time.Second):
				cmd.Process.Kill()
				t.Fatalf("%v does not end by %v", args, sig)
			}
			in.Close()
			tried++
			if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
				t.Errorf("%v, %v: exit %d, want %d; %s", args, sig, got, exitInterrupted, &stderr)
			}
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				if e.Name() != "pipe" {
					t.Errorf("%v, %v: there is a file %s", args, sig, e.Name())
				}
			}
		}
	}
	t.Logf("count: signals: %d runs interrupted, no file left", tried)
}

// TestClosedPipe holds that a reader who has seen enough ends a command quietly.
func TestClosedPipe(t *testing.T) {
	dir := t.TempDir()
	logFile(t, dir, 50_000)
	tried := 0
	for _, args := range [][]string{
		{"convert", "log.csv"}, {"convert", "log.csv", "--to", "jsonl"}, {"convert", "log.csv", "--to", "parquet"},
		{"analyze", "log.csv", "--csv", "users"}, {"analyze", "log.csv", "--format", "html"}, {"faq"}, {"man"}, {"formats"}, {"demo", "--format", "json"},
	} {
		cmd := process(t, dir, args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		io.ReadFull(out, make([]byte, 10))
		out.Close()
		cmd.Wait()
		tried++
		status, quiet := cmd.ProcessState.Sys().(syscall.WaitStatus), stderr.Len() == 0
		if !quiet || status.ExitStatus() != 0 && !(status.Signaled() && status.Signal() == syscall.SIGPIPE) {
			t.Errorf("%v: %v, said %s", args, cmd.ProcessState, &stderr)
		}
	}
	t.Logf("count: closed pipe: %d commands, all quiet", tried)
}

// smallDisk is a folder on a disk of so many KiB, or the test is skipped.
func smallDisk(t *testing.T, size int, options string) string {
	t.Helper()
	dir := t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk%s", size, options), "otpdoctor-test", dir).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted: %s", out)
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	return dir
}

// TestDiskFull holds that a full disk is told, leaves no half file and no
// broken older one, and loses no answer that was on it already.
func TestDiskFull(t *testing.T) {
	home := t.TempDir()
	logFile(t, home, 20_000)
	survived := 0
	if _, err := os.Stat("/dev/full"); err == nil {
		for _, args := range [][]string{{"convert", "log.csv"}, {"analyze", "log.csv", "--format", "html"}, {"demo", "--format", "json"}, {"ticket", "--logs", "log.csv"}} {
			r := runIn(t, home, "", append(args, "-o", "/dev/full")...)
			if r.status != 1 || !strings.Contains(r.stderr, "no space left") {
				t.Errorf("%v to a full device: exit %d, %s", args, r.status, r.stderr)
			}
			survived++
		}
	}
	disk := smallDisk(t, 256, "")
	older := filepath.Join(disk, "older")
	if err := os.WriteFile(older, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"convert", "log.csv", "-o", filepath.Join(disk, "new")},
		{"convert", "log.csv", "-o", older, "--force"},
		{"convert", "log.csv", "--to", "jsonl", "-o", filepath.Join(disk, "new.jsonl")},
		{"analyze", "log.csv", "--csv", "users", "-o", filepath.Join(disk, "users.csv")},
	} {
		r := runIn(t, home, "", args...)
		if args[0] == "analyze" && r.status == 0 { // it fits
			os.Remove(filepath.Join(disk, "users.csv"))
			continue
		}
		if r.status != 1 || !strings.Contains(r.stderr, "no space left on device") {
			t.Errorf("%v: exit %d, %s", args, r.status, r.stderr)
		}
		survived++
		entries, err := os.ReadDir(disk)
		if err != nil || len(entries) != 1 {
			t.Errorf("%v: the disk has %v (%v), want the older file alone", args, entries, err)
		}
	}
	if text, err := os.ReadFile(older); err != nil || string(text) != "older" {
		t.Errorf("the older file is %q (%v)", text, err)
	}

	// The case: what was answered before the disk was full is there, and going on
	// is said to be unsaved.
	path := filepath.Join(disk, "a.case.jsonl")
	runIn(t, home, "1\n+447700900187\n", "wizard", "--accessible", "--case", path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	filled, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{64 << 10, 4 << 10, 512, 1} {
		for err = nil; err == nil; {
			_, err = filled.Write(make([]byte, size))
		}
	}
	filled.Close()
	r := runIn(t, home, strings.Repeat("O2 and more\n", 3)+strings.Repeat("y\n", 200), "wizard", "--accessible", "--case", path)
	after, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(after, before) {
		t.Errorf("the case was\n%s\nand is\n%s (%v)", before, after, err)
	}
	if _, err := diagnostics.LoadCase(path, faq.Builtin(), diagnostics.Options{}, time.Now); err != nil {
		t.Errorf("the case does not open again: %v", err)
	}
	if said := r.stdout + r.stderr; len(after) < len(before)+4096 && !strings.Contains(said, "no space left") && !strings.Contains(said, "Case saved") {
		t.Errorf("nothing is said of the full disk: %s", said)
	}
	survived++
	t.Logf("count: disk full: %d faults, each told, no half file, no answer lost", survived)
}

// TestHomes runs the main commands without a home, with one that cannot be
// written to, and without a folder for temporary files.
func TestHomes(t *testing.T) {
	log := logFile(t, t.TempDir(), 100)
	commands := [][]string{
		{"demo"}, {"check", "+447700900187"}, {"analyze", log}, {"convert", log}, {"ticket", "--logs", log, "--number", "+447700900187"},
		{"ticket", "--logs", log, "--format", "pdf"}, {"faq", "no-code"}, {"explain", "30007"}, {"formats"}, {"config"}, {"cases"}, {"version"},
	}
	readOnly := t.TempDir()
	if os.Geteuid() == 0 {
		readOnly = smallDisk(t, 64, ",ro")
	} else if err := os.Chmod(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for name, env := range map[string][]string{
		"no home":        {"LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH")},
		"home not there": {"HOME=" + filepath.Join(readOnly, "nowhere"), "LC_ALL=C.UTF-8"},
		"home read-only": {"HOME=" + readOnly, "LC_ALL=C.UTF-8"},
		"no temporary":   {"HOME=" + readOnly, "TMPDIR=" + filepath.Join(readOnly, "nowhere"), "LC_ALL=C.UTF-8"},
		"nothing at all": {},
	} {
		for k, args := range commands {
			if raced && k%4 > 0 {
				continue
			}
			cmd := process(t, t.TempDir(), args...)
			cmd.Env = env
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			tried++
			if err := cmd.Run(); err != nil {
				t.Errorf("%s: %v: %v, %s", name, args, err, &stderr)
			}
		}
		// The guided case goes on, and says that it cannot be saved.
		cmd := process(t, t.TempDir(), "wizard", "--accessible")
		cmd.Env = env
		cmd.Stdin = strings.NewReader("1\n+447700900187\nO2\n")
		out, _ := cmd.CombinedOutput()
		tried++
		if !strings.Contains(string(out), "+44 7700 900187") && !strings.Contains(string(out), "cannot be saved") && !strings.Contains(string(out), "read-only") {
			t.Errorf("%s: the guided case says\n%s", name, out)
		}
		if strings.Contains(string(out), "Case saved") && name != "no home" && name != "nothing at all" {
			t.Errorf("%s: the guided case says that it was saved", name)
		}
	}
	t.Logf("count: homes: %d commands without a home, a writable one or a temporary folder", tried)
}

// TestOddFiles reads devices, pipes and what is no file.
func TestOddFiles(t *testing.T) {
	dir := t.TempDir()
	log := logFile(t, dir, 100)
	link, loop := filepath.Join(dir, "dangling"), filepath.Join(dir, "loop")
	os.Symlink("nowhere", link)
	os.Symlink("loop", loop)
	tried := 0
	for file, want := range map[string]string{
		"/dev/null": "is empty", "/dev/zero": "is binary", dir: "is a folder", link: "no such file", loop: "cannot be opened", "/dev/stdin": "is empty", "": "no such file",
	} {
		for _, args := range [][]string{{"analyze", file}, {"convert", file}, {"ticket", "--logs", file}} {
			r := runIn(t, dir, "", args...)
			tried++
			if r.status != 1 || !strings.Contains(r.stderr, want) {
				t.Errorf("%q: exit %d, %s, want %q", args, r.status, r.stderr, want)
			}
		}
		for _, args := range [][]string{{"analyze", log, "--lookup", file}, {"ticket", "--answers", file}, {"ticket", "--numbers", file}, {"ticket", "--case", file}, {"redact", file}, {"verify", file}, {"check", "+447700900187", "--lookup", file}} {
			if file == "" || raced {
				continue
			}
			r := runIn(t, dir, "", args...)
			tried++
			if r.status < 0 || r.status > 2 || r.memory > 2*mostMemory && !raced && args[0] != "redact" {
				t.Errorf("%q: exit %d with %d MiB, %s", args, r.status, r.memory>>20, r.stderr)
			}
		}
	}
	// A pipe that is written slowly, to a result that is a pipe too.
	pipe, result := filepath.Join(dir, "pipe"), filepath.Join(dir, "result")
	for _, p := range []string{pipe, result} {
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		f, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		defer f.Close()
		text, _ := os.ReadFile(log)
		for part := range bytes.Lines(text) {
			f.Write(part[:len(part)/2])
			time.Sleep(time.Millisecond)
			f.Write(part[len(part)/2:])
		}
	}()
	read := make(chan int)
	go func() {
		f, err := os.Open(result)
		if err != nil {
			return
		}
		defer f.Close()
		lines := 0
		for s := bufio.NewScanner(f); s.Scan(); {
			lines++
		}
		read <- lines
	}()
	if r := runIn(t, dir, "", "convert", pipe, "-o", result); r.status != 0 {
		t.Errorf("from a pipe to a pipe: exit %d, %s", r.status, r.stderr)
	}
	tried++
	if lines := <-read; lines != 101 {
		t.Errorf("%d lines came through, want 101", lines)
	}
	t.Logf("count: odd files: %d runs over devices, pipes, folders and links", tried)
}

// TestLogChangesWhileRead reads a log that grows, and one that is cut off, at the
// same time: what was there is read, and nothing ends in a fault.
func TestLogChangesWhileRead(t *testing.T) {
	tried := 0
	for i := range moments(20) + 2 {
		dir := t.TempDir()
		path := logFile(t, dir, 30_000)
		cmd := process(t, dir, "convert", "log.csv")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 5 * time.Millisecond)
		if i%2 == 0 {
			os.Truncate(path, int64(i)*1000+90)
		} else if f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0); err == nil {
			f.WriteString("g-1,+447700900187,O2,GB,delivered,,2026-03-04T09:00:00Z,2026-03-04T09:00:05Z\ng-2,+4477")
			f.Close()
		}
		err := cmd.Wait()
		tried++
		rows := strings.Count(stdout.String(), "\n") - 1
		if err != nil && cmd.ProcessState.ExitCode() != 1 || i%2 == 1 && rows < 30_000 || strings.Contains(stderr.String(), "fault") {
			t.Errorf("%v, %d rows, %s", err, rows, head(stderr.String()))
		}
	}
	t.Logf("count: logs that change while they are read: %d runs", tried)
}

// TestCaseFiles holds what is said of a case that is open elsewhere, of a newer
// version, torn, or whose log has changed or is gone.
func TestCaseFiles(t *testing.T) {
	dir := t.TempDir()
	logFile(t, dir, 100)
	path := filepath.Join(dir, "a.case.jsonl")
	if r := runIn(t, dir, "1\n+447700900187\n\n\n", "wizard", "--accessible", "--case", path, "--logs", "log.csv"); !strings.Contains(r.stdout, "Case saved") {
		t.Fatalf("%s %s", r.stdout, r.stderr)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	says := func(what, want string, status int, args ...string) {
		t.Helper()
		r := runIn(t, dir, "\n\n", args...)
		if said := r.stdout + r.stderr; r.status != status || !strings.Contains(said, want) {
			t.Errorf("%s: exit %d, want %d and %q in\n%s", what, r.status, status, want, said)
		}
		told++
	}

	first := process(t, dir, "wizard", "--accessible", "--case", path)
	in, _ := first.StdinPipe()
	out, _ := first.StdoutPipe()
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	out.Read(make([]byte, 1))
	go io.Copy(io.Discard, out)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(path + ".lock"); err == nil {
			break
		}
	}
	says("two windows", "open in another window", 0, "wizard", "--accessible", "--case", path)
	in.Close()
	first.Wait()
	if after, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(after, good) {
		t.Errorf("two windows changed the case to\n%s", after)
	}

	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	logFile(t, dir, 90)
	says("log changed", "log.csv has changed since", 0, "ticket", "--case", path)
	says("log changed", "log.csv has changed since", 1, "wizard", "--accessible", "--case", path)
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "log.csv"))
	says("log gone", "log.csv: there is no such file", 1, "ticket", "--case", path)
	says("log gone", "log.csv: there is no such file", 1, "wizard", "--accessible", "--case", path)

	newer := filepath.Join(dir, "newer.case.jsonl")
	os.WriteFile(newer, bytes.Replace(good, []byte(`"version":1`), []byte(`"version":99`), 1), 0o600)
	says("newer version", "was written by a newer otpdoctor", 1, "ticket", "--case", newer)
	says("newer version", "was written by a newer otpdoctor", 1, "wizard", "--accessible", "--case", newer)
	if after, _ := os.ReadFile(newer); !bytes.Contains(after, []byte(`"version":99`)) || len(after) != len(good)+1 {
		t.Error("the newer case was written to")
	}

	torn := filepath.Join(dir, "torn.case.jsonl")
	os.WriteFile(torn, good[:len(good)-20], 0o600)
	says("torn", "900187", 1, "wizard", "--accessible", "--case", torn, "--logs", "/dev/null")
	os.WriteFile(torn, []byte("{\"version\":1,\"event\":\"began\"}\n{\"event\":\n{}\n"), 0o600)
	says("damaged", "torn.case.jsonl:2: is not an event of a case", 1, "ticket", "--case", torn)
	t.Logf("count: case files: %d faults, each told, the case as it was", told)
}
